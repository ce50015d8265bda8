"""How our own letters begin and end, so that they are known again where a mail program left no mark around them.

The words are those of ``templates/frames`` and of the acknowledgement; a test holds the two together.
"""

import re

HINTS = (
    "hemos recibido su correo", "gracias por escribir al servicio", "we have received your email",
    "thank you for writing to peru", "recebemos o seu e-mail", "obrigado por escrever ao servi",
)  # fmt: skip
"""In lower case, one for each way our letters begin."""

_OPENING = re.compile(
    r"\W{0,3}(?:Hemos recibido su correo\. Su número de atención es"
    r"|Gracias por escribir al Servicio de Orientación para el"
    r"|We have received your email\. Your case number is|Thank you for writing to Peru's Migrant Guidance Service"
    r"|Recebemos o seu e-mail\. O seu número de atendimento é|Obrigado por escrever ao Serviço de Orientação ao)"
)
_CLOSING = re.compile(
    r"\W{0,3}(?:Libro de Reclamaciones: |Si no está conforme con nuestra atención, el Libro|Complaints book: "
    r"|If you are not satisfied with our service, you can|Livro de reclamações: |Se não ficou satisfeito com o nosso)"
)
_GREETING = re.compile(r"\W{0,3}(?:Hola|Hello|Olá)(?:,? .{1,60})?[:,!]\s*")
_LONGEST = 300
"""Lines of one of our letters."""


def length(lines: list[str], at: int) -> int:
    """Return how many lines of a letter of ours begin here, or 0; one without its last line reaches to the end."""
    if not _OPENING.match(lines[at]):
        return 0
    for number in range(at + 1, min(at + _LONGEST, len(lines))):
        if _CLOSING.match(lines[number]):
            wrapped = number + 1 < len(lines) and lines[number + 1].strip().startswith(("http", "<http"))
            return number + 1 - at + int(wrapped)
    return len(lines) - at


def without_greeting(before: list[str]) -> list[str]:
    """Return the lines before a letter of ours without the greeting with which it opens."""
    end = len(before)
    while end and not before[end - 1].strip():
        end -= 1
    return before[: end - 1] if end and _GREETING.fullmatch(before[end - 1]) else before
