"""What came with a letter, taken out of its bytes for somebody who will look at it with care; never opened here."""

import os
import stat
from pathlib import Path

from casework.desk import WRITERS, Actor, Desk, require
from casework.refusals import Refusal
from inbox.attached import content
from inbox.attachments import safe_name
from tickets import intake, journal
from tickets.journal import Event
from tickets.tables import Attachment, Message

_MOST_OF_ONE_NAME = 1_000


class CannotSave(Refusal):
    """The attachment is not saved; the message says why and what to do."""


def save(desk: Desk, actor: Actor, attachment_id: int, folder: Path, name: str = "") -> Path:
    """Save an attachment in a folder, readable by its owner alone, and return the file's path.

    A file that exists is never overwritten: a number is added to the name. Nothing of the name can lead out of the
    folder. Raises ``CannotSave``.
    """
    require(actor, *WRITERS)
    now = desk.clock()
    with desk.store.write() as session:
        one = session.get(Attachment, attachment_id)
        message = session.get(Message, one.message_id) if one is not None else None
        if one is None or message is None or message.intake_id is None:
            raise CannotSave("ese adjunto no está en el registro")
        raw = intake.raw_of(session, message.intake_id)
        found = content(raw, one.sha256) if raw is not None else None
        if found is None:
            raise CannotSave("de esta carta solo se guardó el comienzo: el adjunto sigue en el servidor de correo")
        path = _write(folder, safe_name(name) or safe_name(one.name) or f"adjunto-{attachment_id}", found)
        facts: dict[str, journal.Fact] = {"attachment": attachment_id, "message": message.id}
        journal.append(session, [Event(message.ticket_id, now, actor.journal_name, "attachment_saved", facts)])
    return path


def _write(folder: Path, name: str, data: bytes) -> Path:
    if not folder.is_dir():
        raise CannotSave(f"no existe la carpeta {folder}")
    stem, dot, extension = name.rpartition(".") if "." in name else (name, "", "")
    for number in range(1, _MOST_OF_ONE_NAME):
        path = folder / (name if number == 1 else f"{stem}-{number}{dot}{extension}")
        try:
            descriptor = os.open(
                path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, stat.S_IRUSR | stat.S_IWUSR
            )
        except FileExistsError:
            continue
        except OSError as error:
            raise CannotSave(f"no se puede escribir en {folder}: {error.strerror or 'falló'}") from None
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise CannotSave(f"no se pudo escribir {path.name}: {error.strerror or 'falló'}") from None
        return path
    raise CannotSave(f"ya hay demasiados archivos llamados {name} en {folder}")
