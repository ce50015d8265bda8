"""The management report as a document to send: PDF by Typst, its fonts inside, the same bytes for the same figures."""

import json
from importlib.resources import files
from typing import Any

from calendar_pe.clock import lima_date, parse_instant
from oversight import words
from oversight.management import Management
from oversight.measures import Measure
from oversight.saying import said
from oversight.tables import Table


def to_pdf(found: Management) -> bytes:
    """Return the report as PDF. The figures go in as data: nothing in them is read as markup."""
    import typst

    source = files("templates").joinpath("pages", "management.typ").read_bytes()
    content = typst.compile(
        source,
        format="pdf",
        sys_inputs={"report": json.dumps(_content(found), ensure_ascii=False)},
        ignore_system_fonts=True,
        timestamp=0,
    )
    assert isinstance(content, bytes)
    return content


def _content(found: Management) -> dict[str, Any]:
    document = found.document
    summary = [document.table(name) for name in ("resumen", "tiempos")]
    return {
        "month": words.month_name(document.month),
        "as_of": words.day(lima_date(parse_instant(document.as_of))),
        "provisional": found.edition.provisional,
        "simulated": document.simulated,
        "version": found.edition.version,
        "errata": [{"version": one.version, "reason": one.reason} for one in found.edition.errata],
        "calendar": document.calendar_version,
        "carta": document.carta_version,
        "measures": [_measure(one) for one in found.measures],
        "summary": [_table(table, found) for table in summary],
        "late": _table(document.table("incumplimientos"), found),
        "tables": [_table(table, found) for table in found.tables],
        "offices": [
            {
                "name": office.name,
                "measures": [_measure(one) for one in office.measures],
                "half": [_measure(one) for one in office.half],
                "blocks": [{"kind": one.kind, "text": one.text} for one in office.notes],
            }
            for office in found.offices
        ],
        "half": None
        if found.half is None
        else {
            "name": found.half.name,
            "months": [list(row) for row in found.half.months],
            "measures": [_measure(one) for one in found.half.measures],
            "findings": list(found.half.findings),
        },
    }


def _measure(one: Measure) -> list[str]:
    judged = {True: "cumplida", False: "no alcanzada", None: "—"}[one.met]
    return [one.title, one.goal, one.month, one.year, judged]


def _table(table: Table, found: Management) -> dict[str, Any]:
    minutes = found.document.day_minutes
    return {
        "title": table.title,
        "note": table.note,
        "head": [table.head, *(column.title for column in table.columns)],
        "rows": [
            [
                row.label,
                *(said(cell, column.unit, minutes) for cell, column in zip(row.cells, table.columns, strict=True)),
            ]
            for row in table.rows
        ],
    }
