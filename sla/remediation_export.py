"""The remediation log as files: CSV and XLSX in the columns of the form."""

import csv
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO, TextIO

from calendar_pe.clock import to_lima
from sla.remediation import TITLES, RemediationForm
from sla.working_time import WorkingTimeSettings, say

_CELL_LIMIT = 32767  # of a spreadsheet; a longer text would be dropped without a word
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def cells(form: RemediationForm, working_time: WorkingTimeSettings) -> tuple[str, ...]:
    """Return one entry as the texts of its row, in the order of ``TITLES``; "" for what is not known."""
    return (
        str(form.id),
        form.commitment.label,
        form.reference,
        form.kind,
        _instant(form.received_at),
        _instant(form.due_at),
        _instant(form.broken_at),
        _instant(form.answered_at),
        "" if form.lateness_seconds is None else say(form.lateness_seconds, working_time),
        form.cause.label if form.cause else "",
        form.cause_detail,
        form.corrective,
        form.preventive,
        form.responsible,
        {True: "Sí", False: "No", None: ""}[form.apology_due],
        form.apology_message_id,
        form.closed_by,
        _instant(form.closed_at),
    )


def write_csv(forms: Iterable[RemediationForm], stream: TextIO, working_time: WorkingTimeSettings) -> None:
    """Write the log as CSV. A text that a spreadsheet would run as a formula is led by an apostrophe."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(TITLES.values())
    for form in forms:
        writer.writerow(f"'{text}" if text.startswith(_FORMULA_STARTS) else text for text in cells(form, working_time))


def write_xlsx(
    forms: Iterable[RemediationForm], stream: BinaryIO, working_time: WorkingTimeSettings, written_at: datetime
) -> None:
    """Write the log as XLSX, every cell a plain text; the same entries and ``written_at`` give the same bytes."""
    from xlsxwriter import Workbook  # slow to load

    book = Workbook(stream, {"in_memory": True})
    book.set_properties({"title": "Medidas de subsanación", "created": written_at.replace(tzinfo=None)})
    sheet = book.add_worksheet("Medidas de subsanación")
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(TITLES) - 1, 22)
    for column, title in enumerate(TITLES.values()):
        sheet.write_string(0, column, title, bold)
    for line, form in enumerate(forms, 1):
        for column, text in enumerate(cells(form, working_time)):
            sheet.write_string(line, column, _fitting(text), wrapped)
    book.close()


def _instant(instant: datetime | None) -> str:
    return f"{to_lima(instant):%d/%m/%Y %H:%M:%S}" if instant else ""


def _fitting(text: str) -> str:
    return text if len(text) <= _CELL_LIMIT else text[: _CELL_LIMIT - 1] + "…"
