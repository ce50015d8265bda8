"""Writing a text in the person's own editor, without losing a word of it whatever ends first.

The paper is a file in the person's own folder, readable by nobody else, named after the case. It is taken away when
its text is safe elsewhere; one that is still there was left by a terminal that died, and is offered again.
"""

import os
import re
import shlex
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from console.outside import for_terminal

_UNSAFE = re.compile(r"[^A-Za-z0-9-]")


class EditorFailed(Exception):
    """The editor could not be opened or ended with an error; the message says which."""


def paper_of(folder: Path | None, login: str, reference: str) -> Path:
    """Return where the paper of a person and a case lies: in ``folder`` when that person may write there."""
    name = f"borrador-{_UNSAFE.sub('_', login)}-{_UNSAFE.sub('_', reference)}.txt"
    usable = folder is not None and _may_write(folder)
    return (folder if folder is not None and usable else _own_folder()) / name


def left_behind(paper: Path) -> str:
    """Return the text of a paper that a terminal left when it died, or ""."""
    try:
        if paper.is_symlink() or paper.stat().st_uid != os.getuid():
            return ""
        return for_terminal(paper.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""


def write_outside(command: str, paper: Path, text: str) -> str:
    """Put the text on its paper, let the editor have the terminal, and return what was written.

    The paper stays; ``put_away`` removes it. Raises ``EditorFailed``; the paper then holds what the editor saved.
    """
    try:
        paper.unlink(missing_ok=True)
        with os.fdopen(os.open(paper, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        ended = subprocess.run([*shlex.split(command), str(paper)], check=False)
        written = for_terminal(paper.read_text(encoding="utf-8", errors="replace"))
    except (OSError, ValueError) as error:
        raise EditorFailed(f"no se pudo abrir el editor ({command[:60]})") from error
    if ended.returncode != 0:
        raise EditorFailed("el editor terminó con un error; el texto queda como estaba")
    return written


def put_away(paper: Path) -> None:
    """Remove a paper whose text is safe elsewhere."""
    with suppress(OSError):  # it is the person's own file in the person's own folder
        paper.unlink(missing_ok=True)


def _may_write(folder: Path) -> bool:
    """Make the folder if it is not there; at a desk of several logins it may belong to another of them."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _own_folder() -> Path:
    """Return a folder for passing files that nobody else can have prepared."""
    home = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    folder = home / f"som-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077:
            return Path(tempfile.mkdtemp(prefix="som-"))
    except OSError:
        return Path(tempfile.mkdtemp(prefix="som-"))
    return folder
