"""What one letter says, read once: its words, the phrases of the lexicon in it, and the words with places masked."""

from dataclasses import dataclass

from triage.lexicon import lexicon, side
from triage.tokens import plain, tokens
from triage.verdict import Text

MASKED = ("place", "people")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A letter as read.

    ``subject`` and ``body`` hold the words, ``masked`` the words of the body with every place and demonym replaced by
    the side of the border it stands on, ``found`` the phrases (start, end, name) in subject + body.
    """

    text: str
    subject: list[str]
    words: list[str]
    body: list[str]
    masked: list[str]
    found: list[tuple[int, int, str]]


def read(text: Text, longest: int) -> Reading:
    """Read at most ``longest`` characters of the newest text of a letter."""
    body = newest(text.body[:longest])
    subject_words = tokens(plain(text.subject[:500]))
    body_words = tokens(plain(body))
    words = [*subject_words, "\n", *body_words]
    found = lexicon().find(words)
    return Reading(
        text=body,
        subject=subject_words,
        words=words,
        body=body_words,
        masked=mask(words, found),
        found=found,
    )


def newest(body: str) -> str:
    """Return what the writer says now, without quotes, forwards and signatures."""
    try:
        from letters.newest import newest_text
    except ImportError:
        return body
    return newest_text(body)


def mask(words: list[str], found: list[tuple[int, int, str]]) -> list[str]:
    """Replace places and demonyms by <role-side>; the longest phrase at a word wins."""
    masked: list[str] = []
    at = 0
    longest: dict[int, tuple[int, str]] = {}
    for start, end, name in found:
        role, _, code = name.partition(":")
        if role in MASKED and end > longest.get(start, (0, ""))[0]:
            longest[start] = (end, f"<{role}-{side(code)}>")
    while at < len(words):
        if at in longest:
            at, word = longest[at]
        else:
            word = words[at]
            at += 1
        masked.append(word)
    return masked
