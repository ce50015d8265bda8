"""Holds the words of letters, answers and notes, and the bytes behind them, against the hashes in the journal."""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import String, Text, cast, exists, select
from sqlalchemy.orm import Session

from tickets import contents
from tickets.homes import Numbers
from tickets.rows import core
from tickets.states import MessageKind
from tickets.tables import Attachment, Intake, Message, Outgoing, RawLetter
from tickets.told import Facts, number
from tickets.turns import Turns
from tickets.unlike import Contradiction

_PIECE = 200
"""Rows with their words that are held at once: some letters are long."""

_BODIES = 4
"""Letters as they arrived that are held at once."""

_LETTERS = frozenset({MessageKind.LETTER, MessageKind.FOLLOW_UP, MessageKind.MACHINE, MessageKind.BOUNCE})


class Texts:
    """The hashes that the chains tell of, sixty bits each, by the id of what they are of."""

    def __init__(self) -> None:
        self._letters = Numbers()  # by intake id
        self._ours = Numbers()  # answers and apologies, by outbox id
        self._parcels = Numbers()  # by outbox id
        self._notes = Numbers()  # by message id
        self._stand_ins: set[object] = set()  # intake ids of letters that could not be analysed when they came

    def take(self, event: str, facts: Facts) -> None:
        """Take in an entry of a case; one from before contents were noted tells nothing."""
        if event == "quarantined":
            self._stand_ins.add(facts.get("intake"))
        elif "said" in facts:
            self._ours[facts.get("outgoing")] = _short(facts["said"])
            self._parcels[facts.get("outgoing")] = _short(facts.get("payload"))
        elif event == "noted":
            self._notes[facts.get("message")] = _short(facts.get("content"))
        elif facts.get("intake") is not None and "content" in facts:
            self._letters[facts["intake"]] = _short(facts["content"])

    def contradictions(self, session: Session, hashed: Callable[[str], str]) -> Iterator[Contradiction]:
        """Yield every message and outgoing letter that is not what it was when it was written."""
        attached = Turns(_attached(session), "message_id")
        for row in session.execute(_messages(session)):
            marks, key, what = self._of(row)
            told = marks[key]
            there = attached.of(row.id)
            if row.kind in _LETTERS and row.intake_id in self._stand_ins:  # the first of it only stood for the letter
                self._stand_ins.discard(row.intake_id)
                continue
            if not told or not any((row.from_address, row.from_name, row.subject, row.text)):  # of a person erased
                continue
            if _short(hashed(contents.of_message(row, there, row.sha256))) != told:
                said = f"{what} (mensaje {row.id}) no dice lo que decía: cambió su texto, su remitente o sus adjuntos"
                yield number(row.ticket_id), row.id, said
        out = core(Outgoing).c
        query = select(out.id, out.ticket_id, out.message_id, out.to_address, out.author_id, out.payload)
        query = query.add_columns(cast(out.recipients, Text).label("recipients")).where(out.author_id.is_not(None))
        for row in session.execute(query.order_by(out.id).execution_options(yield_per=_PIECE)):
            told = self._parcels[row.id]
            if told and row.to_address and _short(hashed(contents.of_parcel(row))) != told:
                said = f"el envío {row.id}: no lleva lo que se escribió, o va a otra persona"
                yield number(row.ticket_id), row.id, said
        query = select(out.id, out.ticket_id).where(out.author_id.is_(None), out.to_address != "").order_by(out.id)
        for row in session.execute(query.execution_options(yield_per=2000)):
            if self._parcels[row.id]:
                yield number(row.ticket_id), row.id, f"el envío {row.id}: su fila ya no dice quién lo escribió"

    def _of(self, row: Any) -> tuple[Numbers, object, str]:
        if row.kind in _LETTERS:
            return self._letters, row.intake_id, "la carta"
        if row.outgoing_id is not None:
            return self._ours, row.outgoing_id, "la disculpa" if row.kind == MessageKind.APOLOGY else "la respuesta"
        return self._notes, row.id if row.kind == MessageKind.NOTE else None, "la nota"


def originals(session: Session) -> Iterator[Contradiction]:
    """Read every letter as it arrived again; yield those whose bytes are not the ones that came.

    Of one too large to take there is only the head, which its hash does not stand for. One that is empty is of a
    person erased, unless the words of its letter are still here.
    """
    raw, came, of = core(RawLetter).c, core(Intake).c, core(Message).c
    partial = select(came.raw_id).where(came.partial.is_(True), came.raw_id.is_not(None))
    query = select(raw.id, raw.sha256, raw.codec, raw.body).where(raw.id.not_in(partial)).order_by(raw.id)
    words = exists().where(of.ticket_id == came.ticket_id, of.intake_id == came.id, of.text != "")
    for row in session.execute(query.execution_options(yield_per=_BODIES)):
        if _bytes_hash(row.codec, row.body) != row.sha256:
            whose = [came.raw_id == row.id] if row.body else [came.raw_id == row.id, words]
            for letter in session.execute(select(came.id, came.ticket_id).where(*whose)):
                said = f"el original de la carta (entrada {letter.id}) no son los bytes que llegaron"
                yield number(letter.ticket_id), letter.id, said
    others = select(came.id, came.ticket_id).join(core(RawLetter), raw.id == came.raw_id)
    for letter in session.execute(others.where(raw.sha256 != came.sha256).order_by(came.id)):
        yield number(letter.ticket_id), letter.id, f"la entrada {letter.id} guarda el original de otra carta"


def _bytes_hash(codec: object, body: object) -> str:
    """Return the hash of stored bytes, "" of those that cannot be read back."""
    if not isinstance(body, bytes):
        return ""
    try:
        return hashlib.sha256(zlib.decompress(body) if codec == "zlib" else body).hexdigest()
    except zlib.error:
        return ""


def _messages(session: Session) -> Any:
    of, came = core(Message).c, core(Intake).c
    at: Any = cast(of.at, String).label("at") if session.get_bind().dialect.name == "sqlite" else of.at
    names = ("id", "ticket_id", "kind", "intake_id", "outgoing_id", *contents.MESSAGE[1:])
    query = select(at, *(of[name] for name in names), came.sha256).outerjoin(core(Intake), came.id == of.intake_id)
    return query.order_by(of.id).execution_options(yield_per=_PIECE)


def _attached(session: Session) -> Iterator[Any]:
    of = core(Attachment).c
    query = select(of.message_id, *(of[name] for name in contents.ATTACHED))
    query = query.order_by(of.message_id, of.position, of.id).execution_options(yield_per=2000)
    return iter(session.execute(query))


def _short(told: object) -> int:
    """Return sixty bits of a hash, never 0; 0 of what is none."""
    try:
        return int(str(told)[:15], 16) or 1
    except ValueError:
        return 0
