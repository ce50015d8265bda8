"""Says in Spanish, shortly, what a verdict rests on: what the writer says, where they are, what they ask."""

from functools import cache

from triage.lexicon import lexicon
from triage.reading import Reading

MOST = 5
LONGEST_QUOTE = 60

PERSON = {"1": "", "3": " (otra persona)"}
ROLES = {
    "origin": ("es de", "es del Perú"),
    "live": ("vive o está en", "vive o está en el Perú"),
    "work": ("trabaja en", "trabaja en el Perú"),
    "worked": ("trabajó en", "trabajó en el Perú"),
    "go": ("quiere ir a", "quiere ir al Perú"),
    "back": ("vuelve a", "vuelve al Perú"),
    "from": ("viene de", "viene del Perú"),
}
"""What each role is called before the name of a country, and of Peru."""
DANGER_FIRST = (
    "papers-kept", "locked-in", "debt", "threat", "minor", "exploited", "contact-lost", "secrecy", "seat-for-sale",
    "deposit", "fraud", "lured", "fear", "night-work",
)  # fmt: skip
LINE_FIRST = {
    1: ("want-leave", "they-leave", "offered-me", "offered-them", "abroad", "title", "andean-paper", "peruvian-paper"),
    2: (
        "resident-abroad", "other-side", "not-return", "bring-minor", "pension", "work-trouble", "title", "abroad",
        "peruvian-paper",
    ),
    3: ("return", "they-return", "goods", "start-over", "pension", "title", "peruvian-paper"),
    4: ("andean-paper", "employer", "foreign-paper", "cedula", "offered-me", "offered-them", "work-trouble", "title"),
    5: ("foreign-paper", "employer", "cedula", "offered-me", "offered-them", "work-trouble", "title", "pension"),
}  # fmt: skip
"""What may speak for a line; a sign of another line in the same letter explains nothing."""
NONE_FIRST = (
    "sale", "swindle-mail", "press", "office-mail", "course", "no-more", "service-info", "peru-labour", "no-work",
    "identity-papers", "vote", "driving", "property", "family-matters", "tourism", "study", "records", "school-health",
)  # fmt: skip
KIND_FIRST = {
    "reclamo": ("complaint", "no-answer", "ill-treated", "system-down", "wrong-service", "this-service"),
    "sugerencia": ("suggestion", "wish-for-service", "this-service"),
    "agradecimiento": ("thanks", "no-more"),
}
LIKE_DANGER = "se parece a otras cartas con riesgo de trata"
LIKE_LINE = {
    1: "se parece a las cartas de peruanos que quieren trabajar fuera",
    2: "se parece a las cartas de peruanos que viven y trabajan fuera",
    3: "se parece a las cartas de peruanos que vuelven o ya volvieron",
    4: "se parece a las cartas sobre trabajadores andinos",
    5: "se parece a las cartas sobre trabajadores extranjeros",
}
LIKE_NONE = {
    "consulta": "no se ve a qué línea corresponde",
    "sugerencia": "propone algo y no se ve a qué línea corresponde",
    "reclamo": "se queja y no se ve a qué línea corresponde",
    "agradecimiento": "agradece y no pregunta nada más",
    "ajeno": "parece asunto de otra entidad o ajeno al servicio",
}
NEGATIONS = frozenset({"no", "ni", "sin", "nunca", "tampoco"})
TURNED = frozenset(
    {"return", "they-return", "want-leave", "they-leave", "goods", "pension", "offered-me", "offered-them"}
)
"""Signs that say the opposite after a "no"."""


@cache
def _says() -> dict[str, str]:
    return {entry.name: entry.says for entry in lexicon().entries}


def reasons_of(
    reading: Reading, *, line: int, kind: str, on_behalf: bool, trafficking_risk: bool, enough: bool
) -> tuple[str, ...]:
    """Return at most five reasons, the weightiest first, each with the writer's own words where there are some."""
    if not enough:
        return ("no dice lo suficiente para saber de qué se trata",)
    seen = _seen(reading)
    written = reading.written()
    wanted: list[str] = []
    if trafficking_risk:
        wanted += [name for name in DANGER_FIRST if name in seen][:3]
    danger = bool(wanted)
    wanted += [name for name in KIND_FIRST.get(kind, ()) if name in seen][:1]
    out = [_with_quote(_says()[name], written, seen[name]) for name in wanted]
    if trafficking_risk and not danger:
        out.insert(0, LIKE_DANGER)
    about_line = _places(reading, on_behalf)[:2] if line else []
    out += about_line
    rest = [name for name in LINE_FIRST.get(line, NONE_FIRST) if name in seen and name not in wanted]
    if not (rest or about_line or (not line and out)):
        out.append(LIKE_LINE[line] if line else LIKE_NONE[kind])
    if on_behalf:
        rest = [*[name for name in ("writes-for", "helper", "kin", "acquaintance") if name in seen][:1], *rest]
    room = max(0, MOST - len(out))
    out += [_with_quote(_says()[name], written, seen[name]) for name in rest[:room]]
    return tuple(dict.fromkeys(out))[:MOST]


def _seen(reading: Reading) -> dict[str, tuple[int, int]]:
    """Return where each sign first shows, leaving out those that a "no" before them turns round."""
    seen: dict[str, tuple[int, int]] = {}
    for start, end, name in reading.found:
        cue = name.removeprefix("cue:")
        denied = cue in TURNED and start > 0 and reading.words[start - 1] in NEGATIONS
        if cue != name and not denied:
            seen.setdefault(cue, (start, end))
    return seen


def _with_quote(says: str, written: list[str], where: tuple[int, int]) -> str:
    quote = " ".join(word for word in written[slice(*where)] if word != "\n")
    return f"{says}: «{quote}»" if 0 < len(quote) <= LONGEST_QUOTE else says


def _places(reading: Reading, on_behalf: bool) -> list[str]:
    """Say where the person concerned stands; where the letter is silent of them, where the other one does."""
    for person in "31" if on_behalf else "13":
        out = [
            (ROLES[role[:-1]][1] if code == "PE" else f"{ROLES[role[:-1]][0]} {_says()[code]}") + PERSON[person]
            for role, code in reading.roles
            if role[-1:] == person and role[:-1] in ROLES
        ]
        if out:
            return list(dict.fromkeys(out))
    return []
