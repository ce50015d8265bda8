"""Whatever single row of a journal is edited, deleted, inserted or exchanged: it is found and named."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tickets import journal
from tickets.damage import NO_CHAIN
from tickets.journal import Damage, Event, Fault
from tickets.store import Session, Store

AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)

FACTS = st.dictionaries(
    st.text("abcñ", min_size=1, max_size=4),
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    max_size=3,
)
ENTRIES = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["opened", "judged", "sent"]), FACTS), min_size=1, max_size=30
)

EDITS = {
    "actor": "'staff:99'",
    "event": "'forged'",
    "at": "'2026-01-01 00:00:00'",
    "facts": "'{\"forged\": true}'",
    "hash": "'0'",
    "prev_hash": "'0'",
}

example = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


def fill(session: Session, entries: list[tuple[int, str, dict[str, journal.Fact]]]) -> None:
    """Let those things happen in an empty journal, and seal them."""
    session.execute(text("DELETE FROM journal"))
    session.execute(text("DELETE FROM seals"))
    events = [
        Event(chain, AT + timedelta(seconds=number), "desk", word, {**facts, "n": number})
        for number, (chain, word, facts) in enumerate(entries)
    ]
    for one in events:
        journal.append(session, [one])
    journal.seal(session, sealed_on=date(2026, 11, 23), now=AT)
    session.expunge_all()


def pick(data: st.DataObject, session: Session) -> tuple[int, int, int]:
    """Choose any row that is sealed: its chain, its place and the length of its chain."""
    query = text(f"SELECT chain, seq FROM journal WHERE chain <> {journal.SEALS} ORDER BY id")
    places = [(one.chain, one.seq) for one in session.execute(query)]
    chain, seq = data.draw(st.sampled_from(places))
    return chain, seq, sum(1 for other, _ in places if other == chain)


def found(session: Session) -> list[Fault]:
    return list(journal.verify(session))


def named(faults: list[Fault]) -> set[tuple[int, int, Damage]]:
    """Return what is said of the chains; a seal that no longer fits, or a number that is missing, comes besides."""
    return {(one.chain, one.seq, one.kind) for one in faults if one.kind is not Damage.SEAL and one.chain != NO_CHAIN}


@example
@given(data=st.data(), entries=ENTRIES, column=st.sampled_from(sorted(EDITS)))
def test_any_edit(
    store: Store, data: st.DataObject, entries: list[tuple[int, str, dict[str, journal.Fact]]], column: str
) -> None:
    with store.write() as session:
        fill(session, entries)
        assert found(session) == []
        chain, seq, _ = pick(data, session)
        session.execute(text(f"UPDATE journal SET {column} = {EDITS[column]} WHERE chain = {chain} AND seq = {seq}"))
        assert named(found(session)) == {(chain, seq, Damage.EDITED)}


@example
@given(data=st.data(), entries=ENTRIES)
def test_any_edit_with_its_hash_made_again(
    store: Store, data: st.DataObject, entries: list[tuple[int, str, dict[str, journal.Fact]]]
) -> None:
    with store.write() as session:
        fill(session, entries)
        chain, seq, length = pick(data, session)
        entry = journal.entries_of(session, chain)[seq - 1]
        entry.event = "forged"
        entry.hash = journal.entry_hash(chain, seq, entry.at, entry.actor, "forged", entry.facts, entry.prev_hash)
        session.flush()
        faults = found(session)
        assert any(one.kind is Damage.SEAL for one in faults)
        assert named(faults) == ({(chain, seq, Damage.EDITED)} if seq < length else set())


@example
@given(data=st.data(), entries=ENTRIES)
def test_any_deletion(
    store: Store, data: st.DataObject, entries: list[tuple[int, str, dict[str, journal.Fact]]]
) -> None:
    with store.write() as session:
        fill(session, entries)
        chain, seq, length = pick(data, session)
        session.execute(text(f"DELETE FROM journal WHERE chain = {chain} AND seq = {seq}"))
        faults = found(session)
        assert [one.what for one in faults if one.kind is Damage.SEAL and "faltan 1 asientos" in one.what]
        assert named(faults) == ({(chain, seq, Damage.DELETED)} if seq < length else set())


@example
@given(data=st.data(), entries=ENTRIES, beside=st.booleans())
def test_any_insertion(
    store: Store, data: st.DataObject, entries: list[tuple[int, str, dict[str, journal.Fact]]], beside: bool
) -> None:
    """A made-up entry pushes the later ones on, or stands behind the last one; its hash fits its own words."""
    with store.write() as session:
        fill(session, entries)
        chain, seq, length = pick(data, session)
        place = seq if beside else length + 1
        for later in range(length, place - 1, -1):
            session.execute(text(f"UPDATE journal SET seq = {later + 1} WHERE chain = {chain} AND seq = {later}"))
        made_up = journal.entry_hash(chain, place, AT, "desk", "forged", {}, "0")
        session.execute(
            text(
                "INSERT INTO journal (chain, seq, at, actor, event, facts, prev_hash, hash) "
                f"VALUES ({chain}, {place}, '2026-11-23 15:00:00', 'desk', 'forged', '{{}}', '0', '{made_up}')"
            )
        )
        assert chain in {one.chain for one in found(session)}
        assert (chain, place) in {(where, at) for where, at, _ in named(found(session))}


@example
@given(data=st.data(), entries=ENTRIES)
def test_any_exchange(
    store: Store, data: st.DataObject, entries: list[tuple[int, str, dict[str, journal.Fact]]]
) -> None:
    with store.write() as session:
        fill(session, [*entries, (1, "opened", {}), (1, "sent", {})])
        chain, seq, length = pick(data, session)
        other = data.draw(st.integers(1, length))
        for of, to in ((seq, 99_999), (other if other != seq else 0, seq), (99_999, other)):
            session.execute(text(f"UPDATE journal SET seq = {to} WHERE chain = {chain} AND seq = {of}"))
        moved = {(chain, seq, Damage.REORDERED), (chain, other, Damage.REORDERED)}
        if abs(seq - other) == 1:  # neighbours moved unlike are told one by one as well
            assert named(found(session)) == moved
        else:
            assert named(found(session)) == (set() if seq == other else moved)


@pytest.mark.parametrize("column", ["id", "chain"])
@example
@given(data=st.data(), entries=ENTRIES)
def test_any_row_with_another_number(
    store: Store, column: str, data: st.DataObject, entries: list[tuple[int, str, dict[str, journal.Fact]]]
) -> None:
    with store.write() as session:
        fill(session, entries)
        chain, seq, _ = pick(data, session)
        session.execute(text(f"UPDATE journal SET {column} = 77777 WHERE chain = {chain} AND seq = {seq}"))
        assert found(session)
