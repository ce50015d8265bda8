"""The writer's own words under a personal answer, short and marked as theirs."""

from datetime import datetime

from calendar_pe.clock import lima_date
from replies.words import date_words

MOST_LINES = 25
MOST_CHARACTERS = 1_500

_SAID = {
    "es": "El {day} usted escribió:",
    "en": "On {day} you wrote:",
    "pt": "Em {day} você escreveu:",
}


def with_quote(answer: str, newest_text: str, arrived_at: datetime, language: str = "es") -> str:
    """Return the answer with the newest text of the letter quoted below it, trimmed; older quotes are left out.

    Never call it for a letter at risk of trafficking: the answer may be read by the person who holds the writer.
    """
    lines = [line.rstrip() for line in newest_text[: MOST_CHARACTERS + 1].strip().splitlines()]
    lines = [line for line in lines if not line.lstrip().startswith(">")]
    trimmed = len(newest_text.strip()) > MOST_CHARACTERS or len(lines) > MOST_LINES
    if not any(lines):
        return answer
    said = _SAID.get(language, _SAID["es"]).format(day=date_words(lima_date(arrived_at), language))
    quoted = [f"> {line}".rstrip() for line in lines[:MOST_LINES]] + (["> […]"] if trimmed else [])
    return "\n".join([answer.rstrip("\n"), "", said, *quoted, ""])
