"""som sweep, som remediation: the watch over promises and the amends for broken ones."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from service.commands.common import JSON, NOW, desk, document, lima, me, table
from service.exits import Misused, path_error

if TYPE_CHECKING:
    from casework.desk import Desk
    from sla.remediation import RemediationForm

ROW = typer.Argument(..., metavar="MEDIDA", help="Número de la medida, como lo muestra som remediation list.")


def register(app: typer.Typer) -> None:
    """Add ``som sweep`` and ``som remediation``."""

    @app.command()
    def sweep(as_json: bool = JSON, now: str | None = NOW) -> None:
        """Avisa de los plazos por vencer, marca los vencidos y avisa al personal en su horario."""
        from casework.sweep import sweep as use

        with desk(now) as opened:
            swept = use(opened)
        if as_json:
            document({"warned": swept.warned, "broken": swept.broken, "told": swept.told})
        else:
            typer.echo(f"por vencer {swept.warned}, rotas {swept.broken}, avisos {swept.told}")

    remediation = typer.Typer(no_args_is_help=True, help="Subsanación de los compromisos que no se cumplieron.")
    app.add_typer(remediation, name="remediation")

    @remediation.command("list")
    def listing(
        all_: bool = typer.Option(False, "--all", help="También las filas cerradas."),
        limit: int = typer.Option(200, min=1, metavar="N", help="Cuántas mostrar; un archivo las lleva todas."),
        to: Path | None = typer.Option(None, "--to", metavar="ARCHIVO", help="Lo escribe en este .csv o .xlsx."),
        as_json: bool = JSON,
    ) -> None:
        """Muestra el registro de subsanación."""
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
                ["medida", "caso", "compromiso", "rota", "motivo", "responsable", "cierre"],
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
    def show(remediation_id: int = ROW, as_json: bool = JSON) -> None:
        """Muestra una medida y lo que le falta para cerrarse."""
        from casework import remedy
        from sla.remediation import missing_fields

        with desk() as opened:
            me(opened)
            one = remedy.find(opened, remediation_id)
        if as_json:
            document(_document(one))
            return
        typer.echo(_told(one))
        if missing := missing_fields(one):
            typer.echo(f"Para cerrar falta: {', '.join(missing)}")

    @remediation.command()
    def edit(
        remediation_id: int = ROW,
        cause: str | None = typer.Option(None, metavar="PALABRA", help="Motivo, de la lista cerrada."),
        cause_text: str | None = typer.Option(None, metavar="TEXTO", help="El motivo, en sus palabras."),
        corrective: str | None = typer.Option(None, metavar="TEXTO", help="Medida correctiva."),
        preventive: str | None = typer.Option(None, metavar="TEXTO", help="Medida preventiva."),
        responsible: str | None = typer.Option(None, metavar="NOMBRE", help="Quién responde por las medidas."),
        apology: bool | None = typer.Option(None, "--apology/--no-apology", help="Si corresponde una disculpa, o no."),
        as_json: bool = JSON,
        now: str | None = NOW,
    ) -> None:
        """Llena campos de una medida abierta."""
        from casework import remedy

        if all(one is None for one in (cause, cause_text, corrective, preventive, responsible, apology)):
            raise Misused("no hay nada que cambiar; indique al menos un campo")
        with desk(now) as opened:
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
    def apologise(remediation_id: int = ROW, now: str | None = NOW) -> None:
        """Deja en la bandeja de salida la disculpa al ciudadano."""
        from casework import remedy

        with desk(now) as opened:
            remedy.apologise(opened, me(opened), remediation_id)

    @remediation.command()
    def close(remediation_id: int = ROW, as_json: bool = JSON, now: str | None = NOW) -> None:
        """Cierra una medida que tiene todos sus campos."""
        from casework import remedy

        with desk(now) as opened:
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


def _told(one: "RemediationForm") -> str:
    """Return a row as a person reads it, one field a line."""
    due = {None: "por decidir", True: "sí", False: "no"}[one.apology_due]
    fields = {
        "Fila": one.id,
        "Caso": one.reference,
        "Compromiso": f"{one.commitment} ({one.commitment.label})",
        "Tipo": one.kind,
        "Recibida": lima(one.received_at),
        "Vencía": lima(one.due_at),
        "Se incumplió": lima(one.broken_at),
        "Respondida": lima(one.answered_at),
        "Motivo": f"{one.cause} ({one.cause.label})" if one.cause else None,
        "Motivo, en palabras": one.cause_detail,
        "Medida correctiva": one.corrective,
        "Medida preventiva": one.preventive,
        "Responsable": one.responsible,
        "Corresponde disculpa": due,
        "Disculpa enviada": one.apology_message_id,
        "Cerrada": lima(one.closed_at),
        "La cerró": one.closed_by,
    }
    return "\n".join(f"{name}: {value}" for name, value in fields.items() if value not in (None, ""))


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
        raise path_error(to, error) from None
