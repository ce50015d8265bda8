"""What the writer says now."""


def newest_text(text: str) -> str:
    """Return the text without quotes."""
    return text.strip()
