"""Takes personal data out of what staff wrote in free words, before it is published."""

import re
from collections.abc import Iterable
from functools import cache

from replies.catalogue import load
from triage.masking import names_of_people, without_personal_data
from triage.tokens import plain

_WORD = re.compile(r"[^\W\d_]{3,}")
_KEPT = "\ue000"
"""Stands before a word that was written large and is none of a name; a private-use character, in no letter."""
_REFERENCE = re.compile(r"\bSOM-\d{4}-\d{1,9}\b", re.IGNORECASE)
CASE = "[caso]"


def public_words(text: str, names: Iterable[str] = ()) -> str:
    """Return a text without e-mails, telephones, documents, links, addresses, references and names of people.

    ``names`` belong to somebody. A word written large that is no word of our own published texts is taken for a name:
    rather one too many than a person's data on a public page.
    """
    text = _REFERENCE.sub(CASE, text.replace(_KEPT, ""))
    taken = {plain(word) for name in names for word in _WORD.findall(name)} | names_of_people()
    masked = without_personal_data(_WORD.sub(lambda found: _small(found[0], taken), text), names)
    return re.sub(f"{_KEPT}(.)", lambda found: found[1].upper(), masked).replace(_KEPT, "").strip()


def _small(word: str, taken: Iterable[str]) -> str:
    bare = plain(word)
    if word[0].isupper() and word[1:].islower() and bare not in taken and bare in _ours():
        return f"{_KEPT}{word[0].lower()}{word[1:]}"
    return word


@cache
def _ours() -> frozenset[str]:
    """Return the words of our own texts in Spanish; there is nobody's name in them but those of examples."""
    catalogue = load()
    bodies = (one.texts["es"].body for one in (*catalogue, *catalogue.letters.values()))
    return frozenset(plain(word) for body in bodies for word in _WORD.findall(body)) | _STAFF_WORDS


_STAFF = """
falla fallo caida corte demora ausencia vacaciones licencia cambio error retraso exceso aumento refuerzo turno
capacitacion revision coordinacion reunion memorando oficio informe directorio direccion superintendencia
ministerio oficina unidad area jefatura equipo personal sistema servidor correo bandeja buzon consultor
consultora supervisor supervisora lima regional general nacional tecnologia informatica soporte responsable
respuesta plazo calendario asignacion clasificacion feriado decreto
"""
_STAFF_WORDS = frozenset(_STAFF.split())
