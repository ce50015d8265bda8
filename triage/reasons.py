"""Says in Spanish, shortly, what a verdict rests on: what the writer says, where they are, what they ask."""

from functools import cache

from triage.lexicon import lexicon
from triage.reading import Reading

MOST = 5
LONGEST_QUOTE = 60

PERSON = {"1": "", "3": " (otra persona)"}
ROLES = {
    "origin": "es de",
    "live": "vive o está en",
    "work": "trabaja en",
    "worked": "trabajó en",
    "go": "quiere ir a",
    "back": "vuelve a",
    "from": "viene de",
}
DANGER_FIRST = (
    "papers-kept", "locked-in", "debt", "threat", "minor", "exploited", "contact-lost", "secrecy", "seat-for-sale",
    "deposit", "fraud", "lured", "fear", "night-work",
)  # fmt: skip
LINE_FIRST = (
    "andean-paper", "foreign-paper", "employer", "peruvian-paper", "return", "they-return", "not-return", "want-leave",
    "they-leave", "offered-me", "offered-them", "resident-abroad", "other-side", "goods", "bring-minor", "pension",
    "title", "work-trouble", "cedula", "abroad",
)  # fmt: skip
NONE_FIRST = (
    "sale", "swindle-mail", "press", "office-mail", "course", "no-more", "service-info", "peru-labour", "no-work",
    "identity-papers", "vote", "driving", "property", "family-matters", "tourism", "study", "records", "school-health",
)  # fmt: skip
KIND_FIRST = {
    "reclamo": ("complaint", "no-answer", "ill-treated", "system-down", "wrong-service"),
    "sugerencia": ("suggestion",),
    "agradecimiento": ("thanks", "no-more"),
}


@cache
def _says() -> dict[str, str]:
    return {entry.name: entry.says for entry in lexicon().entries}


def reasons_of(
    reading: Reading, *, line: int, kind: str, on_behalf: bool, trafficking_risk: bool, enough: bool
) -> tuple[str, ...]:
    """Return at most five reasons, the weightiest first, each with the writer's own words where there are some."""
    if not enough:
        return ("no dice lo suficiente para saber de qué se trata",)
    seen: dict[str, tuple[int, int]] = {}
    for start, end, name in reading.found:
        if name.startswith("cue:"):
            seen.setdefault(name[4:], (start, end))
    wanted: list[str] = []
    if trafficking_risk:
        wanted += [name for name in DANGER_FIRST if name in seen][:3]
    wanted += [name for name in KIND_FIRST.get(kind, ()) if name in seen][:1]
    written = reading.written()
    out = [_with_quote(_says()[name], written, seen[name]) for name in wanted]
    if line:
        out += _places(reading, on_behalf)[:2]
        rest = [name for name in LINE_FIRST if name in seen and name not in wanted]
    else:
        rest = [name for name in NONE_FIRST if name in seen and name not in wanted]
    if on_behalf:
        rest = [*[name for name in ("writes-for", "helper", "kin", "acquaintance") if name in seen][:1], *rest]
    room = max(0, MOST - len(out))
    out += [_with_quote(_says()[name], written, seen[name]) for name in rest[:room]]
    return tuple(dict.fromkeys(out))[:MOST] or (
        ("no se le reconoce una consulta de migración laboral",) if line == 0 else ("por el conjunto de sus palabras",)
    )


def _with_quote(says: str, written: list[str], where: tuple[int, int]) -> str:
    quote = " ".join(word for word in written[slice(*where)] if word != "\n")
    return f"{says}: «{quote}»" if 0 < len(quote) <= LONGEST_QUOTE else says


def _places(reading: Reading, on_behalf: bool) -> list[str]:
    person = "3" if on_behalf else "1"
    out: list[str] = []
    for other in (person, "1" if on_behalf else "3"):
        for role, code in reading.roles:
            name, who = role[:-1], role[-1:]
            if who == other and name in ROLES:
                out.append(f"{ROLES[name]} {_says()[code]}{PERSON[who]}")
    return out
