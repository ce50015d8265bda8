"""Two couriers on one database: every letter leaves exactly once, and both carry their share."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.parser import BytesHeaderParser
from threading import Barrier

from casework.answer import answer
from casework.deliver import deliver
from replies.courier import Courier, RoundResult
from replies.smtp import SmtpSettings
from service.demo.servers import Received, smtp_server
from tests.databases import MADE_AT
from tests.desks import Clock, build, faults, member, open_ticket, put_out, words
from tickets import outgoing
from tickets.store import open_store

LETTERS = 500
ANSWERS = 20


def test_each_letter_leaves_exactly_once(database_url: str, clock: Clock) -> None:
    first, second = (build(open_store(database_url, now=MADE_AT), clock) for _ in range(2))
    for _ in range(ANSWERS):
        answer(first, member(first), open_ticket(first), words(), send_now=True)
    ref = open_ticket(first)
    for number in range(LETTERS - ANSWERS):
        put_out(first, ref if number % 2 else None)
    both_at_work = Barrier(2, timeout=60)

    def relay(taken: Counter[str]) -> Callable[[Received], None]:
        def take(received: Received) -> None:
            if not taken:
                both_at_work.wait()
            taken[str(BytesHeaderParser().parsebytes(received.raw)["Message-ID"])] += 1

        return take

    one: Counter[str] = Counter()
    two: Counter[str] = Counter()
    with smtp_server(relay(one)) as here, smtp_server(relay(two)) as there, ThreadPoolExecutor(2) as pool:

        def carry(number: int) -> RoundResult:
            desk, (host, port) = ((first, here), (second, there))[number]
            courier = Courier(SmtpSettings(host=host, port=port, security="plain"), batch=7)
            return deliver(desk, courier, owner=f"host{number}:1")

        done = list(pool.map(carry, range(2)))

    assert [result.trouble for result in done] == ["", ""]
    assert sum(result.accepted for result in done) == LETTERS
    assert [result.accepted for result in done] == [one.total(), two.total()]
    assert min(one.total(), two.total()) > 0
    assert len(one + two) == LETTERS
    assert set((one + two).values()) == {1}
    with first.store.read() as session:
        assert outgoing.count_by_state(session) == {"sent": LETTERS}
        assert {letter.attempts for letter in outgoing.listing(session, limit=LETTERS)} == {1}
    assert faults(first.store) == []
    first.store.close()
    second.store.close()
