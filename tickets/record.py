"""Holds the other tables against the journal: cases, promises, letters, amends, surveys, attentions, calendar, staff.

Everything that the chains tell of a row is compared with the row; a row that no chain knows, and one that a chain
tells of and that is gone, are found too. Rows are read as the database holds them, whatever somebody wrote there.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, Date, Integer, String, Text, cast, select, type_coerce
from sqlalchemy.orm import Session

from tickets import contents
from tickets.attended import ATTENTION, Attended
from tickets.columns import Instant
from tickets.diagnosis import Row, parsed
from tickets.homes import Homes, Numbers
from tickets.rows import core
from tickets.states import (
    KEEPS_PROMISE,
    MessageKind,
    OutboxState,
    PromiseState,
    RemediationState,
    TicketState,
)
from tickets.tables import (
    Attention,
    CalendarRow,
    Intake,
    Message,
    Outgoing,
    Promise,
    Remediation,
    SatisfactionAnswer,
    Setting,
    Staff,
    Ticket,
)
from tickets.texts import Texts, originals
from tickets.told import SPEAKING, Told, ToldCase
from tickets.told import number as as_number
from tickets.turns import Turns
from tickets.unlike import NAMES, Contradiction, Ends, against, differs, of_promises

Hashed = Callable[[str], str]
"""Makes the keyed hash of a text, as the journal holds it."""

Amended = Callable[[Any], str]
"""Returns the keyed hash of what people wrote into a row of the remediation log."""

_MOST_LOST = 100
_NONSENSE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_LETTERS = frozenset({MessageKind.LETTER, MessageKind.FOLLOW_UP, MessageKind.MACHINE, MessageKind.BOUNCE})
_UNSENT = (OutboxState.WAITING, OutboxState.DEFERRED)
_TICKET = (
    *("reference", "state", "line", "kind", "on_behalf", "language", "countries", "office", "outcome"),
    *("assignee_id", "opened_at", "requester_address", "requester_name", "subject"),
)
_PROMISE = (
    *("ticket_id", "kind", "state", "received_at", "due_at", "answered_at", "kept_by", "broken_at"),
    *("due_on", "last_second_at", "legal_due_at"),
)
_AMENDS = (
    *("commitment", "promise_id", "ticket_id", "month", "state", "broken_at", "cause", "cause_text", "corrective"),
    *("preventive", "responsible", "apology_due", "apology_outgoing_id"),
)
_DAY = ("day", "scope", "effect", "legal_basis", "supersedes")


class Record:
    """Reads the journal along with whoever proves it, chain by chain, and holds the tables against it."""

    def __init__(self, session: Session, hashed: Hashed, amended: Amended, ends: Ends, *, originals: bool) -> None:
        """Hold ``ends`` against promises; with ``originals`` every letter as it arrived is read again too."""
        self._session, self._hashed, self._amended, self._ends = session, hashed, amended, ends
        self._originals, self._texts = originals, Texts()
        self._told = Told()
        self._case = ToldCase()
        self._homes, self._kept = Homes(), Attended(session)
        self._tickets = Turns(self._rows(Ticket, _TICKET, "id"), "id")
        self._promises = Turns(self._rows(Promise, _PROMISE, "ticket_id", "id"), "ticket_id")

    def take(self, row: Row) -> None:
        """Take in an entry; one in which nothing makes sense tells nothing."""
        if row.event in SPEAKING:
            try:
                facts = parsed(str(row.facts))
                self._told.take(self._case, row.id, str(row.event), str(row.actor), facts)
                if row.event == "attention":
                    self._kept.take(row.id, facts)
                elif isinstance(row.chain, int) and row.chain > 0:
                    self._homes.take(row.chain, row.id, str(row.event), facts)
                    self._texts.take(str(row.event), facts)
            except _NONSENSE:
                return

    def end(self, chain: object, *, sound: bool) -> Iterator[Contradiction]:
        """Close a chain; of a sound one that is a case's, yield what its rows say otherwise."""
        told, self._case = self._case, ToldCase()
        if not isinstance(chain, int) or chain <= 0:
            return
        tickets, promises = self._tickets.of(chain), self._promises.of(chain)
        if not sound:
            return
        if not tickets and not told.empty:
            yield chain, chain, "el caso ya no está: su fila fue borrada"
        for row in tickets:
            yield from self._ticket(chain, row, told)
        yield from of_promises(chain, promises, told.promises, self._ends)

    def finish(self) -> Iterator[Contradiction]:
        """Yield what does not fit beyond single cases, once every chain has been read."""
        for row in self._promises.strays():
            said = f"la promesa {row.id} es de un caso del que no hay diario: fue insertada o movida"
            yield as_number(row.ticket_id), row.id, said
        yield from self._messages()
        yield from self._texts.contradictions(self._session, self._hashed)
        if self._originals:
            yield from originals(self._session)
        yield from self._outbox()
        yield from self._addresses()
        yield from self._remediation()
        yield from self._surveys()
        yield from self._attentions()
        yield from self._calendar()
        yield from self._staff()
        yield from self._notes()

    def _ticket(self, chain: int, row: Any, told: ToldCase) -> Iterator[Contradiction]:
        for name, expected in told.known.items():
            if name == "outcome" and told.known.get("state") != TicketState.CLOSED:
                continue  # of an ended case that was opened again
            if (said := differs(getattr(row, name), expected)) is not None:
                yield chain, chain, f"el caso, {NAMES[name]}: {said}"
        address = str(row.requester_address)
        if address and told.sender is not None and self._hashed(address) != told.sender:  # "" of a person erased
            yield chain, chain, "el caso: la dirección de la persona no es la que escribió la carta"
        shown = (row.requester_name, row.subject)
        if any(shown) and told.person is not None and self._hashed(contents.of_person(*shown)) != told.person:
            yield chain, chain, "el caso: el nombre de la persona o el asunto no es el de su carta"

    def _messages(self) -> Iterator[Contradiction]:
        letters, written, notes = self._told.letters, self._told.written, self._told.notes
        for row in self._rows(Message, ("ticket_id", "kind", "intake_id", "outgoing_id"), "id"):
            kind, number = row.kind, row.id
            if kind in _LETTERS:
                marks, key, what = letters, row.intake_id, "la carta"
            elif kind in KEEPS_PROMISE:
                marks, key, what = written, row.outgoing_id, "la respuesta"
            elif kind == MessageKind.NOTE:
                marks, key, what = notes, number, "la nota"
            else:
                continue
            if not marks[key]:
                yield as_number(row.ticket_id), number, f"{what} (mensaje {number}) no está en el diario: fue insertada"
                continue
            marks[key] = 2
            if not self._homes.fits(self._home_of(kind)[key], row.ticket_id, number):
                yield as_number(row.ticket_id), number, f"{what} (mensaje {number}) es de otro caso, según el diario"
        for marks, what, table in ((letters, "la carta", Intake), (written, "la respuesta", Outgoing)):
            lost = marks.those(1, _MOST_LOST)
            of = self._of(table, lost)
            for key in lost:
                name = "entrada" if table is Intake else "envío"
                yield of.get(key, 0), key, f"{what} ({name} {key}) está en el diario y su mensaje no está: fue borrado"
        for key in notes.those(1, _MOST_LOST):
            yield 0, key, f"la nota (mensaje {key}) está en el diario y ya no está: fue borrada"

    def _home_of(self, kind: str) -> Numbers:
        if kind in _LETTERS:
            return self._homes.letters
        return self._homes.notes if kind == MessageKind.NOTE else self._homes.ours

    def _of(self, table: Any, ids: Sequence[int]) -> dict[int, int]:
        of = core(table)
        rows = self._session.execute(select(of.c.id, of.c.ticket_id).where(of.c.id.in_(ids)))
        return {row.id: row.ticket_id or 0 for row in rows}

    def _outbox(self) -> Iterator[Contradiction]:
        sent = self._told.sent
        for row in self._rows(Outgoing, ("ticket_id", "state", "sent_at"), "id"):
            number, told = row.id, bool(sent[row.id])
            sent[number] = 2 * told
            if row.ticket_id is not None and (row.state == OutboxState.SENT) != told:
                what = "salió" if told else "no ha salido"
                said = f"su fila dice «{row.state}» y, según el diario, {what}"
                yield as_number(row.ticket_id), number, f"el envío {number}: {said}"
            elif told and not self._homes.left(number, row.sent_at):
                yield as_number(row.ticket_id), number, f"el envío {number}: salió en otro momento, según el diario"
            if not self._homes.fits(self._homes.ours[number], row.ticket_id):
                yield as_number(row.ticket_id), number, f"el envío {number} es de otro caso, según el diario"
        for number in sent.those(1, _MOST_LOST):
            yield 0, number, f"el envío {number}: salió, según el diario, y su fila fue borrada"

    def _addresses(self) -> Iterator[Contradiction]:
        """Find letters of our people that are still here and would go to somebody else than the person of the case."""
        out, ticket = core(Outgoing).c, core(Ticket).c
        query = select(out.id, out.ticket_id, out.to_address, cast(out.recipients, Text).label("recipients"))
        query = query.where(out.author_id.is_not(None), out.ticket_id.is_not(None), out.state.in_(_UNSENT))
        for row in self._session.execute(query.order_by(out.id)).all():
            ids = [one for one in self._homes.ended_in(row.ticket_id) if isinstance(one, int)]
            found = self._session.execute(select(ticket.requester_address).where(ticket.id.in_(ids))).scalars()
            known = {str(one) for one in found}
            if "" in known or not known:  # of a person erased
                continue
            if row.to_address not in known or row.recipients.strip() != json.dumps([row.to_address]):
                said = f"el envío {row.id}: no va a la dirección de la persona del caso"
                yield as_number(row.ticket_id), row.id, said

    def _remediation(self) -> Iterator[Contradiction]:
        amends, broken, months = self._told.amends, self._told.broken, dict(self._told.months)
        seen: set[object] = set()
        for row in self._rows(Remediation, _AMENDS, "id"):
            number, promise = row.id, row.promise_id
            name = f"la medida de subsanación {number}"
            seen.add(number)
            if promise is None:
                if (row.commitment, row.month) not in months:
                    yield 0, number, f"{name} no está en el diario: fue insertada"
                elif (said := differs(row.broken_at, months.pop((row.commitment, row.month)))) is not None:
                    yield 0, number, f"{name}, {NAMES['broken_at']}: {said}"
            elif not broken[promise]:
                yield as_number(row.ticket_id), number, f"{name} es de una promesa que, según el diario, no se rompió"
            else:
                broken[promise] = 2
            yield from ((as_number(row.ticket_id), number, f"{name}{said}") for said in self._amended_row(row, amends))
        for (commitment, month), _ in months.items():
            yield 0, 0, f"la medida de subsanación de {month} ({commitment}) está en el diario y fue borrada"
        for number in amends.keys() - seen:
            yield 0, as_number(number), f"la medida de subsanación {number} está en el diario y fue borrada"
        yield from self._without_amends()

    def _amended_row(self, row: Any, amends: Mapping[object, Any]) -> Iterator[str]:
        told = amends.get(row.id)
        if told is None:
            if any(getattr(row, name) for name in ("cause", "cause_text", "corrective", "preventive", "responsible")):
                yield ": nadie la llenó, según el diario"
            if row.state != RemediationState.OPEN:
                yield ": nadie la cerró, según el diario"
            return
        if self._amended(row) != told.content:
            yield ": lo escrito no es lo que se registró"
        if (row.state == RemediationState.CLOSED) != told.closed:
            yield f", estado: {against(row.state, 'closed' if told.closed else 'open')}"
        if (said := differs(row.apology_outgoing_id, self._told.apologies.get(row.id))) is not None:
            yield f", envío de la disculpa: {said}"

    def _without_amends(self) -> Iterator[Contradiction]:
        """Find promises that stand as broken and have no row: it may go only with the breach."""
        lost = self._told.broken.those(1, _MOST_LOST)
        of = core(Promise)
        query = select(of.c.id, of.c.ticket_id).where(of.c.id.in_(lost), of.c.state == PromiseState.BROKEN)
        for row in self._session.execute(query.order_by(of.c.id)):
            yield (
                as_number(row.ticket_id),
                row.id,
                f"la promesa {row.id} se rompió y su medida de subsanación fue borrada",
            )

    def _surveys(self) -> Iterator[Contradiction]:
        scores = self._told.scores
        for row in self._rows(SatisfactionAnswer, ("ticket_id", "outgoing_id", "score"), "id"):
            told = scores[row.outgoing_id]
            scores[row.outgoing_id] = 0
            if told != row.score:
                said = "no está en el diario: fue insertada" if not told else f": {against(row.score, told)}"
                yield as_number(row.ticket_id), row.id, f"la respuesta de encuesta {row.id}{' ' * (not told)}{said}"
        for score in range(1, 6):
            for number in scores.those(score, _MOST_LOST):
                yield 0, number, f"la respuesta a la encuesta (envío {number}) está en el diario y fue borrada"

    def _attentions(self) -> Iterator[Contradiction]:
        for row in self._rows(Attention, ATTENTION, "id"):
            number = row.id
            if (facts := self._kept.otherwise(number, [getattr(row, name) for name in ATTENTION])) is None:
                yield 0, number, f"la atención {number} no está en el diario: fue insertada"
                continue
            for name, expected in facts.items():
                if (said := differs(getattr(row, name), expected)) is not None:
                    yield 0, number, f"la atención {number}, {NAMES[name]}: {said}"
        for number in self._kept.unseen(_MOST_LOST):
            yield 0, number, f"la atención {number} está en el diario y fue borrada"

    def _calendar(self) -> Iterator[Contradiction]:
        """Compare the days that people added to the calendar: they move promises."""
        told = dict(self._told.calendar)
        for row in self._rows(CalendarRow, ("row_id", *_DAY), "id"):
            if (facts := told.pop(row.row_id, None)) is None:
                yield 0, row.id, f"el día {row.day} del calendario no está en el diario: fue insertado"
                continue
            for name in _DAY:
                if (said := differs(str(getattr(row, name)), facts.get(name))) is not None:
                    yield 0, row.id, f"el día {row.day} del calendario, {NAMES[name]}: {said}"
        for facts in told.values():
            yield 0, 0, f"el día {facts.get('day')} del calendario está en el diario y fue borrado"

    def _staff(self) -> Iterator[Contradiction]:
        """Compare who works at the desk and what each may do."""
        told = dict(self._told.staff)
        for row in self._rows(Staff, ("role", "active"), "id"):
            role, active = told.pop(row.id, (None, False))
            if role is None:
                yield 0, row.id, f"la persona {row.id} del personal no está en el diario: fue insertada"
            elif (row.role, bool(row.active)) != (role, active):
                access = f"{row.role}, {'con' if row.active else 'sin'} acceso"
                known = f"{role}, {'con' if active else 'sin'} acceso"
                yield 0, row.id, f"la persona {row.id} del personal: {against(access, known)}"
        for number in told:
            yield 0, as_number(number), f"la persona {number} del personal está en el diario y fue borrada"

    def _notes(self) -> Iterator[Contradiction]:
        """Compare what offices said of their months."""
        told = {f"note:{month}:{office}"[:64]: one for (month, office), one in self._told.notes_of.items()}
        of = core(Setting)
        query = select(of.c.name, of.c.value).where(of.c.name.startswith("note:")).order_by(of.c.name)
        for name, value in self._session.execute(query):
            if told.pop(name, None) != self._hashed(value):
                yield 0, 0, f"las notas de gestión «{name[5:]}» no son las que se registraron"
        for name in told:
            yield 0, 0, f"las notas de gestión «{name[5:]}» están en el diario y fueron borradas"

    def _rows(self, table: Any, names: Sequence[str], *order: str) -> Iterator[Any]:
        """Read columns of a table in order, and its id; what SQLite may hold instead of an instant comes as it is."""
        columns = core(table).c
        query = select(columns.id, *(self._raw(columns[name]).label(name) for name in names))
        query = query.order_by(*(columns[name] for name in order)).execution_options(yield_per=2000)
        return iter(self._session.execute(query))

    def _raw(self, column: Any) -> Any:
        if self._session.get_bind().dialect.name != "sqlite":
            return column
        if isinstance(column.type, (Instant, Date)):
            return cast(column, String)
        return type_coerce(column, Integer) if isinstance(column.type, Boolean) else column
