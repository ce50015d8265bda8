import email
import email.policy
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replies.compose import (
    Composed,
    Nature,
    Unaddressable,
    answer_subject,
    compose,
    fit,
    header,
    well_formed,
    wire_address,
)

SENDER = Address("Servicio de Orientación para el Migrante", addr_spec="orientacion@example.org")
SENT_AT = datetime(2026, 11, 23, 15, 4, 5, 999, tzinfo=UTC)
OUTLOOK = "<" + "A" * 100 + "@" + "b" * 40 + ".outlook.example>"


def write(**changes) -> Composed:
    given = {
        "message_id": "<som.1.0123456789abcdef@example.org>",
        "sender": SENDER,
        "recipient": "maria@example.com",
        "subject": "Hemos recibido su consulta",
        "text": "Hola:\n\nSí.\n",
        "sent_at": SENT_AT,
    }
    return compose(**(given | changes))


def parsed(composed: Composed) -> EmailMessage:
    message = email.message_from_bytes(composed.payload, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def said(part) -> str:
    return part.get_content().replace("\r\n", "\n")


def test_a_letter_reads_back_as_it_was_written():
    message = parsed(write(in_reply_to="<a@x.example>", references=["<r@x.example>", "<a@x.example>"]))
    assert message["From"].addresses[0].display_name == SENDER.display_name
    assert message["To"] == "maria@example.com"
    assert message["Subject"] == "Hemos recibido su consulta"
    assert message["Date"].datetime == SENT_AT.replace(microsecond=0)
    assert message["Date"].endswith("-0500")
    assert message["Message-ID"] == "<som.1.0123456789abcdef@example.org>"
    assert message["In-Reply-To"] == "<a@x.example>"
    assert message["References"] == "<r@x.example> <a@x.example>"
    assert message["Auto-Submitted"] is None
    assert message.get_content_type() == "text/plain"
    assert said(message) == "Hola:\n\nSí.\n"


def test_the_same_values_make_the_same_bytes():
    assert write(html="<p>x</p>").payload == write(html="<p>x</p>").payload
    assert write(html="<p>x</p>").payload != write(html="<p>x</p>", message_id="<som.2@example.org>").payload


def test_the_wire_form_is_clean():
    payload = write(text="." * 3 + "\n.\nFrom aquí\n" + "ñ" * 500 + "\nfin \n", html="<p>ñ</p>").payload
    assert payload.isascii()
    lines = payload.split(b"\r\n")
    assert all(len(line) <= 998 and b"\n" not in line and b"\r" not in line for line in lines)
    assert payload.endswith(b"\r\n")


def test_two_parts_say_the_same_thing():
    message = parsed(write(html="<p>Sí & no</p>\n"))
    assert message.get_content_type() == "multipart/alternative"
    plain, rich = message.iter_parts()
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    assert said(rich) == "<p>Sí & no</p>\n"
    assert said(plain) == "Hola:\n\nSí.\n"


@pytest.mark.parametrize("nature", [Nature.REPLIED, Nature.GENERATED])
def test_a_machine_is_told_that_a_machine_speaks(nature):
    message = parsed(write(nature=nature))
    assert message["Auto-Submitted"] == nature.value
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Loop"] == "orientacion@example.org"
    assert message["Precedence"] is None


def test_long_ids_stay_whole():
    composed = write(in_reply_to=OUTLOOK, references=[f"<{n}.{'x' * 60}@mail.example>" for n in range(5)])
    assert OUTLOOK.encode() in composed.payload
    assert b"=?" not in composed.payload.split(b"In-Reply-To")[1].split(b"MIME-Version")[0]
    assert parsed(composed)["References"].split()[-1] == OUTLOOK


def test_a_long_thread_keeps_its_first_and_its_newest():
    ids = [f"<{n}@x.example>" for n in range(60)]
    kept = parsed(write(in_reply_to="<60@x.example>", references=ids))["References"].split()
    assert kept[0] == "<0@x.example>"
    assert kept[-2:] == ["<59@x.example>", "<60@x.example>"]
    assert len(kept) == 20


@pytest.mark.parametrize(
    "hostile", ["<a@b>\r\nBcc: x@example.com", "a@b", "<a b@c>", "<@b>", "<a@b\x00>", "<" + "a" * 300 + "@b>", "<é@b>"]
)
def test_ids_from_outside_that_are_not_ids_are_left_out(hostile):
    assert not well_formed(hostile)
    message = parsed(write(in_reply_to=hostile, references=[hostile]))
    assert message["In-Reply-To"] is None
    assert message["References"] is None
    assert message["Bcc"] is None


def test_our_own_bad_id_is_a_fault():
    with pytest.raises(ValueError, match="Message-ID"):
        write(message_id="som.1@example.org")
    with pytest.raises(ValueError, match="zona"):
        write(sent_at=datetime(2026, 11, 23))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        ("maria@example.com", "maria@example.com"),
        ("o'higgins+peru@example.com", "o'higgins+peru@example.com"),
        ("rosa@ñandú.example", "rosa@xn--and-6ma2c.example"),
        ("josé@example.com", "josé@example.com"),
        ('"juan perez"@example.com', '"juan perez"@example.com'),
    ],
)
def test_addresses_are_written_for_the_wire(given, wire):
    assert wire_address(given) == wire
    composed = write(recipient=given)
    assert f"To: {wire}\r\n".encode() in composed.payload


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "maria",
        "@example.com",
        "maria@",
        "a@b@c d",
        "maria@example.com\r\nBcc: x@example.com",
        "maria@example.com, otra@example.com",
        "María <maria@example.com>",
        "a\x00b@example.com",
        "josé <x>@example.com",
        "x@-ñ-.example",
        "x@exa mple.com",
        "a" * 65 + "@example.com",
    ],
)
def test_what_is_no_address_is_refused(hostile):
    with pytest.raises(Unaddressable):
        write(recipient=hostile)


def test_a_control_character_never_enters_a_header():
    for character in "\r\n\x00\x1b\x7f\x85\u2028\u202e":
        with pytest.raises(ValueError):
            header("Subject", f"hola{character}Bcc: x@example.com")


@given(st.text(max_size=300))
def test_any_subject_makes_one_header(subject):
    message = parsed(write(subject=subject))
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Content-Language", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding",
    }  # fmt: skip
    assert len(message["Subject"]) <= 210


@given(st.text(max_size=400))
def test_any_text_reads_back(text):
    message = parsed(write(text=text))
    wanted = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    read_back = message.get_payload(decode=True).decode().replace("\r\n", "\n")
    assert read_back == wanted


@pytest.mark.parametrize(
    ("original", "said"),
    [
        ("Consulta", "Re: Consulta [R]"),
        ("Re: RE: Rv: consulta [R]", "Re: consulta [R]"),
        ("Fwd: Re[2]: x", "Re: x [R]"),
        ("Regreso al Perú", "Re: Regreso al Perú [R]"),
        ("", "Respuesta"),
        ("Re: [R]", "Respuesta"),
    ],
)
def test_an_answer_keeps_the_subject_of_the_thread(original, said):
    assert answer_subject(original, "R", fallback="Respuesta") == said


def test_a_long_subject_keeps_its_reference():
    said = answer_subject("x" * 500, "SOM-2026-000123")
    assert said.endswith("… [SOM-2026-000123]")
    assert len(said) <= 200
    assert len(fit("y" * 500)) == 200
