"""Finding cases by what was written in them: words as a person types them, as the query of either database.

Words stand for themselves whatever their accents and capitals, all of them must be in one letter, «"entre comillas"»
they stand together, and the last word may go on. No text that anybody types is an error.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from tickets.references import find_reference
from tickets.rows import core
from tickets.tables import Message, Ticket

_TICKET, _MESSAGE = core(Ticket), core(Message)
_MOST_WORDS, _LONGEST_WORD, _LONGEST_TEXT = 12, 60, 300
_SHORTEST_BEGINNING = 4
"""Letters that a last word must have to stand for every word that begins with it."""
_YEARS = tuple(range(2022, 2060))
_PARTS = re.compile(r'"([^"]*)"|([^\s"]+)')
_WORDS = re.compile(r"[^\W_]+")
_ACCENTS = str.maketrans("áàâäãåéèêëíìîïóòôöõúùûüñçýÿÁÀÂÄÃÅÉÈÊËÍÌÎÏÓÒÔÖÕÚÙÛÜÑÇÝŸ", "aaaaaaeeeeiiiiooooouuuuncyy" * 2)
"""What PostgreSQL's index does with accents, letter by letter (SQLite's own tokenizer takes off all of them)."""

_INDEXED = text(
    "messages.kind IN ('letter', 'follow_up', 'machine', 'bounce', 'note', 'answer', 'ask_back', 'referral', 'apology')"
)
"""The part of the messages that PostgreSQL's index holds, in the very words of the index."""
_WORDS_OF = func.message_words(
    _MESSAGE.c.direction,
    _MESSAGE.c.subject,
    _MESSAGE.c.from_name,
    _MESSAGE.c.from_address,
    func.coalesce(_MESSAGE.c.newest_text, _MESSAGE.c.text),
)
_MATCHES = text("SELECT rowid >> 32 FROM message_words WHERE message_words MATCH :asked AND rowid >= :first")
_NEWEST = text(
    "SELECT rowid >> 32 FROM message_words WHERE message_words MATCH :asked AND rowid < :past ORDER BY rowid DESC"
)


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: groups of words that stand together; ``open_end`` when the last word may go on."""

    groups: tuple[tuple[str, ...], ...]
    open_end: bool
    reference: str = ""
    number: int | None = None

    def __bool__(self) -> bool:
        return bool(self.groups)


def understand(said: str) -> Query:
    """Read what a person typed. Never raises; without a single word the query is false and finds nothing."""
    said = unicodedata.normalize("NFC", said[:_LONGEST_TEXT]).replace("\x00", " ")
    groups: list[tuple[str, ...]] = []
    loose = False
    for quoted, bare in _PARTS.findall(said):
        words = tuple(word[:_LONGEST_WORD] for word in _WORDS.findall(quoted or bare))
        if words and sum(map(len, groups)) + len(words) <= _MOST_WORDS:
            groups.append(words)
            loose = not quoted
    open_end = loose and not said[-1:].isspace() and len(groups[-1][-1]) >= _SHORTEST_BEGINNING
    digits = said.strip().lstrip("-#")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 7 else None
    reference = find_reference(said) or ""
    return Query(tuple(groups), open_end, reference if said.strip().upper() == reference else "", number)


def fts5(query: Query) -> str:
    """Return the query in the words of SQLite's FTS5."""
    said = [f'"{" ".join(group)}"' for group in query.groups]
    return " ".join(said) + ("*" if query.open_end else "")


def tsquery(query: Query) -> str:
    """Return the query in the words of PostgreSQL's ``to_tsquery``."""
    said = ["(" + " <-> ".join(f"'{fold(word)}'" for word in group) + ")" for group in query.groups]
    if query.open_end:
        said[-1] = said[-1][:-1] + ":*)"
    return " & ".join(said)


def fold(word: str) -> str:
    """Take accents and capitals off."""
    return word.translate(_ACCENTS).lower()


def on_postgresql(query: Query) -> Select[Any]:
    """Return the query for the ids of the cases in which the words stand."""
    asked = func.to_tsquery("simple", tsquery(query))
    return select(_MESSAGE.c.ticket_id).where(_INDEXED, _WORDS_OF.op("@@")(asked))


def on_sqlite(session: Session, query: Query, oldest: int) -> Iterable[int]:
    """Return the ids of the cases from ``oldest`` on in which the words stand, some of them twice."""
    return session.execute(_MATCHES, {"asked": fts5(query), "first": oldest << 32}).scalars()


def newest_on_sqlite(session: Session, query: Query, before: int | None, stride: int) -> Iterator[Sequence[int]]:
    """Yield the ids of the cases in which the words stand, the newest first, so many at a time."""
    meant = {"asked": fts5(query), "past": (before if before is not None else 2**31 - 1) << 32}
    yield from session.execute(_NEWEST, meant).scalars().partitions(stride)


def named(session: Session, query: Query) -> list[int]:
    """Return the ids of the cases whose reference, or bare number in any year, was typed."""
    if query.reference:
        wanted = _TICKET.c.reference == query.reference
    elif query.number is not None:
        wanted = _TICKET.c.year.in_(_YEARS) & (_TICKET.c.number == query.number)
    else:
        return []
    return list(session.execute(select(_TICKET.c.id).where(wanted).limit(100)).scalars())
