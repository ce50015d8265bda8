"""One seeded generator of letters, so that every measurement and every rival reads the same mail.

``python -m bench.letters --count 1000 --seed 1 --out DIR`` writes them as .eml files. The mix is exact: 60 % short
text, 20 % with an HTML alternative, 10 % with an attachment of 200 KB, 5 % in ISO-8859-1, 5 % replies to a letter that
the same person wrote before.
"""

import argparse
import base64
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from bench import phrases

SHARES = {"text": 60, "html": 20, "attachment": 10, "latin1": 5, "reply": 5}
ATTACHMENT_BYTES = 200_000
DESK = "desk@example.org"
LIMA = timezone(timedelta(hours=-5))
FIRST_ARRIVAL = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)

_POLICY = SMTP.clone(max_line_length=78)
_DOMAINS = ("example.com", "example.org", "example.net", "correo.example.com", "mail.example.net")


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """One letter: ``raw`` is RFC 5322 with CRLF, ``answers`` the Message-ID it replies to ("" for a first letter)."""

    number: int
    kind: str
    message_id: str
    answers: str
    arrived_at: datetime
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earlier:
    writer: _Writer
    subject: str
    body: str
    message_id: str
    written_at: datetime


def kinds(count: int, seed: int) -> list[str]:
    """Return the kind of each letter: the exact shares, shuffled; a reply never comes first."""
    exact = [(kind, count * share / 100) for kind, share in SHARES.items()]
    amounts = {kind: int(amount) for kind, amount in exact}
    by_remainder = sorted(exact, key=lambda pair: pair[1] % 1, reverse=True)
    for kind, _ in by_remainder[: count - sum(amounts.values())]:
        amounts[kind] += 1
    deck = [kind for kind, amount in amounts.items() for _ in range(amount)]
    random.Random(f"{seed}/deck").shuffle(deck)
    if deck and deck[0] == "reply":
        first = next((place for place, kind in enumerate(deck) if kind != "reply"), 0)
        deck[0], deck[first] = (deck[first], deck[0]) if first else ("text", deck[0])
    return deck


def letters(count: int, seed: int, to: str = DESK) -> Iterator[Generated]:
    """Generate the letters in the order of their arrival; the same arguments give the same bytes."""
    earlier: list[_Earlier] = []
    arrived_at = FIRST_ARRIVAL
    for number, kind in enumerate(kinds(count, seed)):
        chance = random.Random(f"{seed}/{number}")
        arrived_at += timedelta(seconds=chance.randint(5, 90))
        answered = chance.choice(earlier) if kind == "reply" else None
        writer = answered.writer if answered else _writer(chance, number)
        slots = slots_of(chance, writer.name)
        subject = f"Re: {answered.subject}" if answered else chance.choice(phrases.SUBJECTS).format(**slots)
        body = _follow_up(chance, slots, answered) if answered else _body(chance, slots)
        if kind == "latin1":
            subject, body = (text.replace("–", "-").replace("Ã", "A") for text in (subject, body))
        message_id = f"<{chance.getrandbits(96):024x}@{writer.address.partition('@')[2]}>"
        message = _message(chance, kind, writer, to, subject, body, message_id, arrived_at)
        if answered:
            message["In-Reply-To"] = answered.message_id
            message["References"] = answered.message_id
        if kind != "reply":
            earlier.append(
                _Earlier(writer=writer, subject=subject, body=body, message_id=message_id, written_at=arrived_at)
            )
        yield Generated(
            number=number,
            kind=kind,
            message_id=message_id,
            answers=answered.message_id if answered else "",
            arrived_at=arrived_at,
            raw=_trace(chance, writer, to, arrived_at) + message.as_bytes(),
        )


def write(folder: Path, count: int, seed: int, to: str = DESK) -> int:
    """Write the letters into a folder as .eml files whose names sort by arrival; returns their bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    total = 0
    for letter in letters(count, seed, to):
        (folder / f"{letter.number:06d}-{letter.kind}.eml").write_bytes(letter.raw)
        total += len(letter.raw)
    return total


def _writer(chance: random.Random, number: int) -> _Writer:
    first, last, second = chance.choice(phrases.FIRST_NAMES), *chance.sample(phrases.SURNAMES, 2)
    plain = f"{first.split()[0]}.{last}".lower().translate(str.maketrans("áéíóúñ", "aeioun"))
    return _Writer(name=f"{first} {last} {second}", address=f"{plain}{number}@{chance.choice(_DOMAINS)}")


def slots_of(chance: random.Random, name: str) -> dict[str, object]:
    """Return what fills the {slots} of the phrases, for a writer of that name."""
    return {
        "name": name,
        "topic": chance.choice(phrases.TOPICS),
        "place": chance.choice(phrases.PLACES),
        "country": chance.choice(phrases.COUNTRIES),
        "trade": chance.choice(phrases.TRADES),
        "relative": chance.choice(phrases.RELATIVES),
        "years": chance.randint(2, 25),
        "months": chance.randint(2, 18),
        "age": chance.randint(19, 67),
        "money": chance.randrange(300, 6000, 50),
        "day": chance.randint(1, 28),
        "month": chance.choice(phrases.MONTHS),
        "digits": f"{chance.randint(0, 999):03d}",
    }


def _body(chance: random.Random, slots: dict[str, object]) -> str:
    middles = chance.sample(phrases.MIDDLES, chance.randint(2, 5))
    parts = [
        chance.choice(phrases.GREETINGS),
        f"{chance.choice(phrases.OPENINGS)} {middles[0]}",
        " ".join(middles[1:]),
        chance.choice(phrases.CLOSINGS),
        chance.choice(phrases.SIGNATURES),
    ]
    return "\n\n".join(parts).format(**slots) + "\n"


def _follow_up(chance: random.Random, slots: dict[str, object], answered: _Earlier) -> str:
    said = chance.choice(phrases.FOLLOW_UPS).format(**slots)
    when = answered.written_at.astimezone(LIMA)
    quoted = "\n".join(f"> {line}" for line in answered.body.splitlines())
    head = f"El {when.day}/{when.month}/{when.year} a las {when:%H:%M}, {answered.writer.name} escribió:"
    return f"{said}\n\n{answered.writer.name}\n\n{head}\n{quoted}\n"


def _message(
    chance: random.Random,
    kind: str,
    writer: _Writer,
    to: str,
    subject: str,
    body: str,
    message_id: str,
    arrived_at: datetime,
) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    message["MIME-Version"] = "1.0"
    message["Date"] = format_datetime((arrived_at - timedelta(seconds=chance.randint(1, 20))).astimezone(LIMA))
    message["From"] = f'"{writer.name}" <{writer.address}>'
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = message_id
    message["X-Mailer"] = chance.choice(("Correo móvil 8.1", "Webmail 2026.10", "Escritorio 128.4"))
    if kind == "latin1":
        message.set_content(body, charset="iso-8859-1", cte=chance.choice(("quoted-printable", "8bit")))
    else:
        message.set_content(body, cte=chance.choice(("quoted-printable", "8bit", "base64")))
    if kind == "html":
        message.add_alternative(_html(body), subtype="html", cte="quoted-printable")
    if kind == "attachment":
        content = b"%PDF-1.7\n" + chance.randbytes(ATTACHMENT_BYTES - 9)
        name = chance.choice(("contrato.pdf", "DNI escaneado.pdf", "cédula de identidad.pdf", "oferta.pdf"))
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    serial = itertools.count()
    for part in message.walk():
        if part.is_multipart():
            part.set_boundary(f"=_{chance.getrandbits(96):024x}_{next(serial)}")
    return message


def _html(body: str) -> str:
    paragraphs = "\n".join(
        f'<p class="MsoNormal" style="margin:0 0 8px 0"><span style="font-family:Calibri,sans-serif">'
        f"{part.replace(chr(10), '<br>')}</span></p>"
        for part in body.strip().split("\n\n")
    )
    return (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style>p{color:#222}</style>'
        f'</head>\n<body lang="es-PE"><div dir="ltr">\n{paragraphs}\n</div></body></html>\n'
    )


def _trace(chance: random.Random, writer: _Writer, to: str, arrived_at: datetime) -> bytes:
    """Return the lines that the servers on the way put on top."""
    domain = writer.address.partition("@")[2]
    sent, relayed = (format_datetime(arrived_at - timedelta(seconds=late)) for late in (7, 3))
    signature = base64.b64encode(chance.randbytes(256)).decode()
    folded = "\r\n ".join(signature[start : start + 72] for start in range(0, len(signature), 72))
    body_hash = base64.b64encode(chance.randbytes(32)).decode()
    serial = f"{chance.getrandbits(40):010x}".upper()
    lines = [
        f"Return-Path: <{writer.address}>",
        f"Delivered-To: {to}",
        f"Received: from mx.example.org (mx.example.org [192.0.2.25])\r\n"
        f"\tby store.example.org with LMTP id {serial}\r\n"
        f"\tfor <{to}>; {format_datetime(arrived_at)}",
        f"Authentication-Results: mx.example.org; dkim=pass header.d={domain};\r\n"
        f"\tspf=pass smtp.mailfrom={writer.address};\r\n\tdmarc=pass header.from={domain}",
        f"Received: from out.{domain} (out.{domain} [198.51.100.{chance.randint(1, 254)}])\r\n"
        f"\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n"
        f"\tby mx.example.org with ESMTPS id {serial[::-1]}\r\n\tfor <{to}>; {relayed}",
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=2026;\r\n"
        f"\th=from:to:subject:date:message-id:mime-version;\r\n\tbh={body_hash};\r\n\tb={folded}",
        f"Received: from [203.0.113.{chance.randint(1, 254)}] by out.{domain} with HTTP; {sent}",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def main() -> None:
    """Write the letters that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.letters", description="Write seeded letters as .eml files.")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--to", default=DESK, help="the address that the letters are written to")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    total = write(asked.out, asked.count, asked.seed, asked.to)
    print(f"{asked.count} letters, {total / 1e6:.1f} MB, in {asked.out}")


if __name__ == "__main__":
    main()
