"""Who writes, about which countries, in which languages and when; and attentions by other channels."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from functools import partial

from oversight import words
from oversight.method import FIRST
from oversight.parts import SMALL, TOGETHER, Say, published
from oversight.suppression import SMALLEST, hidden, hidden_cells
from oversight.tables import HIDDEN, Cell, Column, Row, Table
from sla.indicators import Month
from sla.tally import Figures, percent

Group = tuple[int, ...]


def people(month: Month, method: int) -> list[Table]:
    """Return the statistics of the people who wrote."""
    crossing = partial(_crossed, bridges=method > FIRST)
    lines = [line for line in words.LINES if line in month.by_line]
    back = hidden({key: (one.letters, one.decided) for key, one in month.by_line.items()})
    totals = {line: None if line in back else month.by_line[line].letters for line in lines}
    hours: dict[str, Counter[str]] = {}
    for line, by_hour in month.crossed["hour"].items():
        hours[line] = Counter()
        for hour, letters in by_hour.items():
            hours[line][words.band(hour)] += letters
    by_band: Counter[str] = Counter()
    for one in hours.values():
        by_band.update(one)
    say_hour = {name: label for name, (label, _) in words.HOURS.items()}
    bands = {name: by_band[name] for name in words.HOURS if by_band[name]}
    crossed = month.crossed
    return [
        _on_behalf(month, lines, back),
        _writers(month, lines, back),
        _single("hora", "A qué hora escriben", "Hora de Lima", "Cartas", bands, say_hour.__getitem__, "personas"),
        crossing("hora-linea", "Hora y línea", "Hora de Lima", hours, _shown(bands), totals, say_hour.__getitem__),
        crossing(
            "pais-linea",
            "País y línea",
            "País",
            crossed["country"],
            _letters_shown(month.by_country),
            totals,
            words.country,
            "En la línea 1 es el país de destino; en las líneas 2 y 3, aquel en que la persona vive o del que vuelve; "
            "en las líneas 4 y 5, el de origen. Es lo que dice la carta: no se deduce nada más.",
            words.COUNTRY_OF_LINE,
        ),
        crossing(
            "idioma-linea",
            "Idioma y línea",
            "Idioma",
            crossed["language"],
            _letters_shown(month.by_language),
            totals,
            words.language,
        ),
    ]


def _on_behalf(month: Month, lines: Sequence[str], back: Set[str]) -> Table:
    found = {line: month.crossed["on_behalf"].get(line, {}) for line in lines}
    groups = {line: (one.get("yes", 0), one.get("no", 0)) for line, one in found.items()}
    return _share(
        "familiar",
        "Quienes escriben por un familiar u otra persona",
        groups,
        back,
        "Por otra persona",
        "Por sí mismas",
        "La línea es la de la persona de quien se trata, no la de quien escribe.",
    )


def _writers(month: Month, lines: Sequence[str], back: Set[str]) -> Table:
    found = {line: month.writers[line] for line in lines if line in month.writers}
    groups = {line: (one.repeat, one.people - one.repeat) for line, one in found.items()}
    return _share(
        "vuelven",
        "Quienes escribieron más de una vez en el mes",
        groups,
        back,
        "Más de una vez",
        "Una vez",
        "Se cuentan personas por su dirección de correo, que el diario guarda solo como una clave sin nombre. Quien "
        "escribe sobre dos líneas cuenta en las dos.",
    )


def _share(
    name: str, title: str, groups: Mapping[str, Group], also: Set[str], one: str, other: str, note: str
) -> Table:
    back = hidden(groups, also)
    rows = [_share_row(key, words.LINES[key], [groups[key]]) for key in groups if key not in back]
    if back:
        rows.append(_share_row(SMALL, TOGETHER, [groups[key] for key in sorted(back)]))
    return Table(
        id=name,
        title=title,
        group="personas",
        head="Línea",
        columns=(
            Column(id="si", title=one),
            Column(id="no", title=other),
            Column(id="porcentaje", title="%", unit="porcentaje"),
        ),
        rows=tuple(rows),
        chart=("porcentaje",),
        note=note,
    )


def _share_row(name: str, label: str, groups: Sequence[Group]) -> Row:
    part, rest = (sum(values) for values in zip(*groups, strict=True))
    if any(0 < one < SMALLEST for one in (part, rest)):  # nothing is left to cover them
        return Row(id=name, label=label, cells=(HIDDEN, HIDDEN, HIDDEN))
    return Row(id=name, label=label, cells=(part, rest, published(percent(part, part + rest))))


def _single(
    name: str, title: str, head: str, measure: str, counts: Mapping[str, int], say: Say, group: str, note: str = ""
) -> Table:
    """A table of one count, small groups together."""
    back = hidden({key: (count,) for key, count in counts.items()})
    rows = [Row(id=key, label=say(key), cells=(count,)) for key, count in counts.items() if key not in back]
    if back:
        together = sum(counts[key] for key in back)
        rows.append(Row(id=SMALL, label=TOGETHER, cells=(HIDDEN if 0 < together < SMALLEST else together,)))
    columns = (Column(id=measure.lower(), title=measure),)
    return Table(
        id=name,
        title=title,
        group=group,
        head=head,
        columns=columns,
        rows=tuple(rows),
        chart=(measure.lower(),),
        note=note,
    )


def _shown(counts: Mapping[str, int]) -> dict[str, int | None]:
    back = hidden({key: (count,) for key, count in counts.items()})
    return {key: None if key in back else count for key, count in counts.items()}


def _letters_shown(parts: Mapping[str, Figures]) -> dict[str, int | None]:
    back = hidden({key: (one.letters, one.decided) for key, one in parts.items()})
    order = sorted(parts, key=lambda key: (-parts[key].letters, key))
    return {key: None if key in back else parts[key].letters for key in order}


def _crossed(
    name: str,
    title: str,
    head: str,
    by_line: Mapping[str, Mapping[str, int]],
    values: Mapping[str, int | None],
    lines: Mapping[str, int | None],
    say: Say,
    note: str = "",
    say_line: Mapping[str, str] = words.SHORT_LINES,
    *,
    bridges: bool,
) -> Table:
    """Letters by value and line. A value or a line of which nothing can be shown is left out."""
    cells = {(value, line): count for line, found in by_line.items() for value, count in found.items()}
    back = hidden_cells(cells, values, lines, bridges=bridges)
    seen = [line for line in lines if any((value, line) not in back for value in values)]
    rows = []
    for value in values:
        shown: list[Cell] = [HIDDEN if (value, line) in back else cells.get((value, line), 0) for line in seen]
        if any(one != HIDDEN for one in shown):
            rows.append(Row(id=value, label=say(value), cells=tuple(shown)))
    return Table(
        id=name,
        title=title,
        group="cruces",
        head=head,
        columns=tuple(Column(id=f"linea-{line}", title=say_line[line]) for line in seen),
        rows=tuple(rows),
        chart=tuple(f"linea-{line}" for line in seen),
        note=f"{note} Un asterisco (*) reserva un número menor de 5, o uno del que se deduciría.".strip(),
    )


def attentions(month: Month) -> list[Table]:
    """Return the tables of attentions by other channels than email, and all channels beside each other."""
    given = month.attentions
    channels = _single("canal", "Por canal", "Canal", "Atenciones", given["channel"], words.channel, "canales")
    letters = Row(id="email", label=words.CHANNELS["email"], cells=(month.total.letters,))
    everything = replace(channels, rows=(letters, *channels.rows))
    if not given["channel"]:
        return [everything]
    asked: list[tuple[str, str, str, Mapping[str, int], Say]] = [
        (
            "linea",
            "Atenciones por línea de acción",
            "Línea",
            _in_order(given["line"], words.LINES),
            words.LINES.__getitem__,
        ),
        ("pais", "Atenciones por país", "País", given["country"], words.country),
        ("en-nombre", "Atenciones por quién consulta", "Consulta", given["on_behalf"], words.ON_BEHALF.__getitem__),
        ("resultado", "Atenciones por resultado", "Resultado", given["outcome"], words.attention_outcome),
        ("oficina", "Atenciones por oficina", "Oficina", given["office"], words.office),
        ("edad", "Atenciones por edad", "Edad", _in_order(given["age_band"], words.AGES), words.AGES.__getitem__),
        ("genero", "Atenciones por género", "Género", given["gender"], words.SAID_GENDERS.__getitem__),
    ]
    volunteered = "Solo de quienes quisieron decirlo; nunca se supone."
    return [
        everything,
        *(
            _single(
                f"atenciones-{name}",
                title,
                head,
                "Atenciones",
                counts,
                say,
                "atenciones",
                volunteered if name in ("edad", "genero") else "",
            )
            for name, title, head, counts, say in asked
        ),
    ]


def _in_order(counts: Mapping[str, int], order: Mapping[str, str]) -> dict[str, int]:
    return {key: counts[key] for key in order if key in counts}
