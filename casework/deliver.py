"""What became of a send: outbox, promise and ticket change together, in one transaction per letter."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from casework import survey
from casework.desk import SERVICE, WRITERS, Actor, Desk, require
from casework.refusals import Refusal
from letters.clean import clean_line
from replies.courier import Courier, RoundResult
from replies.outbox import OutboxSettings, decide, lease_lost
from replies.parcel import Accepted, Outcome, Parcel, Permanent, Temporary, Uncertain
from sla.reckon import ONE_SECOND
from sla.remediation import Commitment, lateness
from sla.working_time import business_seconds
from tickets import amends, cases, clocks, journal, outgoing, rows
from tickets.journal import Event
from tickets.states import (
    KEEPS_PROMISE,
    OutboxState,
    OutgoingKind,
    PromiseState,
    TicketEvent,
    TicketState,
    after,
)
from tickets.store import Connection, Line, Session
from tickets.tables import Notice, Outgoing, Promise, Remediation

KILL_POINTS: dict[str, int] = {
    "deliver.claimed": 10,
    "deliver.recording": 10,
    "deliver.recorded": 11,
}
"""Where a crash test may stop this process, and the step of a letter's way that each belongs to."""


class NotUncertain(Refusal):
    """Only an uncertain letter waits for a person's word."""


class LeaseLost(Exception):
    """A courier was so slow that another one has its next letter now; it must not offer that letter."""


def deliver(desk: Desk, courier: Courier, *, owner: str, stop: Callable[[], bool] = lambda: False) -> RoundResult:
    """Send every letter that is due; what an earlier courier left unfinished becomes uncertain first."""
    expire_leases(desk)
    with desk.store.line() as line:
        round_ = _Round(desk, owner, line)
        try:
            return courier.run(round_.claim, round_.record, stop=stop, at=desk.at)
        except LeaseLost as lost:
            return RoundResult(trouble=str(lost))


class _NotPlain(Exception):
    """The usual way does not fit a letter; what it has begun is taken back."""


@dataclass(slots=True)
class _Round:
    """One courier's letters. Only the letter on the wire stands as being sent: the others are merely leased.

    The attempt of the next letter is committed together with the outcome of the one before, so that a crash leaves at
    most one letter uncertain at no extra cost.
    """

    desk: Desk
    owner: str
    line: Line
    waiting: list[int] = field(default_factory=list)
    claimed: dict[int, Outgoing] = field(default_factory=dict)

    def claim(self, limit: int) -> list[Parcel]:
        """Lease due letters and begin the attempt of the first, in one commit before any connection is made."""
        lease = self.desk.settings.lease
        now = self.desk.clock()
        with self.desk.store.write() as session:
            letters = outgoing.claim(session, now=now, limit=limit, owner=self.owner, lease=lease)
            parcels = [_parcel(letter) for letter in letters]
            if letters:
                outgoing.begin_leased(session, parcels[0].id, owner=self.owner, now=now, lease=lease)
        self.waiting = [parcel.id for parcel in parcels[1:]]
        self.claimed = {parcel.id: letter for parcel, letter in zip(parcels, letters, strict=True)}
        if parcels:
            self.desk.at("deliver.claimed")
        return parcels

    def record(self, parcel: Parcel, outcome: Outcome) -> None:
        """Write down what became of one letter, and begin the attempt of the next."""
        self.desk.at("deliver.recording")
        now = self.desk.clock()
        self.waiting = [one for one in self.waiting if one != parcel.id]
        mine = self._record_plain(parcel, outcome, now) or self._record(parcel, outcome, now)
        self.desk.at("deliver.recorded")
        if not mine:
            raise LeaseLost("another courier has taken the letters that were waiting")

    def _record_plain(self, parcel: Parcel, outcome: Outcome, now: datetime) -> bool:
        """Note that the relay took a letter on which no promise hangs: most are such, and this way costs least.

        Returns True when the next letter is begun too; False when there is more to it, and nothing was noted.
        """
        letter = self.claimed[parcel.id]
        if not isinstance(outcome, Accepted) or letter.kind in KEEPS_PROMISE:
            return False
        try:
            with self.line.write() as connection:
                if not self._accept(connection, parcel.id, _accepted_text(outcome), now):
                    raise _NotPlain
                if letter.ticket_id is not None:
                    letter.attempts = parcel.attempts + 1
                    journal.append(connection, [_event(letter, now, "sent", sent_at=now.isoformat())])
        except _NotPlain:
            return False
        return True

    def _accept(self, connection: Connection, outgoing_id: int, said: str, now: datetime) -> bool:
        if not self.waiting:
            return outgoing.accept(connection, outgoing_id, now=now, said=said)
        lease = self.desk.settings.lease
        return outgoing.accept_and_begin(
            connection, outgoing_id, self.waiting[0], owner=self.owner, now=now, lease=lease, said=said
        )

    def _record(self, parcel: Parcel, outcome: Outcome, now: datetime) -> bool:
        with self.desk.store.write() as session:
            letter = outgoing.load(session, parcel.id)
            if letter is not None and letter.state == OutboxState.SENDING:
                _apply(self.desk, session, letter, outcome, now)
            elif letter is not None and letter.lease_owner == self.owner:
                letter.lease_until = None  # given back untouched
            if isinstance(outcome, Temporary) and not outcome.counted:
                return True  # the courier gives back the others too
            return self._begin_next(session, now)

    def _begin_next(self, session: Session, now: datetime) -> bool:
        """Begin the attempt of the next letter; False when another courier has it now."""
        if not self.waiting:
            return True
        lease = self.desk.settings.lease
        return outgoing.begin_leased(session, self.waiting[0], owner=self.owner, now=now, lease=lease)


def expire_leases(desk: Desk) -> int:
    """Turn letters whose courier died while sending them into uncertain ones. Returns how many."""
    now = desk.clock()
    with desk.store.write() as session:
        lost = outgoing.expired(session, now)
        for letter in lost:
            letter.state = lease_lost()[0]
            letter.last_text = "el envío se interrumpió"
            _uncertain_notice(desk, session, letter, now)
        journal.append(session, [_event(letter, now, "send_uncertain") for letter in lost if letter.ticket_id])
    return len(lost)


def settle(desk: Desk, actor: Actor, outgoing_id: int, *, sent: bool) -> None:
    """Say what became of an uncertain letter: it was sent (at the instant of its attempt), or send it again.

    Raises ``NotUncertain``.
    """
    require(actor, *WRITERS)
    now = desk.clock()
    with desk.store.write() as session:
        letter = outgoing.load(session, outgoing_id)
        if letter is None or letter.state != OutboxState.UNCERTAIN:
            raise NotUncertain(f"el envío {outgoing_id} no está incierto")
        if sent:
            _sent(desk, session, letter, letter.attempted_at or now, actor, now)
        else:
            letter.state, letter.next_attempt_at, letter.lease_until = OutboxState.WAITING, now, None
            if letter.ticket_id:
                journal.append(session, [_event(letter, now, "send_again", actor)])


def retry(desk: Desk, actor: Actor, outgoing_id: int) -> None:
    """Put a refused or deferred letter back in the line, due now.

    Raises ``NotUncertain`` for any other state, and for a letter that somebody took back.
    """
    require(actor, *WRITERS)
    now = desk.clock()
    with desk.store.write() as session:
        letter = outgoing.load(session, outgoing_id)
        if letter is None or letter.state not in (OutboxState.REFUSED, OutboxState.DEFERRED):
            raise NotUncertain(f"el envío {outgoing_id} no está rechazado ni aplazado")
        if letter.last_text.startswith(outgoing.TAKEN_BACK) and not letter.attempts:
            raise NotUncertain(f"el envío {outgoing_id} se retiró antes de salir; escriba una respuesta nueva")
        letter.state, letter.next_attempt_at, letter.attempts = OutboxState.WAITING, now, 0
        if letter.ticket_id:
            journal.append(session, [_event(letter, now, "send_again", actor)])


def _apply(desk: Desk, session: Session, letter: Outgoing, outcome: Outcome, now: datetime) -> None:
    state, again_at = decide(
        outcome, letter.attempts, now, OutboxSettings(patience=desk.settings.give_up), key=letter.message_id
    )
    match outcome:
        case Accepted():
            letter.last_code, letter.last_text = 250, _accepted_text(outcome)
            _sent(desk, session, letter, now, SERVICE, now)
            return
        case Temporary(code=code, text=text, counted=counted):
            letter.last_code, letter.last_text = code, clean_line(text, 500)
            if not counted:
                letter.attempts -= 1
        case Permanent(code=code, text=text):
            letter.last_code, letter.last_text = code, clean_line(text, 500)
        case Uncertain(text=text):
            letter.last_code, letter.last_text = None, clean_line(text, 500)
            _uncertain_notice(desk, session, letter, now)
    letter.state = state
    letter.lease_until = None
    if again_at is not None:
        letter.next_attempt_at = again_at
    if letter.ticket_id and state in ("refused", "uncertain"):
        journal.append(session, [_event(letter, now, f"send_{state}")])
    if state == "refused" and letter.kind in KEEPS_PROMISE:
        _notice(desk, session, letter, now, "refused", "El correo no aceptó una respuesta")


def _accepted_text(outcome: Accepted) -> str:
    """Return what the relay said, and whom it refused."""
    return clean_line("; ".join([outcome.response, *(f"{one[0]}: {one[1]} {one[2]}" for one in outcome.refused)]), 500)


def _sent(desk: Desk, session: Session, letter: Outgoing, sent_at: datetime, actor: Actor, now: datetime) -> None:
    letter.state = OutboxState.SENT
    letter.sent_at = sent_at
    letter.lease_until = None
    if letter.ticket_id is None:
        return
    events = [_event(letter, now, "sent", actor, sent_at=sent_at.isoformat())]
    if letter.kind in KEEPS_PROMISE and letter.author_id is not None:
        events += _answered(desk, session, letter, letter.ticket_id, sent_at, now)
    journal.append(session, events)


def _answered(
    desk: Desk, session: Session, letter: Outgoing, ticket_id: int, sent_at: datetime, now: datetime
) -> list[Event]:
    """Keep the promises of the ticket at the instant of acceptance, or record that they are answered late."""
    ticket = cases.load(session, ticket_id, lock=True)
    events: list[Event] = []
    for promise in clocks.open_of(session, [ticket_id]).get(ticket_id, []):
        promise.answered_at = sent_at
        if sent_at.replace(microsecond=0) <= promise.last_second_at:
            if promise.state == PromiseState.BROKEN:  # an uncertain letter, confirmed after the promise's end
                promise.broken_at = None
                amends.withdraw(session, promise.id or 0)
            promise.state, promise.kept_by = PromiseState.KEPT, letter.kind
            word = "promise_kept"
        else:
            if promise.state == PromiseState.OPEN:
                break_promise(desk, session, promise, now, events)
            word = "promise_answered_late"
            late = lateness(promise, sent_at, desk.calendar, desk.working_time, desk.promises)
            amends.set_lateness(session, promise.id or 0, late)
        seconds = max(0, business_seconds(promise.received_at, sent_at, desk.calendar, desk.working_time))
        events.append(
            Event(
                ticket_id,
                now,
                SERVICE.journal_name,
                word,
                {
                    "promise": promise.id,
                    "by": letter.kind,
                    "outgoing": letter.id,
                    "answered_at": sent_at.isoformat(),
                    "business_seconds": seconds,
                },
            )
        )
    moved = TicketEvent.REFERRED if letter.kind == OutgoingKind.REFERRAL else TicketEvent.ANSWERED
    ticket.state = after(TicketState(ticket.state), moved)
    ticket.answered_at = sent_at
    ticket.updated_at = now
    ticket.version += 1
    session.flush()
    clocks.refresh_target(session, [ticket_id])
    if letter.kind != OutgoingKind.ASK_BACK:
        survey.schedule(desk, session, ticket, sent_at, now)
    return events


def break_promise(desk: Desk, session: Session, promise: Promise, now: datetime, events: list[Event]) -> None:
    """Mark an open promise broken, once, as of the second after its last, and open its remediation row."""
    promise.state = PromiseState.BROKEN
    promise.broken_at = promise.last_second_at + ONE_SECOND
    rows.add_all(
        session,
        Remediation,
        [
            {
                "commitment": Commitment.ANSWER,
                "promise_id": promise.id,
                "ticket_id": promise.ticket_id,
                "opened_at": now,
                "broken_at": promise.broken_at,
            }
        ],
    )
    events.append(
        Event(
            promise.ticket_id,
            now,
            SERVICE.journal_name,
            "promise_broken",
            {"promise": promise.id, "kind": promise.kind, "broken_at": promise.broken_at.isoformat()},
        )
    )


def _uncertain_notice(desk: Desk, session: Session, letter: Outgoing, now: datetime) -> None:
    _notice(desk, session, letter, now, "uncertain", "No se sabe si un envío llegó a salir")


def _notice(desk: Desk, session: Session, letter: Outgoing, now: datetime, kind: str, text: str) -> None:
    rows.add_all(
        session,
        Notice,
        [
            {
                "kind": kind,
                "dedupe_key": f"{kind}:{letter.id}:{letter.attempts}",
                "ticket_id": letter.ticket_id,
                "text": text,
                "created_at": now,
                "leaves_at": desk.next_open(now),
            }
        ],
    )


def _event(letter: Outgoing, at: datetime, word: str, actor: Actor = SERVICE, **facts: str) -> Event:
    return Event(
        letter.ticket_id or journal.DESK,
        at,
        actor.journal_name,
        word,
        {"outgoing": letter.id, "kind": letter.kind, "attempts": letter.attempts, **facts},
    )


def _parcel(letter: Outgoing) -> Parcel:
    assert letter.id is not None
    return Parcel(
        id=letter.id,
        message_id=letter.message_id,
        sender=letter.envelope_from,
        recipients=tuple(letter.recipients),
        payload=letter.payload,
        attempts=letter.attempts,
    )
