"""Where a letter belongs: the same letter again, a follow-up, a new ticket beside an old one, and who is believed."""

from collections.abc import Sequence
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from sqlalchemy import delete, select, update
from sqlmodel import SQLModel
from structlog.testing import capture_logs

from casework.answer import answer
from casework.desk import Desk
from casework.receive import keep, process
from tests.desks import CITIZEN, MONDAY_10, events, faults, member, promises, ticket, words
from tickets import cases, outgoing
from tickets.intake import Arrival
from tickets.references import Signer
from tickets.rows import core
from tickets.store import Session
from tickets.tables import Intake, Message, Ticket

STRANGER = "otro@example.net"


def letter(
    text: str = "Quiero trabajar en Chile. ¿Qué necesito?",
    *,
    sender: str = CITIZEN,
    subject: str = "Consulta",
    message_id: str | None = "<uno@example.org>",
    received: str = "",
    **headers: str,
) -> bytes:
    message = EmailMessage(policy=SMTP)
    if received:
        message["Received"] = received
    message["From"] = f"Rosa Quispe <{sender}>"
    message["To"] = "som@example.pe"
    message["Subject"] = subject
    if message_id is not None:
        message["Message-ID"] = message_id
    message["Date"] = "Mon, 23 Nov 2026 09:59:30 -0500"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


VERIFIED = "mx.example.pe; dmarc=pass header.from=example.org"
"""What our own border server writes above a letter whose sender it has verified."""


class Post:
    """Lets letters arrive at the desk, one copy after the other."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.uid = desk, 0

    def arrive(self, *raws: bytes, mailbox: str = "som", epoch: int = 1, uid: int = 0) -> None:
        """Let copies come into one mailbox, and judge them in one batch."""
        arrivals = []
        for raw in raws:
            self.uid += 1
            arrivals.append(
                Arrival(
                    mailbox=mailbox,
                    uidvalidity=epoch,
                    uid=uid or self.uid,
                    body=raw,
                    size=len(raw),
                    arrived_at=MONDAY_10 + timedelta(seconds=self.uid),
                )
            )
        keep(self.desk, arrivals)
        process(self.desk)

    def tickets(self) -> list[Ticket]:
        with self.desk.store.read() as session:
            return sorted(cases.recent(session, limit=99), key=lambda one: one.number)

    def messages(self, ref: str) -> list[str]:
        """Return the kinds of the letters of a ticket, in and out."""
        with self.desk.store.read() as session:
            return [one.kind for one in cases.conversation(session, cases.find(session, ref).id or 0)]

    def ledger(self) -> list[tuple[str, str | None, int | None]]:
        """Return (mailbox, outcome, ticket id) of every copy."""
        with self.desk.store.read() as session:
            rows = session.execute(select(Intake).order_by(core(Intake).c.id)).scalars()
            return [(row.mailbox, row.outcome, row.ticket_id) for row in rows]

    def written_to(self, address: str) -> list[EmailMessage]:
        with self.desk.store.read() as session:
            rows = [one for one in outgoing.listing(session) if address in one.recipients]
        return [message_from_bytes(one.payload, policy=default) for one in rows]  # type: ignore[misc]


@pytest.fixture
def post(desk: Desk) -> Post:
    return Post(desk)


def outcomes(post: Post) -> Sequence[str | None]:
    return [outcome for _, outcome, _ in post.ledger()]


def _delete(session: Session, ticket_id: int) -> None:
    """Remove a ticket and all that stands on it; the journal and the ledger stay."""
    of_ticket = select(core(Message).c.id).where(core(Message).c.ticket_id == ticket_id)
    for table in reversed(SQLModel.metadata.sorted_tables):
        if table.name in ("journal", "intake"):
            continue
        if "message_id" in table.c and table.c.message_id.foreign_keys:
            session.execute(delete(table).where(table.c.message_id.in_(of_ticket)))
        if "ticket_id" in table.c:
            session.execute(delete(table).where(table.c.ticket_id == ticket_id))
    session.execute(delete(core(Ticket)).where(core(Ticket).c.id == ticket_id))


class TestTheSameLetterAgain:
    @pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two"])
    def test_same_bytes_in_the_same_mailbox_are_one_ticket_and_the_copy_is_noted(
        self, post: Post, together: bool
    ) -> None:
        raw = letter()
        for raws in [(raw, raw)] if together else [(raw,), (raw,)]:
            post.arrive(*raws)
        [only] = post.tickets()
        assert post.ledger() == [("som", "ticket", only.id), ("som", "duplicate", only.id)]
        assert post.messages(only.reference) == ["letter", "acknowledgement"]
        assert len(promises(post.desk, only.reference)) == 1

    def test_the_same_letter_to_two_of_our_mailboxes_is_one_ticket_and_both_are_noted(self, post: Post) -> None:
        post.arrive(letter(received="from a by mx1.example.pe; Mon, 23 Nov 2026 09:59:40 -0500"))
        by_another_way = letter(received="from b by mx2.example.pe; Mon, 23 Nov 2026 10:00:10 -0500")
        post.arrive(by_another_way, mailbox="otro")
        [only] = post.tickets()
        assert post.ledger() == [("som", "ticket", only.id), ("otro", "duplicate", only.id)]
        assert len(post.written_to(CITIZEN)) == 1

    @pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two"])
    def test_same_message_id_with_another_body_is_a_new_message_flagged(self, post: Post, together: bool) -> None:
        raws = letter(), letter("Otra cosa: quiero volver al Perú.")
        for batch in [raws] if together else [(raw,) for raw in raws]:
            post.arrive(*batch)
        first, second = post.tickets()
        assert (first.flags, second.flags) == ("", "id_repetido")
        assert outcomes(post) == ["ticket", "ticket"]

    def test_without_message_id_the_content_is_its_identity(self, post: Post) -> None:
        post.arrive(letter(message_id=None), letter(message_id=None), letter("Otra cosa.", message_id=None))
        post.arrive(letter(message_id=None))
        assert outcomes(post) == ["ticket", "duplicate", "ticket", "duplicate"]
        assert [one.flags for one in post.tickets()] == ["", ""]

    def test_an_attachment_more_is_another_letter(self, post: Post) -> None:
        message = message_from_bytes(letter(), policy=SMTP)
        message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="dni.pdf")  # type: ignore[attr-defined]
        post.arrive(letter(), message.as_bytes())
        assert outcomes(post) == ["ticket", "ticket"]

    def test_a_new_epoch_of_the_mailbox_brings_nothing_twice(self, post: Post) -> None:
        raws = [letter(message_id=f"<{number}@example.org>") for number in range(3)]
        post.arrive(*raws, epoch=1)
        post.arrive(*raws, epoch=2)
        assert len(post.tickets()) == 3
        assert outcomes(post) == ["ticket"] * 3 + ["duplicate"] * 3

    @pytest.mark.parametrize("how", ["deleted", "made anonymous"])
    def test_the_ledger_survives_its_ticket(self, post: Post, how: str) -> None:
        post.arrive(letter())
        [gone] = post.tickets()
        with post.desk.store.write() as session:
            if how == "deleted":
                _delete(session, gone.id or 0)
            else:
                blank = {"subject": "", "requester_address": "", "requester_name": ""}
                session.execute(update(core(Ticket)).values(blank))
                session.execute(update(core(Message)).values(text="", subject="", from_address="", message_id=""))
        left = len(post.tickets())
        post.arrive(letter())
        post.arrive(letter(), mailbox="otro")
        assert len(post.tickets()) == left
        assert outcomes(post) == ["ticket", "duplicate", "duplicate"]

    def test_a_letter_nobody_can_analyse_is_one_ticket_however_often_it_comes(
        self, post: Post, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stumble(*_: object) -> None:
            raise ZeroDivisionError("a defect of ours")

        monkeypatch.setattr("casework.receive.read", stumble)
        with capture_logs():
            post.arrive(letter())
            post.arrive(letter(), mailbox="otro")
            post.arrive(letter(), epoch=2)
            for _ in range(4):
                process(post.desk)
        [only] = post.tickets()
        assert only.state == "quarantined"
        assert sorted(outcomes(post)) == ["duplicate", "duplicate", "quarantine"]  # type: ignore[type-var]

    def test_a_letter_too_large_to_load_is_one_ticket_after_a_new_epoch(self, post: Post) -> None:
        def large(uid: int, epoch: int, head: bytes = b"From: a@example.org\r\nSubject: fotos\r\n\r\n") -> Arrival:
            return Arrival(
                mailbox="som",
                uidvalidity=epoch,
                uid=uid,
                body=head,
                partial=True,
                size=90_000_000,
                arrived_at=MONDAY_10,
            )

        keep(post.desk, [large(1, 1), large(2, 1)])
        process(post.desk)
        keep(post.desk, [large(7, 2), large(8, 2), large(9, 2, b"From: b@example.org\r\n\r\n")])
        process(post.desk)
        assert len(post.tickets()) == 3, "two that look alike in one epoch are two letters"
        assert outcomes(post) == ["quarantine", "quarantine", "duplicate", "duplicate", "quarantine"]


class TestWhoIsBelieved:
    @pytest.fixture
    def first(self, post: Post) -> Ticket:
        """A ticket of CITIZEN, acknowledged and answered."""
        post.arrive(letter())
        [made] = post.tickets()
        answer(post.desk, member(post.desk), made.reference, words(), send_now=True)
        return made

    def our_ids(self, post: Post) -> list[str]:
        return [str(one["Message-ID"]) for one in post.written_to(CITIZEN)]

    def test_a_reply_to_an_id_of_ours_enters_its_ticket(self, post: Post, first: Ticket) -> None:
        for number, ours in enumerate(self.our_ids(post)):
            post.arrive(letter(f"Gracias {number}", message_id=f"<r{number}@example.org>", In_Reply_To=ours))
        assert len(post.tickets()) == 1
        assert post.messages(first.reference).count("follow_up") == 2

    def test_a_reply_to_a_letter_that_we_hold_enters_its_ticket(self, post: Post, first: Ticket) -> None:
        post.arrive(letter("Y algo más", message_id="<dos@example.org>", References="<uno@example.org>"))
        assert post.messages(first.reference).count("follow_up") == 1

    def test_a_signed_tag_enters_with_its_own_sender_only(self, post: Post, first: Ticket) -> None:
        subject = f"RE: {post.desk.signer.tag(first.reference)} consulta"
        post.arrive(letter("Algo más", message_id="<dos@example.org>", subject=subject))
        assert post.messages(first.reference).count("follow_up") == 1
        post.arrive(letter("Deme sus datos", message_id="<tres@example.net>", subject=subject, sender=STRANGER))
        assert len(post.tickets()) == 2

    def test_a_bare_reference_enters_only_from_its_own_verified_sender(self, post: Post, first: Ticket) -> None:
        subject = f"consulta {first.reference.lower()}"
        post.arrive(letter("Sin verificar", message_id="<dos@example.org>", subject=subject))
        assert len(post.tickets()) == 2
        assert post.tickets()[1].related_id == first.id
        verified = letter(
            "Verificado", message_id="<tres@example.org>", subject=subject, Authentication_Results=VERIFIED
        )
        post.arrive(verified)
        assert post.messages(first.reference).count("follow_up") == 1

    def test_the_nearest_id_comes_before_the_tag(self, post: Post, first: Ticket) -> None:
        post.arrive(letter("Otro asunto", message_id="<otro@example.org>", subject="otro"))
        _, second = post.tickets()
        answers_the_second = letter(
            "Esto es del segundo",
            message_id="<cuatro@example.org>",
            subject=f"RE: {post.desk.signer.tag(first.reference)}",
            In_Reply_To="<otro@example.org>",
        )
        post.arrive(answers_the_second)
        assert post.messages(second.reference).count("follow_up") == 1
        assert post.messages(first.reference).count("follow_up") == 0

    def test_a_stranger_who_quotes_a_reference_opens_a_new_ticket_with_a_link_and_learns_nothing(
        self, post: Post, first: Ticket
    ) -> None:
        ours = self.our_ids(post)[0]
        subject = f"RE: {post.desk.signer.tag(first.reference)} Consulta"
        post.arrive(
            letter("¿Qué pasó?", message_id="<x@example.net>", subject=subject, sender=STRANGER, In_Reply_To=ours)
        )
        _, second = post.tickets()
        assert (second.related_id, second.requester_address) == (first.id, STRANGER)
        assert "relacionado" in second.flags
        assert "follow_up" not in post.messages(first.reference)
        assert "follow_up" not in events(post.desk, first.reference)
        [told] = post.written_to(STRANGER)
        body = told.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        for secret in (first.reference, CITIZEN, "Rosa", "Chile", "oficina de Lima"):
            assert secret not in f"{told['Subject']}{body}"
        assert all(STRANGER not in str(one["To"]) for one in post.written_to(CITIZEN))

    def test_reply_to_never_becomes_the_requester(self, post: Post) -> None:
        post.arrive(letter(Reply_To=f"Rosa Quispe <{STRANGER}>"))
        [only] = post.tickets()
        assert only.requester_address == CITIZEN
        assert post.written_to(STRANGER) == []
        assert len(post.written_to(CITIZEN)) == 1

    def test_reply_to_of_a_follow_up_changes_no_requester(self, post: Post, first: Ticket) -> None:
        post.arrive(
            letter("Gracias", message_id="<r@example.org>", In_Reply_To=self.our_ids(post)[0], Reply_To=STRANGER)
        )
        assert ticket(post.desk, first.reference).requester_address == CITIZEN

    def test_somebody_in_copy_gains_no_access(self, post: Post) -> None:
        post.arrive(letter(Cc=STRANGER))
        [first] = post.tickets()
        post.arrive(
            letter("Yo también", sender=STRANGER, message_id="<c@example.net>", In_Reply_To="<uno@example.org>")
        )
        assert len(post.tickets()) == 2
        assert post.messages(first.reference) == ["letter", "acknowledgement"]

    def test_control_headers_from_outside_mean_nothing(self, post: Post, first: Ticket) -> None:
        post.arrive(
            letter(
                "Ciérrelo",
                message_id="<z@example.net>",
                sender=STRANGER,
                X_Zammad_Ticket_Number=first.reference,
                X_SOM_Ticket=first.reference,
                X_OTRS_State="closed",
            )
        )
        assert len(post.tickets()) == 2
        assert post.tickets()[1].related_id is None

    @pytest.mark.parametrize("spoil", ["mac", "ticket", "other desk"])
    def test_altered_and_foreign_ids_never_match(self, post: Post, first: Ticket, spoil: str) -> None:
        post.arrive(letter("Otro asunto", message_id="<otro@example.org>", sender=STRANGER))
        ours = self.our_ids(post)[0]
        head, nonce, mac = ours.strip("<>").partition("@")[0].rsplit(".", 2)
        forged = {
            "mac": f"<{head}.{nonce}.{mac[:-1]}{'0' if mac[-1] != '0' else '1'}@example.pe>",
            "ticket": ours.replace("000001", "000002"),
            "other desk": Signer(b"x" * 32).message_id(first.reference, nonce, "example.pe"),
        }[spoil]
        sender = STRANGER if spoil == "ticket" else CITIZEN
        before = len(post.tickets())
        post.arrive(letter("Gracias", message_id="<f@example.org>", sender=sender, In_Reply_To=forged))
        assert len(post.tickets()) == before + 1

    def test_a_number_of_five_years_ago_in_an_id_of_others_matches_nothing(self, post: Post, first: Ticket) -> None:
        post.arrive(letter("Hola", message_id="<n@example.org>", In_Reply_To="<som-2026-000001.1@otro.example.net>"))
        assert len(post.tickets()) == 2

    def test_the_journal_holds_after_all_this(self, post: Post, first: Ticket) -> None:
        for number in range(3):
            post.arrive(letter(f"Algo {number}", message_id=f"<{number}@example.org>", In_Reply_To="<uno@example.org>"))
        assert faults(post.desk.store) == []
