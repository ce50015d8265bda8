"""Takes personal data out of a letter that becomes an example: names, addresses, telephones, e-mails, numbers.

What is masked too much costs an example a little; what is left is a person's data in a training file. So a capital
letter on a word that no letter of the corpus writes small, and no lexicon knows, is taken for a name.
"""

import re
from collections.abc import Iterable, Set
from functools import cache

from triage.corpus import CORPUS
from triage.enough import filler
from triage.lexicon import LEXICON, lexicon
from triage.tokens import plain

NAME, NUMBER, MAIL, LINK, ADDRESS = "[nombre]", "[número]", "[correo]", "[enlace]", "[dirección]"

_MAIL = re.compile(r"[^\s<>()\[\],;:]{1,64}@[^\s<>()\[\],;:]{1,255}")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<!\w)@\w{2,64}")
_NUMBER = re.compile(r"(?<!\w)\+?(?:[A-Za-z]{0,4}[-/]?)?\(?\d(?:[\s().\-–/]{0,2}\d){4,30}(?:-?[A-Za-z])?(?!\w)")
_DATE = re.compile(r"(?<!\d)\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?:19|20)?\d{2}(?!\d)")
_MONEY = re.compile(r"\d{1,3}(?:[ .,]?\d{3})*(?:[.,]\d{2})?")
_ADDRESS = re.compile(
    r"(?<!\w)(?i:av|avda|avenida|jr|jir[oó]n|calle|psje|psj|pje|pasaje|mz|mza|manzana|lote|urb|urbanizaci[oó]n"
    r"|aa\.? ?hh|asentamiento humano|dpto|rua|street)\b\.?:?\s+"
    r"(?=[A-ZÁÉÍÓÚÑ\d]|[^\s,]+\s(?:n[°º]?\.? ?)?\d)[^\n,;.]{1,70}"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SAYS_NAME = re.compile(
    r"(?i:\b(?:me llamo|mi nombre(?: completo)? es|se llama|llamad[oa]|a nombre de|de nombre|my name is|meu nome [ée]"
    r"|me chamo|je m'appelle|mi chiamo|ich hei(?:ß|ss)e|sutiyqa|sutiy|atentamente|atte|att|saludos|firma))"
    r"\s*[.,:;]?\s*((?:[^\W\d_]+[ .]{0,2}){1,5})"
)
_ALSO_WORDS = (
    "rosa|luz|flor|flores|rojas|paz|cruz|reyes|ramos|rios|ríos|leon|león|vega|campos|cano|nieves|dolores|blanco|rey"
)
_CHAIN = re.compile(
    rf"(?:\b(?:{_ALSO_WORDS})[ \t]+)*\[nombre\](?:(?:[ \t]+(?:de|del|la|los|y|{_ALSO_WORDS}))?[ \t]+\[nombre\]"
    rf"|[ \t]+(?:{_ALSO_WORDS})\b)*",
    re.IGNORECASE,
)
_LINKING = frozenset(("de", "del", "la", "las", "los", "y", "e", "da", "do", "dos", "van", "von"))
LEAST_NAME = 3


def without_personal_data(text: str, names: Iterable[str] = ()) -> str:
    """Return the text with personal data replaced by what it was; ``names`` are known to belong to people."""
    text = _MAIL.sub(MAIL, text)
    text = _LINK.sub(LINK, text)
    text = _HANDLE.sub(NAME, text)
    text = _ADDRESS.sub(ADDRESS, text)
    text = _NUMBER.sub(_number, text)
    known = {word for name in names for word in map(plain, _WORD.findall(name)) if len(word) >= LEAST_NAME}
    known -= _LINKING
    known |= {
        word
        for told in _SAYS_NAME.finditer(text)
        for written in _WORD.findall(told[1])
        if len(word := plain(written)) >= LEAST_NAME and word not in ordinary() and word not in _LINKING
    }
    masked = _WORD.sub(lambda found: NAME if is_name(found[0], known) else found[0], text)
    return _CHAIN.sub(NAME, masked)


def is_name(word: str, known: Set[str]) -> bool:
    """Tell whether a word of a letter is, or may be, part of a person's name."""
    bare = plain(word)
    if len(bare) < LEAST_NAME:
        return False
    if bare in known or bare in names_of_people():
        return True
    return word[0].isupper() and not (word.isupper() and len(word) <= 6) and bare not in ordinary()


def _number(found: re.Match[str]) -> str:
    """Keep dates and sums of money: they tell something, and nobody by themselves."""
    whole = found[0]
    digits = sum(char.isdigit() for char in whole)
    if _DATE.fullmatch(whole.strip()) or (digits <= 6 and _MONEY.fullmatch(whole.strip())):
        return whole
    return NUMBER


@cache
def names_of_people() -> frozenset[str]:
    """Return common given names and surnames, without accents."""
    lines = (LEXICON / "person_names.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def ordinary() -> frozenset[str]:
    """Return words that are no names: those that the corpus writes small, and all that the lexicon knows."""
    small: set[str] = set()
    for file in CORPUS.iterdir():
        if file.name.endswith(".jsonl"):
            small.update(plain(word) for word in _WORD.findall(file.read_text("utf-8")) if word.islower())
    return (frozenset(small) | filler() | lexicon().phrases.words()) - names_of_people()
