"""Is this letter a delivery notice about one of ours, and what became of it?

Three readers, most exact first: the structured report (RFC 3464), our own table of what mail servers write in words, and
flufl.bounce as a second opinion. The last two speak only about letters that a server plausibly sent: ordinary mail and
lists talk about bounces too.
"""

import re
from dataclasses import dataclass

from inbox import phrases
from letters.letter import Letter

_SEARCHED = 64 * 1024
"""Characters of the text that are searched for a server's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceVerdict:
    """Whether a letter reports a failed or late delivery, whether for good (None: not said), of what, to whom."""

    is_bounce: bool
    permanent: bool | None = None
    recipients: tuple[str, ...] = ()
    original_message_id: str = ""


_NO = BounceVerdict(is_bounce=False)


def judge(letter: Letter) -> BounceVerdict:
    """Judge one letter. A success report or a vacation notice is no bounce; a delay is one, with ``permanent`` False."""
    report = letter.report
    if report is not None and report.permanent is not None:
        return BounceVerdict(
            is_bounce=True,
            permanent=report.permanent,
            recipients=report.recipients,
            original_message_id=report.original_message_id or _original_id(letter),
        )
    return _NO


def _original_id(letter: Letter) -> str:
    return letter.in_reply_to
