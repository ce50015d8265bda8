"""som staff: who works at the desk."""

import typer

from service.commands.common import JSON, desk, document, me, table
from service.exits import Misused, Refused


def register(app: typer.Typer) -> None:
    """Add ``som staff``."""
    staff = typer.Typer(no_args_is_help=True, help="Who works at the desk, and what they may do.")
    app.add_typer(staff, name="staff")

    @staff.command()
    def add(
        login: str,
        name: str = typer.Option(..., help="Name as colleagues and citizens read it."),
        email: str = typer.Option(..., help="Address for notices."),
        role: str = typer.Option(..., help="consultant, supervisor, administrator or auditor."),
    ) -> None:
        """Add a member of staff by the login of the operating system."""
        from casework import staff as use
        from tickets.states import Role

        if role not in set(Role):
            raise Misused(f"el rol «{role}» no existe; use uno de: {', '.join(Role)}")
        with desk() as opened:
            use.add(opened, me(opened), login=login, name=name, email=email, role=Role(role))
        typer.echo(f"{login}: {role}", err=True)

    @staff.command("list")
    def listing(as_json: bool = JSON) -> None:
        """Show everybody."""
        from tickets import people

        with desk() as opened, opened.store.read() as session:
            me(opened)
            everybody = people.listing(session)
        if as_json:
            document(
                [
                    {"login": one.login, "name": one.name, "email": one.email, "role": one.role, "active": one.active}
                    for one in everybody
                ]
            )
            return
        table(
            ["login", "nombre", "correo", "rol", "activo"],
            [[one.login, one.name, one.email, one.role, "sí" if one.active else "no"] for one in everybody],
        )

    @staff.command()
    def disable(login: str) -> None:
        """End somebody's access; their work stays under their name."""
        from casework import staff as use

        with desk() as opened:
            if not use.disable(opened, me(opened), login):
                raise Refused(f"nadie del personal usa «{login}»")
