"""Says instants, and why a promise runs until then, in the languages we write."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from calendar_pe import clock

_LOCALES = {
    "es": ("es_PE", "EEEE d 'de' MMMM 'de' y"),
    "en": ("en", "EEEE, d MMMM y"),
    "pt": ("pt", "EEEE, d 'de' MMMM 'de' y"),
}
_SHORT = {"es": "EEEE d 'de' MMMM", "en": "EEEE d MMMM", "pt": "EEEE, d 'de' MMMM"}
_PROMISE = {
    "es": "a más tardar el {day} {at} {time} (hora del Perú)",
    "en": "by {day} at {time} (Peru time) at the latest",
    "pt": "até {day}, {at} {time} (hora do Peru)",
}
_LATE = {
    "es": "Su correo llegó después de las 5:00 p. m.; por eso el plazo se cuenta desde el siguiente día hábil.",
    "en": "Your message reached us after 5:00 p.m. in Peru, so the time is counted from the next working day.",
    "pt": "A sua mensagem chegou depois das 17h no Peru; por isso o prazo é contado a partir do dia útil seguinte.",
}
_SKIPPED = {
    "es": "En ese plazo no se cuenta: {days}.",
    "en": "These days are not counted: {days}.",
    "pt": "Estes dias não são contados: {days}.",
}
_WEEKEND = {"es": "fin de semana", "en": "weekend", "pt": "fim de semana"}
_LANGUAGE = "es"


@lru_cache(maxsize=512)
def date_words(day: date, language: str = _LANGUAGE) -> str:
    """Say a date: «martes 24 de noviembre de 2026» in es, en or pt."""
    if language not in _LOCALES or language == _LANGUAGE:
        return clock.date_words(day)
    return _format(day, language, _LOCALES[language][1])


@lru_cache(maxsize=512)
def promise_words(due_at: datetime, language: str = _LANGUAGE) -> str:
    """Say until when we answer: «a más tardar el martes 24 de noviembre de 2026 a las 5:00 p. m. (hora del Perú)»."""
    language = language if language in _PROMISE else _LANGUAGE
    local = clock.to_lima(due_at)
    day = date_words(local.date(), language)
    if language == "es":
        return _PROMISE["es"].format(
            day=day, at="a la" if local.hour in (1, 13) else "a las", time=clock.time_words(local.time())
        )
    if language == "pt":
        return _PROMISE["pt"].format(day=day, at="às", time=f"{local.hour}h{local.minute:02d}".removesuffix("00"))
    hour = local.hour % 12 or 12
    return _PROMISE["en"].format(day=day, time=f"{hour}:{local.minute:02d} {'a' if local.hour < 12 else 'p'}.m.")


def why_words(*, after_hours: bool, skipped: Sequence[tuple[date, str]] = (), language: str = _LANGUAGE) -> str:
    """Say why the promise runs longer than till tomorrow; "" when there is nothing to explain.

    ``skipped`` are the days that do not count between the arrival and the promised day, each with its name (a
    holiday's, in Spanish) or "" for Saturday and Sunday.
    """
    language = language if language in _LATE else _LANGUAGE
    said = [_LATE[language]] if after_hours else []
    if skipped:
        days = "; ".join(
            f"{_format(day, language, _SHORT[language])} ({name or _WEEKEND[language]})" for day, name in skipped
        )
        said.append(_SKIPPED[language].format(days=days))
    return " ".join(said)


@lru_cache(maxsize=512)
def _format(day: date, language: str, pattern: str) -> str:
    from babel.dates import format_date  # heavy, and most commands never speak

    return str(format_date(day, pattern, locale=_LOCALES[language][0]))
