"""Letters, promises and times by each part of the month: line, kind, country, language, outcome, office."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from oversight import words
from oversight.method import FIRST
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
_NOTES = {
    "tipo": "Cuántas consultas tienen el plazo concluido se publica siempre: es el denominador del indicador de la "
    "Carta. Por eso, de los otros tipos juntos se puede deducir cuántas fueron, aunque sean pocas.",
}


def part_tables(month: Month, method: int) -> list[Table]:
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
    times = [_times(part, method) for part in parts if part.name in _WITH_TIMES]
    if method == FIRST:
        return [*(_figures(part) for part in parts), *times]
    return [*(_figures(part, _NOTES.get(part.name, "")) for part in parts), _consultas(month, parts[-1]), *times]


def _figures(part: _Part, note: str = "") -> Table:
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
        note=note,
    )


def _consultas(month: Month, part: _Part) -> Table:
    """The indicator of the Carta office by office. What it leaves over is small too: letters of other kinds."""
    found = {key: month.consultas_by_office[key] for key in part.order if key in month.consultas_by_office}
    groups = {key: (one.decided, part.found[key].decided - one.decided) for key, one in found.items()}
    alone = len(part.found) == 1  # then it is the public indicator, and leaves over nothing that is not known
    back = part.hidden & found.keys() if alone else hidden(groups, part.hidden)
    rows = [_consulta_row(key, part.say(key), [found[key]]) for key in found if key not in back]
    if back:
        rows.append(_consulta_row(SMALL, TOGETHER, [found[key] for key in sorted(back)]))
    return Table(
        id="oficina-consultas",
        title="Consultas respondidas dentro de 1 día hábil, por oficina",
        group="partes",
        head=part.head,
        columns=(
            Column(id="concluidos", title="Plazos concluidos"),
            Column(id="a_tiempo", title="A tiempo"),
            Column(id="porcentaje", title="% a tiempo", unit="porcentaje"),
        ),
        rows=tuple(rows),
        note="Solo consultas, como el indicador de la Carta.",
    )


def _consulta_row(name: str, label: str, found: Sequence[Figures]) -> Row:
    decided, kept = sum(one.decided for one in found), sum(one.kept for one in found)
    return Row(id=name, label=label, cells=(decided, kept, published(percent(kept, decided))))


def _row(name: str, label: str, found: Sequence[Figures]) -> Row:
    letters = sum(one.letters for one in found)
    decided, kept = sum(one.decided for one in found), sum(one.kept for one in found)
    return Row(id=name, label=label, cells=(letters, decided, kept, published(percent(kept, decided))))


def _times(part: _Part, method: int) -> Table:
    back = part.hidden
    if method > FIRST:  # all answers together are known: what is left over of them must not tell of a few
        back = hidden({key: (one.answered,) for key, one in part.found.items()}, back)
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
