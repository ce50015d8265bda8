"""The screens beside the queue, each loaded when somebody goes there: the queue itself opens sooner."""

from textual.screen import Screen

from console.screens.base import Workplace


def room_screen(room: str, place: Workplace) -> Screen[str | None]:
    """Return the screen of a room."""
    match room:
        case "remediation":
            from console.screens.remediation import RemediationScreen

            return RemediationScreen(place)
        case "glance":
            from console.screens.glance import GlanceScreen

            return GlanceScreen(place)
        case "register":
            from console.screens.register import RegisterScreen

            return RegisterScreen(place)
        case _:
            from console.screens.settings import SettingsScreen

            return SettingsScreen(place)
