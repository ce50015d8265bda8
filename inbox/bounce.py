"""Is this letter a delivery notice about one of ours, and what became of it?

Three readers, most exact first: the structured report (RFC 3464), our own table of what mail servers write in words,
and flufl.bounce as a second opinion. The last two speak only of letters that a server plausibly sent: ordinary mail and
lists talk about bounces too.
"""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message

from inbox import notices
from letters.clean import clean_line
from letters.letter import Letter

_SEARCHED = 24 * 1024
"""Characters of the text that are searched for a server's words."""
_OPENING = 2_500
"""Characters in which a notice that comes from no known server must say what happened."""
_SHORT = 2_000
"""Characters of a notice that comes without any mark of a server."""
_RECIPIENTS = 50

logging.getLogger("flufl.bounce").disabled = True  # it logs a traceback for each detector that trips over a letter

_NULL_PATH = re.compile(r"\s*<\s*>\s*")
_ANSWER = re.compile(r"\W*(?:re|rv|fw|fwd|tr|aw|res|enc|sv|antw)\s*(?:\[\d+\])?:", re.IGNORECASE)
_ABSENT = re.compile(
    r"vacation|out of (?:the )?office|on leave|fuera de (?:la )?oficina|vacaciones|abwesend|holiday", re.IGNORECASE
)
_ADDRESS = r"[^\s<>;:\"',()\[\]|]{1,256}@[A-Za-z0-9.\-_]{1,255}"
_NAMED = re.compile(rf"^[ \t*>|-]*<?(?:mailto:)?({_ADDRESS})>?[ \t]*(?::|$|\(|\[|;)", re.MULTILINE)
_SPOKEN = re.compile(
    rf"(?:RCPT TO:\s*|recipient:?\s*|rfc822;\s*|\bto:?\s+|address:?\s*|\b5\d\d[^\n]{{0,40}})<?({_ADDRESS})>?",
    re.IGNORECASE,
)
_ANY = re.compile(_ADDRESS)
_DELIVERED = re.compile(
    r"\W*(?:delivery status notification \((?:success|relay)\)|success(?:ful)? |entregado\b)", re.IGNORECASE
)
_EMPTY_SENDER = re.compile(r"<\s*>\s*$")
_ID = re.compile(r"^[ \t>|]*message-id:\s*(<[^<>\s]{1,998}>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceVerdict:
    """Whether a letter reports a failed or late delivery, whether for good (None: not said), of what, to whom."""

    is_bounce: bool
    permanent: bool | None = None
    recipients: tuple[str, ...] = ()
    original_message_id: str = ""


_NO = BounceVerdict(is_bounce=False)


def judge(letter: Letter) -> BounceVerdict:
    """Judge one letter. A success report or a vacation notice is no bounce; a delay is one, not permanent."""
    report = letter.report
    if report is not None and report.permanent is not None:
        return BounceVerdict(
            is_bounce=True,
            permanent=report.permanent,
            recipients=report.recipients or _recipients(letter, _notice(letter)),
            original_message_id=report.original_message_id or _original_id(letter),
        )
    by_daemon = _by_daemon(letter)
    without_return = by_daemon or _without_return(letter)
    subject = _subject(letter)
    if not (without_return or subject or letter.header("x-failed-recipients")):
        return _NO
    notice = _notice(letter)
    if _is_success(letter, notice):
        return _NO
    if _reads_like_one(letter, notice, by_daemon, without_return, subject):
        return BounceVerdict(
            is_bounce=True,
            permanent=_is_permanent(letter, notice),
            recipients=_recipients(letter, notice),
            original_message_id=_original_id(letter),
        )
    return _second_opinion(letter) if by_daemon else _NO


def _notice(letter: Letter) -> str:
    """Return what the server says, without the copy of the letter that came back below it."""
    text = letter.text[:_SEARCHED]
    for start in notices.COPY.places(text):
        if text[:start].strip():
            return text[:start]
    return text


def _is_success(letter: Letter, notice: str) -> bool:
    """Tell whether a structured report speaks of nothing that failed: a receipt, a complaint, a delivery."""
    kind = letter.header("content-type").lower()
    if "disposition-notification" in kind:
        return not notices.FAILURE.search(f"{letter.subject}\n{notice}")
    return "feedback-report" in kind or bool(_DELIVERED.match(letter.subject))


def _by_daemon(letter: Letter) -> bool:
    """Tell whether a mail server signs this letter, by name, address or form."""
    if letter.header("content-type").lower().startswith("multipart/report"):
        return True
    local = letter.from_address.rpartition("@")[0] or letter.from_address
    return (
        bool(_EMPTY_SENDER.search(letter.header("from")))
        or notices.SERVER_ADDRESS.opens(local)
        or notices.SERVER_NAME.opens(letter.from_name)
    )


def _without_return(letter: Letter) -> bool:
    """Tell whether the envelope sender is empty: a notice, or a vacation message (RFC 3834, 3.3)."""
    return any(_NULL_PATH.fullmatch(path) for path in letter.all_headers("return-path"))


def _on_a_list(letter: Letter) -> bool:
    return any(letter.header(name) for name in ("list-id", "list-post", "list-unsubscribe", "mailing-list"))


def _subject(letter: Letter) -> bool:
    """Tell whether the subject is one that servers write, and no answer to such a letter."""
    return notices.SUBJECT_HINT.search(letter.subject) and (
        not _ANSWER.match(letter.subject) and notices.SUBJECT.search(letter.subject)
    )


def _reads_like_one(letter: Letter, notice: str, by_daemon: bool, without_return: bool, subject: bool) -> bool:
    """Weigh who writes, the subject and the words: the weaker the sender's mark, the more the rest must say."""
    if letter.header("x-failed-recipients"):
        return True
    if _ABSENT.search(letter.subject) and not subject:
        return False
    answer = bool(_ANSWER.match(letter.subject)) and letter.report is None
    if by_daemon:
        return subject or (not answer and _says(notice))
    if without_return:
        return subject or (not answer and _says(notice) and (_has_code(notice) or _is_plain_notice(notice)))
    if _on_a_list(letter) and letter.report is None:
        return False
    return _says(notice[:_OPENING]) and (_shows_traces(letter, notice) or _is_plain_notice(notice))


def _has_code(notice: str) -> bool:
    return notices.REPLY_CODE.search(notice)


def _is_plain_notice(notice: str) -> bool:
    """Tell whether a short text states a failure as a server does, with no word of a person in it."""
    return len(notice) <= _SHORT and notices.STATEMENT.search(notice[:_OPENING]) and not notices.PERSONAL.search(notice)


def _shows_traces(letter: Letter, notice: str) -> bool:
    """Tell whether a letter that no server signs carries what only servers send: a code, a copy, a machine's mark."""
    return (
        letter.report is not None
        or len(notice) < len(letter.text)
        or _has_code(notice)
        or letter.header("auto-submitted").lower().startswith("auto")
        or notices.SERVER_SPEAKS.search(notice[:_OPENING])
    )


def _says(notice: str) -> bool:
    return any(table.search(notice) for table in (notices.FAILURE, notices.DELAY, notices.REPLY_CODE))


def _is_permanent(letter: Letter, notice: str) -> bool | None:
    """Read from the words whether the server still tries (False) or has given up (True)."""
    waiting = notices.DELAY.search(letter.subject) or notices.DELAY.search(notice)
    if waiting and not notices.GAVE_UP.search(notice):
        return False
    if notices.FAILURE.search(notice) or notices.SUBJECT.search(letter.subject) or notices.REPLY_CODE.search(notice):
        return True
    return None


def _recipients(letter: Letter, notice: str) -> tuple[str, ...]:
    stated = [address for value in letter.all_headers("x-failed-recipients") for address in _ANY.findall(value)]
    if stated:
        return _distinct(stated)
    for pattern in (_NAMED, _SPOKEN, _ANY):
        found = [address for address in pattern.findall(notice) if address.lower() != letter.from_address.lower()]
        if found:
            return _distinct(found if pattern is not _ANY else found[:1])
    return ()


def _distinct(addresses: Iterable[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for address in addresses:
        trimmed = clean_line(address.strip(".,:;<>"), 320)
        kept.setdefault(trimmed.lower(), trimmed)
    return tuple(kept.values())[:_RECIPIENTS]


def _original_id(letter: Letter) -> str:
    """Find which letter came back: by its attached header, its copy in the text, or what is answered."""
    if letter.report is not None and letter.report.original_message_id:
        return letter.report.original_message_id
    if match := _ID.search(letter.text):
        return clean_line(match[1])
    return letter.in_reply_to or (letter.references[-1] if letter.references else "")


def _second_opinion(letter: Letter) -> BounceVerdict:
    """Ask flufl.bounce about letters that a server sent; whatever it raises is no opinion."""
    if _ABSENT.search(letter.subject):
        return _NO
    try:
        from flufl.bounce import all_failures

        temporary, permanent = all_failures(_shown(letter))
    except Exception:  # noqa: BLE001 - its detectors raise on real letters
        return _NO
    found = permanent or temporary
    if not found:
        return _NO
    addresses = sorted(
        address.decode("ascii", "replace") if isinstance(address, bytes) else str(address) for address in found
    )
    return BounceVerdict(
        is_bounce=True,
        permanent=bool(permanent),
        recipients=_distinct(addresses),
        original_message_id=_original_id(letter),
    )


def _shown(letter: Letter) -> Message:
    """Rebuild a small plain letter for the second opinion: some headers and the opening of the text."""
    shown = Message()
    for name in ("from", "to", "subject", "date", "x-mailer", "return-path"):
        if value := letter.header(name):
            shown[name] = value.encode("ascii", "replace").decode("ascii")[:500]
    shown["content-type"] = "text/plain"
    shown.set_payload(letter.text[:_SEARCHED].encode("ascii", "replace").decode("ascii"))
    return shown
