"""What each published indicator means: formula, who is counted and who is not."""

from oversight.tables import Definition

_SATISFACTION = "(respuestas de 4 o 5 ÷ respuestas de 1 a 5) × 100"
_NOT_PUBLISHED = (
    "Quien no respondió no cuenta. Con menos de 5 respuestas no se publica, y tampoco la cifra de la que se deduciría."
)
_DECIDED = (
    "Las consultas por correo que llegaron en el mes (día y hora de Lima) y cuyo plazo ya terminó o ya se respondió. "
    "Una carta que llega después de la respuesta es otra consulta."
)

DEFINITIONS = (
    Definition(
        id="plazo",
        title="Consultas respondidas dentro de 1 día hábil",
        formula="(consultas respondidas a tiempo ÷ consultas con plazo concluido) × 100",
        population=_DECIDED,
        exclusions="Los acuses de recibo no son respuestas. No cuentan el correo automático, los rebotes, las copias "
        "repetidas ni las cartas que una persona clasificó como sugerencia, reclamo, agradecimiento o ajenas. "
        "Pedir más datos dentro del plazo cuenta como respuesta, y se muestra aparte.",
    ),
    Definition(
        id="plazo-sin-pedidos",
        title="Lo mismo, sin contar las que se respondieron pidiendo datos",
        formula="(consultas respondidas a tiempo − pedidos de datos a tiempo) ÷ "
        "(consultas con plazo concluido − pedidos de datos) × 100",
        population=_DECIDED,
        exclusions="Las mismas, y además toda consulta cuya primera respuesta fue pedir más datos.",
    ),
    Definition(
        id="satisfaccion",
        title="Satisfacción con la atención virtual y presencial",
        formula=_SATISFACTION,
        population="Las respuestas a «¿qué tan satisfecho quedó?» recibidas en el mes, por correo, por teléfono, "
        "por videollamada y en persona.",
        exclusions=_NOT_PUBLISHED,
    ),
    Definition(
        id="satisfaccion-virtual",
        title="Satisfacción con la atención virtual",
        formula=_SATISFACTION,
        population="Las respuestas sobre la atención por correo, por teléfono y por videollamada.",
        exclusions=_NOT_PUBLISHED,
    ),
    Definition(
        id="satisfaccion-presencial",
        title="Satisfacción con la atención presencial",
        formula=_SATISFACTION,
        population="Las respuestas sobre la atención en persona.",
        exclusions=_NOT_PUBLISHED,
    ),
    Definition(
        id="satisfaccion-correo",
        title="Satisfacción con la atención por correo",
        formula=_SATISFACTION,
        population="Las respuestas a la encuesta que sigue a la respuesta por correo, una por caso.",
        exclusions=_NOT_PUBLISHED,
    ),
)
"""In the order of the page."""
