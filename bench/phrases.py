"""Sentences that the generated letters are put together from; {slots} are filled by the generator."""

SUBJECTS = (
    "Consulta sobre {topic}",
    "Ayuda con {topic}",
    "Información: {topic}",
    "{topic} – tengo una duda",
    "Necesito orientación",
    "Consulta urgente",
    "Pregunta de un compatriota en {place}",
    "Duda sobre {topic} en {place}",
    "¿Qué debo hacer con {topic}?",
    "Orientación para mi {relative}",
)

TOPICS = (
    "mi contrato de trabajo", "el carné de extranjería", "la calidad migratoria", "el retorno al Perú",
    "los beneficios del retornante", "una oferta de empleo", "la visa de trabajo", "mi liquidación",
    "la convalidación de mi título", "los aportes a la pensión", "el permiso temporal", "el seguro de salud",
    "la residencia andina", "el certificado de trabajo", "el menaje de casa", "una agencia de empleo",
)  # fmt: skip

PLACES = (
    "Santiago de Chile", "Madrid", "Milán", "Buenos Aires", "Nueva Jersey", "Tokio", "La Paz", "Bogotá", "Guayaquil",
    "Lima", "Arequipa", "Tacna", "Tumbes", "Trujillo", "Barcelona", "Sídney", "Toronto", "São Paulo", "Quito", "Cusco",
)  # fmt: skip

COUNTRIES = (
    "Chile", "España", "Italia", "Argentina", "Estados Unidos", "Japón", "Canadá", "Australia", "Bolivia", "Colombia",
    "Ecuador", "Venezuela", "Alemania", "Brasil", "México",
)  # fmt: skip

TRADES = (
    "enfermera", "soldador", "cocinero", "ingeniera civil", "albañil", "profesora", "chofer", "costurera", "mecánico",
    "contadora", "técnico electricista", "cuidadora de adultos mayores", "panadero", "estudiante", "agricultor",
)  # fmt: skip

RELATIVES = ("hermana", "hermano", "hijo", "hija", "esposo", "esposa", "primo", "sobrina", "papá", "mamá")

GREETINGS = (
    "Buenos días:",
    "Buenas tardes, señores del Ministerio:",
    "Estimados señores:",
    "Hola, muy buenas noches.",
    "Señores Servicio de Orientación para el Migrante:",
    "Saludos cordiales.",
    "De mi mayor consideración:",
)

OPENINGS = (
    "Me llamo {name} y les escribo desde {place}.",
    "Soy {trade} y vivo en {place} desde hace {years} años.",
    "Les escribo por mi {relative}, que está en {place} y no tiene correo.",
    "Mi nombre es {name}, tengo {age} años y trabajo como {trade}.",
    "Soy ciudadano de {country} y llegué al Perú hace {months} meses.",
    "Soy peruana, trabajo en {country} y mi contrato termina en {months} meses.",
    "Una amiga me dio este correo y me dijo que ustedes orientan sin costo.",
)

MIDDLES = (
    "Me ofrecieron trabajo en {country} como {trade} y quisiera saber si el contrato debe estar visado.",
    "Quiero volver al Perú con mi familia y me interesa saber qué beneficios hay para los que retornan.",
    "Mi empleador no me pagó los últimos {months} meses y no sé ante quién reclamar.",
    "¿Qué documentos necesito para que me contraten en una empresa de {place}?",
    "La empresa dice que el contrato de un extranjero tiene que aprobarse, ¿eso es verdad?",
    "Tengo mi cédula de {country} y me dijeron que con la residencia andina puedo trabajar en planilla.",
    "He trabajado {years} años en {country} y quisiera saber si esos aportes valen para mi jubilación.",
    "Una agencia me pide {money} soles por adelantado para conseguirme la visa y no me da recibo.",
    "Mi título de {trade} es de {country}: ¿cómo hago para que sea reconocido?",
    "Traigo mis herramientas de {trade} y no quisiera pagar impuestos en la aduana.",
    "Fui a la oficina y me dijeron que escribiera a esta dirección.",
    "Mi {relative} trabaja sin contrato y el dueño le retiene el pasaporte desde hace {months} semanas.",
    "Ya presenté la solicitud el {day} de {month} y todavía no tengo respuesta.",
    "¿Cuánto demora el trámite y cuál es el costo?",
    "No entiendo si debo hacerlo antes de viajar o cuando ya esté en {country}.",
    "Vi en la página que hay cursos gratuitos para migrantes, ¿cómo me inscribo?",
    "También quisiera saber si puedo hacerlo por internet, porque vivo lejos de Lima.",
    "Tengo dos hijos nacidos en {country} y quisiera matricularlos en un colegio de {place}.",
)

CLOSINGS = (
    "Agradezco de antemano su respuesta.",
    "Quedo atento a lo que me indiquen.",
    "Muchas gracias por su tiempo y que Dios los bendiga.",
    "Espero su pronta respuesta, por favor.",
    "Les agradeceré mucho su orientación.",
    "Disculpen la molestia y gracias.",
)

SIGNATURES = (
    "{name}",
    "Atentamente,\n{name}\nCelular 999 000 {digits}",
    "{name}\nDNI en trámite",
    "--\n{name}\n{trade}",
    "Enviado desde mi celular",
)

FOLLOW_UPS = (
    "Buenos días, olvidé decirles que el contrato es por {months} meses.",
    "Les escribo otra vez porque todavía no sé qué hacer y viajo el {day} de {month}.",
    "Adjunto no pude mandar antes: el nombre de la empresa está en el contrato.",
    "Gracias. ¿Y eso vale también para mi {relative}?",
    "Perdón, me equivoqué: estoy en {place}, no donde puse antes.",
)

FIRST_NAMES = (
    "Rosa", "Juan Carlos", "María Elena", "Luis", "Yolanda", "José", "Milagros", "Percy", "Carmen", "Wilmer", "Nélida",
    "Andrés", "Ángela", "Óscar", "Gladys", "Édgar", "Karina", "Jhon", "Lucía", "Víctor", "Fiorella", "Raúl",
)  # fmt: skip

SURNAMES = (
    "Quispe", "Mamani", "Flores", "Huamán", "Rojas", "Vásquez", "Chávez", "Ñahui", "Castañeda", "Torres", "Peña",
    "Gutiérrez", "Ccori", "Sánchez", "Paredes", "Núñez", "Ramírez", "Yupanqui", "Rincón", "Salazar",
)  # fmt: skip

MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "setiembre", "octubre", "noviembre")
