"""What the writer says now, apart from quoted and forwarded letters, signatures and legal notices.

Unsure means kept: a line goes only where a mark that mail programs leave (an attribution, a header block, ``>``) stands
beside it, and a letter that would vanish whole comes back whole.
"""

import re

from letters import ours
from letters.clean import TEXT_LIMIT

LONGEST = 200_000
"""Characters that are searched; what stands after them in a longer letter is old correspondence."""

_ATTRIBUTION_LINES = 4
_HEADER_LINES = 14
_SIGNATURE_LINES = 15
_LONGEST_MARK = 1_000

_HINTS = (
    ">", "--", "____", "de:", "from:", "von:", "da:", "de :", "from :", "*de", "*from",
    "wrote", "writes", "escribi", "ha escrito", "escreveu", "crit", "schrieb", "schreef", "geschreven", "skrev",
    "forwarded", "reenviad", "encaminhad", "original", "citado",
    "enviado desde", "enviado do", "enviado de ", "enviado con", "enviado via", "enviado vía", "enviado mediante",
    "enviado pelo", "sent from", "sent via", "sent with", "outlook", "yahoo mail",
    "confiden", "destinatari", "privilegiad", "divulg", "recipient", "avast", "virus", "imprim",
    "print", "aviso legal", "ley", "disclaimer", *ours.HINTS,
)  # fmt: skip
"""Words without one of which there is nothing to take off: a look that costs microseconds."""
_OTHER_TONGUES = (
    "написал", "пересылаемое", "vidarebefordrat", "doorgestuurd", "geschreven", "anfang der weiter"
)  # fmt: skip
"""Words with which mail programs introduce an old letter in languages that only quotequail speaks."""
_LINES_FOR_QUOTEQUAIL = 2_000
_QUOTED = re.compile(r"[ \t]{0,3}>")
_QUOTE_MARKS = re.compile(r"^(?:[ \t]{0,3}>)+ ?")
_WROTE = re.compile(
    r"\b(?:wrote|writes|escribi[oó]|ha escrito|escreveu|a écrit|schrieb|ha scritto|schreef|geschreven"
    r"|skrev)\b[^:]{0,120}:"
    r"\s*\*?$",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    r"\s{0,20}\W{0,3}(?:on|el|em|le|am|il|op|den|a las|en fecha|\d{1,4}[-/. ]|[\w.\"'=?-]+.{0,80}@)", re.IGNORECASE
)
_EVIDENCE = re.compile(r"@|\b\d{1,2}[:.]\d\d\b|\b(?:19|20)\d\d\b|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}")
_DATED_SENDER = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}\b.{0,120}<[^<>\s]+@[^<>\s]+>:?\s*$")
_DATE_AND_ADDRESS = re.compile(r"\D{0,30}\d{1,4}[^<>]{3,120}<[^<>\s]+@[^<>\s]+>[^<>.?!]{0,40}$")
_SEPARATOR = re.compile(
    r"[\s>]*(?:-{2,}\s*)?(?P<words>original message|mensaje original|mensagem original|message d'origine"
    r"|ursprüngliche nachricht"
    r"|messaggio originale|forwarded message|mensaje reenviado|mensagem (?:encaminhada|reencaminhada)"
    r"|forwarded by.{0,80}"
    r"|begin forwarded message|inicio del mensaje reenviado|início da mensagem (?:encaminhada|reencaminhada)"
    r"|mensaje citado|mensaje de .{1,80}|message transféré|weitergeleitete nachricht)\s*(?::|-{2,})\s*$",
    re.IGNORECASE,
)
_SEPARATOR_ON_ONE_LINE = re.compile(
    r"\s*-{4,}\s*(?:original message|mensaje original|mensagem original)\s*-{4,}\s*(?:de|from)\s*:"
    r"|\s*-{3,}\s*(?:el|on|em|le|am)\b.{5,300}(?:wrote|escribi[oó]|escreveu|a écrit|schrieb)\s*:?\s*-{2,}\s*$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\b(?:wrote|escribi[oó]|escreveu|a écrit)\s?:[ \t\u00a0]{2,}\S", re.IGNORECASE)
"""How telephones join the attribution and the first quoted line."""
_FORWARD = re.compile(r"forward|reenviad|encaminhad|reencaminhad|transféré|weitergeleitet", re.IGNORECASE)
_RULE = re.compile(r"\s*(?:_{10,}|-{20,}|={20,}|\*{20,})\s*$")
_HEADER = re.compile(r"[\s>*]*(?P<name>[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ ]{0,18}?)\s*:\*{0,2}(?:\s|$)(?P<value>.*)")
_HEADER_NAMES = {
    "de": "from", "from": "from", "von": "from", "da": "from", "desde": "from", "remitente": "from",
    "enviado": "date", "enviado el": "date", "enviada em": "date", "enviado em": "date", "sent": "date", "date": "date",
    "fecha": "date", "data": "date", "gesendet": "date", "envoyé": "date", "date d'envoi": "date", "inviato": "date",
    "para": "to", "to": "to", "an": "to", "à": "to", "a": "to", "destinatario": "to",
    "asunto": "subject", "subject": "subject", "assunto": "subject", "betreff": "subject", "objet": "subject",
    "oggetto": "subject",
    "cc": "cc", "cco": "cc", "bcc": "cc", "responder a": "cc", "reply-to": "cc", "importancia": "cc",
}  # fmt: skip
_PHONE_LINE = re.compile(
    r"\W{0,3}(?:enviado (?:desde (?:mi|el|un|yahoo|outlook|correo|mail|gmail|iphone|ipad|android|samsung|huawei"
    r"|proton|la app|bluemail"
    r"|typeapp)\b|do meu|do yahoo|de (?:samsung|mi)\b|(?:con|via|vía|mediante) (?:el |la )?(?:correo|proton"
    r"|samsung|tutanota|gmail"
    r"|outlook|airmail)\b|pelo meu)|sent (?:from (?:my|mail|yahoo|outlook|samsung|proton|the|an?)\b|via \w+"
    r"|with proton)"
    r"|(?:get|obtener|obtén|obter o|descargar?) outlook (?:for|para)|yahoo mail: ).{0,110}$",
    re.IGNORECASE,
)
_NOTICE_OPENS = re.compile(
    r"\W{0,6}(?:aviso (?:legal|de confidencialidad|importante)|confidencialidad|nota de confidencialidad|advertencia"
    r"|cláusula de confidencialidad|este (?:mensaje|correo|e-?mail|documento)|la información (?:contenida"
    r"|incluida|transmitida|de este)"
    r"|el contenido de este|esta mensagem|this (?:e-?mail|message|communication)|confidentiality|disclaimer"
    r"|the information"
    r"|antes de imprimir|no imprim|por favor,? (?:piense|considere|no imprima)|piense en el|cuidemos"
    r"|please consider|libre de virus|virus-free"
    r"|en cumplimiento de la ley|de conformidad con la ley|le informamos que sus datos)",
    re.IGNORECASE,
)
_NOTICE_WORDS = re.compile(
    r"confiden|destinatari|privilegiad|recipient|prohibid|elimin|borr[ae]|notif|divulg|autorizad|intended|delete"
    r"|disclos"
    r"|imprimir|imprima|avast|medio ambiente|environment|datos personales|protección de datos|error",
    re.IGNORECASE,
)
_HOUR_OR_ADDRESS = re.compile(r"@|\b\d{1,2}[:.]\d\d\b")
_GAPS = re.compile(r"\n{3,}")


def newest_text(text: str) -> str:
    """Return what the writer added in this letter; for a bare forward, the forwarded words; never "" for a text."""
    whole = text.strip()
    lowered = whole[:LONGEST].lower()
    if not any(hint in lowered for hint in _HINTS):
        return whole
    lines = whole[:LONGEST].split("\n")
    own, old = _apart(lines)
    if not old and any(word in lowered for word in _OTHER_TONGUES):
        own, old = _as_quotequail_says(whole[:LONGEST])
    newest = _without_endings(own)
    if newest:
        return newest
    return _unquoted(old) or _GAPS.sub("\n\n", "\n".join(own).strip()) or whole[:TEXT_LIMIT]


def introduces_old_letter(text: str) -> bool:
    """Tell whether a text ends with what a mail program puts before an old letter: who wrote it, when or from where.

    People also write "escribió:"; without an hour or an address it is taken for theirs.
    """
    lines = [line for line in text[-_LONGEST_MARK:].split("\n") if line.strip()][-_ATTRIBUTION_LINES:]
    return any(
        _attribution(lines, at) == len(lines) - at and _HOUR_OR_ADDRESS.search(" ".join(lines[at:]))
        for at in range(len(lines))
    )


def _as_quotequail_says(text: str) -> tuple[list[str], list[str]]:
    """Divide a text by the attributions that quotequail knows in languages that this module does not speak."""
    import quotequail

    own: list[str] = []
    old: list[str] = []
    for shown, part in quotequail.quote(text, limit=_LINES_FOR_QUOTEQUAIL, quote_intro_line=True):
        (own if shown else old).extend(part.split("\n"))
    return (own, old) if any(line.strip() for line in own) else (text.split("\n"), [])


def _apart(lines: list[str]) -> tuple[list[str], list[str]]:
    """Divide the lines into the writer's own and the old ones, each in its order."""
    own: list[str] = []
    old: list[str] = []
    introduced = False
    at = 0
    while at < len(lines):
        line = lines[at]
        if _QUOTED.match(line):
            end = _quote_end(lines, at)
            if own and (named := _unknown_attribution(own)):
                old += own[-named:]
                del own[-named:]
                introduced = True
            (old if introduced or end - at > 1 or _after_mark(own) else own).extend(lines[at:end])
            at = end
            continue
        length = _mark_length(lines, at)
        if not length and (known := ours.length(lines, at)):
            own = ours.without_greeting(own)
            old += lines[at : at + known]
            at += known
            continue
        if not length:
            own.append(line)
            at += 1
            continue
        after = at + length
        if _quote_follows(lines, after) and not _FORWARD.search(line):
            at = after
            while not lines[at].strip():
                at += 1
            end = _quote_end(lines, at)
            old += lines[at:end]
            at = end
            introduced = True
            continue
        old += lines[after:]
        break
    return own, old


def _unknown_attribution(own: list[str]) -> int:
    """Return how many last lines are an attribution in a tongue that is not spoken here: a date, then an address."""
    at = len(own) - 1
    while at > 0 and not own[at].strip():
        at -= 1
    line = own[at].strip()
    return len(own) - at if len(line) < 200 and _DATE_AND_ADDRESS.match(line) else 0


def _after_mark(own: list[str]) -> bool:
    """Tell whether the last words before a lone quoted line introduce it."""
    last = next((line for line in reversed(own) if line.strip()), "")
    return not last or bool(_WROTE.search(last[-600:]))


def _quote_end(lines: list[str], at: int) -> int:
    """Return the index after a run of quoted lines; blank lines between two of them belong to it."""
    end = at
    while at < len(lines) and (_QUOTED.match(lines[at]) or not lines[at].strip()):
        at += 1
        if lines[at - 1].strip():
            end = at
    return end


def _quote_follows(lines: list[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 4] if line.strip()), "")
    return bool(_QUOTED.match(following))


def _mark_length(lines: list[str], at: int) -> int:
    """Return how many lines the mark that opens an old letter takes here, or 0 where none does."""
    line = lines[at]
    if len(line) > _LONGEST_MARK or not line.strip():
        return 0
    if _SEPARATOR.match(line):
        return 1 + _header_block(lines, at + 1, sure=True)
    if _SEPARATOR_ON_ONE_LINE.match(line) or _goes_on(line):
        return 1
    if _RULE.match(line):
        block = _header_block(lines, at + 1, sure=False)
        return 1 + block if block else 0
    if block := _header_block(lines, at, sure=False):
        return block
    if _DATED_SENDER.match(line) and (line.rstrip().endswith(":") or _quote_follows(lines, at + 1)):
        return 1
    return _attribution(lines, at)


def _goes_on(line: str) -> bool:
    """Match "El lun., 23 nov 2026 a las 10:15, SOM<a@example.org> escribió:   Hola", as telephones write it."""
    wrote = _GOES_ON.search(line[:_LONGEST_MARK]) if "@" in line else None
    return wrote is not None and "@" in line[: wrote.start()] and bool(_BEGINS.match(line) and _EVIDENCE.search(line))


def _attribution(lines: list[str], at: int) -> int:
    """Match "El lun, 23 nov 2026 a las 10:00, Ana escribió:", broken over up to four lines.

    People also write "El 3 de marzo mi jefe me escribió:"; without an hour, an address or a quote it is theirs.
    """
    if not _BEGINS.match(lines[at]):
        return 0
    joined = ""
    for length in range(1, _ATTRIBUTION_LINES + 1):
        if at + length > len(lines):
            return 0
        line = lines[at + length - 1].strip()
        if not line or len(joined) > 400:
            return 0
        joined = f"{joined} {line}"[:600]
        if _WROTE.search(joined):
            told = _HOUR_OR_ADDRESS.search(joined) or _quote_follows(lines, at + length)
            return length if _EVIDENCE.search(joined) and told else 0
    return 0


def _header_block(lines: list[str], at: int, *, sure: bool) -> int:
    """Return how many lines a block of mail headers takes from here, or 0.

    ``sure`` is set after a separator, where one header is enough. Elsewhere a sender, two more, and a date or an
    address are asked for: formal letters also open with "De: … Para: … Asunto: …".
    """
    seen: dict[str, str] = {}
    start = at
    while at < len(lines) and at - start < 2 and not lines[at].strip():
        at += 1
    last = at
    strays = 0
    for number in range(at, min(at + _HEADER_LINES, len(lines))):
        line = lines[number]
        match = _HEADER.match(line) if len(line) < 2_000 else None
        name = _HEADER_NAMES.get(match["name"].strip().lower(), "") if match else ""
        if name == "from" and "from" in seen:
            break
        if name and match:
            seen.setdefault(name, match["value"])
            last, strays = number + 1, 0
        elif not seen:
            return 0
        elif not line.strip():
            if (not sure and len(seen) >= 3) or strays > 1 or (sure and "subject" in seen):
                break
            strays += 1
        elif strays:
            break
        else:
            strays += 1
    if sure:
        return last - start if seen else 0
    enough = "from" in seen and len(seen) >= 3 and ("date" in seen or "subject" in seen)
    values = " ".join(seen.values())
    return last - start if enough and _EVIDENCE.search(values[:2_000]) else 0


def _without_endings(own: list[str]) -> str:
    """Take off the signature, the telephone's advertisement and the legal notices at the end."""
    lines = list(own)
    for at, line in enumerate(lines):
        if line in ("-- ", "--") and any(before.strip() for before in lines[:at]):
            rest = sum(1 for after in lines[at + 1 :] if after.strip())
            if rest <= _SIGNATURE_LINES:
                lines = lines[:at]
                break
    kept = [line for line in lines if not (len(line) < 160 and _PHONE_LINE.match(line))]
    paragraphs = _GAPS.sub("\n\n", "\n".join(line if line.strip() else "" for line in kept).strip("\n")).split("\n\n")
    end = len(paragraphs)
    for at in range(len(paragraphs) - 1, 0, -1):
        if not _is_notice(paragraphs[at]):
            break
        end = at
    return "\n\n".join(paragraphs[:end]).strip()


def _is_notice(paragraph: str) -> bool:
    if not _NOTICE_OPENS.match(paragraph):
        return False
    words = {found.lower() for found in _NOTICE_WORDS.findall(paragraph[:4_000])}
    return len(words) >= (1 if len(paragraph) < 160 else 2)


def _unquoted(lines: list[str]) -> str:
    return _GAPS.sub("\n\n", "\n".join(_QUOTE_MARKS.sub("", line) for line in lines).strip())
