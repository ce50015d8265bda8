"""What can be concluded from the signals: who the person concerned is, where they are, which way they want to go.

A small set of plain rules, one for the writer ("1") and one for the person written about ("3"). The rules only make
features: how far each can be trusted is learned from the corpus.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from triage.lexicon import side

ABOUT = (
    "sale", "swindle-mail", "office-mail", "press", "no-work", "suggestion", "complaint", "no-more", "service-info",
    "peru-labour", "identity-papers", "vote", "driving", "property", "family-matters", "tourism", "study",
)  # fmt: skip
DANGER = frozenset({
    "papers-kept", "locked-in", "debt", "threat", "fear", "exploited", "lured", "night-work", "contact-lost", "secrecy",
    "seat-for-sale", "deposit", "fraud",
})  # fmt: skip
ABROAD = ("andean", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one person stands, as far as the letter says: sides of the border, or "" when it is silent."""

    nation: str = ""
    place: str = ""
    going: str = ""
    back: str = ""
    past: str = ""


def first(roles: Sequence[tuple[str, str]], *wanted: str) -> str:
    """Return the side of the first place that stands in one of these roles, or ""."""
    for name in wanted:
        for role, code in roles:
            if role == name:
                return side(code)
    return ""


def standing(roles: Sequence[tuple[str, str]], person: str) -> Standing:
    """Read how the writer ("1") or the other person ("3") stands."""
    return Standing(
        nation=first(roles, f"origin{person}"),
        place=first(roles, f"live{person}", f"work{person}"),
        going=first(roles, f"go{person}", "by"),
        back=first(roles, f"back{person}"),
        past=first(roles, f"from{person}", f"worked{person}"),
    )


def line_of(who: Standing, cues: frozenset[str]) -> str:
    """Return the line that the plain rules give, or "?" when they are silent."""
    nation = who.nation
    if not nation:
        if "peruvian-paper" in cues:
            nation = "peru"
        elif "foreign-paper" in cues and who.place not in ABROAD and who.going not in ABROAD:
            nation = "andean" if cues & {"andean-paper"} else "other"
        elif "andean-paper" in cues and who.place == "peru" and who.going not in ABROAD:
            nation = "andean"
    if nation in ABROAD:
        return "4" if nation == "andean" else "5"
    leaving = who.going in ABROAD or "want-leave" in cues or "abroad" in cues
    returning = who.back == "peru" or "return" in cues or "they-return" in cues or "goods" in cues
    if who.place in ABROAD:
        if "not-return" in cues or not returning:
            return "2"
        return "3"
    if who.past in ABROAD:
        return "1" if leaving and "long-ago" in cues else "3"
    if returning and "not-return" not in cues and not (leaving and "long-ago" in cues):
        return "3"
    if leaving:
        return "1"
    return "?"


def about(cues: frozenset[str]) -> str:
    """Return what the letter is about, roughly: the first of these that shows."""
    for name in ABOUT:
        if name in cues:
            return name
    return "work" if "work" in cues else "none"


def conclusions(roles: Sequence[tuple[str, str]], cues: Iterable[str], language: str) -> list[str]:
    """Return the conclusions as features."""
    known = frozenset(cues)
    out: list[str] = []
    behalf = bool(known & {"writes-for", "helper", "subject-kin", "offered-them", "they-leave", "they-return"})
    kin = bool(known & {"kin", "acquaintance"})
    me, other = standing(roles, "1"), standing(roles, "3")
    lines = (line_of(me, known), line_of(other, known))
    if other.place == "peru" and me.place in ABROAD and "they-return" not in known:
        lines = (lines[0], "1")  # somebody abroad asks for one who is still here
    for name, who, line in (("1", me, lines[0]), ("3", other, lines[1])):
        out.append(f"line{name}={line}")
        out.append(f"stand{name}={who.nation}/{who.place}/{who.going}/{who.back}/{who.past}")
        out.append(f"np{name}={who.nation}/{who.place}")
        out.append(f"pg{name}={who.place}/{who.going}/{who.back}")
    out.append(f"lines={lines[0]}/{lines[1]}/{behalf}")
    out.append(f"who={'behalf' if behalf else 'kin' if kin else 'self'}")
    chosen = lines[1] if behalf and lines[1] != "?" else lines[0] if lines[0] != "?" else lines[1]
    out.append(f"line={chosen}")
    out.append(f"line={chosen}&about={about(known)}")
    out.append(f"about={about(known)}&work={'work' in known}")
    out.append(f"lang={language}")
    out.append(f"lang={language}&line={chosen}")
    danger = len(known & DANGER)
    out.append(f"danger={min(danger, 4)}")
    out.append(f"danger={min(danger, 2)}&minor={'minor' in known}")
    sides = [side(code) for _, code in roles]
    squeezed = [s for at, s in enumerate(sides) if at == 0 or s != sides[at - 1]]
    out.append("sides=" + "/".join(squeezed[:4]))
    out.append("set=" + "/".join(sorted(set(sides))))
    return out
