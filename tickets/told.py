"""What the journal tells of the record: each case and promise as its chain left it, which letters came and went.

A chain is read from its first entry to its last; nothing but the entries themselves is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tickets.states import (
    KEEPS_PROMISE,
    ImpossibleMove,
    PromiseState,
    TicketEvent,
    TicketState,
    after,
)

Facts = Mapping[str, object]

MOST_MARKS = 200_000_000
"""No table of a desk has as many rows: a greater number was made up."""

_ARRIVED = frozenset({"opened", "quarantined", "recovered", "follow_up", "machine_mail", "bounced"})
_OF_TICKET = {
    "taken": TicketEvent.TAKEN,
    "assigned": TicketEvent.TAKEN,
    "follow_up": TicketEvent.FOLLOW_UP,
    "closed": TicketEvent.CLOSED,
    "merged": TicketEvent.CLOSED,
    "reopened": TicketEvent.REOPENED,
}
_OF_AMENDS = frozenset({"remediation_edited", "remediation_closed", "apology_written", "apology_undone"})
SPEAKING = frozenset(
    {
        *_ARRIVED,
        *_OF_TICKET,
        *_OF_AMENDS,
        *("judged", "released", "answer_written", "send_undone", "sent", "merged_in", "noted", "survey_answered"),
        *(
            "split_off",
            "promised",
            "promise_kept",
            "promise_answered_late",
            "promise_broken",
            "promise_moved",
            "promise_void",
        ),
        *("attention", "commitment_broken", "calendar_added", "report_note"),
        *("staff_added", "staff_disabled", "staff_enabled"),
    }
)
"""The events that say something about a row of another table."""


class Marks:
    """A small number for each of many ids, 0 for all others; a byte an id."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def __getitem__(self, one: object) -> int:
        return self._bytes[one] if isinstance(one, int) and 0 <= one < len(self._bytes) else 0

    def __setitem__(self, one: object, value: int) -> None:
        if not isinstance(one, int) or not 0 <= one < MOST_MARKS:
            return
        if one >= len(self._bytes):
            self._bytes.extend(bytes(one + 1024 - len(self._bytes)))
        self._bytes[one] = value

    def those(self, value: int, limit: int) -> list[int]:
        """Return the first ids that have this number."""
        found: list[int] = []
        at = self._bytes.find(value)
        while at >= 0 and len(found) < limit:
            found.append(at)
            at = self._bytes.find(value, at + 1)
        return found


@dataclass(slots=True)
class ToldPromise:
    """A promise, as told. ``kept_by`` is "" until it is kept."""

    kind: str
    received_at: datetime | None
    due_at: datetime | None
    state: str = PromiseState.OPEN
    answered_at: datetime | None = None
    kept_by: str = ""
    broken_at: datetime | None = None


@dataclass(slots=True)
class ToldAmends:
    """A row of the remediation log, as the last entry about it left it."""

    entry: int
    content: object
    cause: object
    closed: bool


@dataclass(slots=True)
class ToldCase:
    """A case, as told: ``known`` holds the columns of its row whose value follows from the chain."""

    known: dict[str, object] = field(default_factory=dict)
    sender: object = None
    person: object = None
    promises: dict[object, ToldPromise] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing was told."""
        return not self.known and not self.promises

    def move(self, event: TicketEvent) -> None:
        """Let the state follow; after another case was merged into this one only an ending is certain."""
        state = self.known.get("state")
        if state is None:
            if event is TicketEvent.CLOSED:
                self.known["state"] = TicketState.CLOSED
            return
        try:
            self.known["state"] = after(TicketState(str(state)), event)
        except ImpossibleMove:
            del self.known["state"]

    def take(self, event: str, actor: str, facts: Facts) -> None:
        """Take in an entry about the case itself."""
        match event:
            case "opened":
                self.known["state"], self.known["assignee_id"] = TicketState.NEW, None
                self._judge(facts, "line", "kind", "on_behalf", "language", "countries", "office")
                self._arrive(facts)
            case "quarantined" if not self.known:
                self.known["state"], self.known["assignee_id"] = TicketState.QUARANTINED, None
                self._judge(facts, "office")
                self._arrive(facts)
            case "recovered":
                if self.known.get("state") == TicketState.QUARANTINED:
                    self.move(TicketEvent.REOPENED)
                self._judge(facts, "line", "kind", "on_behalf", "language", "countries")
                self.sender, self.person = facts.get("sender"), facts.get("person", self.person)
            case "judged":
                self._judge(facts, "line", "kind", "on_behalf")
            case "released":
                self.known["assignee_id"] = None
                if self.known.get("state") != TicketState.NEW:
                    self.move(TicketEvent.RELEASED)
            case "answer_written" if self.known.get("assignee_id", 0) is None and actor.startswith("staff:"):
                self.known["assignee_id"] = int(actor.removeprefix("staff:"))
                if self.known.get("state") != TicketState.CLOSED:
                    self.move(TicketEvent.TAKEN)
            case "sent" if facts.get("kind") in KEEPS_PROMISE:
                self.move(TicketEvent.REFERRED if facts["kind"] == "referral" else TicketEvent.ANSWERED)
            case "merged_in":
                self.known.pop("state", None)
                self.known.pop("assignee_id", None)
            case _ if event in _OF_TICKET:
                self.move(_OF_TICKET[event])
                if event in {"taken", "assigned"}:
                    self.known["assignee_id"] = facts.get("to")
                elif event in {"closed", "merged"}:
                    self.known["outcome"] = facts.get("outcome", event)

    def _judge(self, facts: Facts, *names: str) -> None:
        self.known.update({name: facts[name] for name in names if name in facts})

    def _arrive(self, facts: Facts) -> None:
        self.sender, self.person = facts.get("sender", facts.get("requester")), facts.get("person")
        if "received_at" in facts:
            self.known["opened_at"] = instant(facts["received_at"])

    def promise(self, event: str, facts: Facts) -> None:
        """Take in an entry about a promise of the case."""
        number = facts.get("promise")
        if event == "promised":
            self.promises[number] = ToldPromise(
                str(facts.get("kind")), instant(facts.get("received_at")), instant(facts.get("due_at"))
            )
        if (one := self.promises.get(number)) is None:
            return
        match event:
            case "promise_kept":
                one.state, one.kept_by, one.broken_at = PromiseState.KEPT, str(facts.get("by")), None
                one.answered_at = instant(facts.get("answered_at"))
            case "promise_answered_late":
                one.answered_at = instant(facts.get("answered_at"))
            case "promise_broken":
                one.state, one.broken_at = PromiseState.BROKEN, instant(facts.get("broken_at"))
            case "promise_moved":
                one.due_at = instant(facts.get("new_due_at"))
            case "promise_void" if "moved_to" in facts:
                del self.promises[number]
            case "promise_void":
                one.state = PromiseState.VOID


@dataclass(slots=True)
class Told:
    """What all chains together tell, beside the cases themselves. Marks: 1 told, 2 found in its table too."""

    letters: Marks = field(default_factory=Marks)  # by intake id
    written: Marks = field(default_factory=Marks)  # answers, by outbox id
    sent: Marks = field(default_factory=Marks)  # letters of cases, by outbox id
    notes: Marks = field(default_factory=Marks)  # by message id
    scores: Marks = field(default_factory=Marks)  # 1 to 5, by outbox id of the survey
    broken: Marks = field(default_factory=Marks)  # promises that were ever broken; 3 when they were kept after all
    amends: dict[object, ToldAmends] = field(default_factory=dict)  # by id of the row
    apologies: dict[object, object] = field(default_factory=dict)  # outbox id, by id of the row
    _apologised: dict[object, int] = field(default_factory=dict)  # newest entry that says so, by id of the row
    months: dict[tuple[object, object], datetime | None] = field(default_factory=dict)
    calendar: dict[object, Facts] = field(default_factory=dict)  # by row id
    notes_of: dict[tuple[object, object], object] = field(default_factory=dict)  # hash, by month and office
    staff: dict[object, tuple[object, bool]] = field(default_factory=dict)  # role and whether active, by id

    def take(self, case: ToldCase, entry: int, event: str, actor: str, facts: Facts) -> None:
        """Take in one entry of a case's chain."""
        if event in _ARRIVED and facts.get("intake") is not None:
            self.letters[facts["intake"]] = 1
        if event.startswith("promise"):
            case.promise(event, facts)
            if event == "promise_broken":
                self.broken[facts.get("promise")] = 1
            elif event == "promise_kept" and self.broken[facts.get("promise")]:
                self.broken[facts.get("promise")] = 3
            return
        match event:
            case "answer_written":
                self.written[facts.get("outgoing")] = 1
            case "send_undone":
                self.written[facts.get("outgoing")] = 0
            case "sent":
                self.sent[facts.get("outgoing")] = 1
                if not self.written[facts.get("outgoing")]:  # what the service itself writes answers nothing
                    return
            case "noted":
                self.notes[facts.get("message")] = 1
            case "survey_answered":
                self.scores[facts.get("outgoing")] = int(str(facts.get("score")))
            case "calendar_added":
                self.calendar[facts.get("row")] = facts
            case "report_note":
                self.notes_of[facts.get("month"), facts.get("office")] = facts.get("content")
            case "staff_added" | "staff_enabled":
                self.staff[facts.get("staff")] = facts.get("role"), True
            case "staff_disabled":
                self.staff[facts.get("staff")] = self.staff[facts.get("staff")][0], False
            case "commitment_broken":
                self.months[facts.get("commitment"), facts.get("month")] = instant(facts.get("broken_at"))
            case _ if event in _OF_AMENDS:
                self._amend(entry, event, facts)
        case.take(event, actor, facts)

    def _amend(self, entry: int, event: str, facts: Facts) -> None:
        row = facts.get("remediation")
        if event.startswith("apology_") and entry > self._apologised.get(row, 0):
            self._apologised[row] = entry
            self.apologies[row] = facts.get("outgoing") if event == "apology_written" else None
        before = self.amends.get(row)
        if before is not None and before.entry > entry:  # it moved with its promise to a chain that is read before
            return
        self.amends[row] = ToldAmends(
            entry=entry,
            content=facts.get("content"),
            cause=facts.get("cause"),
            closed=event == "remediation_closed",
        )


def number(said: object) -> int:
    """Return the whole number that was said, 0 for nonsense."""
    try:
        return int(str(said))
    except ValueError:
        return 0


def instant(said: object) -> datetime | None:
    """Return an instant as a database or the journal holds it, aware; None when it is none."""
    if isinstance(said, str):
        try:
            said = datetime.fromisoformat(said)
        except ValueError:
            return None
    if not isinstance(said, datetime):
        return None
    return said if said.tzinfo is not None else said.replace(tzinfo=UTC)
