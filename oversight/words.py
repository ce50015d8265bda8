"""The words in which published figures name what the journal names in codes."""

from datetime import date
from functools import lru_cache
from typing import Any

from casework.attention import CHANNELS as ATTENTION_CHANNELS
from casework.attention import GENDERS
from casework.attention import OUTCOMES as ATTENTION_OUTCOMES
from casework.classify import KINDS as KINDS
from casework.close import OUTCOMES
from sla.facts import SEVERAL, UNSAID
from sla.remediation import Cause

LINES = {
    "1": "Línea 1: peruanos que quieren trabajar en el exterior",
    "2": "Línea 2: peruanos que viven y trabajan en el exterior",
    "3": "Línea 3: peruanos que quieren retornar o ya retornaron",
    "4": "Línea 4: trabajadores andinos en el Perú o en camino",
    "5": "Línea 5: otros extranjeros que trabajan o quieren trabajar en el Perú",
    "0": "Ninguna de las cinco líneas",
}
SHORT_LINES = {"1": "Línea 1", "2": "Línea 2", "3": "Línea 3", "4": "Línea 4", "5": "Línea 5", "0": "Ninguna"}
COUNTRY_OF_LINE = {
    "1": "Línea 1: destino",
    "2": "Línea 2: donde vive",
    "3": "Línea 3: de donde vuelve",
    "4": "Línea 4: origen",
    "5": "Línea 5: origen",
    "0": "Ninguna",
}
"""What the country of a letter is to the person, by line."""
ON_BEHALF = {"no": "Por sí misma", "yes": "Por un familiar u otra persona"}
CHANNELS = {"email": "Correo", **ATTENTION_CHANNELS}
CASE_OUTCOMES = {
    **OUTCOMES,
    "answered": "Respondido",
    "asked_back": "Se le pidieron más datos",
    "pending": "Pendiente de respuesta",
    "unpromised": "No requería respuesta",
}
AGES = {
    "0-17": "Menos de 18",
    "18-29": "18 a 29",
    "30-44": "30 a 44",
    "45-59": "45 a 59",
    "60+": "60 o más",
    "": "No lo dijo",
}
SAID_GENDERS = {**GENDERS, "": "No lo dijo"}
CAUSES = {**{one.value: one.label for one in Cause}, "": "Motivo todavía sin registrar"}
HOURS = {
    "madrugada": ("12:00 a. m. a 5:59 a. m.", range(6)),
    "antes": ("6:00 a. m. a 8:59 a. m.", range(6, 9)),
    "manana": ("9:00 a. m. a 11:59 a. m.", range(9, 12)),
    "mediodia": ("12:00 m. a 2:59 p. m.", range(12, 15)),
    "tarde": ("3:00 p. m. a 4:59 p. m.", range(15, 17)),
    "cierre": ("5:00 p. m. a 7:59 p. m.", range(17, 20)),
    "noche": ("8:00 p. m. a 11:59 p. m.", range(20, 24)),
}
"""The parts of the day, of the hours of Lima; the promise's cutoff, 5 p. m., parts two of them."""
_MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "setiembre", "octubre", "noviembre", "diciembre"),
)


def band(hour: str) -> str:
    """Return the part of the day (a key of ``HOURS``) that an hour such as ``09`` belongs to."""
    return next(name for name, (_, hours) in HOURS.items() if int(hour) in hours)


def month_name(month: str) -> str:
    """Say a month: «octubre de 2026» for ``2026-10``."""
    return f"{short_month(month)} de {month[:4]}"


def short_month(month: str) -> str:
    """Say a month without its year: «octubre» for ``2026-10``."""
    return _MONTHS[int(month[5:7]) - 1]


def channel(word: str) -> str:
    """Say by which channel."""
    return CHANNELS.get(word, word)


def attention_outcome(word: str) -> str:
    """Say what came of an attention."""
    return ATTENTION_OUTCOMES.get(word, word)


def outcome(word: str) -> str:
    """Say what became of a case."""
    return CASE_OUTCOMES.get(word, word)


def day(one: date) -> str:
    """Say a date in short: «6 de noviembre de 2026»."""
    return f"{one.day} de {_MONTHS[one.month - 1]} de {one.year}"


@lru_cache(maxsize=512)
def language(code: str) -> str:
    """Say a language by its code: «quechua» for ``qu``."""
    if code == "und":
        return "No se pudo determinar"
    name = _locale().languages.get(code, code)
    return f"{name[:1].upper()}{name[1:]}"


@lru_cache(maxsize=512)
def country(code: str) -> str:
    """Say a country by its code."""
    if code == SEVERAL:
        return "Más de un país"
    return "No nombra un país" if code == UNSAID else str(_locale().territories.get(code, code))


def office(name: str) -> str:
    """Say an office; a letter that nothing could read may have none."""
    return name or "Sin oficina"


@lru_cache(maxsize=1)
def _locale() -> Any:
    from babel import Locale

    return Locale.parse("es_PE")
