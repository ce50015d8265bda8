"""A month's figures as a workbook: a sheet for each part, and one with every figure on a line of its own."""

import io
from datetime import UTC, datetime
from typing import Any

from oversight.edition import Edition
from oversight.files import CSV_HEADER, long_rows
from oversight.tables import Table

SHEETS = (
    ("Indicadores", ("carta", "satisfaccion")),
    ("El mes", ("plazo", "partes", "tiempos")),
    ("Personas", ("personas", "cruces")),
    ("Otros canales", ("canales", "atenciones")),
    ("Fuera de plazo", ("incumplimientos",)),
)
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The date in every workbook, so that the same figures give the same file."""


def to_xlsx(edition: Edition) -> bytes:
    """Write an edition as XLSX. Text is written as text: nothing in it becomes a formula."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": f"Indicadores de {edition.document.month}", "created": _MADE})
        style = {
            "title": book.add_format({"bold": True, "font_size": 13, "font_color": "#083f51"}),
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "note": book.add_format({"italic": True, "font_color": "#4b5a67", "text_wrap": True, "valign": "top"}),
            "number": book.add_format({"valign": "top", "align": "right"}),
        }
        for title, groups in SHEETS:
            tables = [table for group in groups for table in edition.document.in_group(group)]
            _sheet(book.add_worksheet(title), tables, style)
        _definitions(book.add_worksheet("Definiciones"), edition, style)
        _data(book.add_worksheet("Datos"), edition, style)
    return out.getvalue()


def _sheet(sheet: Any, tables: list[Table], style: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 52)
    sheet.set_column(1, 8, 15)
    top = 0
    for table in tables:
        sheet.write_string(top, 0, table.title, style["title"])
        sheet.write_string(top + 1, 0, table.head, style["head"])
        for position, column in enumerate(table.columns, start=1):
            unit = " (minutos hábiles)" if column.unit == "minutos" else ""
            sheet.write_string(top + 1, position, f"{column.title}{unit}", style["head"])
        top += 2
        for row in table.rows:
            sheet.write_string(top, 0, row.label, style["text"])
            for position, cell in enumerate(row.cells, start=1):
                _write(sheet, top, position, cell, style)
            top += 1
        if table.note:
            sheet.write_string(top, 0, table.note, style["note"])
            top += 1
        top += 1


def _definitions(sheet: Any, edition: Edition, style: dict[str, Any]) -> None:
    sheet.set_column(0, 3, 45)
    for position, title in enumerate(("Indicador", "Fórmula", "Población", "Exclusiones")):
        sheet.write_string(0, position, title, style["head"])
    for top, one in enumerate(edition.document.definitions, start=1):
        for position, words in enumerate((one.title, one.formula, one.population, one.exclusions)):
            sheet.write_string(top, position, words, style["text"])
    top = len(edition.document.definitions) + 2
    document = edition.document
    facts = (
        ("Cifras al", document.as_of),
        ("Versión", "provisional" if edition.provisional else str(edition.version)),
        ("Calendario", document.calendar_version),
        ("Carta de Servicios", f"{document.carta_version}.ª versión"),
        *((f"Errata, versión {one.version}", one.reason) for one in edition.errata),
    )
    for number, (name, value) in enumerate(facts):
        sheet.write_string(top + number, 0, name, style["head"])
        sheet.write_string(top + number, 1, value, style["text"])


def _data(sheet: Any, edition: Edition, style: dict[str, Any]) -> None:
    sheet.set_column(0, 7, 18)
    for position, title in enumerate(CSV_HEADER):
        sheet.write_string(0, position, title, style["head"])
    for top, row in enumerate(long_rows(edition), start=1):
        for position, cell in enumerate(row):
            _write(sheet, top, position, cell, style)


def _write(sheet: Any, row: int, column: int, cell: object, style: dict[str, Any]) -> None:
    if isinstance(cell, int | float):
        sheet.write_number(row, column, cell, style["number"])
    elif cell is not None:
        sheet.write_string(row, column, str(cell), style["number" if cell == "*" else "text"])
