"""som sweep, som remediation: the watch over promises and the amends for broken ones."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from service.commands.common import JSON, NOW, desk, document, lima, me, table
from service.exits import Misused, Refused

if TYPE_CHECKING:
    from casework.desk import Desk
    from sla.remediation import RemediationForm


def register(app: typer.Typer) -> None:
    """Add ``som sweep`` and ``som remediation``."""

    @app.command()
    def sweep(as_json: bool = JSON, now: str | None = NOW) -> None:
        """Warn of promises about to break, mark the broken ones, tell staff in their hours."""
        from casework.sweep import sweep as use

        with desk(now) as opened:
            swept = use(opened)
        if as_json:
            document({"warned": swept.warned, "broken": swept.broken, "told": swept.told})
        else:
            typer.echo(f"por vencer {swept.warned}, rotas {swept.broken}, avisos {swept.told}")

    remediation = typer.Typer(no_args_is_help=True, help="Amends for broken promises.")
    app.add_typer(remediation, name="remediation")

    @remediation.command("list")
    def listing(
        all_: bool = typer.Option(False, "--all", help="Closed rows too."),
        limit: int = typer.Option(200, min=1, help="Most rows shown; a file always holds all of them."),
        to: Path | None = typer.Option(None, "--to", help="Write the register to this .csv or .xlsx file instead."),
        as_json: bool = JSON,
    ) -> None:
        """Show the remediation log."""
        from casework import remedy

        states = () if all_ else ("open",)
        with desk() as opened:
            me(opened)
            if to is not None:
                _export(opened, remedy.forms(opened, states=states), to)
                return
            forms = list(islice(remedy.forms(opened, states=states), limit))
        if as_json:
            document([_document(one) for one in forms])
        else:
            table(
                ["fila", "caso", "compromiso", "rota", "motivo", "responsable", "cierre"],
                [
                    [
                        one.id,
                        one.reference,
                        one.commitment.label,
                        lima(one.broken_at),
                        one.cause.label if one.cause else "por llenar",
                        one.responsible,
                        lima(one.closed_at) or "abierta",
                    ]
                    for one in forms
                ],
            )

    @remediation.command()
    def show(remediation_id: int, as_json: bool = JSON) -> None:
        """Show one row, and what it still lacks."""
        from casework import remedy
        from sla.remediation import missing_fields

        with desk() as opened:
            me(opened)
            one = remedy.find(opened, remediation_id)
        if as_json:
            document(_document(one))
            return
        for name, value in _document(one).items():
            if name != "missing":
                typer.echo(f"{name}: {value if value is not None else ''}")
        if missing := missing_fields(one):
            typer.echo(f"Para cerrar falta: {', '.join(missing)}")

    @remediation.command()
    def edit(
        remediation_id: int,
        cause: str | None = typer.Option(None, help="Word of the closed list of reasons."),
        cause_text: str | None = typer.Option(None, help="The reason in free words."),
        corrective: str | None = typer.Option(None, help="Corrective measure."),
        preventive: str | None = typer.Option(None, help="Preventive measure."),
        responsible: str | None = typer.Option(None, help="Who answers for the measures."),
        apology: bool | None = typer.Option(None, "--apology/--no-apology", help="Whether an apology is due."),
        as_json: bool = JSON,
    ) -> None:
        """Fill in fields of an open row."""
        from casework import remedy

        if all(one is None for one in (cause, cause_text, corrective, preventive, responsible, apology)):
            raise Misused("no hay nada que cambiar; indique al menos un campo")
        with desk() as opened:
            remedy.edit(
                opened,
                me(opened),
                remediation_id,
                remedy.Amends(
                    cause=cause,
                    cause_text=cause_text,
                    corrective=corrective,
                    preventive=preventive,
                    responsible=responsible,
                    apology_due=apology,
                ),
            )
            if as_json:
                document(_document(remedy.find(opened, remediation_id)))

    @remediation.command()
    def apologise(remediation_id: int) -> None:
        """Write the apology to the citizen into the outbox."""
        from casework import remedy

        with desk() as opened:
            remedy.apologise(opened, me(opened), remediation_id)

    @remediation.command()
    def close(remediation_id: int, as_json: bool = JSON) -> None:
        """Close a row that has every field."""
        from casework import remedy

        with desk() as opened:
            remedy.close(opened, me(opened), remediation_id)
            if as_json:
                document(_document(remedy.find(opened, remediation_id)))


def _document(one: "RemediationForm") -> dict[str, Any]:
    from sla.remediation import missing_fields

    return {
        "id": one.id,
        "reference": one.reference,
        "commitment": one.commitment,
        "kind": one.kind,
        "received_at": lima(one.received_at),
        "due_at": lima(one.due_at),
        "broken_at": lima(one.broken_at),
        "answered_at": lima(one.answered_at),
        "lateness_seconds": one.lateness_seconds,
        "cause": one.cause,
        "cause_text": one.cause_detail,
        "corrective": one.corrective,
        "preventive": one.preventive,
        "responsible": one.responsible,
        "apology_due": one.apology_due,
        "apology_message_id": one.apology_message_id,
        "closed_at": lima(one.closed_at),
        "closed_by": one.closed_by,
        "missing": list(missing_fields(one)),
    }


def _export(opened: "Desk", forms: "Iterable[RemediationForm]", to: Path) -> None:
    from sla.remediation_export import write_csv, write_xlsx

    try:
        match to.suffix.lower():
            case ".csv":
                with to.open("w", encoding="utf-8-sig", newline="") as text:
                    write_csv(forms, text, opened.working_time)
            case ".xlsx":
                with to.open("wb") as binary:
                    write_xlsx(forms, binary, opened.working_time, opened.clock())
            case _:
                raise Misused(f"{to}: el registro se escribe como .csv o .xlsx")
    except OSError as error:
        raise Refused(f"{to}: {error.strerror}") from None
