"""Comparing a month as the desk counts it with the same month counted by hand."""

from collections import Counter
from collections.abc import Mapping

from oversight.tables import from_dict
from sla.indicators import Month
from sla.tally import Figures, median
from tests.independent_count import Counted


def the_same(found: Month, by_hand: Counted) -> None:
    """The desk's figures of a month, before small groups are kept back, are those counted by hand."""
    total = found.total
    assert (total.letters, total.promises) == (by_hand.letters, by_hand.promises)
    assert (total.kept, total.kept_by_ask_back, total.broken) == (by_hand.kept, by_hand.asked, by_hand.broken)
    assert (total.open, total.void) == (by_hand.open, by_hand.void)
    assert total.median_seconds == median(sorted(by_hand.seconds))
    assert letters(found.by_line) == texts(by_hand.by_line)
    assert letters(found.by_kind) == texts(by_hand.by_kind)
    assert letters(found.by_language) == texts(by_hand.by_language)
    assert letters(found.by_country) == texts(by_hand.by_country)
    assert letters(found.by_on_behalf) == {"yes" if key else "no": one for key, one in by_hand.by_behalf.items()}
    hours = Counter[int]()
    for of_line in found.crossed["hour"].values():
        hours.update({int(hour): one for hour, one in of_line.items()})
    assert hours == by_hand.by_hour
    assert (found.writers["total"].people, found.writers["total"].repeat) == (by_hand.people, by_hand.repeat)
    assert found.attentions["channel"] == {key: one for key, one in by_hand.by_channel.items() if one}


def letters(parts: Mapping[str, Figures]) -> dict[str, int]:
    return {key: one.letters for key, one in parts.items() if one.letters}


def texts(counter: Mapping[object, int]) -> dict[str, int]:
    return {str(key): one for key, one in counter.items() if one}


def published(figures: Mapping[str, object], by_hand: Counted) -> None:
    """What was frozen says the same, with nobody in a group of one to four."""
    document = from_dict(figures)
    indicators = document.table("indicadores")
    assert (indicators.cell("plazo", "numerador"), indicators.cell("plazo", "denominador")) == by_hand.consultas
    if by_hand.satisfied[1] >= 5:
        cells = indicators.cell("satisfaccion", "numerador"), indicators.cell("satisfaccion", "denominador")
        assert cells == by_hand.satisfied
    assert document.table("resumen").cell("fuera_de_plazo", "total") == by_hand.broken
    for name in ("linea", "tipo", "pais", "idioma", "en-nombre", "resultado", "oficina"):
        table = document.table(name)
        assert sum(row.cells[0] for row in table.rows) == by_hand.letters
        assert all(row.cells[0] == 0 or row.cells[0] >= 5 for row in table.rows)
    shown = {row.id: row.cells[0] for row in document.table("linea").rows if row.id != "reservado"}
    assert shown.items() <= texts(by_hand.by_line).items()
