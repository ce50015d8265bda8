"""Attentions given by telephone, in person or by video, written down by whoever gave them.

The journal says of each, in the desk's own chain, one event ``attention`` with these facts, from which the indicators
are counted: ``attention`` (id), ``attended_at`` (ISO instant), ``office``, ``channel`` (telephone, in_person, video),
``line`` (0 to 5), ``country`` (ISO 3166-1 alpha-2 or ""), ``on_behalf``, ``outcome`` (a word of ``OUTCOMES``),
``satisfaction`` (1 to 5 or None), ``age_band`` (a word of ``AGE_BANDS`` or "") and ``gender`` (a word of ``GENDERS`` or
""). The note stays out of it, and so does everything that would name a person.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from casework.desk import WRITERS, Actor, Desk, require
from casework.refusals import Refusal
from letters.clean import clean_text
from tickets import journal, rows
from tickets.journal import Event
from tickets.tables import Attention
from triage.tokens import plain

CHANNELS = {"telephone": "Teléfono", "in_person": "Presencial", "video": "Videollamada"}
"""How the person was attended: the word in the record and its label for people."""

OUTCOMES = {
    "oriented": "Orientación dada",
    "referred": "Derivado a otra entidad",
    "by_email": "Se le pidió escribir un correo",
    "to_return": "Volverá con lo que falta",
    "out_of_scope": "Ajeno al servicio",
}
"""What came of it: the word in the record and its label for people."""

GENDERS = {"female": "Mujer", "male": "Hombre", "other": "Otro"}
"""Only when the person says so."""

AGE_BANDS = ((18, "0-17"), (30, "18-29"), (45, "30-44"), (60, "45-59"), (131, "60+"))
"""The bands in which the journal knows ages, each under the age that ends it (not included)."""

NOTE_LIMIT = 500
_SPOKEN = {"eeuu": "US", "ee.uu.": "US", "ee. uu.": "US", "usa": "US", "inglaterra": "GB", "holanda": "NL"}
_ADDRESS = re.compile(r"\S@\S")
_NUMBER = re.compile(r"\d(?:[\s.-]?\d){6,}")


class CannotRegister(Refusal):
    """The attention is not registered; the message says which field and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """One attention. ``satisfaction``, ``age`` and ``gender`` are None or "" unless the person volunteered them.

    ``at`` is when it was given; None is now. ``country`` is the foreign country concerned, by code or Spanish name.
    """

    channel: str
    line: int
    outcome: str
    country: str = ""
    on_behalf: bool = False
    satisfaction: int | None = None
    age: int | None = None
    gender: str = ""
    note: str = ""
    at: datetime | None = None


def register(desk: Desk, actor: Actor, attended: Attended) -> int:
    """Write an attention down and return its id. Raises ``CannotRegister``."""
    require(actor, *WRITERS)
    assert actor.staff_id is not None
    now = desk.clock()
    country, note = _checked(attended, now)
    attended_at = (attended.at or now).replace(microsecond=0)
    with desk.store.write() as session:
        [attention_id] = rows.add_all_with_ids(
            session,
            Attention,
            [
                {
                    "at": attended_at,
                    "staff_id": actor.staff_id,
                    "office": desk.settings.office,
                    "channel": attended.channel,
                    "line": attended.line,
                    "country": country,
                    "on_behalf": attended.on_behalf,
                    "outcome": attended.outcome,
                    "satisfaction": attended.satisfaction,
                    "age": attended.age,
                    "gender": attended.gender,
                    "note": note,
                }
            ],
        )
        facts: dict[str, journal.Fact] = {
            "attention": attention_id,
            "attended_at": attended_at.isoformat(),
            "office": desk.settings.office,
            "channel": attended.channel,
            "line": attended.line,
            "country": country,
            "on_behalf": attended.on_behalf,
            "outcome": attended.outcome,
            "satisfaction": attended.satisfaction,
            "age_band": age_band(attended.age),
            "gender": attended.gender,
        }
        journal.append(session, [Event(journal.DESK, now, actor.journal_name, "attention", facts)])
    return attention_id


def age_band(age: int | None) -> str:
    """Return the band of an age, "" of none."""
    return "" if age is None else next((band for end, band in AGE_BANDS if age < end), "")


def country_code(text: str) -> str:
    """Return the ISO 3166-1 alpha-2 code of a country named in Spanish or by its code; "" of nothing.

    Raises ``CannotRegister`` for a country that does not exist, and for Peru: the country is the other one.
    """
    wanted = plain(" ".join(text.split()))
    if not wanted:
        return ""
    from babel import Locale

    countries: dict[str, str] = {
        code: plain(name)
        for code, name in Locale.parse("es_PE").territories.items()
        if len(code) == 2 and code.isalpha() and code not in ("ZZ", "EU", "EZ", "UN", "XA", "XB")
    }
    found = [code for code, name in countries.items() if wanted in (code.lower(), name)]
    found = found or [code for said, code in _SPOKEN.items() if said == wanted]
    found = found or [code for code, name in countries.items() if name.startswith(wanted)]
    if found == ["PE"]:
        raise CannotRegister("el país es el extranjero del que trata la consulta; si es solo el Perú, déjelo vacío")
    if len(found) > 1:
        raise CannotRegister(f"«{text.strip()[:40]}» puede ser más de un país; escriba su nombre completo")
    if not found:
        raise CannotRegister(f"no hay un país «{text.strip()[:40]}»; escriba su nombre o su código, como Chile o CL")
    return found[0]


def _checked(attended: Attended, now: datetime) -> tuple[str, str]:
    """Return the country's code and the clean note of an attention whose every field holds."""
    for word, known, name in (
        (attended.channel, CHANNELS, "canal"),
        (attended.outcome, OUTCOMES, "resultado"),
        (attended.gender, {"": "", **GENDERS}, "género"),
    ):
        if word not in known:
            raise CannotRegister(f"el {name} «{word[:40]}» no existe; use uno de: {', '.join(filter(None, known))}")
    if attended.line not in range(6):
        raise CannotRegister(f"la línea {attended.line} no existe; van de 0 a 5")
    if attended.satisfaction is not None and attended.satisfaction not in range(1, 6):
        raise CannotRegister("la satisfacción va de 1 a 5; déjela vacía si no la dijo")
    if attended.age is not None and attended.age not in range(AGE_BANDS[-1][0]):
        raise CannotRegister("la edad no puede ser; déjela vacía si no la dijo")
    if attended.at is not None and attended.at > now:
        raise CannotRegister("la atención todavía no ha ocurrido; revise el día y la hora")
    note = clean_text(attended.note).strip()
    if len(note) > NOTE_LIMIT:
        raise CannotRegister(f"la nota pasa de {NOTE_LIMIT} letras")
    if _ADDRESS.search(note) or _NUMBER.search(note):
        raise CannotRegister("la nota no lleva datos personales: quite el correo, el teléfono o el documento")
    return country_code(attended.country), note
