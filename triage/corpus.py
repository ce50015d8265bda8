"""The labelled letters the judge learns from, and the part of them that it never sees."""

import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from triage.verdict import Text

CORPUS = files("triage") / "corpus"
LABELS = ("line", "kind", "on_behalf", "trafficking_risk")
KINDS = ("consulta", "sugerencia", "reclamo", "agradecimiento", "ajeno")
HELD, DRILLS = "held_", ("own", "drill_")
"""How the names of hands begin: those that only measure, and those that wrote for the weak spots of others."""
BLANKS = {"line": 0, "kind": "consulta", "on_behalf": False, "trafficking_risk": False}
"""What stands where nobody vouches for a label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled letter; the fields are those of ``Verdict``. ``writer`` names the hand that wrote it.

    ``arguable`` holds other lines that a careful reader could defend, ``difficulty`` the writer's own word for it.
    ``vouched`` names the labels that somebody gave; nothing is learnt from the others.
    """

    id: str
    writer: str
    text: Text
    line: int
    kind: str
    on_behalf: bool
    trafficking_risk: bool
    language: str
    countries: tuple[str, ...]
    difficulty: str = ""
    arguable: tuple[int, ...] = ()
    vouched: frozenset[str] = frozenset(LABELS)


class BadExample(ValueError):
    """A labelled letter cannot be read; the message names the line and the fault."""


def read_examples(lines: Iterable[str], writer: str, *, partial: bool = False) -> list[Example]:
    """Read labelled letters, one JSON object a line; raise ``BadExample`` naming the first bad line.

    With ``partial`` a label may be null: nobody vouches for it.
    """
    examples: list[Example] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            examples.append(_example(json.loads(line), writer, partial))
        except (ValueError, KeyError, TypeError) as error:
            raise BadExample(f"line {number}: {_fault(error)}") from error
    return examples


def _fault(error: Exception) -> str:
    return f"missing field {error}" if isinstance(error, KeyError) else str(error)


def _example(row: dict[str, Any], writer: str, partial: bool) -> Example:
    if not isinstance(row, dict):
        raise TypeError("not a JSON object")
    vouched = frozenset(label for label in LABELS if row[label] is not None) if partial else frozenset(LABELS)
    row = {**row, **{label: blank for label, blank in BLANKS.items() if label not in vouched}}
    line, kind = row["line"], row["kind"]
    if type(line) is not int or line not in range(6):
        raise ValueError(f"line must be 0 to 5, not {line!r}")
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}")
    for label in ("on_behalf", "trafficking_risk"):
        if not isinstance(row[label], bool):
            raise TypeError(f"{label} must be true or false, not {row[label]!r}")
    arguable = row.get("arguable") or []
    if not isinstance(arguable, list) or not all(one in range(6) for one in arguable):
        raise ValueError(f"arguable must be a list of other lines, 0 to 5, not {arguable!r}")
    if not isinstance(row["countries"], list):
        raise TypeError(f"countries must be a list of codes, not {row['countries']!r}")
    return Example(
        id=str(row["id"]),
        writer=writer,
        text=Text(subject=str(row["subject"] or ""), body=str(row["body"] or "")),
        line=int(line),
        kind=kind,
        on_behalf=row["on_behalf"],
        trafficking_risk=row["trafficking_risk"],
        language=str(row["language"]),
        countries=tuple(sorted(str(code) for code in row["countries"])),
        difficulty=str(row.get("difficulty") or ""),
        arguable=tuple(int(line) for line in arguable),
        vouched=vouched,
    )


def shipped() -> list[Example]:
    """Every labelled letter that comes with the package."""
    examples: list[Example] = []
    for file in sorted((f for f in CORPUS.iterdir() if f.name.endswith(".jsonl")), key=lambda f: f.name):
        examples += read_examples(file.read_text("utf-8").splitlines(), file.name.removesuffix(".jsonl"))
    return examples


def validation_ids() -> frozenset[str]:
    """The ids of the part of the first three hands' letters that no model is ever fitted or tuned on."""
    return frozenset(tomllib.loads((CORPUS / "validation.toml").read_text("utf-8"))["ids"])


def split(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Part the letters into those to learn from and those that only measure (whole hands, or by their ids)."""
    ids = validation_ids()
    held = [e for e in examples if e.writer.startswith(HELD) or e.id in ids]
    return [e for e in examples if not e.writer.startswith(HELD) and e.id not in ids], held
