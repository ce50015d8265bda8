"""Writing in the person's own editor: the text comes back, whatever ends first."""

import stat
from pathlib import Path

import pytest
from textual.widgets import TextArea

from casework.desk import Actor, Desk
from console.app import make_console
from console.editing import EditorFailed, left_behind, paper_of, put_away, write_outside
from console.screens.answer import AnswerScreen
from console.screens.queue import QueueScreen
from console.screens.ticket import TicketScreen
from tests.consoles import Hand, draft
from tests.desks import open_ticket


class TestOwnEditor:
    def test_the_editor_has_the_text_and_gives_it_back(self, tmp_path: Path) -> None:
        paper = paper_of(tmp_path / "mesa", "rosa", "SOM-2026-000001")
        assert write_outside("sed -i s/Hola/Buenas/", paper, "Hola, Ana\n") == "Buenas, Ana\n"
        assert stat.S_IMODE(paper.stat().st_mode) == 0o600
        assert left_behind(paper) == "Buenas, Ana\n"
        put_away(paper)
        assert left_behind(paper) == ""

    def test_an_editor_that_fails_leaves_what_it_saved_on_paper(self, tmp_path: Path) -> None:
        paper = paper_of(tmp_path, "rosa", "SOM-2026-000001")
        with pytest.raises(EditorFailed, match="terminó con un error"):
            write_outside("sh -c 'echo más >> $0; exit 3'", paper, "Hola\n")
        assert left_behind(paper) == "Hola\nmás\n"
        with pytest.raises(EditorFailed, match="no se pudo abrir"):
            write_outside("un-editor-que-no-existe", paper, "Hola")

    def test_what_the_editor_writes_is_harmless(self, tmp_path: Path) -> None:
        paper = paper_of(tmp_path, "rosa", "SOM-2026-000001")
        assert "\x1b" not in write_outside("sed -i s/Hola/\\x1b[31mrojo/", paper, "Hola")

    def test_a_folder_of_somebody_else_is_not_needed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        (tmp_path / "mesa").write_text("no es una carpeta")
        paper = paper_of(tmp_path / "mesa", "rosa", "SOM-2026-000001")
        assert paper.parent.parent == tmp_path
        assert write_outside("true", paper, "Hola") == "Hola"
        assert stat.S_IMODE(paper.parent.stat().st_mode) == 0o700

    def test_nobody_elses_paper_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "secreto").write_text("de otro")
        paper = paper_of(tmp_path, "../rosa", "SOM-2026-000001")
        assert paper.parent == tmp_path
        paper.symlink_to(tmp_path / "secreto")
        assert left_behind(paper) == ""
        write_outside("true", paper, "mío")
        assert (tmp_path / "secreto").read_text() == "de otro"

    async def test_what_a_dead_terminal_left_is_offered_and_reaches_the_record(
        self, desk: Desk, rosa: Actor, tmp_path: Path
    ) -> None:
        ref = open_ticket(desk)
        paper = paper_of(tmp_path, rosa.login, ref)
        paper.write_text("Escrito en vim cuando se cortó la luz")
        app = make_console(desk, rosa, folder=tmp_path)
        async with app.run_test(size=(80, 24)) as pilot:
            hand = Hand(app, pilot)
            await hand.until(lambda: isinstance(app.screen, QueueScreen) and bool(app.screen.columns))
            await hand.press("r")
            await hand.screen(AnswerScreen)
            await hand.reads("Continuar su borrador", "cuando se cortó la luz")
            await hand.press("home", "enter")
            await hand.until(lambda: hand.app.screen.query_one("#sheet", TextArea).has_focus)
            await hand.press("escape")
            await hand.screen(TicketScreen)
        assert draft(desk, ref, rosa) == "Escrito en vim cuando se cortó la luz"
        assert not paper.exists()
