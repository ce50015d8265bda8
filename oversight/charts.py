"""Bars as SVG that a page holds itself: lengths in per cent and text in pixels, so that they fit a telephone too."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup

_ROW, _LINE, _BAR = 40, 17, 13
_LABEL_WIDTH = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: what it is of, how long it is, and its value as it is written beside it."""

    label: str
    value: float
    said: str


def bars(
    name: str, title: str, drawn: Sequence[Bar], *, whole: float | None = None, goal: float | None = None
) -> Markup:
    """Draw horizontal bars; ``whole`` is the full length (default: the longest), ``goal`` a mark across it.

    The figures themselves stand in the table beneath: to a screen reader the drawing is one image with its title.
    """
    longest = whole or max((bar.value for bar in drawn), default=0) or 1
    parts: list[Markup] = []
    top = 0
    for bar in drawn:
        lines = wrap(bar.label, _LABEL_WIDTH)[:2] or [""]
        length = min(100.0, 100 * bar.value / longest)
        for number, line in enumerate(lines):
            parts.append(Markup('<text x="0" y="{}">{}</text>').format(top + 13 + _LINE * number, line))
        parts.append(Markup('<text x="100%" y="{}" class="value">{}</text>').format(top + 13, bar.said))
        across = top + 19 + _LINE * (len(lines) - 1)
        parts.append(Markup('<rect class="track" x="0" y="{}" width="100%" height="{}" rx="2"/>').format(across, _BAR))
        if bar.value > 0:
            parts.append(
                Markup('<rect class="bar" x="0" y="{}" width="{}%" height="{}" rx="2"/>').format(
                    across, f"{max(length, 0.6):.2f}", _BAR
                )
            )
        if goal is not None:
            parts.append(
                Markup('<rect class="goal" x="{}%" y="{}" width="2" height="{}"/>').format(
                    f"{min(99.4, 100 * goal / longest):.2f}", across - 3, _BAR + 6
                )
            )
        top += _ROW + _LINE * (len(lines) - 1)
    return Markup(
        '<svg role="img" aria-labelledby="{0}" width="100%" height="{1}"><title id="{0}">{2}</title>{3}</svg>'
    ).format(f"g-{name}", max(top, 1), title, Markup("").join(parts))
