"""som staff: who works at the desk."""

import typer

from service.commands.common import JSON, desk, document, me, table
from service.exits import Misused, Refused

LOGIN = typer.Argument(..., metavar="USUARIO", help="Usuario del sistema operativo.")


def register(app: typer.Typer) -> None:
    """Add ``som staff``."""
    staff = typer.Typer(no_args_is_help=True, help="El personal de la mesa y lo que puede hacer cada quien.")
    app.add_typer(staff, name="staff")

    @staff.command()
    def add(
        login: str = LOGIN,
        name: str = typer.Option(..., metavar="NOMBRE", help="Nombre que leen los colegas y los ciudadanos."),
        email: str = typer.Option(..., metavar="CORREO", help="Dirección a la que le llegan los avisos."),
        role: str = typer.Option(..., metavar="ROL", help="consultant, supervisor, administrator o auditor."),
    ) -> None:
        """Da acceso a una persona, por su usuario del sistema operativo.

        Ejemplo: som staff add rquispe --name "Rosa Quispe" --email rosa@example.org --role consultant
        """
        from casework import staff as use
        from tickets.states import Role

        if role not in set(Role):
            raise Misused(f"el rol «{role}» no existe; use uno de: {', '.join(Role)}")
        with desk() as opened:
            try:
                use.add(opened, me(opened), login=login, name=name, email=email, role=Role(role))
            except use.BadMember as error:
                raise Misused(str(error)) from None
        typer.echo(f"{login}: {role}", err=True)

    @staff.command("list")
    def listing(as_json: bool = JSON) -> None:
        """Muestra a todos, con acceso o sin él."""
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
            ["usuario", "nombre", "correo", "rol", "acceso"],
            [[one.login, one.name, one.email, one.role, "sí" if one.active else "no"] for one in everybody],
        )

    @staff.command()
    def disable(login: str = LOGIN) -> None:
        """Quita el acceso a una persona; su trabajo queda a su nombre."""
        from casework import staff as use

        with desk() as opened:
            if not use.disable(opened, me(opened), login):
                raise Refused(f"nadie del personal usa «{login}»")

    @staff.command()
    def enable(login: str = LOGIN) -> None:
        """Devuelve el acceso a una persona, con el rol que tenía."""
        from casework import staff as use

        with desk() as opened:
            if not use.enable(opened, me(opened), login):
                raise Refused(f"nadie del personal usa «{login}»")
