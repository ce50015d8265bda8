"""What one letter says, read once: its words, the phrases of the lexicon in it, and the words with places masked."""

from dataclasses import dataclass

from letters.newest import newest_text
from triage.language import language_of
from triage.lexicon import lexicon, side
from triage.tokens import WORD, plain, tokens
from triage.verdict import Text

MASKED = ("place", "people", "speech")
REACH = 4
"""How many words may stand between a role ("vivo en …") and the place it speaks of."""

STOPS = frozenset(".?!;\n")
ARRIVED = frozenset({"vine", "vinimos", "llegue", "llegamos", "vino", "vinieron", "llego", "llegaron"})
TOWARDS = frozenset({"a", "al", "hasta", "para"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A letter as read.

    ``words`` are those of subject and body, ``body`` those of the body alone, ``masked`` all words with every place
    and demonym replaced by the side of the border it stands on, ``found`` the phrases (start, end, name) in ``words``,
    ``roles`` how each place stands to a person: (role, country), where nothing says it just "place" or
    "people". ``language`` is that of the newest text.
    """

    text: str
    raw_subject: str
    words: list[str]
    subject: list[str]
    body: list[str]
    masked: list[str]
    found: list[tuple[int, int, str]]
    roles: list[tuple[str, str]]
    language: str

    def written(self) -> list[str]:
        """Return the words as they were written, accents and capitals included, where they can be told apart."""
        written = [*WORD.findall(self.raw_subject), "\n", *WORD.findall(self.text)]
        return written if len(written) == len(self.words) else self.words


def read(text: Text, longest: int) -> Reading:
    """Read at most ``longest`` characters of the newest text of a letter."""
    body = newest(text.body[:longest])
    subject_words = tokens(plain(text.subject[:500]))
    body_words = tokens(plain(body))
    words = [*subject_words, "\n", *body_words]
    found = lexicon().find(words)
    places = longest_places(found)
    return Reading(
        text=body,
        raw_subject=text.subject[:500],
        words=words,
        subject=subject_words,
        body=body_words,
        masked=mask(words, places),
        found=found,
        roles=roles(words, found, places),
        language=language_of(words, body),
    )


def newest(body: str) -> str:
    """Return what the writer says now, without quotes, forwards and signatures."""
    return newest_text(body)


def longest_places(found: list[tuple[int, int, str]]) -> dict[int, tuple[int, str, str]]:
    """Return start -> (end, "place" or "people", country); the longest at a word wins, and none lies in another."""
    best: dict[int, tuple[int, str, str]] = {}
    for start, end, name in found:
        kind, _, code = name.partition(":")
        if kind in MASKED and end > best.get(start, (0, "", ""))[0]:
            best[start] = (end, kind, code)
    covered = 0
    kept: dict[int, tuple[int, str, str]] = {}
    for start in sorted(best):
        if start >= covered:
            kept[start] = best[start]
            covered = best[start][0]
    return {start: place for start, place in kept.items() if place[1] != "speech"}


def mask(words: list[str], places: dict[int, tuple[int, str, str]]) -> list[str]:
    """Replace places and demonyms by <kind-side>."""
    masked: list[str] = []
    at = 0
    while at < len(words):
        if at in places:
            at, kind, code = places[at]
            masked.append(f"<{kind}-{side(code)}>")
        else:
            masked.append(words[at])
            at += 1
    return masked


def roles(
    words: list[str], found: list[tuple[int, int, str]], places: dict[int, tuple[int, str, str]]
) -> list[tuple[str, str]]:
    """Say of every place how it stands to a person: the nearest role that ends shortly before it, in its sentence.

    Whoever came from one place to the next, to work there or to stay, is at the second.
    """
    ends: dict[int, tuple[int, str]] = {}
    for start, end, name in found:
        if name.startswith("cue:role-") and start < ends.get(end, (len(words) + 1, ""))[0]:
            ends[end] = (start, name[9:])
    told: list[tuple[str, str]] = []
    came: tuple[int, str] | None = None
    for start, (end, kind, code) in places.items():
        role, cue, at = "", start, start
        for at in range(start, max(-1, start - REACH - 1), -1):
            if at in ends and (start - at < 2 or ends[at][1] == "origin1" or at - ends[at][0] > 1):
                cue, role = ends[at]
                break
            if at > 0 and words[at - 1] in STOPS:
                break
        if kind == "place" and came is not None and _arrives(words, came, start, role, cue):
            role = f"live{came[1]}"
        came = (end, role[-1]) if role in ("from1", "from3") and not ARRIVED.isdisjoint(words[cue:at]) else None
        told.append((role or kind, code))
    return told


def _arrives(words: list[str], came: tuple[int, str], start: int, role: str, cue: int) -> bool:
    """Tell whether the way from the place that ends at ``came`` leads to the one at ``start``, by no other role."""
    end, person = came
    told_otherwise = role not in ("", "by", f"from{person}") and cue > end + 2
    on_the_way = words[end] in TOWARDS and start - end <= REACH + 2 and STOPS.isdisjoint(words[end:start])
    return on_the_way and not told_otherwise
