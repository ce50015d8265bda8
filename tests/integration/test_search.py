"""Finding cases by what was said in them, on both databases: accents, endings, phrases, and whatever anybody types."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from casework.desk import Desk
from casework.note import note
from service.wiring import login_name
from tests.commands import command_line
from tests.databases import MADE_AT
from tests.desks import Clock, build, member, open_ticket, settle_promises
from tickets import cases, worklist
from tickets.migrate import configuration
from tickets.states import Role
from tickets.store import Store, connect, open_store
from tickets.tables import Message
from tickets.worklist import Asked, Pile, Place

LETTER = "Buenas tardes:\n\nMi MAMÁ vive en São Paulo y quiere su pensión de jubilación. Llámenme al niño-fénix."


def found(desk: Desk, said: str, pile: Pile = Pile.WAITING, **asked: object) -> list[str]:
    with desk.store.read() as session:
        page = worklist.page(session, Asked(pile=pile, text=said, **asked), limit=50)  # type: ignore[arg-type]
    return [one.reference for one in page.rows]


def change_message(desk: Desk, ref: str, **values: object) -> None:
    with desk.store.write() as session:
        [message] = cases.conversation(session, cases.find(session, ref).id or 0)
        for name, value in values.items():
            setattr(message, name, value)


@pytest.mark.parametrize(
    "said",
    [
        "pension",
        "PENSIÓN",
        "pensión jubilación mamá",
        "jubilacion   quispe",  # the letter and who wrote it
        "sao paulo",
        "nino fenix",
        "NIÑO-FÉNIX",
        "jubi",  # the last word may go on
        "mama jubi",
        '"vive en são paulo"',
        'mama "pensión de jubilación"',
        "rosa@example.org",
        "consulta por",
        "SOM-2026-000001",
        "som-2026-000001",
        "1",
        "000001",
        "#1",
        "pension\u200b",
        "pensio\u0301n",  # the accent as a letter of its own
    ],
)
def test_what_finds_a_letter(desk: Desk, said: str) -> None:
    ref = open_ticket(desk, text=LETTER)
    open_ticket(desk, text="Otra cosa.", address="luz@example.net")
    assert found(desk, said) in ([ref], [ref, "SOM-2026-000002"])
    assert ref in found(desk, said)
    assert found(desk, f"{said} zapato") == []


@pytest.mark.parametrize(
    "said",
    [
        "jubila vive",  # only the last word may go on
        "jub",  # too short to stand for others
        "jubila ",  # ended by a blank
        '"jubila"',
        '"paulo vive"',
        "pension AND mama",  # no operators: AND is a word like any other
        "mama OR zapato",
        "NOT zapato",
        "said:pension",
        "!!!",
        '"',
        "",
    ],
)
def test_what_does_not(desk: Desk, said: str) -> None:
    open_ticket(desk, text=LETTER)
    if said:
        assert found(desk, said) == []


@pytest.mark.parametrize("letters", ["áàâäãåéèêëíìîïóòôöõúùûüñçýÿ", "ÁÀÂÄÃÅÉÈÊËÍÌÎÏÓÒÔÖÕÚÙÛÜÑÇÝ"])
def test_every_accent_of_our_languages_folds_alike_on_both_databases(desk: Desk, letters: str) -> None:
    ref = open_ticket(desk, text=" ".join(f"x{one}z" for one in letters))
    plain = "aaaaaaeeeeiiiiooooouuuuncyy"
    for one, folded in zip(letters, plain, strict=False):
        assert found(desk, f"x{one}z ") == [ref]
        assert found(desk, f"X{folded.upper()}Z ") == [ref], one


@pytest.mark.parametrize(
    "said",
    ["'", "\\", '"""', "a\\'b", "(", ")", "*", "^x", "-", "NEAR(a b)", ":", "{said} : x", "a&b|!c", "<->", "%", "_",
     "\x00", "' OR 1=1 --", "\ud800", "🦙", "ต้อ", "x" * 5000, "a " * 3000, '"' * 999, "1e5 1.5 -3", "9" * 400],
)  # fmt: skip
def test_no_text_is_an_error(desk: Desk, said: str) -> None:
    open_ticket(desk, text="nada")
    for pile in Pile:
        assert found(desk, said, pile) == []


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_no_text_whatever_is_an_error(sqlite_store: Store, said: str) -> None:
    with sqlite_store.read() as session:
        worklist.page(session, Asked(text=said), limit=5)
        worklist.page(session, Asked(text=f"{said}*", pile=Pile.ENDED), limit=5)


def test_answers_and_notes_are_searched_and_routine_texts_are_not(desk: Desk) -> None:
    ref = open_ticket(desk)
    note(desk, member(desk), ref, "Llamó su cuñada desde Oruro")
    assert found(desk, "cunada oruro") == [ref]
    with desk.store.write() as session:
        ticket_id = cases.find(session, ref).id or 0
        session.add(
            Message(
                ticket_id=ticket_id, direction="out", kind="acknowledgement", at=desk.clock(), text="Recibimos su carta"
            )
        )
    assert found(desk, "recibimos") == []
    settle_promises(desk, ref)
    assert found(desk, "oficina", Pile.ENDED) == [ref]
    assert found(desk, "oficina") == []


def test_only_the_newest_text_of_a_letter_is_searched(desk: Desk) -> None:
    ref = open_ticket(desk, text="Gracias\n> lo citado")
    change_message(desk, ref, newest_text="Gracias")
    assert found(desk, "gracias") == [ref]
    assert found(desk, "citado") == []


def test_what_is_erased_or_changed_is_found_no_more(desk: Desk) -> None:
    ref, other = open_ticket(desk, text="la palabra canguro"), open_ticket(desk, text="canguro también")
    assert found(desk, "canguro") == [ref, other]
    change_message(desk, ref, text="(borrado)", subject="", from_name="", from_address="")
    assert found(desk, "canguro") == [other]
    assert found(desk, "borrado") == [ref]
    with desk.store.write() as session:
        session.execute(text("DELETE FROM promises"))
        session.execute(text("DELETE FROM messages WHERE text = 'canguro también'"))
    assert found(desk, "canguro") == []


def test_a_letter_moved_to_another_case_is_found_there(desk: Desk) -> None:
    ref, other = open_ticket(desk, text="la palabra canguro"), open_ticket(desk)
    with desk.store.write() as session:
        target = cases.find(session, other).id
    change_message(desk, ref, ticket_id=target)
    assert found(desk, "canguro") == [other]


def test_a_letter_that_failed_leaves_nothing_behind(desk: Desk) -> None:
    ref = open_ticket(desk)

    def fail() -> None:
        with desk.store.write() as session:
            ticket_id = cases.find(session, ref).id or 0
            session.add(Message(ticket_id=ticket_id, direction="in", kind="letter", at=desk.clock(), text="canguro"))
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert found(desk, "canguro") == []


def test_a_letter_longer_than_what_is_searched_is_kept(desk: Desk) -> None:
    ref = open_ticket(desk, text="canguro " + "palabra " * 200_000 + "fin")
    assert found(desk, "canguro") == [ref]


def test_words_and_filters_hold_together(desk: Desk) -> None:
    first, second = open_ticket(desk, text="canguro"), open_ticket(desk, text="canguro", risk=True)
    with desk.store.write() as session:
        cases.find(session, first).line = 5
        cases.find(session, first).countries = "BO CL"
    assert found(desk, "canguro") == [second, first]
    assert found(desk, "canguro", line=5) == [first]
    assert found(desk, "canguro", country="CL") == [first]
    assert found(desk, "canguro", line=2, country="CL") == []


@pytest.mark.parametrize("pile", [Pile.WAITING, Pile.ENDED, Pile.ALL])
def test_pages_of_what_was_found_are_the_whole_of_it(
    desk: Desk, clock: Clock, pile: Pile, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = [open_ticket(desk, text="canguro", risk=number % 3 == 0) for number in range(7)]
    if pile is Pile.ENDED:
        for one in refs:
            settle_promises(desk, one)
            clock.forward(minutes=1)
    whole = found(desk, "canguro", pile)
    assert sorted(whole) == refs
    assert whole == ([refs[0], refs[3], refs[6], *refs[1:3], *refs[4:6]] if pile is Pile.WAITING else refs[::-1])
    for few in (5_000, 3):  # looked up one by one, and walked
        monkeypatch.setattr(worklist, "_FEW", few)
        read: list[str] = []
        after: Place | None = None
        while True:
            with desk.store.read() as session:
                page = worklist.page(session, Asked(pile=pile, text="canguro"), limit=2, after=after)
            read += [one.reference for one in page.rows]
            if (after := page.after) is None:
                break
        assert read == whole


class TestWhatStandsOutsideTheList:
    def beyond(self, desk: Desk, said: str, most: int = 100, **asked: object) -> tuple[int, bool]:
        with desk.store.read() as session:
            return worklist.beyond(session, Asked(text=said, **asked), most=most)  # type: ignore[arg-type]

    def test_it_is_counted_under_the_same_filters(self, desk: Desk) -> None:
        refs = [open_ticket(desk, text="canguro") for _ in range(4)]
        open_ticket(desk, text="otra cosa")
        for one in refs[:3]:
            settle_promises(desk, one)
        with desk.store.write() as session:
            cases.find(session, refs[0]).line = 5
        assert self.beyond(desk, "canguro") == (3, True)
        assert self.beyond(desk, "canguro", line=5) == (1, True)
        assert self.beyond(desk, "canguro", unassigned=True, line=2) == (2, True)
        assert self.beyond(desk, "canguro", due_before=desk.clock()) == (4, True)
        assert self.beyond(desk, "canguro", pile=Pile.ENDED) == (1, True)
        assert self.beyond(desk, "canguro", pile=Pile.ALL) == (0, True)
        assert self.beyond(desk, "1") == (1, True)  # by its number
        assert self.beyond(desk, "[/]") == (0, True)

    def test_it_is_counted_no_further_than_asked(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        refs = [open_ticket(desk, text="canguro") for _ in range(6)]
        for one in refs[:4]:
            settle_promises(desk, one)
        assert self.beyond(desk, "canguro", most=2) == (2, False)
        monkeypatch.setattr(worklist, "_STRIDE", 1)
        monkeypatch.setattr(worklist, "_LOOKED_AT", 2)  # the two newest, which wait
        assert self.beyond(desk, "canguro") == (0, False)


def test_the_migration_fills_in_what_is_there_already(empty_database_url: str) -> None:
    store = connect(empty_database_url)
    with store.engine.execution_options(som_write=True).begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO keys (name, secret, created_at) VALUES ('signing', :secret, '2026-11-02 13:00:00')"
            ).bindparams(secret="00" * 32)
        )
    ref = open_ticket(build(store, Clock()), text="canguro")
    store.close()
    store = connect(empty_database_url)
    from tickets.store import upgrade

    upgrade(store, now=MADE_AT)
    assert found(build(store, Clock()), "canguro") == [ref]
    store.close()


def test_the_index_of_sqlite_agrees_with_the_letters(sqlite_store: Store) -> None:
    desk = build(sqlite_store, Clock())
    ref = open_ticket(desk, text=LETTER)
    note(desk, member(desk), ref, "Llamó")
    change_message_texts = "UPDATE messages SET text = 'otra cosa', kind = 'machine' WHERE kind = 'letter'"
    with sqlite_store.write() as session:
        session.execute(text(change_message_texts))
        session.execute(text("INSERT INTO message_words(message_words, rank) VALUES ('integrity-check', 1)"))
    assert found(desk, "otra cosa") == [ref]


def test_lists_are_read_off_an_index_without_sorting(sqlite_store: Store) -> None:
    member_id = member(build(sqlite_store, Clock())).staff_id
    for asked in (
        *(Asked(pile=pile) for pile in Pile if pile is not Pile.ALL),
        Asked(assignee_id=member_id, line=3),
        Asked(unassigned=True),
        Asked(due_before=MADE_AT, country="CL"),
        Asked(broken_at=MADE_AT),
    ):
        for query in worklist._pieces(asked, worklist._rows_of(asked), None):
            said = query.limit(5).compile(sqlite_store.engine, compile_kwargs={"literal_binds": True})
            with sqlite_store.read() as session:
                plan = [row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {said}"))]
            assert not [step for step in plan if "TEMP B-TREE" in step], (asked, plan)
            assert [step for step in plan if " tickets USING INDEX ticket_" in step], (asked, plan)
            assert not [step for step in plan if "promise_break" in step], (asked, plan)


def test_a_copy_made_by_backup_is_searched_too(sqlite_store: Store, tmp_path: Path) -> None:
    ref = open_ticket(build(sqlite_store, Clock()), text="canguro")
    copy = tmp_path / "copia.db"
    with sqlite_store.read() as session:
        session.execute(text("SELECT 1"))
    with sqlite_store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql(f"VACUUM INTO '{copy}'")
        connection.exec_driver_sql("BEGIN")
    other = open_store(f"sqlite:///{copy}", now=MADE_AT)
    assert found(build(other, Clock()), "canguro") == [ref]
    other.close()


def test_searching_needs_nothing_heavy() -> None:
    program = (
        "import sys, tickets.worklist; sys.exit(any(one in sys.modules for one in ('textual', 'alembic', 'sklearn')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_som_ticket_list_search(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
    sqlite_store: Store,
    clock: Clock,
) -> None:
    (tmp_path / "config.toml").write_text(
        f'[database]\nurl = "{sqlite_store.engine.url}"\n[data]\ndir = "{tmp_path}"\n'
        '[smtp]\nhost = "127.0.0.1"\nport = 25\nsecurity = "plain"\nfrom_address = "som@example.pe"\n',
        encoding="utf-8",
    )
    desk = build(sqlite_store, clock)
    member(desk, Role.AUDITOR, login_name())
    first, _, third = (open_ticket(desk, text=said) for said in ("Jubilación en Perú", "otra cosa", "mi jubilacion"))
    settle_promises(desk, first)
    som = command_line(tmp_path, monkeypatch, capsysbinary, "ticket")
    code, out, err = som("ticket", "list", "--search", "jubilación", "--json")
    assert code == 0, err
    assert [one["reference"] for one in json.loads(out)] == [first, third]
    code, out, _ = som("ticket", "list", "--search", "jubilación", "--limit", "1", "--json")
    assert [one["reference"] for one in json.loads(out)] == [third], "the newest"
    for hostile in ('"', "-- OR", "zapato"):
        code, out, _ = som("ticket", "list", f"--search={hostile}", "--json")
        assert (code, json.loads(out)) == (0, [])
