"""Every text we have, in every language, with its own examples: composed, sent over SMTP, and read back the same."""

import html
import json
import re
import subprocess
from dataclasses import dataclass
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from replies.catalogue import load
from replies.compose import compose
from replies.courier import Courier
from replies.page import to_html
from replies.parcel import Accepted, Outcome, Parcel
from replies.render import Rendered, example_values, render
from replies.smtp import SmtpSettings
from service.demo.servers import Received, smtp_server
from tests.desks import MONDAY_10
from tests.servers.require import program

PHONE = 360
"""Width of a small telephone, in CSS pixels."""
LONG_ID = f"<{'A' * 120}@{'b' * 60}.outlook.example>"
TEXTS = [
    (template.id, language)
    for template in (*load(), *load().letters.values())
    for language in sorted(template.languages)
]


@dataclass(frozen=True)
class Sent:
    """What we wrote, and what the server got."""

    rendered: Rendered
    page: str
    message_id: str
    message: EmailMessage


@pytest.fixture(scope="module")
def sent() -> dict[tuple[str, str], Sent]:
    """Everything, sent over one connection."""
    waiting, pages, taken = [], {}, {}
    for number, (template_id, language) in enumerate(TEXTS):
        known = load()
        template = known.replies.get(template_id) or known.letter(template_id)
        rendered = render(template, language, example_values(template))
        page = rendered.html or to_html(rendered.text, language=language, title=rendered.subject)
        composed = compose(
            message_id=f"<som-2026-000123.r{number:x}.{'0' * 20}@orientacionmigrante.trabajo.example.pe>",
            sender=Address("Servicio de Orientación para el Migrante", addr_spec="som@example.pe"),
            recipient="rosa@example.org",
            subject=rendered.subject,
            text=rendered.text,
            html=page,
            sent_at=MONDAY_10,
            in_reply_to=LONG_ID,
            references=("<primera@example.org>", LONG_ID),
            language=language,
        )
        pages[composed.message_id] = (template_id, language, rendered, page)
        waiting.append(
            Parcel(
                id=number,
                message_id=composed.message_id,
                sender="som@example.pe",
                recipients=("rosa@example.org",),
                payload=composed.payload,
                attempts=0,
            )
        )
    outcomes: list[Outcome] = []

    def take(received: Received) -> None:
        message = message_from_bytes(received.raw, policy=default)
        assert isinstance(message, EmailMessage)
        template_id, language, rendered, page = pages[message["Message-ID"]]
        taken[template_id, language] = Sent(rendered, page, message["Message-ID"], message)

    def claim(limit: int) -> list[Parcel]:
        claimed = waiting[:limit]
        del waiting[:limit]
        return claimed

    with smtp_server(take) as (host, port):
        courier = Courier(SmtpSettings(host=host, port=port, security="plain"))
        courier.run(claim, lambda _parcel, outcome: outcomes.append(outcome))
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert len(outcomes) == len(TEXTS)
    return taken


@pytest.mark.parametrize(("template_id", "language"), TEXTS)
def test_reads_back_as_it_was_written(sent: dict[tuple[str, str], Sent], template_id: str, language: str) -> None:
    one = sent[template_id, language]
    assert not one.message.defects
    assert one.message["Subject"] == one.rendered.subject
    assert one.message["Content-Language"] == language
    assert _part(one.message, "plain") == one.rendered.text
    assert _part(one.message, "html") == one.page
    assert not re.search(r"\[\[|\]\]|\{\{|\{%", one.rendered.subject + one.rendered.text)


def test_ids_are_whole_and_the_thread_holds(sent: dict[tuple[str, str], Sent]) -> None:
    for one in sent.values():
        assert one.message["In-Reply-To"] == LONG_ID
        assert one.message["References"].split() == ["<primera@example.org>", LONG_ID]
    assert len({one.message_id for one in sent.values()}) == len(TEXTS)


def test_no_page_is_wider_than_a_telephone(sent: dict[tuple[str, str], Sent], tmp_path: Path) -> None:
    chromium = program("chromium")
    frames = "\n".join(
        f'<iframe name="{template_id}.{language}" width="{PHONE}" srcdoc="{html.escape(one.page)}"></iframe>'
        for (template_id, language), one in sent.items()
    )
    measure = (
        "const wide = [...document.querySelectorAll('iframe')].map(one =>"
        " [one.name, one.contentDocument.documentElement.scrollWidth, one.contentDocument.body.innerText.length]);"
        " document.body.innerHTML = '<pre>' + JSON.stringify(wide) + '</pre>';"
    )
    page = tmp_path / "page.html"
    page.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><body>{frames}<script>onload = () => {{ {measure} }}</script>',
        encoding="utf-8",
    )
    done = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
         "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    found = re.search(r"<pre>(.*)</pre>", done.stdout, re.DOTALL)
    assert found is not None, done.stdout[-500:]
    measured = json.loads(html.unescape(found.group(1)))
    assert len(measured) == len(TEXTS)
    assert all(characters > 100 for _, _, characters in measured), "a page is empty"
    assert [name for name, width, _ in measured if width > PHONE] == []


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    said = part.get_content()
    assert isinstance(said, str)
    return said.replace("\r\n", "\n")
