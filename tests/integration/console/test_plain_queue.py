"""The queue as a conversation in plain lines: list, open, correct, answer, and whatever ends it."""

from collections.abc import Iterator

from calendar_pe import Effect, Row, Scope
from casework import recalendar
from casework.desk import Actor, Desk
from console.plain import Conversation
from tests.consoles import change
from tests.desks import TUESDAY, events, member, open_ticket, ticket
from tickets import outgoing
from tickets.states import Role

DECREE = Row(
    date=TUESDAY, scope=Scope.PUBLIC_SECTOR, effect=Effect.NONWORKING, name="Día no laborable", legal_basis="DS"
)
QUESTION = "Vivo en Canadá y quiero saber si los años de aportes cuentan."


def talk(desk: Desk, actor: Actor, *orders: str) -> str:
    """Give these orders one after the other; the input then ends. Returns everything that was said."""
    left: Iterator[str] = iter(orders)
    said: list[str] = []

    def hear(question: str) -> str | None:
        said.append(f"{question}:")
        return next(left, None)

    Conversation(desk, actor, hear, said.append).run()
    assert list(left) == [], "it ended before it was told to"
    return "\n".join(said)


def test_the_list_is_numbered_and_goes_on_page_by_page(desk: Desk, rosa: Actor) -> None:
    refs = [open_ticket(desk) for _ in range(12)]
    said = talk(desk, rosa, "n", "n", "q")
    assert f"10. {refs[9]}; 2 Vive fuera ?; Consulta; mar 24 nov, 5:00 p. m.; " in said
    assert f"2. {refs[11]};" in said
    assert said.count("Hay más: n los lee.") == 1
    assert "No hay más casos." in said


def test_a_kind_that_nobody_has_confirmed_says_so(desk: Desk, rosa: Actor) -> None:
    ref, sure = open_ticket(desk), open_ticket(desk)
    change(desk, ref, kind="reclamo")
    change(desk, sure, kind="reclamo", kind_confirmed=True)
    said = talk(desk, rosa, "1", "v", "2", "v", "q")
    assert f"1. {ref}; 2 Vive fuera ?; Reclamo ?; " in said
    assert said.count("tipo por confirmar") == 3, "one line of three listings"
    assert f"2. {sure}; 2 Vive fuera ?; Reclamo; " in said
    assert "Tipo: reclamo, por confirmar." in said
    assert "Tipo: reclamo." in said


def test_what_nobody_has_is_not_given_back(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    said = talk(desk, rosa, "1", "s", "t", "s", "v", "q")
    assert said.index("Nadie lo tenía: queda igual.") < said.index("Caso devuelto a la bandeja.")
    assert events(desk, ref) == ["opened", "taken", "released"]


def test_a_suggested_reply_is_sent(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk, text=QUESTION)
    said = talk(desk, rosa, "1", "r", "1", "s", "v", "q")
    assert QUESTION in said
    assert "Sugerida:" in said
    assert "La respuesta sale en 60 segundos." in said
    assert "answer_written" in events(desk, ref)
    with desk.store.read() as session:
        [letter] = [one for one in outgoing.listing(session) if one.author_id == rosa.staff_id]
    assert letter.state == "waiting"


def test_nothing_is_sent_without_a_yes(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk, text=QUESTION)
    for last in (("1", "n", "v", "q"), ("", "v", "q"), ("1",), ("99", "v", "q")):
        talk(desk, rosa, "1", "r", *last)
    assert "answer_written" not in events(desk, ref)


def test_a_letter_that_came_meanwhile_is_read_out_before_the_answer(desk: Desk, rosa: Actor) -> None:
    from casework.note import note

    ref = open_ticket(desk, text=QUESTION)
    orders = iter(["1", "r", "1", "n", "v", "q"])
    said: list[str] = []

    def hear(question: str) -> str | None:
        order = next(orders)
        if order == "r":
            note(desk, rosa, ref, "Ojo: ya llamó por teléfono")
        return order

    Conversation(desk, rosa, hear, said.append).run()
    assert "Llegó algo nuevo desde que lo leyó:" in said
    assert "ya llamó por teléfono" in "\n".join(said)


def test_danger_is_said_again_before_sending(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk, text=QUESTION, risk=True)
    assert "hay riesgo de trata" in talk(desk, rosa, "1", "r", "1", "n", "v", "q")


def test_the_line_is_corrected_and_the_judgement_confirmed(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    said = talk(desk, rosa, "1", "l", "3", "c", "v", "q")
    assert "Línea 3, confirmada." in said
    found = ticket(desk, ref)
    assert (found.line, found.line_confirmed, found.kind_confirmed) == (3, True, True)
    talk(desk, rosa, "1", "l", "7", "l", "", "v", "q")
    assert ticket(desk, ref).line == 3


def test_taking_giving_back_and_views(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    said = talk(desk, rosa, ref.lower(), "t", "v", "v", "2", "1", "s", "v", "q")
    assert "Caso tomado." in said
    assert "Vista Mías" in said
    assert "Caso devuelto a la bandeja." in said
    assert ticket(desk, ref).assignee_id is None


def test_searching(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk, text="jubilación"), open_ticket(desk, text="canguro")
    said = talk(desk, rosa, "b", "jubilacion", "b", "zapato", "b", "", "q")
    assert "filtro «jubilacion»" in said
    assert "Ningún caso pasa el filtro." in said


def test_what_is_refused_is_told_and_the_talk_goes_on(desk: Desk, rosa: Actor) -> None:
    ref = open_ticket(desk)
    auditor = member(desk, Role.AUDITOR, "ana")
    said = talk(desk, auditor, "999", "1", "t", "l", "3", "v", "nada", "q")
    assert said.count("No existe un caso con ese número.") == 2
    assert said.count("Su rol no permite hacer eso.") == 2
    assert ticket(desk, ref).assignee_id is None


def test_a_hostile_letter_says_nothing_to_the_terminal(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk, text="hola \x1b]52;c;AAAA\x07 \u202egpj.exe \x9b1m", address="x\x1b[0m@example.org")
    said = talk(desk, rosa, "1", "x", "v", "q")
    assert not [one for one in said if ord(one) < 32 and one != "\n"]
    assert not set(said) & set("\x7f\x9b\u202e\u2066")


def test_a_decree_that_comes_meanwhile_counts(desk: Desk, rosa: Actor) -> None:
    open_ticket(desk)
    talking = Conversation(desk, rosa, lambda question: None, lambda line: None)
    recalendar.add(desk, member(desk, Role.ADMINISTRATOR, "admin"), DECREE)
    assert talking.desk.calendar.is_business_day(TUESDAY)
    talking._guard(lambda: None)
    assert not talking.desk.calendar.is_business_day(TUESDAY)
