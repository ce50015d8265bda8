"""Letters that come in as they do in service: bytes kept, judged, filed."""

from email.message import EmailMessage

from casework.answer import answer
from casework.deliver import settle
from casework.desk import Desk
from casework.receive import keep, process
from tests.desks import CITIZEN, member, words
from tickets import cases, intake, outgoing
from tickets.intake import Arrival
from tickets.states import OutboxState
from tickets.tables import Ticket


def arrive(
    desk: Desk,
    text: str = "Quiero saber de mi pensión.",
    *,
    subject: str = "Consulta",
    sender: str = CITIZEN,
    answers: str = "",
    attached: tuple[tuple[str, bytes], ...] = (),
) -> Ticket:
    """Take one letter in now; returns the newest ticket."""
    with desk.store.read() as session:
        uid = intake.last_id(session) + 1
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Rosa Quispe <{sender}>", "som@example.pe", subject
    message["Message-ID"] = f"<carta.{uid}@example.org>"
    if answers:
        message["In-Reply-To"] = answers
    message.set_content(text)
    for name, data in attached:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    raw = message.as_bytes()
    keep(desk, [Arrival(mailbox="m", uidvalidity=1, uid=uid, body=raw, size=len(raw), arrived_at=desk.clock())])
    process(desk)
    with desk.store.read() as session:
        [newest] = cases.recent(session, limit=1)
    return newest


def answered(desk: Desk, ref: str) -> None:
    """Answer a case, as if the relay had accepted the answer at this very moment."""
    who = member(desk)
    queued = answer(desk, who, ref, words(), send_now=True)
    with desk.store.write() as session:
        letter = outgoing.load(session, queued.outgoing_id)
        assert letter is not None
        letter.state, letter.attempted_at = OutboxState.UNCERTAIN, desk.clock()
    settle(desk, who, queued.outgoing_id, sent=True)
