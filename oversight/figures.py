"""From the indicators of a month to the tables that are published of it, small groups kept back."""

from oversight import words
from oversight.definitions import DEFINITIONS
from oversight.method import METHOD
from oversight.parts import part_tables, published, whole_minutes
from oversight.people import attentions, people
from oversight.satisfaction import satisfaction_rows, satisfaction_table
from oversight.tables import Cell, Column, Document, Row, Table, Unit
from sla.indicators import Month
from sla.tally import percent


def document(
    month: Month, *, carta_version: str, day_minutes: int, simulated: bool = False, method: int = METHOD
) -> Document:
    """Return everything that is published of a month, by the rules of that method."""
    return Document(
        month=month.month,
        as_of=month.as_of,
        calendar_version=month.calendar_version,
        carta_version=carta_version,
        day_minutes=day_minutes,
        simulated=simulated,
        definitions=DEFINITIONS,
        method=method,
        tables=(
            _indicators(month),
            satisfaction_table(month.satisfaction),
            _summary(month),
            _times(month),
            *part_tables(month, method),
            *people(month, method),
            *attentions(month),
            _causes(month),
        ),
    )


def attended(month: Document) -> int:
    """Return the letters and attentions of a month that are published."""
    cells = [cell for row in month.table("canal").rows for cell in row.cells]
    return sum(cell for cell in cells if isinstance(cell, int))


def _indicators(month: Month) -> Table:
    """The indicators of the Carta: numerator, denominator, percentage and goal."""
    asked = month.by_kind.get("consulta")
    kept, decided = (asked.kept, asked.decided) if asked else (0, 0)
    direct = (asked.kept - asked.kept_by_ask_back, asked.decided - asked.decided_by_ask_back) if asked else (0, 0)
    return Table(
        id="indicadores",
        title="Indicadores de la Carta de Servicios",
        group="carta",
        head="Indicador",
        columns=(
            Column(id="numerador", title="Numerador"),
            Column(id="denominador", title="Denominador"),
            Column(id="porcentaje", title="Resultado", unit="porcentaje"),
            Column(id="meta", title="Meta", unit="porcentaje"),
        ),
        rows=(
            _indicator("plazo", kept, decided, 100.0),
            _indicator("plazo-sin-pedidos", *direct, None),
            *satisfaction_rows(month.satisfaction),
        ),
    )


def _indicator(name: str, part: int, whole: int, goal: float | None) -> Row:
    title = next(one.title for one in DEFINITIONS if one.id == name)
    return Row(id=name, label=title, cells=(part, whole, published(percent(part, whole)), goal))


def _summary(month: Month) -> Table:
    total = month.total
    rows = (
        ("cartas", "Cartas de personas que llegaron en el mes", total.letters),
        ("plazos", "Plazos de respuesta que empezaron", total.promises),
        ("a_tiempo", "Respondidas a tiempo", total.kept),
        ("pidiendo_datos", "… de ellas, pidiendo más datos", total.kept_by_ask_back),
        ("fuera_de_plazo", "Fuera de plazo", total.broken),
        ("en_curso", "Con el plazo todavía en curso", total.open),
        ("sin_efecto", "Sin plazo, porque una persona corrigió el tipo de carta", total.void),
    )
    return Table(
        id="resumen",
        title="Cartas y plazos",
        group="plazo",
        head="Qué se cuenta",
        columns=(Column(id="total", title="Total"),),
        rows=tuple(Row(id=name, label=label, cells=(count,)) for name, label, count in rows),
        note="Los totales del mes se publican siempre, aunque sean menores de 5.",
    )


def _times(month: Month) -> Table:
    total = month.total
    rows = (
        ("respuesta", "Hasta la respuesta", total.answered, total.median_seconds, total.p90_seconds),
        ("pedido", "Hasta pedir datos", total.asked_back, total.ask_back_median_seconds, total.ask_back_p90_seconds),
    )
    return Table(
        id="tiempos",
        title="Cuánto tardamos",
        group="plazo",
        head="Tiempo",
        columns=(
            Column(id="cartas", title="Respuestas"),
            Column(id="mediana", title="La mitad, en", unit="minutos"),
            Column(id="p90", title="Nueve de diez, en", unit="minutos"),
        ),
        rows=tuple(
            Row(id=one, label=label, cells=(n, *whole_minutes(n, *seconds))) for one, label, n, *seconds in rows
        ),
        note="Es tiempo de atención: solo cuentan los días hábiles, de 8:15 a. m. a 5:00 p. m.",
    )


def _causes(month: Month) -> Table:
    ordered = sorted(month.causes.items(), key=lambda one: (one[0] == "", -one[1].promises, one[0]))
    minutes: Unit = "minutos"
    return Table(
        id="incumplimientos",
        title="Respuestas fuera de plazo y su motivo",
        group="incumplimientos",
        head="Motivo",
        columns=(
            Column(id="promesas", title="Fuera de plazo"),
            Column(id="respondidas", title="Respondidas después"),
            Column(id="pendientes", title="Sin responder"),
            Column(id="demora", title="Demora (la mitad, hasta)", unit=minutes),
        ),
        rows=tuple(
            Row(
                id=cause or "sin_registrar",
                label=words.CAUSES.get(cause, cause),
                cells=(one.promises, one.answered, one.owed, *_late(one.median_late_seconds)),
            )
            for cause, one in ordered
        ),
        chart=("promesas",),
        note="Cada compromiso incumplido tiene su fila en el registro de subsanación. Aquí se cuentan actos del "
        "servicio, no características de las personas: por eso se publican aunque sean menos de 5.",
    )


def _late(seconds: int | None) -> tuple[Cell]:
    return (None if seconds is None else seconds // 60,)
