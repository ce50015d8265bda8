"""How a published figure is written for people: «97.5 %», «1 día hábil y 2 h», «12 040»."""

from datetime import time

from oversight.tables import HIDDEN, Cell, Unit
from sla.working_time import WorkingTimeSettings, say

NOTHING = "—"


def said(cell: Cell, unit: Unit, day_minutes: int) -> str:
    """Say a figure in Peruvian Spanish; ``day_minutes`` is the length of a business day."""
    if cell is None:
        return NOTHING
    if isinstance(cell, str):
        return HIDDEN
    if unit == "porcentaje":
        return f"{cell:g}\N{NO-BREAK SPACE}%"
    if unit == "minutos":
        return say(int(cell) * 60, WorkingTimeSettings(opening=time(0), closing=time(*divmod(day_minutes, 60))))
    return f"{cell:,}".replace(",", "\N{NO-BREAK SPACE}") if cell >= 10_000 else str(cell)
