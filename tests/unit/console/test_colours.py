"""Every colour of the console can be read on its background: WCAG's 4.5 to 1 for text."""

import pytest
from rich.style import Style
from textual.color import Color

from casework.desk import Desk
from console.app import THEMES, make_console
from console.lines import STYLES
from tests.desks import Clock, build, member
from tickets.store import Store

READABLE = 4.5


def contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colours as WCAG 2.1 reckons it, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.fixture
def desk(sqlite_store: Store, clock: Clock) -> Desk:
    return build(sqlite_store, clock)


@pytest.mark.parametrize("theme", THEMES)
def test_the_words_of_the_list_and_of_the_messages_can_be_read(desk: Desk, theme: str) -> None:
    app = make_console(desk, member(desk), remembered={"theme": theme})
    own = app.get_theme(theme)
    assert own is not None
    colours = app.ansi_theme_dark if own.dark else app.ansi_theme_light
    behind = [Color.parse(one) for one in (own.background, own.surface) if one]
    for said in {*STYLES.values(), "bold red", "bold green", "bold yellow"}:
        colour = Style.parse(said).color
        if colour is not None:
            seen = Color(*colour.get_truecolor(colours))
            assert all(contrast(one, seen) >= READABLE for one in behind), (said, theme)
    for name in ("error", "warning", "success"):
        assert getattr(own, name) is not None, f"a theme says its own {name}: Textual would take another colour for it"
