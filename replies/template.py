"""One text with its front matter: what a template file says, as values."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

VariableType = Literal["line", "text", "items", "name", "url", "date", "channel", "rows"]
"""line: one line · text: paragraphs · items: one thing a line · name: a person's · url: http(s) or mailto · date:
YYYY-MM-DD · channel: an id of channels.toml · rows: a list of {column: text}, for letters to staff."""

Status = Literal["published", "draft", "blocked"]
"""blocked: written, but not offered until someone verifies what it rests on."""

Outcome = Literal["answered", "referred", "asked_back"]
"""What sending it makes of a case: answered, sent to the entity that decides, or waiting for the writer's word."""

FENCE = "+++"
FRAMES = ("answer", "safe", "automatic", "bare")
ORIGINAL = "es"

_REQUIRED = {
    "id", "line", "title", "subject", "when", "languages", "facts", "legal_basis", "variables", "reviewed_on",
    "review_by", "status",
}  # fmt: skip
_OPTIONAL = {"also_lines", "kinds", "see_also", "cues", "countries", "other_than", "frame", "outcome"}
_LISTS = (
    "languages", "facts", "legal_basis", "also_lines", "kinds", "see_also", "cues", "countries", "other_than",
)  # fmt: skip
_TRANSLATED = {"id", "title", "subject", "reviewed_on"}
_VARIABLE = {"name", "type", "label", "example", "required"}


class Malformed(ValueError):
    """A template file cannot be read; the message says what is wrong with its front matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """What a text asks for. ``label`` is for the consultant; ``example`` renders the text in checks and listings."""

    name: str
    type: VariableType
    label: str
    example: Any
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The words of a template in one language. ``html`` is its own HTML body, "" when it is derived from the text."""

    title: str
    subject: str
    body: str
    reviewed_on: date
    html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A canned reply or a fixed letter in all its languages.

    ``line`` is 0-5 (0: any line), ``also_lines`` the other lines it serves, ``kinds`` the kinds of letter it answers,
    ``cues`` the words a letter of its matter uses, ``countries`` those it is about (ISO 3166-1; ``other_than``: any but
    these), ``frame`` what surrounds the body (greeting, closing), ``outcome`` what sending it makes of the case.
    """

    id: str
    line: int
    title: str
    when: str
    variables: tuple[Variable, ...]
    languages: tuple[str, ...]
    facts: tuple[str, ...]
    legal_basis: tuple[str, ...]
    reviewed_on: date
    review_by: date
    status: Status
    texts: Mapping[str, Text]
    also_lines: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    see_also: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    other_than: tuple[str, ...] = ()
    frame: str = "answer"
    outcome: Outcome = "answered"
    place: str = field(default="", compare=False)

    @property
    def lines(self) -> tuple[int, ...]:
        """Every line it serves, its own first."""
        return (self.line, *self.also_lines)

    def language_for(self, wanted: str) -> str:
        """Return the language to answer in: the wanted one, else Spanish, or English for a reader of neither.

        Quechua and Aymara speakers are answered in Spanish; Portuguese, French and other readers in English when
        there is no text of theirs.
        """
        if wanted in self.texts:
            return wanted
        if wanted not in {"", ORIGINAL, "qu", "ay", "gn", "ca", "gl"} and "en" in self.texts:
            return "en"
        return ORIGINAL


def split(source: str) -> tuple[dict[str, Any], str]:
    """Split a file into its front matter (TOML between two ``+++`` lines) and its body. Raises Malformed."""
    head, fence, rest = source.partition(f"{FENCE}\n")
    matter, closing, body = rest.partition(f"\n{FENCE}\n")
    if head or not fence or not closing:
        raise Malformed(f"no empieza con su ficha entre dos líneas {FENCE}")
    try:
        return tomllib.loads(matter), body.strip("\n")
    except tomllib.TOMLDecodeError as error:
        raise Malformed(f"la ficha no es TOML: {error}") from None


def variable(row: Mapping[str, Any]) -> Variable:
    """Read one declared variable. Raises Malformed."""
    if unknown := sorted(set(row) - _VARIABLE):
        raise Malformed(f"una variable tiene claves desconocidas: {', '.join(unknown)}")
    if missing := sorted({"name", "type", "label", "example"} - set(row)):
        raise Malformed(f"a la variable «{row.get('name', '?')}» le falta: {', '.join(missing)}")
    if row["type"] not in get_args(VariableType):
        raise Malformed(f"la variable «{row['name']}» tiene un tipo desconocido: {row['type']}")
    if not str(row["name"]).isidentifier():
        raise Malformed(f"«{row['name']}» no sirve como nombre de variable")
    return Variable(**row)


def original(source: str, place: str) -> Template:
    """Read the Spanish file of a template; ``place`` is its path, for messages. Raises Malformed."""
    matter, body = split(source)
    _keys(matter, _REQUIRED, _OPTIONAL)
    texts = {ORIGINAL: _text(matter, body)}
    known: dict[str, Any] = {key: matter[key] for key in (_REQUIRED | _OPTIONAL) & set(matter) if key != "subject"}
    for key in _LISTS:
        if key in known:
            known[key] = _list(matter, key, int if key == "also_lines" else str)
    known["variables"] = tuple(variable(row) for row in matter["variables"])
    if matter["line"] not in range(6):
        raise Malformed(f"line = {matter['line']!r} no es una línea de 0 a 5")
    if matter["status"] not in get_args(Status):
        raise Malformed(f"status = {matter['status']!r} no es uno de: {', '.join(get_args(Status))}")
    if matter.get("frame", "answer") not in FRAMES:
        raise Malformed(f"frame = {matter['frame']!r} no es uno de: {', '.join(FRAMES)}")
    if matter.get("outcome", "answered") not in get_args(Outcome):
        raise Malformed(f"outcome = {matter['outcome']!r} no es uno de: {', '.join(get_args(Outcome))}")
    if _date(matter, "review_by") < _date(matter, "reviewed_on"):
        raise Malformed("review_by es anterior a reviewed_on")
    return Template(**known, texts=texts, place=place)


def translation(source: str, template_id: str) -> Text:
    """Read a translated file of that template. Raises Malformed."""
    matter, body = split(source)
    _keys(matter, _TRANSLATED, set())
    if matter["id"] != template_id:
        raise Malformed(f"la ficha dice id = {matter['id']!r}")
    return _text(matter, body)


def _keys(matter: Mapping[str, Any], required: set[str], optional: set[str]) -> None:
    if missing := sorted(required - set(matter)):
        raise Malformed(f"a la ficha le falta: {', '.join(missing)}")
    if unknown := sorted(set(matter) - required - optional):
        raise Malformed(f"la ficha tiene claves desconocidas: {', '.join(unknown)}")


def _text(matter: Mapping[str, Any], body: str) -> Text:
    if not body:
        raise Malformed("no tiene texto")
    return Text(
        title=_string(matter, "title"),
        subject=_string(matter, "subject"),
        body=body,
        reviewed_on=_date(matter, "reviewed_on"),
    )


def _string(matter: Mapping[str, Any], key: str) -> str:
    value = matter[key]
    if not isinstance(value, str) or not value.strip():
        raise Malformed(f"{key} está vacío")
    return value


def _list(matter: Mapping[str, Any], key: str, kind: type) -> tuple[Any, ...]:
    value = matter[key]
    if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
        raise Malformed(f"{key} no es una lista de {'números' if kind is int else 'textos'}")
    return tuple(value)


def _date(matter: Mapping[str, Any], key: str) -> date:
    value = matter[key]
    if type(value) is not date:
        raise Malformed(f"{key} no es una fecha como 2026-11-21")
    return value
