"""Rows of the remediation log in words: whose case it is, which promise was broken, and what is still to be written."""

from dataclasses import dataclass
from itertools import islice

from rich.text import Text

from casework import remedy
from casework.desk import Desk
from console import words
from console.clockwords import short
from console.lines import sender_of
from console.outside import one_line
from sla.remediation import TITLES, RemediationForm, missing_fields
from tickets import worklist
from tickets.worklist import QueueRow

_MOST = 500
_BRIEFLY = {
    "answered_at": "responder",
    "cause": "motivo",
    "cause_detail": "detalle",
    "corrective": "correctiva",
    "preventive": "preventiva",
    "responsible": "responsable",
    "apology_due": "disculpa",
    "apology_message_id": "carta de disculpa",
}
"""What is lacking, in a word each, the most pressing first; the lateness fills itself in."""

_ASKED = {TITLES["apology_due"]: "decir si corresponde una disculpa"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log, and the case that it belongs to; None for a monthly commitment."""

    form: RemediationForm
    case: QueueRow | None


def entries(desk: Desk, states: tuple[str, ...]) -> list[Entry]:
    """Return the rows in those states ("" for all), the newest first."""
    forms = list(islice(remedy.forms(desk, states=states), _MOST))
    with desk.store.read() as session:
        known = worklist.by_reference(session, [one.reference for one in forms])
    return [Entry(one, known.get(one.reference)) for one in forms]


def commitment_words(form: RemediationForm) -> str:
    """Name the commitment so that nobody takes it for kept: «No se cumplió: respuesta dentro del plazo»."""
    said = form.commitment.label
    return f"No se cumplió: {said[0].lower()}{said[1:]}"


def row_name(form: RemediationForm) -> str:
    """Name a row, for what stands half written in it."""
    return f"la medida {form.id}"


def who_and_what(case: QueueRow | None) -> str:
    """Say whose case it is and what about, as the letter says it."""
    if case is None:
        return "(compromiso del mes)"
    return f"{one_line(sender_of(case), 60)}: {case.subject or '(sin asunto)'}"


def broken_words(form: RemediationForm, case: QueueRow | None) -> str:
    """Say which promise was broken and when: of the kind that the case has, and by the term that was running."""
    when = f"venció el {short(form.broken_at)}"
    if case is None or not form.kind:
        return f"Se incumplió el {short(form.broken_at)}"
    kind, term = words.KINDS.get(case.kind, case.kind), words.KINDS.get(form.kind, form.kind).lower()
    if case.kind == form.kind:
        return f"{kind}: el plazo {when}"
    doubt = "" if case.kind_confirmed else " por confirmar"
    return f"{kind}{doubt}; corría el plazo de {term}, que {when}"


def entry_words(entry: Entry) -> Text:
    """Return what a row is about and lacks, in full."""
    form = entry.form
    shown = Text(f"{form.reference} · {commitment_words(form)}\n", style="bold")
    shown.append(f"{broken_words(form, entry.case)}\n", style="not bold")
    said = (
        f"Cerrada el {short(form.closed_at)}."
        if form.closed_at
        else lacking_words(form) or "Completa: ábrala y ciérrela con z."
    )
    return shown.append(said, style="not bold")


def lacking_words(form: RemediationForm) -> str:
    """Say what a row still lacks; when and how late it was answered fills itself in once the case is answered."""
    itself = {TITLES["answered_at"], TITLES["lateness"]}
    lacking = missing_fields(form)
    written = ", ".join(_ASKED.get(one, one.lower()) for one in lacking if one not in itself)
    said = [f"Falta: {written}."] if written else []
    if itself & set(lacking):
        said.append("Falta responder el caso; entonces se calcula la demora.")
    return " ".join(said)


def lacking_briefly(form: RemediationForm, width: int, *, half: bool = False) -> str:
    """Name what a row lacks in at most so many letters, «y 2 más» for the rest; ``half``: something stands unsaved."""
    if form.closed_at is not None:
        return "nada: cerrada"
    missing = set(missing_fields(form))
    lacking = [said for name, said in _BRIEFLY.items() if TITLES[name] in missing]
    begun = "borrador; " if half else ""
    if not lacking:
        return f"{begun}nada: se puede cerrar"
    for kept in range(len(lacking), 0, -1):
        more = f" y {len(lacking) - kept} más" if kept < len(lacking) else ""
        said = f"{begun}{', '.join(lacking[:kept])}{more}"
        if len(said) <= width:
            return said
    return f"{begun}{lacking[0]}"
