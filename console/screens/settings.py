"""How the desk is set, to be read and not changed; no password, key or server is shown."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from calendar_pe.clock import date_words
from casework.desk import Desk
from console import words
from console.keybar import KeyBar
from console.screens.base import Banner
from console.screens.ways import JUMP_KEY, VIEW_KEYS, VIEWS_KEY, WayScreen, room_keys
from sla.promises import DayEnds, Reading

_READINGS = {
    Reading.DEEMED_RECEIPT: "la carta tardía se tiene por recibida el día hábil siguiente, que no cuenta",
    Reading.SAME_DAY: "el día en que se tiene por recibida ya cuenta",
    Reading.PLAIN: "se cuenta desde el día hábil que sigue a la llegada",
}
_YES_NO = {True: "sí", False: "no"}


class SettingsScreen(WayScreen):
    """The settings of this desk, one a line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        VIEWS_KEY,
        JUMP_KEY,
        *room_keys("remediation", "glance", "register"),
        *VIEW_KEYS,
        Binding("escape,q,e", "back", "Volver", key_display="Esc", id="settings.back"),
    ]

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield Banner(self.place, "SOM · Ajustes (solo lectura)")
        with VerticalScroll(id="settings"):
            yield Static(settings_text(self.desk), markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Let the keys scroll it."""
        self.query_one("#settings").focus()

    def action_back(self) -> None:
        """Go back to the queue."""
        self.dismiss(None)


def settings_text(desk: Desk) -> Text:
    """Return the settings in words."""
    rules, promises, hours = desk.settings, desk.promises, desk.working_time
    terms = ", ".join(f"{words.KINDS[one.kind].lower()} {one.business_days}" for one in promises.terms)
    ends = "a la hora de cierre" if promises.day_ends is DayEnds.CLOSING else "a medianoche"
    parts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
        (
            "La mesa",
            (
                ("Oficina", rules.office),
                ("Escribe como", f"{rules.from_name} <{rules.from_address}>"),
                ("Horario", f"{hours.opening:%H:%M} a {hours.closing:%H:%M}, días hábiles"),
                ("De prueba (simulada)", _YES_NO[rules.simulated]),
                ("Base de datos", {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[desk.store.dialect]),
            ),
        ),
        (
            "Los plazos",
            (
                ("Días hábiles", terms),
                ("Hora de corte", f"{promises.cutoff:%H:%M}"),
                ("Cómo se cuenta", _READINGS[promises.reading]),
                ("El último día acaba", ends),
                ("Se avisa", f"{_hours(promises.warn_before.total_seconds())} de trabajo antes"),
                ("Calendario", f"feriados revisados el {date_words(desk.calendar.reviewed_on)}"),
            ),
        ),
        (
            "Las cartas",
            (
                ("Acuse de recibo", _YES_NO[rules.acknowledge]),
                ("Acuses por persona y día", str(rules.acknowledgements_per_sender)),
                ("Automáticas por dirección y día", str(rules.automatic_per_address)),
                ("Encuesta", f"sí, a los {rules.survey_delay_days} días" if rules.survey else "no"),
                ("Para retirar un envío", f"{int(rules.undo.total_seconds())} segundos"),
                ("Se insiste en enviar", _hours(rules.give_up.total_seconds())),
            ),
        ),
        (
            "A quién se avisa",
            (
                ("Riesgo de trata", ", ".join(rules.danger_notify) or "a nadie"),
                ("Resumen de la mañana", ", ".join(rules.digest_recipients) or "a nadie"),
            ),
        ),
    )
    shown = Text()
    for title, rows in parts:
        shown.append(f"{title}\n", style="bold underline")
        for name, value in rows:
            shown.append(f"  {name}: ")
            shown.append(f"{value}\n", style="bold")
        shown.append("\n")
    shown.append("Se cambian en el archivo de configuración; los cambia quien administra el sistema.", style="dim")
    return shown


def _hours(seconds: float) -> str:
    hours, rest = divmod(int(seconds), 3600)
    said = f"{hours} h" if hours else ""
    return f"{said} {rest // 60} min".strip() if rest else said or "0 min"
