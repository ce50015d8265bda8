"""The sample letters of the demo: invented people, example addresses, one of each thing that a mailbox brings."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from calendar_pe.clock import at_lima, parse_instant, to_lima

NOW = parse_instant("2026-11-24T10:30:00-05:00")
"""The demo's clock: a Tuesday morning."""

FIRST_PASS = parse_instant("2026-11-24T10:00:00-05:00")
"""When the service first reads the mailbox: the acknowledgements leave then, before anybody answers one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One letter of the demo and the instant at which the server received it."""

    name: str
    address: str
    subject: str
    body: str
    arrived_at: datetime
    answers: str = ""  # address whose acknowledgement this answers
    automatic: bool = False

    def compose(self, to: str, *, in_reply_to: str = "", references: str = "", subject: str = "") -> bytes:
        """Return the letter as bytes."""
        message = EmailMessage(policy=SMTP.clone(max_line_length=998))
        message["From"] = f"{self.name} <{self.address}>"
        message["To"] = to
        message["Subject"] = subject or self.subject
        message["Date"] = format_datetime(to_lima(self.arrived_at - timedelta(seconds=40)))
        local, _, domain = self.address.partition("@")
        message["Message-ID"] = f"<{local}.{int(self.arrived_at.timestamp())}@{domain}>"
        if in_reply_to:
            message["In-Reply-To"] = in_reply_to
            message["References"] = references or in_reply_to
        if self.automatic:
            message["Auto-Submitted"] = "auto-replied"
        message.set_content(self.body)
        return message.as_bytes()


def _day(day: int, hour: int, minute: int) -> datetime:
    return at_lima(NOW.date().replace(day=day), hour, minute)


FIRST: tuple[Sample, ...] = (
    Sample(
        name="Wilmer Huanca",
        address="wilmer.huanca@example.com",
        subject="trabajo en Canadá",
        body=(
            "Buenos días, soy peruano, vivo en Huancayo y quiero ir a trabajar a Canadá en el campo. Un primo me dice "
            "que hay programas para temporeros. ¿Qué visa necesito y dónde postulo sin que me estafen?\n\nGracias.\n"
        ),
        arrived_at=_day(23, 9, 12),
    ),
    Sample(
        name="Milagros Ccori",
        address="milagros.ccori@example.org",
        subject="Me descuentan y no sé si cotizo",
        body=(
            "Hola. Vivo en Madrid hace cuatro años, trabajo cuidando a una señora mayor. Me descuentan la seguridad "
            "social pero no veo mis aportes. ¿Lo que coticé acá me sirve para jubilarme en el Perú? ¿Con quién hablo?\n"
        ),
        arrived_at=_day(23, 16, 40),
    ),
    Sample(
        name="Óscar Vilcapoma",
        address="oscar.vilcapoma@example.net",
        subject="regreso al peru",
        body=(
            "Señores, después de 12 años en Chile vuelvo a Arequipa en enero con mi esposa y mis hijos. Quisiera saber "
            "qué beneficios hay para los que retornamos, si puedo llevar mis herramientas sin pagar impuestos y si me "
            "ayudan a buscar trabajo.\n"
        ),
        arrived_at=_day(23, 17, 0),
    ),
    Sample(
        name="Yeimi Restrepo",
        address="yeimi.restrepo@example.com",
        subject="residencia andina",
        body=(
            "Buen día. Soy colombiana, de Pasto, y un restaurante de Trujillo me ofrece contrato. ¿Cómo saco la "
            "constancia de trabajador migrante andino y qué papeles debe presentar mi empleador?\n"
        ),
        arrived_at=_day(23, 18, 25),
    ),
    Sample(
        name="José Gregorio Páez",
        address="jg.paez@example.org",
        subject="contrato de trabajo con carné PTP",
        body=(
            "Buenas tardes, soy venezolano, estoy en Lima con carné de permiso temporal de permanencia. La empresa "
            "quiere contratarme, ¿tienen que registrar mi contrato en el Ministerio? ¿Cuánto tiempo demora?\n"
        ),
        arrived_at=_day(24, 8, 5),
    ),
    Sample(
        name="Rosa Elvira Mamani",
        address="rosa.mamani@example.com",
        subject="Consulta por mi hijo",
        body=(
            "Les escribo por mi hijo que está en Italia. Trabaja en una fábrica en Milán y no le han pagado dos meses. "
            "Él no tiene tiempo de escribir. ¿A dónde puede reclamar y el consulado lo puede ayudar?\n"
        ),
        arrived_at=_day(23, 11, 30),
    ),
    Sample(
        name="Iván Salas",
        address="ivan.salas@example.net",
        subject="Sugerencia",
        body=(
            "Sugiero que publiquen en su página las preguntas frecuentes en quechua y aimara, y que se pueda pedir "
            "cita por WhatsApp. Mucha gente de mi comunidad no sabe que este servicio existe. Es una sugerencia para "
            "mejorar el servicio.\n"
        ),
        arrived_at=_day(20, 15, 0),
    ),
    Sample(
        name="Carmen Tuesta",
        address="carmen.tuesta@example.org",
        subject="RECLAMO: nadie me responde",
        body=(
            "Presento mi reclamo. Les escribí hace dos semanas sobre mi regreso desde España y no me contestaron. Fui "
            "al módulo y me trataron mal. Quiero que quede registrado y que me digan quién se hace responsable.\n"
        ),
        arrived_at=_day(19, 10, 20),
    ),
    Sample(
        name="Anónima",
        address="nomeescriba@example.com",
        subject="ayuda",
        body=(
            "No sé si pueden ayudarme. Vine de Pucallpa a trabajar a un restaurante en Chile, pero era mentira. La "
            "señora me quitó mi DNI, dice que le debo el pasaje y no me deja salir. Tengo 19 años. Por favor no me "
            "llamen, ella revisa mi celular.\n"
        ),
        arrived_at=_day(24, 6, 48),
    ),
    Sample(
        name="Daniel Okafor",
        address="d.okafor@example.com",
        subject="Work permit in Peru",
        body=(
            "Good morning, I am a Nigerian engineer and a mining company in Lima wants to hire me. What does my "
            "employer have to do so that I can work legally in Peru? Thank you.\n"
        ),
        arrived_at=_day(24, 9, 55),
    ),
)
"""Letters that arrive first."""

SECOND: tuple[Sample, ...] = (
    Sample(
        name="Wilmer Huanca",
        address="wilmer.huanca@example.com",
        subject="",
        body="Me olvidé de decirles que tengo secundaria completa y licencia de tractor.\n",
        arrived_at=_day(24, 10, 5),
        answers="wilmer.huanca@example.com",
    ),
    Sample(
        name="Milagros Ccori",
        address="milagros.ccori@example.org",
        subject="Respuesta automática",
        body="Estoy de vacaciones y no leo mi correo hasta el 1 de diciembre.\n",
        arrived_at=_day(24, 10, 6),
        answers="milagros.ccori@example.org",
        automatic=True,
    ),
)
"""Letters that answer an acknowledgement of the desk, and arrive after it."""


def bounce_of(acknowledgement_id: str, recipient: str, to: str, arrived_at: datetime) -> bytes:
    """Return a delivery failure (RFC 3464) of an acknowledgement."""
    boundary = "fallo-de-entrega"
    lines = [
        "From: Mail Delivery System <MAILER-DAEMON@mx.example.org>",
        f"To: {to}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Date: {format_datetime(to_lima(arrived_at))}",
        f"Message-ID: <bounce.{int(arrived_at.timestamp())}@mx.example.org>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"',
        "",
        f"--{boundary}",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        f"<{recipient}>: mailbox is full",
        f"--{boundary}",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example.org",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        "Status: 5.2.2",
        "Diagnostic-Code: smtp; 552 5.2.2 mailbox full",
        f"--{boundary}",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {acknowledgement_id}",
        f"To: {recipient}",
        f"--{boundary}--",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")
