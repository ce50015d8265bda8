"""The morning digest: when it leaves, what it says, and that nothing in it can run, load or break a header."""

import re
from base64 import b64encode
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest

from calendar_pe.clock import at_lima
from casework.answer import answer
from casework.assign import take
from casework.deliver import settle
from casework.desk import Desk
from casework.sweep import sweep
from oversight.digest import DAYS, MOST, Digest, compose_digest, send_digest
from oversight.digest_chart import Bar
from oversight.digest_chart import words as chart_words
from oversight.digest_words import how_late, steps
from replies.render import LONGEST
from sla.reckon import reckon
from sla.working_time import WorkingTimeSettings
from tests.desks import Clock, build, faults, member, open_ticket, settle_promises, words
from tickets import cases, journal, outgoing, people
from tickets.states import OutboxState, Role, TicketState
from tickets.store import Store
from tickets.tables import MailboxCheck, Verdict

FRIDAY, MONDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)
MORNING = at_lima(TUESDAY, 8, 20)


def broken_yesterday(desk: Desk, clock: Clock, *, letters: int = 1) -> None:
    """Letters of Friday that nobody answered by Monday at five; it is Tuesday, twenty past eight."""
    for _ in range(letters):
        open_ticket(desk, received_at=at_lima(FRIDAY, 10))
    clock.now = MORNING
    sweep(desk)


def digests(desk: Desk) -> list[EmailMessage]:
    with desk.store.read() as session:
        found = [one.payload for one in outgoing.listing(session) if one.kind == "digest"]
    return [message_from_bytes(one, policy=default) for one in found]


def digest(desk: Desk) -> Digest:
    with desk.store.write() as session:
        made = compose_digest(desk, session, desk.clock())
    assert made is not None
    return made


def text(desk: Desk) -> str:
    return digest(desk).rendered.text


class TestWhenItLeaves:
    def test_once_a_morning_to_each_person(self, store: Store, clock: Clock) -> None:
        desk = build(store, clock, digest_recipients=("a@example.pe", "b@example.pe", "a@example.pe"))
        broken_yesterday(desk, clock)
        assert [send_digest(desk), send_digest(desk)] == [2, 0]
        clock.forward(minutes=90)
        assert send_digest(desk) == 0
        assert [one["To"] for one in digests(desk)] == ["a@example.pe", "b@example.pe"]

    @pytest.mark.parametrize(
        ("now", "sent"),
        [
            (at_lima(TUESDAY, 8, 19, 59), 0),
            (MORNING, 1),
            (at_lima(TUESDAY, 11, 59, 59), 1),  # the daemon was down at twenty past eight
            (at_lima(TUESDAY, 12), 0),
            (at_lima(date(2026, 11, 28), 9), 0),  # Saturday
            (at_lima(date(2026, 12, 8), 9), 0),  # Inmaculada Concepción
            (at_lima(date(2026, 12, 9), 9), 0),  # Batalla de Ayacucho
            (at_lima(date(2026, 12, 10), 9), 1),
        ],
    )
    def test_on_business_mornings_only(self, desk: Desk, clock: Clock, now: datetime, sent: int) -> None:
        broken_yesterday(desk, clock)
        clock.now = now
        assert send_digest(desk) == sent

    def test_each_business_morning_again(self, desk: Desk, clock: Clock) -> None:
        broken_yesterday(desk, clock)
        sent = []
        for day in range(24, 31):
            clock.now = at_lima(date(2026, 11, day), 8, 20)
            sent.append(send_digest(desk))
        assert sent == [1, 1, 1, 1, 0, 0, 1]

    def test_at_another_hour_if_the_office_wants(self, desk: Desk, clock: Clock) -> None:
        broken_yesterday(desk, clock)
        wanted = at_lima(TUESDAY, 16).astimezone().time().replace(hour=16)
        assert send_digest(desk, at=wanted) == 0
        clock.now = at_lima(TUESDAY, 16)
        assert send_digest(desk, at=wanted) == 1

    def test_a_quiet_morning_stays_quiet(self, desk: Desk, clock: Clock) -> None:
        open_ticket(desk, received_at=at_lima(TUESDAY, 8))  # due on Wednesday
        clock.now = MORNING
        assert send_digest(desk) == 0
        assert digests(desk) == []

    def test_without_anybody_to_tell(self, store: Store, clock: Clock) -> None:
        desk = build(store, clock, digest_recipients=())
        broken_yesterday(desk, clock)
        assert send_digest(desk) == 0

    @pytest.mark.parametrize("reason", ["due", "quarantined", "uncertain"])
    def test_one_reason_is_enough(self, desk: Desk, clock: Clock, reason: str) -> None:
        clock.now = at_lima(MONDAY, 10)
        state = TicketState.QUARANTINED if reason == "quarantined" else TicketState.NEW
        ref = open_ticket(desk, received_at=at_lima(MONDAY, 17, 30) if reason == "quarantined" else None, state=state)
        if reason == "uncertain":
            uncertain(desk, clock, ref)
            with desk.store.write() as session:
                session.connection().exec_driver_sql("UPDATE promises SET state = 'kept', answered_at = received_at")
        clock.now = MORNING
        assert send_digest(desk) == 1

    def test_a_duty_of_the_calendar_is_enough(self, desk: Desk, clock: Clock) -> None:
        open_ticket(desk)
        settle_promises(desk, "SOM-2026-000001")
        clock.now = at_lima(date(2026, 12, 16), 8, 20)
        assert send_digest(desk) == 1
        [letter] = digests(desk)
        plain = letter.get_body(("plain",))
        assert plain is not None
        assert "Tareas con plazo" in plain.get_content()
        assert "som report 2026-11 --publish" in plain.get_content()

    def test_a_mailbox_that_does_not_balance_is_enough(self, desk: Desk, clock: Clock) -> None:
        with desk.store.write() as session:
            session.add(
                MailboxCheck(
                    mailbox="principal",
                    checked_at=clock.now,
                    since_at=clock.now,
                    server_count=12,
                    ledger_count=10,
                    missing_here=2,
                    missing_there=0,
                    noticed_at=clock.now,
                )
            )
        clock.now = MORNING
        said = text(desk)
        assert "principal: el servidor tiene 12 cartas y el registro 10; faltan aquí 2 y allá 0" in said
        assert send_digest(desk) == 1

    def test_a_judge_that_drifts_is_enough(self, desk: Desk, clock: Clock) -> None:
        refs = [open_ticket(desk, received_at=at_lima(MONDAY, 9)) for _ in range(60)]
        with desk.store.write() as session:
            for ref in refs:
                session.add(
                    Verdict(
                        ticket_id=cases.find(session, ref).id or 0,
                        at=clock.now,
                        line=2,
                        kind="consulta",
                        on_behalf=False,
                        trafficking_risk=False,
                        language="es",
                        countries=[],
                        confidence=0.3,
                        confident=False,
                        enough=True,
                        reasons=[],
                        model_version="prueba",
                    )
                )
            session.connection().exec_driver_sql("UPDATE promises SET state = 'kept', answered_at = received_at")
        clock.now = MORNING
        assert "La clasificación duda más que antes" in text(desk)
        assert send_digest(desk) == 1


def uncertain(desk: Desk, clock: Clock, ref: str, said: str = "se cortó la conexión") -> int:
    """Answer, and lose the connection around DATA."""
    queued = answer(desk, member(desk), ref, words(), send_now=True)
    with desk.store.write() as session:
        [claimed] = outgoing.claim(session, now=clock.now, limit=1, owner="p", lease=timedelta(minutes=1))
        outgoing.begin(claimed, now=clock.now, lease=timedelta(minutes=1))
        claimed.state, claimed.last_text = OutboxState.UNCERTAIN, said
    return queued.outgoing_id


class TestWhatItSays:
    def test_a_broken_promise_with_its_reason_and_remedy(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk, received_at=at_lima(FRIDAY, 17, 30))
        take(desk, member(desk, login="julia"), ref)
        clock.now = at_lima(date(2026, 11, 25), 10, 30)
        sweep(desk)
        said = text(desk)
        assert f"{ref} — Línea 2, viven fuera — Responsable: Julia" in said
        assert "Consulta del viernes 20 de noviembre de 2026 a las 5:30 p. m." in said
        assert "Vencía el martes 24 de noviembre de 2026 a las 5:00 p. m." in said
        assert "Demora: 2 h 15 min hábiles" in said
        assert "vie 20/11: día hábil; llegó después de las 5:00 p. m." in said
        assert "sáb 21/11 y dom 22/11: fin de semana" in said
        assert "mar 24/11: día hábil; día 1 de 1; vence a las 5:00 p. m." in said
        assert f"som answer {ref}" in said
        assert "som remediation edit 1" in said

    def test_one_that_the_watch_has_not_marked_yet(self, desk: Desk, clock: Clock) -> None:
        open_ticket(desk, received_at=at_lima(FRIDAY, 10))
        clock.now = MORNING
        made = digest(desk)
        assert "promesas rotas, 1; vencen hoy, 0" in made.rendered.subject

    def test_a_person_at_risk_is_marked(self, desk: Desk, clock: Clock) -> None:
        open_ticket(desk, received_at=at_lima(FRIDAY, 10), risk=True)
        open_ticket(desk, received_at=at_lima(MONDAY, 10), risk=True)
        open_ticket(desk, received_at=at_lima(MONDAY, 10))
        clock.now = MORNING
        made = digest(desk)
        assert made.rendered.text.count("POSIBLE RIESGO DE TRATA") == 2
        assert made.rendered.html.count("Posible riesgo de trata") == 2

    def test_it_is_never_so_long_that_mail_programs_cut_it(self, desk: Desk, clock: Clock) -> None:
        for _ in range(MOST + 1):
            open_ticket(desk, received_at=at_lima(date(2026, 9, 21), 9), kind="reclamo")
            open_ticket(desk, received_at=at_lima(MONDAY, 9), state=TicketState.QUARANTINED)
        clock.now = MORNING
        assert len(digest(desk).rendered.html.encode()) < 100_000, "Gmail shows 102 kB"

    def test_an_answered_one_is_told_no_more(self, desk: Desk, clock: Clock) -> None:
        for _ in range(2):
            open_ticket(desk, received_at=at_lima(FRIDAY, 10))
        clock.now = MORNING
        settle_promises(desk, "SOM-2026-000001")
        sweep(desk)
        said = text(desk)
        assert "SOM-2026-000001" not in said
        assert "SOM-2026-000002" in said

    def test_an_uncertain_letter_with_both_commands(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk)
        number = uncertain(desk, clock, ref)
        clock.now = MORNING
        said = text(desk)
        assert "El servidor dijo: se cortó la conexión" in said
        assert f"som outbox settle {number} --sent" in said
        assert f"som outbox settle {number} --resend" in said
        settle(desk, member(desk), number, sent=True)
        open_ticket(desk, received_at=at_lima(FRIDAY, 10))
        assert "Envíos inciertos, esperan que alguien decida: 0" in text(desk)

    def test_long_lists_end_with_how_many_more(self, desk: Desk, clock: Clock) -> None:
        broken_yesterday(desk, clock, letters=MOST + 7)
        made = digest(desk)
        assert f"promesas rotas, {MOST + 7}" in made.rendered.subject
        assert made.rendered.text.count("som answer") == MOST
        assert "… y 7 más." in made.rendered.text
        assert "… y 7 más." in made.rendered.html

    def test_the_seal_is_whole_and_holds(self, desk: Desk, clock: Clock) -> None:
        broken_yesterday(desk, clock)
        said = text(desk)
        [seal] = re.findall(r"^[0-9a-f]{64}$", said, re.MULTILINE)
        with desk.store.read() as session:
            found = journal.find_seal(session, seal)
            assert found is not None
            assert f"({found.sealed_on:%d/%m/%Y}, {found.entries} asientos)" in said
        assert text(desk) == said, "a day has one seal"
        assert faults(desk.store) == []

    def test_the_picture_counts_by_due_date(self, desk: Desk, clock: Clock) -> None:
        for day in (16, 16, 17, 20):
            open_ticket(desk, received_at=at_lima(date(2026, 11, day), 9))
        clock.now = at_lima(date(2026, 11, 17), 10)
        settle_promises(desk, "SOM-2026-000001")
        open_ticket(desk, received_at=at_lima(MONDAY, 9))
        clock.now = MORNING
        unmarked = digest(desk).rendered.text
        assert "1 cumplidas, 3 rotas" in unmarked, "what is over is broken, whether or not the watch has said so"
        sweep(desk)
        said = digest(desk).rendered.text
        assert f"últimos {DAYS} días hábiles: 1 cumplidas, 3 rotas" in said
        assert "(17/11, 1; 18/11, 1; 23/11, 1)" in said
        assert "y 1 todavía por responder" in said


class Page(HTMLParser):
    """Collects what a page would run or fetch."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.alt: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        self.fetched += [value for name in ("src", "href", "background") if (value := given.get(name))]
        self.alt += [given["alt"] or ""] if "alt" in given else []
        assert not any(name.startswith("on") for name in given)
        assert "url(" not in (given.get("style") or "")


HOSTILE = "<script>alert(1)</script>\"'><img src=http://example.org/x>"


class TestTheLetter:
    def test_text_page_and_one_picture(self, desk: Desk, clock: Clock) -> None:
        broken_yesterday(desk, clock)
        send_digest(desk)
        [letter] = digests(desk)
        assert letter.get_content_type() == "multipart/alternative"
        plain, related = letter.iter_parts()
        assert (plain.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
        page, picture = related.iter_parts()
        assert (page.get_content_type(), picture.get_content_type()) == ("text/html", "image/png")
        cid = picture["Content-ID"].strip("<>")
        read = Page(page.get_content())
        assert read.fetched == [f"cid:{cid}"]
        assert read.alt[0].startswith("Promesas con plazo en los últimos 10 días hábiles")
        png = picture.get_content()
        assert png.startswith(b"\x89PNG")
        assert len(png) < 60_000
        assert picture.get_content_disposition() == "inline"
        assert letter["Auto-Submitted"] == "auto-generated"
        made = digest(desk)
        assert made.picture.png == png, "the same morning gives the same picture"
        assert b64encode(png).decode() in made.page()
        assert "cid:" not in made.page()

    def test_nothing_in_it_runs_or_is_fetched(self, desk: Desk, clock: Clock) -> None:
        ref = open_ticket(desk, received_at=at_lima(FRIDAY, 10), text=HOSTILE)
        with desk.store.write() as session:
            boss = people.add(
                session, login="x", name=HOSTILE[:60], email="x@example.pe", role=Role.CONSULTANT, now=clock.now
            )
            session.flush()
            session.connection().exec_driver_sql(
                "UPDATE tickets SET subject = '<script>x</script>', requester_name = '<script>y</script>', "
                f"assignee_id = {boss.id}"
            )
        uncertain(desk, clock, ref, said=HOSTILE + "\r\nBcc: todos@example.org\x1b[2J")
        clock.now = MORNING
        sweep(desk)
        send_digest(desk)
        [letter] = digests(desk)
        page = letter.get_body(("html",))
        assert page is not None
        source = page.get_content()
        read = Page(source)
        assert not read.tags & {"script", "iframe", "link", "style", "form", "object", "base"}
        assert len(read.fetched) == 1
        assert "&lt;script&gt;" in source
        assert "rosa@example.org" not in letter.as_string()
        assert "Quispe" not in letter.as_string()
        assert letter["Bcc"] is None
        assert [one["To"] for one in digests(desk)] == ["jefatura@example.pe"]


def test_the_worst_fortnight_still_fits_its_line() -> None:
    bars = [Bar(due_on=date(2026, 11, 9 + number), kept=99_999, broken=99_999, open=99_999) for number in range(DAYS)]
    assert len(chart_words(bars)) <= LONGEST["line"], "a longer one would keep the digest from leaving"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "menos de 1 min hábil"),
        (59, "menos de 1 min hábil"),
        (60, "1 min hábiles"),
        (8100, "2 h 15 min hábiles"),
        (31500, "1 día hábil"),
        (2 * 31500 + 3600, "2 días hábiles y 1 h"),
        (-5, "menos de 1 min hábil"),
    ],
)
def test_a_delay_in_words(seconds: int, said: str) -> None:
    assert how_late(seconds, WorkingTimeSettings()) == said


def test_a_long_count_in_few_lines(desk: Desk) -> None:
    reckoned = reckon(at_lima(FRIDAY, 9), "reclamo", desk.calendar, desk.promises)
    said = steps([{"date": one.date.isoformat(), "working": one.working, "why": one.why} for one in reckoned.trace])
    assert said[0] == "vie 20/11: día hábil; día de llegada"
    assert said[1] == "los sábados y domingos no se cuentan"
    assert "lun 23/11 a vie 27/11: hábiles, días 1 a 5 de 30" in said
    assert any("mar 08/12: feriado nacional: Inmaculada Concepción" in one for one in said)
    assert said[-1].endswith("día 30 de 30; vence a las 5:00 p.\N{NO-BREAK SPACE}m.")
    assert len(said) < len(reckoned.trace) / 2
