"""The one picture of the digest: what became of the promises that fell due on the last business days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

WEEKDAYS = ("lun", "mar", "mié", "jue", "vie", "sáb", "dom")
_KEPT, _BROKEN, _OPEN = "#0b5a73", "#c0392b", "#aab6be"
_INK, _SOFT = "#1a2530", "#4b5a67"
_WIDTH, _HEIGHT, _DOTS = 4.2, 2.0, 220  # inches, dots an inch: sharp on a telephone, small in the mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The promises that fell due on one business day."""

    due_on: date
    kept: int = 0
    broken: int = 0
    open: int = 0


def words(bars: Sequence[Bar]) -> str:
    """Say the picture, for whoever does not see it."""
    worst = [f"{one.due_on:%d/%m}, {one.broken}" for one in bars if one.broken]
    said = [
        f"Promesas con plazo en los últimos {len(bars)} días hábiles: {sum(one.kept for one in bars)} cumplidas",
        f"{sum(one.broken for one in bars)} rotas" + (f" ({'; '.join(worst)})" if worst else ""),
        f"{sum(one.open for one in bars)} todavía por responder.",
    ]
    return ", ".join(said[:2]) + " y " + said[2]


def draw(bars: Sequence[Bar]) -> bytes:
    """Draw the bars as a PNG; the same bars give the same bytes. Broken ones are hatched, not only coloured."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # slow to load; Agg needs no screen
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(_WIDTH, _HEIGHT), dpi=_DOTS, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    places = range(len(bars))
    kept, broken = [one.kept for one in bars], [one.broken for one in bars]
    waiting = [one.open for one in bars]
    lower = [one + other for one, other in zip(kept, broken, strict=True)]
    axes.bar(places, kept, color=_KEPT, label="cumplidas", width=0.68)
    axes.bar(
        places, broken, bottom=kept, color=_BROKEN, label="rotas", width=0.68, hatch="///", edgecolor="white", lw=0
    )
    axes.bar(places, waiting, bottom=lower, color=_OPEN, label="por responder", width=0.68)
    highest = max(1, *(one + other for one, other in zip(lower, waiting, strict=True)))
    for place, one in enumerate(bars):
        if one.broken:
            axes.annotate(
                f"{one.broken}", (place, lower[place] + one.open), (0, 2), textcoords="offset points",
                ha="center", va="bottom", color=_BROKEN, fontsize=9.5, fontweight="bold",
            )  # fmt: skip
    axes.set_ylim(0, highest * 1.18)
    axes.set_xticks(list(places), [_tick(one.due_on, last=one is bars[-1]) for one in bars], fontsize=7.5, color=_SOFT)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.tick_params(axis="y", labelsize=8, labelcolor=_SOFT, length=0)
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y", color="#e3e9ed", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#aab6be")
    figure.legend(loc="outside upper left", ncols=3, frameon=False, fontsize=8.5, labelcolor=_INK, handlelength=1.2)
    made = BytesIO()
    figure.savefig(made, format="png", metadata={"Software": None})
    return made.getvalue()


def _tick(day: date, *, last: bool) -> str:
    return f"hoy\n{day:%d/%m}" if last else f"{WEEKDAYS[day.weekday()]}\n{day:%d/%m}"
