"""Says instants, and why a promise runs until then, in the languages we write; and names countries in Spanish."""

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from calendar_pe import clock

_LOCALES = {
    "es": ("es_PE", "EEEE d 'de' MMMM 'de' y"),
    "en": ("en", "EEEE, d MMMM y"),
    "pt": ("pt", "EEEE, d 'de' MMMM 'de' y"),
}
_DAY = {"es": "'el' EEEE d", "en": "EEEE d", "pt": "EEEE d"}
_OF_MONTH = {"es": " 'de' MMMM", "en": " MMMM", "pt": " 'de' MMMM"}
_AND = {"es": " y ", "en": " and ", "pt": " e "}
_PROMISE = {
    "es": "a más tardar el {day} {at} {time} (hora del Perú)",
    "en": "by {day} at {time} (Peru time) at the latest",
    "pt": "até {day}, {at} {time} (hora do Peru)",
}
_LATE = {
    "es": "Su correo llegó después de las {time}; por eso cuenta como recibido el {day}.",
    "en": "Your message reached us after {time} in Peru, so it counts as received on {day}.",
    "pt": "A sua mensagem chegou depois das {time} no Peru; por isso conta como recebida na {day}.",
}
_DAY_OFF = {
    "es": "Su correo llegó en un día no hábil; por eso cuenta como recibido el {day}.",
    "en": "Your message reached us on a day off in Peru, so it counts as received on {day}.",
    "pt": "A sua mensagem chegou em um dia não útil no Peru; por isso conta como recebida na {day}.",
}
_SKIPPED = {
    "es": "Para el plazo no se cuentan: {days}.",
    "en": "These days are not counted: {days}.",
    "pt": "Estes dias não são contados: {days}.",
}
_SKIPPED_ONE = {
    "es": "Para el plazo no se cuenta {days}.",
    "en": "This day is not counted: {days}.",
    "pt": "Este dia não é contado: {days}.",
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
    at = {"es": "a la" if local.hour in (1, 13) else "a las", "pt": "às"}.get(language, "at")
    return _PROMISE[language].format(day=day, at=at, time=time_words(local.time(), language))


def time_words(moment: time, language: str = _LANGUAGE) -> str:
    """Say a time of day: «5:00 p. m.» in es, "5:00 p.m." in en, «17h» in pt."""
    if language == "pt":
        return f"{moment.hour}h{moment.minute:02d}".removesuffix("00")
    if language == "en":
        return f"{moment.hour % 12 or 12}:{moment.minute:02d} {'a' if moment.hour < 12 else 'p'}.m."
    return clock.time_words(moment)


def why_words(
    *,
    counted_on: date | None = None,
    cutoff: time | None = None,
    skipped: Sequence[tuple[date, str]] = (),
    language: str = _LANGUAGE,
) -> str:
    """Say why the promise runs longer than till tomorrow; "" when there is nothing to explain.

    ``counted_on`` is the day that a letter counts as received on when that is not the day it came: because it came
    after ``cutoff``, or (None) on a day off. ``skipped`` are the days that do not count between the arrival and the
    promised day, in their order, each with its name (a holiday's, in Spanish) or "" for Saturday and Sunday.
    """
    language = language if language in _LATE else _LANGUAGE
    said = []
    if counted_on is not None:
        day = date_words(counted_on, language)
        text = _DAY_OFF[language] if cutoff is None else _LATE[language]
        said.append(text.format(day=day, time=time_words(cutoff, language) if cutoff is not None else ""))
    if skipped:
        groups = [
            f"{_days([day for day, _ in days], language)} ({name or _WEEKEND[language]})"
            for name, days in groupby(skipped, key=itemgetter(1))
        ]
        text = _SKIPPED_ONE[language] if len(skipped) == 1 else _SKIPPED[language]
        said.append(text.format(days="; ".join(groups)))
    return " ".join(said)


def _days(days: Sequence[date], language: str) -> str:
    """Say days one after the other, the month once where they share it: «el sábado 25 y el domingo 26 de julio»."""
    said = [
        _format(day, language, _DAY[language] + ("" if after and after.month == day.month else _OF_MONTH[language]))
        for day, after in zip(days, [*days[1:], None], strict=True)
    ]
    return _AND[language].join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


@lru_cache(maxsize=512)
def country(code: str) -> str:
    """Return the Spanish name of a country, by its ISO 3166-1 code; the code of one without a name."""
    from babel import Locale

    return str(Locale.parse("es_PE").territories.get(code, code))


@lru_cache(maxsize=512)
def _format(day: date, language: str, pattern: str) -> str:
    from babel.dates import format_date  # heavy, and most commands never speak

    return str(format_date(day, pattern, locale=_LOCALES[language][0]))
