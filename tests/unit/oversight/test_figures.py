"""From a month's indicators to what is published of it."""

from dataclasses import replace
from datetime import date, timedelta

from calendar_pe import shipped
from calendar_pe.clock import at_lima
from oversight.figures import document
from oversight.method import FIRST
from oversight.satisfaction import satisfaction_rows, satisfaction_table
from oversight.saying import said
from oversight.tables import HIDDEN, flat, from_dict, to_dict
from sla.facts import AttentionFact, LetterFact, PromiseFact, SurveyFact, state
from sla.indicators import Count, Month, Satisfaction
from sla.working_time import WorkingTimeSettings

MONDAY = at_lima(date(2026, 10, 5), 10)
AS_OF = at_lima(date(2026, 11, 6), 17)


def counted(*facts: LetterFact | PromiseFact | AttentionFact | SurveyFact) -> Month:
    count = Count(year=2026, month=10, as_of=AS_OF, calendar=shipped(), working_time=WorkingTimeSettings())
    for fact in facts:
        count.take(fact)
    return count.month_done()


def letters(
    number: int, *, line: int = 1, country: str = "CL", behalf: bool = False, hour: int = 10
) -> list[LetterFact]:
    at = at_lima(date(2026, 10, 5), hour)
    return [
        LetterFact(
            received_at=at,
            line=line,
            kind="consulta",
            language="es",
            on_behalf=behalf,
            country=country,
            office="Lima",
            writer=f"{line}{country}{one}",
        )
        for one in range(number)
    ]


def test_a_document_comes_back_from_json_as_it_was() -> None:
    made = document(counted(*letters(8), *letters(6, line=2)), carta_version="5", day_minutes=525)
    again = from_dict(to_dict(made))
    assert again == made
    assert len(list(flat(made))) == len({figure[:3] for figure in flat(made)})


def test_an_empty_month_has_a_document_too() -> None:
    made = document(counted(), carta_version="5", day_minutes=525)
    assert made.table("indicadores").cell("plazo", "porcentaje") is None
    assert made.table("resumen").cell("cartas", "total") == 0


def test_countries_by_line_hide_the_few() -> None:
    numbers = {"CL": (20, 9, 7), "ES": (3, 12, 8), "AR": (6, 16, 9)}
    facts = [
        letter
        for country, by_line in numbers.items()
        for line, number in enumerate(by_line, start=1)
        for letter in letters(number, line=line, country=country)
    ]
    crossed = document(counted(*facts), carta_version="5", day_minutes=525).table("pais-linea")
    shown = {
        (row.id, column.id): cell
        for row in crossed.rows
        for column, cell in zip(crossed.columns, row.cells, strict=True)
        if cell != HIDDEN
    }
    assert shown == {("CL", "linea-1"): 20, ("AR", "linea-2"): 16}, (
        "of 29 letters of line 1, 20 and 6 shown would tell the 3 of Spain; hiding the 6 needs another of Argentina"
    )


def test_hours_are_those_of_lima() -> None:
    made = document(counted(*letters(6, hour=17), *letters(7, hour=23)), carta_version="5", day_minutes=525)
    assert {row.id: row.cells for row in made.table("hora").rows} == {"cierre": (6,), "noche": (7,)}


def test_who_writes_for_somebody_else() -> None:
    made = document(counted(*letters(6), *letters(9, behalf=True)), carta_version="5", day_minutes=525)
    [row] = made.table("familiar").rows
    assert row.cells == (9, 6, 60.0)


def test_a_single_person_for_whom_another_writes_does_not_show() -> None:
    made = document(counted(*letters(60), *letters(1, behalf=True)), carta_version="5", day_minutes=525)
    [row] = made.table("familiar").rows
    assert row.cells == (HIDDEN, HIDDEN, HIDDEN)


def test_people_are_counted_once() -> None:
    twice = [letters(6)[0], *letters(6)]
    assert counted(*twice).writers["total"].people == 6
    assert counted(*twice).writers["total"].repeat == 1


def satisfied(**answers: tuple[int, int]) -> dict[str, Satisfaction]:
    return {channel: Satisfaction(answers=one[0], satisfied=one[1]) for channel, one in answers.items()}


def rates(**answers: tuple[int, int]) -> dict[str, object]:
    return {row.id.removeprefix("satisfaccion"): row.cells[2] for row in satisfaction_rows(satisfied(**answers))}


def answered(number: int, *, line: int, kind: str = "consulta", office: str = "Lima") -> list[PromiseFact]:
    due_at, at = at_lima(date(2026, 10, 6), 17), MONDAY + timedelta(hours=1)
    one = PromiseFact(
        received_at=MONDAY, line=line, kind=kind, language="es", on_behalf=False, office=office, answered_at=at,
        answered_by="answer", last_second_at=due_at,
    )  # fmt: skip
    return [one] * number


def test_the_answers_of_a_line_do_not_follow_from_all_answers() -> None:
    """Twenty, eight and three answers: where only the three were left out, the total gave them away."""
    sent = [*letters(20), *letters(9, line=2), *letters(9, line=3)]
    kept = [*answered(20, line=1), *answered(8, line=2), *answered(3, line=3)]
    late = at_lima(date(2026, 10, 6), 17)
    kept += [replace(one, answered_at=None, last_second_at=late) for one in answered(6, line=3)]
    made = document(counted(*sent, *kept), carta_version="5", day_minutes=525)
    assert made.table("tiempos").cell("respuesta", "cartas") == 31
    assert {row.id: row.cells[0] for row in made.table("tiempos-linea").rows} == {"1": 20}
    before = document(counted(*sent, *kept), carta_version="5", day_minutes=525, method=FIRST)
    assert {row.id: row.cells[0] for row in before.table("tiempos-linea").rows} == {"1": 20, "2": 8}, "31 - 28 = 3"


def test_the_consultas_of_an_office_do_not_tell_its_few_reclamos() -> None:
    sent = [
        replace(one, office=office) for office, n in (("Lima", 22), ("Tacna", 10), ("Puno", 9)) for one in letters(n)
    ]
    kept = [
        *answered(20, line=1), *answered(2, line=1, kind="reclamo"), *answered(10, line=1, office="Tacna"),
        *answered(9, line=1, office="Puno"),
    ]  # fmt: skip
    made = document(counted(*sent, *kept), carta_version="5", day_minutes=525)
    assert {row.id: row.cells[:2] for row in made.table("oficina").rows} == {
        "Lima": (22, 22), "Tacna": (10, 10), "Puno": (9, 9)
    }  # fmt: skip
    shown = {row.id: row.cells[0] for row in made.table("oficina-consultas").rows}
    assert "Lima" not in shown, "22 - 20 = 2"
    assert sum(shown.values()) == 39


def test_a_small_office_without_any_consulta_has_a_document_too() -> None:
    made = document(counted(*letters(3), *answered(3, line=1, kind="sugerencia")), carta_version="5", day_minutes=525)
    assert made.table("oficina").rows[0].id == "reservado"
    assert made.table("oficina-consultas").rows == ()


def test_satisfaction_of_each_channel() -> None:
    found = rates(email=(20, 19), telephone=(10, 9), in_person=(10, 10))
    assert found == {"": 95.0, "-virtual": 93.3, "-presencial": 100.0, "-correo": 95.0}


def test_fewer_than_five_answers_are_not_published() -> None:
    assert set(rates(email=(4, 4)).values()) <= {HIDDEN, None}
    assert satisfaction_table(satisfied(email=(4, 4))).rows == ()
    found = rates(email=(20, 20), in_person=(3, 3))
    assert found == {"": 100.0, "-virtual": HIDDEN, "-presencial": HIDDEN, "-correo": HIDDEN}, "23 - 20 = 3"


def test_a_survey_of_another_month_or_one_that_came_later_does_not_count() -> None:
    inside = [SurveyFact(received_at=MONDAY, score=score) for score in (1, 3, 4, 5, 5)]
    outside = SurveyFact(received_at=MONDAY + timedelta(days=31), score=1)
    assert counted(*inside, outside).satisfaction == satisfied(email=(5, 3))


def test_a_promise_over_without_an_answer_is_broken_even_when_nobody_has_noticed() -> None:
    due = at_lima(date(2026, 10, 6), 17)
    one = PromiseFact(received_at=MONDAY, line=1, kind="consulta", language="es", on_behalf=False, last_second_at=due)
    assert [state(one, due + timedelta(seconds=more)) for more in (-1, 0, 1)] == ["open", "open", "broken"]


def test_attentions_say_only_what_was_volunteered() -> None:
    given = [
        AttentionFact(at=MONDAY, channel="in_person", line=4, on_behalf=False, age_band=band, gender="female")
        for band in ["30-44"] * 6 + [""] * 7
    ]
    made = document(counted(*given), carta_version="5", day_minutes=525)
    assert {row.label: row.cells[0] for row in made.table("atenciones-edad").rows} == {"30 a 44": 6, "No lo dijo": 7}


def test_figures_are_said_as_in_peru() -> None:
    assert said(97.5, "porcentaje", 525) == "97.5\N{NO-BREAK SPACE}%"
    assert said(100.0, "porcentaje", 525) == "100\N{NO-BREAK SPACE}%"
    assert said(600, "minutos", 525) == "1 día hábil, 1 h y 15 min"
    assert said(600, "minutos", 480) == "1 día hábil y 2 h"
    assert [said(cell, "cuenta", 525) for cell in (None, HIDDEN, 0, 9_999, 12_040)] == [
        *("—", "*", "0", "9999", "12\N{NO-BREAK SPACE}040")
    ]
