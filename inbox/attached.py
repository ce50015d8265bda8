"""The bytes of one attachment, read again from the letter in which it came."""

import hashlib
from collections.abc import Iterator

from inbox import caps, mending
from inbox.bodies import Reader
from inbox.tree import Part, Tree, children, lift


def content(raw: bytes, sha256: str) -> bytes | None:
    """Return the decoded bytes of the attachment that had this hash when the letter was read.

    None when the letter has no such attachment, or is over a cap (``parse`` then describes none).
    """
    try:
        found = (data for data in _attached(raw) if hashlib.sha256(data).hexdigest() == sha256)
        return next(found, None)
    except (Exception, RecursionError):  # noqa: BLE001 - the wall, as in parse: no letter may stop a program
        return None


def _attached(raw: bytes) -> Iterator[bytes]:
    """Yield what hangs on a letter, with the same mending as ``parse``."""
    if len(raw) > caps.SIZE:
        return
    slim, blobs = lift(mending.opened(raw))
    if caps.excess(slim, slim.lower()):
        return
    tree = Tree(slim, blobs)
    if tree.has_stray_header_line and (mended := mending.rejoined(slim)) is not None:
        tree = Tree(mended, blobs)
    for leaf in Reader(tree).sort().attached[: caps.ATTACHMENTS]:
        yield _bytes_of(tree, leaf.part)


def _bytes_of(tree: Tree, part: Part) -> bytes:
    """Return what was attached; of a letter inside the letter, that letter."""
    return b"\n".join(child.as_bytes() for child in children(part)) if part.is_multipart() else tree.content(part)
