"""An attention by telephone or in person: written down once, counted by the journal, without anybody's name."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from casework import attention
from casework.attention import Attended, CannotRegister, age_band, country_code, register
from casework.desk import Desk
from service.settings import load
from service.wiring import opened_desk
from tests.commands import Som, command_line
from tests.desks import MONDAY_10, Clock, faults, member
from tickets import attentions, journal
from tickets.journal import DESK

CALL = Attended(
    channel="telephone",
    line=3,
    outcome="oriented",
    country="Chile",
    on_behalf=True,
    satisfaction=5,
    age=44,
    gender="female",
    note="Preguntó por los beneficios del retorno.",
)


def test_an_attention_is_written_down_and_the_journal_counts_it(desk: Desk, clock: Clock) -> None:
    rosa = member(desk, login="rosa")
    number = register(desk, rosa, replace(CALL, at=clock.now - timedelta(hours=1)))
    with desk.store.read() as session:
        [kept] = attentions.listing(session)
        entry = journal.entries_of(session, DESK)[-1]
    assert (kept.id, kept.staff_id, kept.at) == (number, rosa.staff_id, clock.now - timedelta(hours=1))
    assert (kept.country, kept.age, kept.note) == ("CL", 44, "Preguntó por los beneficios del retorno.")
    assert (entry.event, entry.actor, entry.at) == ("attention", f"staff:{rosa.staff_id}", clock.now)
    assert entry.facts == {
        "attention": number,
        "attended_at": "2026-11-23T14:00:00+00:00",
        "office": "Lima",
        "channel": "telephone",
        "line": 3,
        "country": "CL",
        "on_behalf": True,
        "outcome": "oriented",
        "satisfaction": 5,
        "age_band": "30-44",
        "gender": "female",
    }
    assert faults(desk.store) == []


def test_what_was_not_volunteered_stays_empty(desk: Desk) -> None:
    register(desk, member(desk), Attended(channel="in_person", line=5, outcome="referred"))
    with desk.store.read() as session:
        [kept] = attentions.listing(session)
        facts = journal.entries_of(session, DESK)[-1].facts
    assert (kept.satisfaction, kept.age, kept.gender, kept.country) == (None, None, "", "")
    assert (facts["satisfaction"], facts["age_band"], facts["gender"], facts["country"]) == (None, "", "", "")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"channel": "paloma"}, "el canal «paloma» no existe"),
        ({"outcome": ""}, "el resultado"),
        ({"gender": "x"}, "el género «x»"),
        ({"line": 6}, "van de 0 a 5"),
        ({"satisfaction": 0}, "va de 1 a 5"),
        ({"satisfaction": 6}, "va de 1 a 5"),
        ({"age": -1}, "la edad"),
        ({"age": 131}, "la edad"),
        ({"country": "Perú"}, "déjelo vacío"),
        ({"country": "Corea"}, "más de un país"),
        ({"country": "Atlántida"}, "no hay un país"),
        ({"note": "su correo es ana@example.org"}, "datos personales"),
        ({"note": "llamar al 999 000 123"}, "datos personales"),
        ({"note": "DNI 00000000"}, "datos personales"),
        ({"note": "a" * 501}, "500 letras"),
        ({"at": MONDAY_10 + timedelta(seconds=1)}, "todavía no ha ocurrido"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(desk: Desk, wrong: dict[str, object], said: str) -> None:
    with pytest.raises(CannotRegister, match=said):
        register(desk, member(desk), replace(CALL, **wrong))  # type: ignore[arg-type]
    with desk.store.read() as session:
        assert attentions.listing(session) == []
        assert [one.event for one in journal.entries_of(session, DESK)] == ["staff_added"]


def test_a_note_may_hold_dates_and_amounts(desk: Desk) -> None:
    assert register(desk, member(desk), replace(CALL, note="Desde 2019 hasta 2026, S/ 1,130; art. 15 de la Ley 30001."))


@pytest.mark.parametrize(
    ("said", "code"),
    [("", ""), ("cl", "CL"), ("CHILE", "CL"), ("españa", "ES"), ("espana", "ES"), ("Emiratos", "AE"), ("EEUU", "US")],
)
def test_a_country_is_named_as_people_name_it(said: str, code: str) -> None:
    assert country_code(said) == code


@pytest.mark.parametrize(
    ("age", "band"), [(None, ""), (0, "0-17"), (17, "0-17"), (18, "18-29"), (44, "30-44"), (60, "60+"), (130, "60+")]
)
def test_ages_are_told_in_bands(age: int | None, band: str) -> None:
    assert age_band(age) == band


def test_the_register_is_read_by_month(desk: Desk, clock: Clock) -> None:
    for days in (0, 1, 40):
        register(desk, member(desk), replace(CALL, at=clock.now - timedelta(days=days)))
    with desk.store.read() as session:
        assert len(attentions.listing(session)) == 3
        found = attentions.listing(session, since=clock.now - timedelta(days=2), until=clock.now)
        assert [one.at for one in found] == [clock.now - timedelta(days=1)]
        assert [one.at for one in attentions.listing(session, limit=1)] == [clock.now]


# -- the command


@pytest.fixture
def som(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Som:
    (tmp_path / "config.toml").write_text(
        '[data]\ndir = "."\n[clock]\nsimulated = true\n[smtp]\nhost = "127.0.0.1"\nport = 25\n'
        'security = "plain"\nfrom_address = "som@example.pe"\n',
        encoding="utf-8",
    )
    with opened_desk(load(tmp_path / "config.toml"), now=MONDAY_10):
        pass
    return command_line(tmp_path, monkeypatch, capsysbinary, "attention", "due")


def test_the_command_writes_and_lists(som: Som) -> None:
    first = som("attention", "add", "--channel", "teléfono", "--line", "3", "--country", "Chile", "--satisfaction", "4")
    assert (first.code, first.out) == (0, "1\n")
    second = som("attention", "add", "--channel", "presencial", "--line", "5", "--outcome", "referred", "--age", "30")
    assert second.out == "2\n"
    listed = json.loads(som("attention", "list", "--json").out)
    assert [(one["channel"], one["line"], one["country"], one["satisfaction"], one["age"]) for one in listed] == [
        ("telephone", 3, "CL", 4, None),
        ("in_person", 5, "", None, 30),
    ]
    assert json.loads(som("attention", "list", "--json", "--month", "2022-01").out) == []
    assert "presencial" not in som("attention", "list").out


def test_the_command_refuses_with_the_reason(som: Som) -> None:
    ended = som("attention", "add", "--channel", "fax", "--line", "3")
    assert (ended.code, ended.out) == (1, "")
    assert "el canal «fax» no existe" in ended.err
    assert som("attention", "list", "--month", "noviembre").code == 2


def test_every_word_of_the_table_has_a_label() -> None:
    assert set(attention.CHANNELS) == {"telephone", "in_person", "video"}  # the table's own check
