"""A text that is asked for and does not get lost: what stood there when it was left is given back to whoever asked."""

from textual.widgets import TextArea

from console.dialogs import AskText


class AskDraft(AskText):
    """Ask for several lines; ``left_behind`` is what stood there when it was left with Escape, None when accepted."""

    left_behind: str | None = None

    def on_mount(self) -> None:
        """Stand at the end of what is there, to go on writing."""
        paper = self.query_one(TextArea)
        paper.move_cursor(paper.document.end)

    def action_leave(self) -> None:
        """Accept nothing, and keep what was written."""
        self.left_behind = self.query_one(TextArea).text
        self.dismiss(None)
