"""The remediation log («Medidas de subsanación» of the Carta de Servicios): what a broken commitment must record."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from calendar_pe import Calendar
from calendar_pe.clock import lima_date
from sla.promises import PromiseSettings
from sla.reckon import Due, breaks_after
from sla.working_time import WorkingTimeSettings, business_seconds


class Commitment(StrEnum):
    """The commitments of the Carta that can be broken, with the words in which the log names them."""

    ANSWER = "respuesta"
    SATISFACTION = "satisfaccion"
    PUBLICATION = "publicacion"

    @property
    def label(self) -> str:
        """The commitment in words."""
        return _COMMITMENTS[self]


_COMMITMENTS = {
    Commitment.ANSWER: "Respuesta dentro del plazo",
    Commitment.SATISFACTION: "Satisfacción mensual de 93 % o más",
    Commitment.PUBLICATION: "Indicadores publicados dentro de los 15 días hábiles",
}


class Cause(StrEnum):
    """The closed list of reasons; ``otro`` needs words of its own."""

    CARGA = "carga"
    PERSONAL = "personal"
    SISTEMA = "sistema"
    OTRA_AREA = "otra_area"
    ASIGNACION = "asignacion"
    DETECCION = "deteccion"
    DATOS = "datos"
    CALENDARIO = "calendario"
    FUERZA_MAYOR = "fuerza_mayor"
    OTRO = "otro"

    @property
    def label(self) -> str:
        """The reason in words."""
        return _CAUSES[self]


_CAUSES = {
    Cause.CARGA: "Más consultas de las que el equipo podía atender",
    Cause.PERSONAL: "Ausencia o cambio de personal",
    Cause.SISTEMA: "Falla del sistema o del correo",
    Cause.OTRA_AREA: "Otra área o entidad demoró la información",
    Cause.ASIGNACION: "Clasificación o asignación equivocada",
    Cause.DETECCION: "El correo se detectó tarde",
    Cause.DATOS: "Faltaban datos para responder",
    Cause.CALENDARIO: "Error en el calendario de días hábiles",
    Cause.FUERZA_MAYOR: "Caso fortuito o fuerza mayor",
    Cause.OTRO: "Otro motivo",
}

SATISFACTION_PERCENT = 93
SATISFIED_FROM = 4
"""Of the answers 1 to 5 to «¿qué tan satisfecho quedó?», those that count as satisfied: 4 and 5."""
PUBLICATION_BUSINESS_DAYS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class RemediationForm:
    """One entry of the log. "" and None stand for what nobody has filled in yet.

    ``reference`` is the ticket's reference, or the month (``2026-11``) of a monthly commitment. ``lateness_seconds``
    is working time, None while the answer is still owed and for satisfaction, which is not a matter of time.
    """

    id: int
    commitment: Commitment
    reference: str
    broken_at: datetime
    kind: str = ""
    received_at: datetime | None = None
    due_at: datetime | None = None
    answered_at: datetime | None = None
    lateness_seconds: int | None = None
    cause: Cause | None = None
    cause_detail: str = ""
    corrective: str = ""
    preventive: str = ""
    responsible: str = ""
    apology_due: bool | None = None
    apology_message_id: str = ""
    closed_by: str = ""
    closed_at: datetime | None = None


def missing_fields(form: RemediationForm) -> tuple[str, ...]:
    """Return the fields, by their column title, without which the entry cannot be closed; empty when it can."""
    owed = {
        "cause": form.cause is None,
        "cause_detail": form.cause is Cause.OTRO and not form.cause_detail.strip(),
        "corrective": not form.corrective.strip(),
        "preventive": not form.preventive.strip(),
        "responsible": not form.responsible.strip(),
        "apology_due": form.apology_due is None,
        "apology_message_id": bool(form.apology_due) and not form.apology_message_id.strip(),
        "answered_at": form.commitment is not Commitment.SATISFACTION and form.answered_at is None,
        "lateness": form.commitment is not Commitment.SATISFACTION and form.lateness_seconds is None,
    }
    return tuple(TITLES[name] for name, is_missing in owed.items() if is_missing)


def parse_cause(text: str) -> Cause:
    """Read the word of a reason. Raises ValueError, with the whole list, when it is none of them."""
    try:
        return Cause(text.strip())
    except ValueError:
        known = "; ".join(f"{cause.value} ({cause.label})" for cause in Cause)
        raise ValueError(f"«{text[:40]}» no es ninguno de los motivos: {known}") from None


def lateness(
    due: Due,
    answered_at: datetime,
    calendar: Calendar,
    working_time: WorkingTimeSettings,
    settings: PromiseSettings,
) -> int:
    """Return by how many working seconds an answer missed the last second of its promise; 0 when it did not."""
    return max(0, business_seconds(breaks_after(due, settings), answered_at, calendar, working_time))


def satisfaction_broken(satisfied: int, answers: int) -> bool:
    """Whether a month's satisfaction is under 93 %, counted exactly. A month without answers breaks nothing."""
    return answers > 0 and satisfied * 100 < SATISFACTION_PERCENT * answers


def publication_due_on(year: int, month: int, calendar: Calendar) -> date:
    """Return the last day to publish a month's indicators: the 15th business day after the month's close."""
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    return calendar.nth_business_day_of_month(*following, PUBLICATION_BUSINESS_DAYS)


def publication_broken(year: int, month: int, published_at: datetime | None, now: datetime, calendar: Calendar) -> bool:
    """Whether a month's indicators were published after their last day, or that day is over and they are not."""
    return lima_date(published_at or now) > publication_due_on(year, month, calendar)


TITLES = {
    "id": "N.º",
    "commitment": "Compromiso incumplido",
    "reference": "Expediente o mes",
    "kind": "Tipo",
    "received_at": "Recibido",
    "due_at": "Vencía",
    "broken_at": "Incumplido desde",
    "answered_at": "Atendido",
    "lateness": "Demora en tiempo de atención",
    "cause": "Motivo",
    "cause_detail": "Detalle del motivo",
    "corrective": "Medida correctiva",
    "preventive": "Medida preventiva",
    "responsible": "Responsable",
    "apology_due": "Corresponde disculpa",
    "apology_message_id": "Carta de disculpa",
    "closed_by": "Cerrado por",
    "closed_at": "Cerrado",
}
"""The columns of the form, in their order, and their titles."""
