"""The words in which the console names what the record names in codes."""

from functools import lru_cache

from casework.classify import KINDS as KINDS
from console.outside import one_line
from replies.words import country as country

LINES = {
    0: "Ninguna",
    1: "Trabajar fuera",
    2: "Vive fuera",
    3: "Retorno",
    4: "Andino en el Perú",
    5: "Otro extranjero",
}
"""Short names of the lines of action."""

LINES_IN_FULL = {
    0: "No corresponde a ninguna de las cinco líneas",
    1: "Peruanos que quieren trabajar en el exterior",
    2: "Peruanos que viven y trabajan en el exterior",
    3: "Peruanos que quieren retornar o ya retornaron",
    4: "Andinos (Bolivia, Colombia, Ecuador) en el Perú o en camino",
    5: "Otros extranjeros que trabajan o quieren trabajar en el Perú",
}


KINDS_BRIEFLY = {
    "consulta": "Cons.",
    "sugerencia": "Suger.",
    "reclamo": "Recl.",
    "agradecimiento": "Agrad.",
    "ajeno": "Ajeno",
}
"""The same where six letters must do."""

STATES = {
    "new": "Nuevo",
    "open": "En atención",
    "answered": "Respondido",
    "referred": "Derivado",
    "closed": "Cerrado",
    "quarantined": "Sin analizar",
}
AWAITS_PERSON, MERGED = "espera a la persona", "unido a otro"
"""What the state of a case leaves out: its last answer asks for something; it goes on in another one."""
STATES_BRIEFLY = {AWAITS_PERSON: "espera datos"}
"""The same where thirteen letters must do."""

PROMISES = {"open": "corriendo", "kept": "cumplido", "broken": "incumplido", "void": "sin efecto"}

SENDS = {
    "waiting": "por salir",
    "sending": "saliendo",
    "sent": "salió",
    "deferred": "no pudo salir aún; se volverá a intentar",
    "refused": "no salió",
    "uncertain": "ENVÍO INCIERTO: falta que una persona diga si llegó",
}

MESSAGES = {
    "letter": "Carta",
    "follow_up": "Volvió a escribir",
    "machine": "Mensaje automático",
    "bounce": "Aviso de no entrega",
    "note": "Nota interna",
    "acknowledgement": "Acuse de recibo",
    "answer": "Respuesta",
    "ask_back": "Pedido de datos",
    "referral": "Derivación",
    "apology": "Disculpa",
    "survey": "Encuesta",
    "notice": "Aviso",
    "digest": "Resumen",
}

ROLES = {
    "consultant": "consultor/a",
    "supervisor": "supervisor/a",
    "administrator": "administrador/a",
    "auditor": "auditor/a, solo lectura",
}

RISK = "riesgo de trata"
"""The gravest mark."""
WROTE_AGAIN = "volvió a escribir"
PERHAPS_FORGED = "remitente quizá falso"

FLAGS = {
    "id_repetido": "identificador repetido",
    "relacionado": "quizá relacionado con otro caso",
    "rebotado": "rebotó nuestra carta",
    "buzon_propio": "dice venir de nuestro buzón",
    "hora_supuesta": "hora de llegada supuesta",
    "sin_remitente": "remitente no identificable",
    "muy_grande": "carta muy grande",
}
"""Words of the record's own flags; ``flag_words`` adds those that columns of the ticket say."""

FLAGS_BRIEFLY = {
    RISK: "trata",
    WROTE_AGAIN: "volvió",
    PERHAPS_FORGED: "¿falso?",
    "sin analizar": "ilegible",
    "faltan datos": "faltan",
    "por tercero": "tercero",
    "sin verificar": "no verif.",
    "identificador repetido": "repetido",
    "quizá relacionado con otro caso": "¿otro?",
    "rebotó nuestra carta": "rebotó",
    "dice venir de nuestro buzón": "¿propio?",
    "hora de llegada supuesta": "hora",
    "carta muy grande": "grande",
    "remitente no identificable": "¿quién?",
}
"""Shorter marks, for a narrow column; the lines under the queue say them whole."""

EVENTS = {
    "opened": "se abrió el caso",
    "recovered": "se pudo analizar la carta",
    "follow_up": "la persona volvió a escribir",
    "machine_mail": "llegó un mensaje automático",
    "bounced": "llegó un aviso de no entrega",
    "promised": "empezó un plazo",
    "promise_void": "el plazo quedó sin efecto",
    "promise_kept": "plazo cumplido",
    "promise_broken": "plazo incumplido",
    "promise_answered_late": "se respondió fuera de plazo",
    "promise_at_risk": "se avisó que el plazo vence pronto",
    "promise_moved": "el plazo se movió por un cambio de calendario",
    "acknowledged": "se escribió el acuse de recibo",
    "taken": "tomó el caso",
    "released": "soltó el caso",
    "assigned": "reasignó el caso",
    "judged": "revisó la clasificación",
    "answer_written": "escribió una respuesta",
    "send_undone": "retiró una respuesta antes de que saliera",
    "sent": "salió una carta",
    "send_refused": "el servidor no aceptó una carta",
    "send_deferred": "una carta quedó aplazada",
    "send_uncertain": "un envío quedó incierto",
    "send_again": "pidió enviar de nuevo",
    "noted": "escribió una nota",
    "closed": "cerró el caso",
    "reopened": "reabrió el caso",
    "quarantined": "la carta no se pudo analizar",
    "remediation_edited": "completó una medida de subsanación",
    "remediation_closed": "cerró una medida de subsanación",
    "apology_written": "escribió una disculpa",
    "apology_undone": "retiró una disculpa antes de que saliera",
    "analysis_retried": "pidió analizar la carta de nuevo",
    "letter_exported": "exportó la carta original",
    "attachment_saved": "guardó un adjunto en una carpeta",
    "merged": "unió este caso a otro",
    "merged_in": "unió otro caso a este",
    "split_off": "separó una carta en un caso nuevo",
}


def flag_words(
    *,
    state: str,
    trafficking_risk: bool,
    on_behalf: bool,
    verified: bool,
    proposed: bool,
    enough: bool,
    flags: tuple[str, ...] = (),
    wrote_again: bool = False,
    failed: bool = False,
) -> list[str]:
    """Return what a case is marked with, in Spanish words, the gravest first; ``failed``: the check of its sender."""
    unread = state == "quarantined"
    marks = [
        (RISK, trafficking_risk),
        ("sin analizar", unread),
        (PERHAPS_FORGED, failed),
        (WROTE_AGAIN, wrote_again),
        ("línea propuesta", proposed and not unread),
        ("faltan datos", not enough and not unread),
        ("por tercero", on_behalf),
        *((FLAGS.get(one) or one_line(one.replace("_", " "), 30), True) for one in flags),
        ("sin verificar", not verified and not failed),
    ]
    return [word for word, holds in marks if holds]


@lru_cache(maxsize=256)
def language(code: str) -> str:
    """Return the Spanish name of a language, by its ISO 639-1 code."""
    from babel import Locale

    return str(Locale.parse("es_PE").languages.get(code, code))


def countries_like(said: str) -> list[tuple[str, str]]:
    """Return (code, name) of the countries that a person may mean, by code or by how a word of the name begins."""
    from babel import Locale

    from tickets.search import fold

    wanted = fold(said.strip())
    names = [
        (code, str(name))
        for code, name in Locale.parse("es_PE").territories.items()
        if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "ZZ", "XA", "XB")
    ]
    found = [one for one in names if any(word.startswith(wanted) for word in _beginnings(fold(one[1])))]
    exact = [one for one in names if fold(one[0]) == wanted or fold(one[1]) == wanted]
    return exact or (sorted(found, key=lambda one: one[1]) if wanted else [])


def _beginnings(name: str) -> list[str]:
    parts = name.split()
    return [" ".join(parts[start:]) for start in range(len(parts))]


def is_country(code: str) -> bool:
    """Return True for an ISO 3166-1 code that has a Spanish name."""
    return len(code) == 2 and country(code) != code
