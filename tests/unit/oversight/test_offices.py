"""What an office is given in all: nothing that is kept back of it is passed over in a sum."""

from oversight.offices import ATTENDED, offices
from oversight.parts import SMALL
from oversight.tables import HIDDEN, Cell, Column, Document, Row, Table
from oversight.targets import ReportSettings


def month(letters: dict[str, int], attentions: dict[str, Cell], name: str = "2026-10") -> Document:
    columns = tuple(Column(id=one, title=one) for one in ("cartas", "concluidos", "a_tiempo", "porcentaje"))
    table = Table(
        id="oficina",
        title="",
        group="",
        head="",
        columns=columns,
        rows=tuple(Row(id=key, label=key, cells=(n, n, n, 100.0)) for key, n in letters.items()),
    )
    other = Table(
        id="atenciones-oficina",
        title="",
        group="",
        head="",
        columns=(Column(id="atenciones", title=""),),
        rows=tuple(Row(id=key, label=key, cells=(n,)) for key, n in attentions.items()),
    )
    return Document(
        month=name,
        as_of="",
        calendar_version="",
        carta_version="",
        day_minutes=525,
        simulated=False,
        definitions=(),
        tables=(table, other),
    )


def given(*months: Document) -> tuple[str, str]:
    found = {one.name: one for one in offices(months, (), {}, ReportSettings(carta_version="5"))}
    [measure] = [one for one in found["Tacna"].measures if one.title == ATTENDED]
    return measure.month, measure.year


def test_an_office_whose_letters_are_kept_back_has_no_total() -> None:
    known = month({"Tacna": 20, "Lima": 9}, {"Tacna": 8})
    assert given(known) == ("28", "28")
    assert given(month({"Lima": 30, SMALL: 6}, {"Tacna": 8})) == (HIDDEN, HIDDEN)
    assert given(month({"Tacna": 20}, {"Lima": 9, SMALL: 7})) == (HIDDEN, HIDDEN)
    assert given(month({"Tacna": 20}, {"Tacna": HIDDEN})) == (HIDDEN, HIDDEN)
    assert given(month({"Lima": 30, SMALL: 6}, {"Tacna": 8}), known) == ("28", HIDDEN)
    assert given(month({"Lima": 30}, {"Tacna": 8})) == ("8", "8"), "it wrote no letters, and none is kept back"
