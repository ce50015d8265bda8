"""The letter with which the acceptance tests begin, and when it comes."""

from email.message import EmailMessage
from email.policy import SMTP

from tests.acceptance.desk import ADDRESS

MONDAY_10 = "2026-11-23T10:00:00-05:00"
MONDAY_1005 = "2026-11-23T10:05:00-05:00"
WRITER = "nilda.apaza@example.com"


def letter(
    subject: str, body: str, *, address: str = WRITER, message_id: str = "<uno@example.com>", **headers: str
) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Nilda Apaza <{address}>"
    message["To"] = ADDRESS
    message["Subject"] = subject
    message["Message-ID"] = message_id
    message["Date"] = "Mon, 23 Nov 2026 09:59:30 -0500"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message.as_bytes()


QUESTION = (
    "Buenos días, soy peruana y vivo en Puno. Quiero ir a trabajar a España como cuidadora de ancianos. "
    "¿Qué visa necesito y dónde encuentro ofertas serias?\n"
)
