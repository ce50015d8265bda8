"""Words of a text as the judge sees them: lower case, without accents, sentence marks kept as words of their own."""

import re
import unicodedata

WORD = re.compile(r"[^\W_]+|[.?!;:\n]")


def plain(text: str) -> str:
    """Lower the case and drop the accents (ñ becomes n); other scripts stay as they are."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize("NFC", "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f"))


def tokens(text: str) -> list[str]:
    """Split text that went through ``plain`` into words and sentence marks."""
    return WORD.findall(text)
