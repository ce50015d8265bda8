"""What the signs in the rows of the queue mean, for its help."""

QUEUE_SIGNS: tuple[tuple[str, str], ...] = (
    ("✗ vencida 2 h", "pasó el plazo hace 2 horas de trabajo y se sigue debiendo la respuesta"),
    ("! urge, 6 h", "pasó la meta interna; quedan 6 horas de trabajo hasta que venza el plazo"),
    ("! URGENTE", "riesgo de trata: se responde en minutos, sea cual sea el plazo"),
    ("! URGENTE ✗", "riesgo de trata, y el plazo ya venció: abajo se lee desde cuándo"),
    ("! 1 h 30 min", "queda poco para la meta"),
    ("· 6 h", "la meta es hoy"),
    ("1 d háb.", "falta un día hábil para la meta"),
    ("2?", "línea propuesta: una persona la confirma con c o la corrige con l"),
    ("Recl.?", "tipo por confirmar: mientras tanto corre el plazo de consulta"),
    ("Carmen?", "remitente sin verificar: podría no ser quien dice"),
    ("¿falso?", "el remitente no pasó la comprobación: quizá no es quien dice"),
    ("volvió", "la persona volvió a escribir y nadie le ha respondido desde entonces"),
    ("espera datos", "se le preguntó algo a la persona: el caso espera a que conteste"),
    ("Lín · Idi", "línea de acción, de 1 a 5 (0, ninguna) · idioma de la carta"),
    ("tercero", "escribe por otra persona"),
    ("rebotó", "una carta nuestra no llegó a su dirección"),
    ("por salir", "ya hay una respuesta escrita que todavía no ha salido"),
    ("borrador", "usted dejó una respuesta a medio escribir"),
    ("trata +2", "riesgo de trata, y dos avisos más: abajo se leen enteros"),
    ("●", "marcado, para actuar sobre varios"),
)
