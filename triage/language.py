"""Tells the language of a letter by its commonest small words, and by py3langid where those are silent."""

from collections import Counter
from collections.abc import Sequence

SMALL_WORDS = {
    "es": "el la los las un una de del que y en por para con mi me se es no lo le su al como pero yo tengo quiero si hola gracias estoy soy este esta hay muy buenas buenos dias tardes quisiera trabajo puedo o donde cuando desde hace aqui alla porque mas ya trabajar",
    "en": "the a an of to and in for with my i is are not do it you he she we have want if hello thank thanks am this that there very good would work can or where when from since here because more already was be at on as by",
    "pt": "o os um uma de do da dos das que e em no na nos nas por para com meu minha eu nao se ao como mas tenho quero ola obrigado obrigada estou sou esta muito bom boa dia tarde gostaria trabalho posso ou onde quando desde aqui porque mais ja foi voce",
    "fr": "le la les un une de du des que et en pour avec mon ma je est ne pas il elle vous nous au comme mais ai veux si bonjour merci suis ce cette tres travail puis ou quand depuis ici parce plus deja dans sur qui se",
    "it": "il lo la gli le un una di del della che e in per con mio mia io non si al come ma ho voglio se buongiorno grazie sono questo questa molto vorrei lavoro posso o dove quando da qui perche piu gia nel anni mi ci",
    "de": "der die das ein eine und in fur mit mein meine ich ist nicht es sie wir habe mochte wenn hallo danke bin dieser sehr guten arbeit kann oder wo wann seit hier weil mehr zu den dem von auf im als sich wird",
    "ht": "mwen se pa gen nan pou ak yon ki sa m li nou yo bonjou mesi vle ka travay depi kounye ki kijan te ap sou tankou fe ale moun paske ou tan kote lontan yap la lan",
    "qu": "noqa noqaqa nuqa nuqaqa kani kanki kashani kachkani imaynallan allillanchu munani llankay llankayta llamkay llamkayta llankani llamkani mana manan manam ama hinaspa ichaqa kunan wasi wawa wawayta wawaykuna taytay mamay tiyani tiyashani yachayta atiyman atini rimay ima imata imatan maypi maypin sutiy napaykuykichis ripuyta riyta kutimuyta anchata pachi anay sulpayki llaqtay llaqtaymanta wiraqocha runasimi runasimipi kaypi chaypi hinallataq tayta kuraq churiy wawqiy panay qosay warmiy paykuna paymi chayllata yanapaykuway yanapawankichikmanchu",
    "ay": "nayax nayaxa naya kamisaki kamisaraki jilata kullaka irnaqana irnaqir irnaqiri munta munapta markar markat markaja jutta sarta saraña sarana janiwa ukat ukatxa akax akaxa ukax ukaxa aski jupax jupaxa yatiyita yuspajara yuspagara wawajax wawaja utaxa utjaskta utjta tuqita tuqinkirit qullqi kunjamasa kawki yanapita yanapitaya aymar aymara uru jutana irnaqta irnaqanax mamaja tatay",
}
SETS = {language: frozenset(words.split()) for language, words in SMALL_WORDS.items()}


def language_of(words: Sequence[str], text: str) -> str:
    """Return the ISO 639-1 code of the language most of these words are in."""
    counted = Counter(words[:400])
    best, score = "es", 0
    for language, small in SETS.items():
        mine = sum(count for word, count in counted.items() if word in small)
        if language in ("qu", "ay"):
            mine *= 3
        if mine > score:
            best, score = language, mine
    if score == 0:
        return by_script(text) or "es"
    return best


def by_script(text: str) -> str:
    """Return the language that a script gives away, or ""."""
    sample = text[:2000]
    if any("\u3040" <= char <= "\u30ff" for char in sample):
        return "ja"
    if any("\uac00" <= char <= "\ud7af" for char in sample):
        return "ko"
    if any("\u4e00" <= char <= "\u9fff" for char in sample):
        return "zh"
    if any("\u0400" <= char <= "\u04ff" for char in sample):
        return "ru"
    if any("\u0600" <= char <= "\u06ff" for char in sample):
        return "ar"
    return ""
