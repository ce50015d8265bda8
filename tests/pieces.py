"""Tables of texts kept as they look: a file of pieces, each under a line ``=== its name``."""

from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"


def pieces(name: str) -> dict[str, str]:
    """Return the pieces of a file of the corpus by their names, each with its line ends."""
    found: dict[str, str] = {}
    for block in (CORPUS / name).read_text("utf-8").split("=== ")[1:]:
        title, _, text = block.partition("\n")
        found[title] = text
    return found
