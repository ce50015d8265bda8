"""Words of letters and answers, so that cases are found by what was said in them.

The database itself keeps the index in step with ``messages``, whoever inserts, moves, changes or erases them: on SQLite
an FTS5 table fed by triggers, on PostgreSQL an index on an expression. A later migration that makes ``messages`` anew on
SQLite (batch mode) must make the triggers anew too: ``make_triggers``.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WRITTEN = "('letter', 'follow_up', 'machine', 'bounce', 'note', 'answer', 'ask_back', 'referral', 'apology')"
"""Kinds of messages that are searched: what the service says to everybody in the same words is left out."""
LONGEST = 100_000
"""Characters of a message that are searched."""
ACCENTS = (
    "áàâäãåéèêëíìîïóòôöõúùûüñçýÿÁÀÂÄÃÅÉÈÊËÍÌÎÏÓÒÔÖÕÚÙÛÜÑÇÝŸ",
    "aaaaaaeeeeiiiiooooouuuuncyy" * 2,
)
BREAKS = "@.-_/:+'’`´~#&="
"""Signs that PostgreSQL's parser would keep inside a word, an address or a path."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION message_words(direction text, subject text, name text, address text, said text)"
            " RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ "
            f"SELECT to_tsvector('simple', {_folded(_words('direction', 'subject', 'name', 'address', 'said'))}) $$"
        )
        op.execute(
            "CREATE INDEX message_words ON messages USING gin (message_words("
            f"direction, subject, from_name, from_address, coalesce(newest_text, text))) WHERE kind IN {WRITTEN}"
        )
        return
    op.execute(
        "CREATE VIEW message_texts AS SELECT (ticket_id << 32) + id AS place, "
        + _words("direction", "subject", "from_name", "from_address", "coalesce(newest_text, text)", "substr")
        + f" AS said FROM messages WHERE kind IN {WRITTEN}"
    )
    op.execute(
        "CREATE VIRTUAL TABLE message_words USING fts5("
        "said, content='message_texts', content_rowid='place', columnsize=0, tokenize='unicode61 remove_diacritics 2')"
    )
    make_triggers()
    op.execute("INSERT INTO message_words(message_words) VALUES ('rebuild')")


def make_triggers() -> None:
    """Keep SQLite's index in step. A message stands under (ticket id << 32) + message id: both come back unasked."""
    enter = f"INSERT INTO message_words(rowid, said) VALUES ({_place('new')}, {_said('new')});"
    leave = f"INSERT INTO message_words(message_words, rowid, said) VALUES ('delete', {_place('old')}, {_said('old')});"
    columns = "ticket_id, direction, kind, subject, from_name, from_address, text, newest_text"
    for name, event, row, does in (
        ("message_enters", "INSERT", "new", enter),
        ("message_leaves", "DELETE", "old", leave),
        ("message_drops", f"UPDATE OF {columns}", "old", leave),
        ("message_gains", f"UPDATE OF {columns}", "new", enter),
    ):
        when = "BEFORE" if name == "message_drops" else "AFTER"
        op.execute(f"CREATE TRIGGER {name} {when} {event} ON messages WHEN {row}.kind IN {WRITTEN} BEGIN {does} END")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX message_words")
        op.execute("DROP FUNCTION message_words")
        return
    for name in ("message_enters", "message_leaves", "message_drops", "message_gains"):
        op.execute(f"DROP TRIGGER {name}")
    op.execute("DROP TABLE message_words")
    op.execute("DROP VIEW message_texts")


def _place(row: str) -> str:
    return f"({row}.ticket_id << 32) + {row}.id"


def _said(row: str) -> str:
    return _words(
        f"{row}.direction",
        f"{row}.subject",
        f"{row}.from_name",
        f"{row}.from_address",
        f"coalesce({row}.newest_text, {row}.text)",
        "substr",
    )


def _words(direction: str, subject: str, name: str, address: str, said: str, cut: str = "left") -> str:
    """Return the SQL of what is searched: of our own letters only what they say, not who signed them."""
    few, most = (f"1, {length}" if cut == "substr" else str(length) for length in (1_000, LONGEST))
    who = f"CASE {direction} WHEN 'in' THEN {name} || ' ' || {address} || ' ' ELSE '' END"
    return f"{cut}({subject}, {few}) || ' ' || {who} || {cut}({said}, {most})"


def _folded(words: str) -> str:
    """Return the SQL that takes accents and capitals off, and parts addresses and paths into words."""
    breaks = BREAKS.replace("'", "''")
    return f"translate(translate(lower({words}), '{ACCENTS[0]}', '{ACCENTS[1]}'), '{breaks}', '{' ' * len(BREAKS)}')"
