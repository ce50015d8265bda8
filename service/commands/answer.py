"""som answer: an answer from the command line, with a canned reply or a text of one's own."""

from pathlib import Path

import typer

from service.commands.common import NOW, agreed, desk, given, instant, lima, me, somebody_there
from service.exits import Misused, Refused, path_error


def register(app: typer.Typer) -> None:
    """Add ``som answer``."""

    @app.command()
    def answer(
        reference: str = typer.Argument(..., metavar="REF", help="Número de atención, como SOM-2026-000123."),
        template: str | None = typer.Option(
            None, metavar="ID", help="Respuesta tipo que se envía (som replies list las muestra)."
        ),
        set_: list[str] = typer.Option([], "--set", metavar="NOMBRE=VALOR", help="Un dato de la respuesta tipo."),
        body: str | None = typer.Option(
            None, metavar="ARCHIVO|-", help="Texto de la respuesta; - lo toma de la entrada."
        ),
        yes: bool = typer.Option(False, "--yes", help="No pregunta antes de enviar."),
        send_now: bool = typer.Option(False, "--send-now", help="Sale ya, sin tiempo para retirarla."),
        at: str | None = typer.Option(
            None, "--at", metavar="INSTANTE", help="Sale a esa hora, dentro del horario de atención."
        ),
        now: str | None = NOW,
    ) -> None:
        """Responde un caso; el plazo se cumple cuando el servidor de correo acepta la carta.

        Ejemplo: som answer SOM-2026-000123 --template chile-permiso-trabajo
        """
        from casework import answer as use
        from casework.compose_reply import at_risk, from_template, from_text, overdue
        from tickets.states import OutgoingKind

        if (template is None) == (body is None):
            raise Misused("indique --template o --body, uno de los dos")
        variables = dict(_pair(one) for one in set_)
        if body is not None and variables:
            raise Misused("--set solo va con --template")
        if send_now and at is not None:
            raise Misused("indique --send-now o --at, no los dos")
        leaves_at = instant(at)
        with desk(now) as opened:
            actor = me(opened)
            if template is not None:
                written, kind, version = from_template(opened, actor, reference, template, variables)
                if (overdue_on := overdue(opened, template)) is not None:
                    typer.echo(f"aviso: este texto debió revisarse el {overdue_on.isoformat()}", err=True)
            else:
                written, version = from_text(opened, reference, _read(body or "-"))
                kind = OutgoingKind.ANSWER
            if not yes:
                _ask(written.subject, written.text, at_risk=at_risk(opened, reference))
            queued = use.answer(
                opened,
                actor,
                reference,
                written,
                kind=kind,
                send_now=send_now,
                leaves_at=leaves_at,
                seen_version=version,
                template=template or "",
            )
        typer.echo(f"{queued.reference}: sale a las {lima(queued.leaves_at)} (envío {queued.outgoing_id})", err=True)


_SAFE = (
    "Este caso tiene riesgo de trata: quien retiene a la persona puede leer su correo.\n"
    "¿Revisó que el texto no la delate y que es seguro escribirle a esta dirección?"
)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Misused(f"--set «{text}»: escriba NOMBRE=VALOR")
    return name.strip(), value


def _read(body: str) -> str:
    try:
        raw = given().read() if body == "-" else Path(body).read_bytes()
        return raw.decode("utf-8")
    except OSError as error:
        raise path_error(f"--body {body}", error) from None
    except UnicodeDecodeError as error:
        raise Misused(f"--body {body}: no está en UTF-8 desde el byte {error.start + 1}") from None


def _ask(subject: str, text: str, *, at_risk: bool) -> None:
    """Ask before sending, and once more where the wrong eyes may read it. Raises ``Refused`` for a no."""
    from casework.danger import SAFE_CONTACT

    if not somebody_there():
        raise Misused("no hay quien confirme; agregue --yes")
    if at_risk:
        typer.echo("RIESGO DE TRATA. Antes de escribir:\n- " + "\n- ".join(SAFE_CONTACT) + "\n", err=True)
    typer.echo(f"{subject}\n\n{text}", err=True)
    if not agreed("¿Enviar?") or (at_risk and not agreed(_SAFE)):
        raise Refused("no se envió")
