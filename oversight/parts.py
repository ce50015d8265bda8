"""Letters, promises and times by each part of the month: line, kind, country, language, outcome, office."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from oversight import words
from oversight.suppression import SMALLEST, hidden
from oversight.tables import HIDDEN, Cell, Column, Row, Table
from sla.indicators import Month
from sla.tally import Figures, percent

SMALL = "reservado"
"""The row that stands for all small groups together."""

TOGETHER = "Grupos pequeños, en conjunto"

Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Part:
    """The month parted by one thing: figures by value, and how a value is said."""

    name: str
    title: str
    head: str
    found: Mapping[str, Figures]
    say: Say

    @property
    def hidden(self) -> set[str]:
        return hidden({key: (one.letters, one.decided) for key, one in self.found.items()})

    @property
    def order(self) -> list[str]:
        """Lines and kinds in their own order, everything else by its number of letters."""
        if self.name in _OWN_ORDER:
            return [key for key in _OWN_ORDER[self.name] if key in self.found]
        return sorted(self.found, key=lambda key: (-self.found[key].letters, key))


_OWN_ORDER: dict[str, tuple[str, ...]] = {"linea": tuple(words.LINES), "tipo": tuple(words.KINDS)}
_WITH_TIMES = ("linea", "tipo", "oficina")


def part_tables(month: Month) -> list[Table]:
    """Return the tables of the month's parts."""
    parts = (
        _Part("linea", "Por línea de acción", "Línea", month.by_line, words.LINES.__getitem__),
        _Part("tipo", "Por tipo de carta", "Tipo", month.by_kind, words.KINDS.__getitem__),
        _Part("pais", "Por país", "País", month.by_country, words.country),
        _Part("idioma", "Por idioma", "Idioma", month.by_language, words.language),
        _Part("en-nombre", "Por quién escribe", "Escribe", month.by_on_behalf, words.ON_BEHALF.__getitem__),
        _Part("resultado", "Por resultado del caso", "Resultado", month.by_outcome, words.outcome),
        _Part("oficina", "Por oficina", "Oficina", month.by_office, words.office),
    )
    return [*(_figures(part) for part in parts), *(_times(part) for part in parts if part.name in _WITH_TIMES)]


def _figures(part: _Part) -> Table:
    back = part.hidden
    rows = [_row(key, part.say(key), [part.found[key]]) for key in part.order if key not in back]
    if back:
        rows.append(_row(SMALL, TOGETHER, [part.found[key] for key in sorted(back)]))
    return Table(
        id=part.name,
        title=part.title,
        group="partes",
        head=part.head,
        columns=(
            Column(id="cartas", title="Cartas"),
            Column(id="concluidos", title="Plazos concluidos"),
            Column(id="a_tiempo", title="A tiempo"),
            Column(id="porcentaje", title="% a tiempo", unit="porcentaje"),
        ),
        rows=tuple(rows),
        chart=("cartas",),
    )


def _row(name: str, label: str, found: Sequence[Figures]) -> Row:
    letters = sum(one.letters for one in found)
    decided, kept = sum(one.decided for one in found), sum(one.kept for one in found)
    return Row(id=name, label=label, cells=(letters, decided, kept, published(percent(kept, decided))))


def _times(part: _Part) -> Table:
    back = part.hidden
    found = ((key, part.found[key]) for key in part.order if key not in back)
    return Table(
        id=f"tiempos-{part.name}",
        title=f"Tiempo p{part.title[1:]}",
        group="tiempos",
        head=part.head,
        columns=(
            Column(id="respuestas", title="Respuestas"),
            Column(id="mediana", title="La mitad, en", unit="minutos"),
            Column(id="p90", title="Nueve de diez, en", unit="minutos"),
        ),
        rows=tuple(
            Row(
                id=key,
                label=part.say(key),
                cells=(one.answered, *whole_minutes(one.answered, one.median_seconds, one.p90_seconds)),
            )
            for key, one in found
            if one.answered >= SMALLEST
        ),
        note="Solo los grupos con 5 respuestas o más.",
    )


def published(value: str | None) -> float | None:
    """Return a percentage as the number that is published."""
    return None if value is None else float(value)


def whole_minutes(answers: int, *seconds: int | None) -> tuple[Cell, ...]:
    """Return times in whole minutes; those of fewer than five people are kept back."""
    if 0 < answers < SMALLEST:
        return tuple(HIDDEN for _ in seconds)
    return tuple(None if one is None else one // 60 for one in seconds)
