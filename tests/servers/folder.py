"""A folder that servers running under another account can reach: pytest keeps its own folders private."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_folder() -> Iterator[Path]:
    """Give a new temporary folder that everybody may enter, and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="som-servers-"))
    let_others_in(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def let_others_in(folder: Path) -> None:
    """When we are root, and servers therefore run as somebody else, let them pass through to ``folder``."""
    if os.geteuid() != 0:
        return
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if step.stat().st_uid == 0 and mode & 0o011 != 0o011:
            step.chmod(mode | 0o711)
