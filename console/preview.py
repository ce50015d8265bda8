"""The newest letter of a case, for the foot of a tall terminal."""

from rich.text import Text

from casework.desk import Desk
from console.clockwords import short
from console.outside import for_terminal
from tickets import cases

_MOST = 4_000


def preview(desk: Desk, ticket_id: int) -> Text:
    """Return what the person wrote last, without what they quoted."""
    with desk.store.read() as session:
        letter = cases.last_letter(session, ticket_id)
    if letter is None:
        return Text()
    said = letter.text if letter.newest_text is None else letter.newest_text
    lines = [line.rstrip() for line in for_terminal(said, _MOST).splitlines()]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return Text.assemble((f"Última carta, {short(letter.at)}\n", "bold"), "\n".join(kept).strip())
