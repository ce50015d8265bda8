from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from calendar_pe.clock import at_lima
from casework import remedy
from casework.assign import take
from casework.desk import Desk
from casework.sweep import sweep
from oversight import bank, register
from oversight.digest import compose_digest
from oversight.management import write_management
from oversight.report import prepare, write_month
from oversight.targets import ReportSettings
from replies import catalogue
from replies.listing import as_page
from tests.browser.chromium import Browser, browser
from tests.databases import MADE_AT, sqlite_database
from tests.desks import Clock, build, member, open_ticket
from tests.november import Reader, arrive, november, respond
from tickets.states import Role
from tickets.store import open_store

TODAY = date(2026, 12, 10)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole session."""
    with browser() as running:
        yield running


@pytest.fixture(scope="session")
def pages(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every page that this desk writes, made of a month with letters answered, late and owed."""
    folder = tmp_path_factory.mktemp("pages")
    with sqlite_database(sqlite_template) as url:
        store = open_store(url, now=MADE_AT)
        clock = Clock()
        desk = replace(build(store, clock), classifier=Reader)
        a_month(desk, clock)
        settings = ReportSettings(carta_version="5")
        boss = member(desk, Role.SUPERVISOR)
        editions = prepare(desk, lambda: boss, "2026-11", settings)
        write_month(desk, editions, folder)
        write_management(desk, editions[-1], settings, folder)
        register.publish(desk, folder)
        bank.publish(desk.catalogue, TODAY, folder)
        (folder / "catalogo.html").write_text(as_page(catalogue.load(), TODAY), encoding="utf-8")
        with store.write() as session:
            digest = compose_digest(desk, session, clock.now)
        assert digest is not None
        (folder / "resumen.html").write_text(digest.page(), encoding="utf-8")
        store.close()
    return folder


def a_month(desk: Desk, clock: Clock) -> None:
    """November: letters of every line, most answered in time, some late with their measures, some still owed."""
    november(desk, clock)
    for number in range(40):
        line, kind, language = (
            1 + number % 5,
            ("consulta", "consulta", "sugerencia")[number % 3],
            ("es", "pt")[number % 2],
        )
        text = f"línea {line} {kind} {language} {('yo', 'otro')[number % 4 == 0]}"
        arrive(desk, clock, at_lima(date(2026, 11, 2 + number % 20), 9 + number % 8), text, uid=100 + number)
        if number % 5:
            ref = f"SOM-2026-{number + 8:06}"
            respond(desk, clock, ref, clock.now + timedelta(hours=2))
    clock.now = at_lima(TODAY, 8, 20)
    sweep(desk)
    take(desk, member(desk), "SOM-2026-000008")
    boss = member(desk, Role.SUPERVISOR)
    remedy.edit(
        desk,
        boss,
        1,
        remedy.Amends(
            cause="sistema",
            cause_text="Falla del servidor de correo durante una mañana entera, que dejó la bandeja sin revisar. " * 3,
            corrective="Se respondió a la persona por teléfono y por correo.",
            preventive="Revisión diaria de la bandeja a las 8:15 por dos personas.",
            responsible="Jefatura",
            apology_due=True,
        ),
    )
    remedy.apologise(desk, boss, 1)
    open_ticket(desk, received_at=at_lima(date(2026, 12, 7), 9))
