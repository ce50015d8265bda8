"""The bar of views over a list: which one is chosen, and which of the rare ones have something in them."""

from collections.abc import Mapping

from rich.text import Text

from console.views import VIEWS, View

_RARE = ("uncertain", "quarantine")
"""Views that are empty on a good day: in a narrow terminal they show only when they are not."""


def views_bar(chosen: str, width: int, counts: Mapping[str, int]) -> Text:
    """Return the bar in one line of a width; "" as ``chosen`` is none of them."""
    shown = list(VIEWS)
    for view in (*(view for view in VIEWS if view.id in _RARE and not counts.get(view.id)), *reversed(VIEWS)):
        if _width(shown, counts) <= width:
            break
        if view in shown and view.id != chosen and not (view.id in _RARE and counts.get(view.id)):
            shown.remove(view)
    line = Text(no_wrap=True, overflow="ellipsis")
    for view in shown:
        line.append(" " if line else "")
        waits = view.id in _RARE and bool(counts.get(view.id))
        line.append(_said(view, counts), style="bold reverse" if view.id == chosen else "bold" if waits else "")
    return line


def _said(view: View, counts: Mapping[str, int]) -> str:
    count = counts.get(view.id, 0) if view.id in _RARE else 0
    return f"{view.key} {view.name}{f' ({count})' if count else ''}"


def _width(views: list[View], counts: Mapping[str, int]) -> int:
    return sum(len(_said(view, counts)) + 1 for view in views) - 1
