"""Reads the lexicon: the TOML files beside this module that a consultant can read and extend."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from triage.phrases import Phrases
from triage.tokens import plain

LEXICON = files("triage") / "lexicon"
ANDEAN = frozenset({"BO", "CO", "EC"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the lexicon: its name, what it says in Spanish, its spellings, and its two test sentences."""

    name: str
    says: str
    patterns: tuple[str, ...]
    example: str
    counter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The whole lexicon, ready to be searched.

    ``phrases`` finds entries by names such as ``place:BO``, ``people:VE``, ``mark:ES``, ``weak:PT``, ``cue:return``,
    and ``speech:`` for languages.
    """

    phrases: Phrases
    entries: tuple[Entry, ...]

    def find(self, words: list[str]) -> list[tuple[int, int, str]]:
        """Return (start, end, entry name) of all that occurs in these words."""
        return self.phrases.find(words)


@cache
def lexicon() -> Lexicon:
    """Load the lexicon once per process (tens of milliseconds)."""
    phrases = Phrases()
    entries: list[Entry] = []
    for name in ("countries.toml", "peru.toml"):
        for row in tomllib.loads((LEXICON / name).read_text("utf-8"))["country"]:
            code = row["code"]
            weak = {plain(pattern) for pattern in row.get("weak", ())}
            for key, role in (("names", "place"), ("places", "place"), ("demonyms", "people"), ("marks", "mark")):
                patterns = tuple(pattern for pattern in row.get(key, ()) if plain(pattern) not in weak)
                phrases.add(patterns, f"{role}:{code}")
            phrases.add(weak, f"weak:{code}")
            everything = tuple(p for key in ("names", "places", "demonyms", "marks") for p in row.get(key, ()))
            entries.append(
                Entry(
                    name=code, says=row["names"][0], patterns=everything, example=row["example"], counter=row["counter"]
                )
            )
    for line in (LEXICON / "towns.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            code, _, names = line.partition("\t")
            phrases.add(names.split(", "), f"place:{code}")
    for row in tomllib.loads((LEXICON / "speech.toml").read_text("utf-8"))["speech"]:
        phrases.add(row["phrases"], "speech:")
    for row in tomllib.loads((LEXICON / "cues.toml").read_text("utf-8"))["cue"]:
        phrases.add(row["phrases"], f"cue:{row['name']}")
        entries.append(
            Entry(
                name=row["name"],
                says=row["says"],
                patterns=tuple(row["phrases"]),
                example=row["example"],
                counter=row["counter"],
            )
        )
    return Lexicon(phrases=phrases, entries=tuple(entries))


def side(code: str) -> str:
    """Which side of the border a country stands on for the five lines: peru, andean or other."""
    if code == "PE":
        return "peru"
    return "andean" if code in ANDEAN else "other"
