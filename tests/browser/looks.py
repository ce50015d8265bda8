"""What is looked at in every page: scripts that run inside it, one a file of ``looks``."""

from pathlib import Path

_FOLDER = Path(__file__).with_name("looks")


def _script(name: str) -> str:
    return (_FOLDER / f"{name}.js").read_text(encoding="utf-8")


CONTRAST, SHAPE, SIDEWAYS = _script("contrast"), _script("shape"), _script("sideways")
INTERACTIVE, FOCUSED, MISSED = _script("interactive"), _script("focused"), _script("missed")
