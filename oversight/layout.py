"""The pages that supervisors publish: one look, plain HTML, nothing fetched from anywhere."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined


def page(template: str, /, **values: object) -> bytes:
    """Fill in a template of ``templates/pages`` (``report.html.j2``); every value is escaped. Returns UTF-8."""
    return _environment().get_template(template).render(values).encode()


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_source),
        autoescape=lambda name: name is None or not name.endswith(".css"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _source(name: str) -> str:
    return files("templates").joinpath("pages", name).read_text(encoding="utf-8")
