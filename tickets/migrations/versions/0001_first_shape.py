"""The first shape of the desk."""

import sqlalchemy as sa
from alembic import op

import tickets.columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", tickets.columns.Instant(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("chain", "seq", name="journal_chain"),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index("journal_event_at", ["event", "at"], unique=False)

    op.create_table(
        "keys",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("secret", sa.String(length=128), nullable=False),
        sa.Column("created_at", tickets.columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=128), nullable=False),
        sa.Column("until_at", tickets.columns.Instant(), nullable=True),
        sa.Column("finished_at", tickets.columns.Instant(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "mailbox_checks",
        sa.Column("mailbox", sa.String(length=64), nullable=False),
        sa.Column("checked_at", tickets.columns.Instant(), nullable=False),
        sa.Column("since_at", tickets.columns.Instant(), nullable=False),
        sa.Column("server_count", sa.Integer(), nullable=False),
        sa.Column("ledger_count", sa.Integer(), nullable=False),
        sa.Column("missing_here", sa.Integer(), nullable=False),
        sa.Column("missing_there", sa.Integer(), nullable=False),
        sa.Column("noticed_at", tickets.columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("mailbox"),
    )
    op.create_table(
        "raw_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("codec", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sha256"),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("frozen_at", tickets.columns.Instant(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("calendar_version", sa.String(length=64), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("erratum", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("month", "version", name="report_version"),
    )
    op.create_table(
        "seals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sealed_on", sa.Date(), nullable=False),
        sa.Column("sealed_at", tickets.columns.Instant(), nullable=False),
        sa.Column("last_entry_id", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sealed_on"),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("changed_at", tickets.columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", tickets.columns.Instant(), nullable=False),
        sa.CheckConstraint("role IN ('consultant', 'supervisor', 'administrator', 'auditor')", name="role_words"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "attentions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", tickets.columns.Instant(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("gender", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("channel IN ('telephone', 'in_person', 'video')", name="channel_words"),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_scale"),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("attentions", schema=None) as batch_op:
        batch_op.create_index("attention_at", ["at"], unique=False)

    op.create_table(
        "calendar_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=True),
        sa.Column("end_time", sa.Time(), nullable=True),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("territory", sa.String(length=120), nullable=False),
        sa.Column("effect", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("legal_basis", sa.String(length=200), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("known_at", tickets.columns.Instant(), nullable=False),
        sa.Column("supersedes", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("calendar_rows", schema=None) as batch_op:
        batch_op.create_index("calendar_day", ["day"], unique=False)

    op.create_table(
        "intake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox", sa.String(length=64), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("raw_id", sa.Integer(), nullable=True),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("arrived_at", tickets.columns.Instant(), nullable=False),
        sa.Column("arrival_source", sa.String(length=16), nullable=False),
        sa.Column("kept_at", tickets.columns.Instant(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.Column("content_key", sa.String(length=64), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("processed_at", tickets.columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('ticket', 'follow_up', 'machine', 'bounce', 'duplicate', 'quarantine')", name="outcome_words"
        ),
        sa.CheckConstraint("state IN ('received', 'processed', 'quarantined')", name="state_words"),
        sa.ForeignKeyConstraint(
            ["raw_id"],
            ["raw_letters.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mailbox", "uidvalidity", "uid", name="intake_copy"),
    )
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.create_index("intake_arrival", ["mailbox", "arrived_at"], unique=False)
        batch_op.create_index("intake_content", ["content_key"], unique=False)
        batch_op.create_index("intake_pending", ["state", "id"], unique=False)
        batch_op.create_index("intake_ticket", ["ticket_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_intake_sha256"), ["sha256"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("line_confirmed", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("kind_confirmed", sa.Boolean(), nullable=False),
        sa.Column("proposed", sa.Boolean(), nullable=False),
        sa.Column("enough", sa.Boolean(), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("trafficking_risk", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("countries", sa.String(length=64), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("flags", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("requester_address", sa.String(length=320), nullable=False),
        sa.Column("requester_name", sa.String(length=200), nullable=False),
        sa.Column("related_id", sa.Integer(), nullable=True),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", tickets.columns.Instant(), nullable=False),
        sa.Column("updated_at", tickets.columns.Instant(), nullable=False),
        sa.Column("target_at", tickets.columns.Instant(), nullable=True),
        sa.Column("answered_at", tickets.columns.Instant(), nullable=True),
        sa.Column("closed_at", tickets.columns.Instant(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "state IN ('new', 'open', 'answered', 'referred', 'closed', 'quarantined')", name="state_words"
        ),
        sa.ForeignKeyConstraint(
            ["assignee_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["related_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
        sa.UniqueConstraint("year", "number", name="ticket_number"),
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(
            "ticket_assignee",
            ["assignee_id", "trafficking_risk", "target_at", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('new', 'open', 'quarantined')"),
            postgresql_where=sa.text("state IN ('new', 'open', 'quarantined')"),
        )
        batch_op.create_index(
            "ticket_ended",
            ["updated_at", "id", "line", "kind", "countries", "language", "state"],
            unique=False,
            sqlite_where=sa.text("state IN ('answered', 'referred', 'closed')"),
            postgresql_where=sa.text("state IN ('answered', 'referred', 'closed')"),
        )
        batch_op.create_index("ticket_opened", ["opened_at", "line"], unique=False)
        batch_op.create_index(
            "ticket_proposed",
            ["trafficking_risk", "target_at", "id"],
            unique=False,
            sqlite_where=sa.text("proposed AND state IN ('new', 'open')"),
            postgresql_where=sa.text("proposed AND state IN ('new', 'open')"),
        )
        batch_op.create_index("ticket_requester", ["requester_address", "id"], unique=False)
        batch_op.create_index(
            "ticket_unread",
            ["trafficking_risk", "target_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'quarantined'"),
            postgresql_where=sa.text("state = 'quarantined'"),
        )
        batch_op.create_index(
            "ticket_waiting",
            [
                "trafficking_risk",
                "target_at",
                "id",
                "line",
                "kind",
                "countries",
                "language",
                "assignee_id",
                "proposed",
                "state",
            ],
            unique=False,
            sqlite_where=sa.text("state IN ('new', 'open', 'quarantined')"),
            postgresql_where=sa.text("state IN ('new', 'open', 'quarantined')"),
        )

    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("ticket_version", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", tickets.columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_id", "staff_id", name="draft_owner"),
    )
    op.create_table(
        "examples",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", tickets.columns.Instant(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("trafficking_risk", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("dedupe_key", sa.String(length=128), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("envelope_from", sa.String(length=320), nullable=False),
        sa.Column("to_address", sa.String(length=320), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", tickets.columns.Instant(), nullable=False),
        sa.Column("next_attempt_at", tickets.columns.Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted_at", tickets.columns.Instant(), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=False),
        sa.Column("lease_until", tickets.columns.Instant(), nullable=True),
        sa.Column("last_code", sa.Integer(), nullable=True),
        sa.Column("last_text", sa.Text(), nullable=False),
        sa.Column("sent_at", tickets.columns.Instant(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('acknowledgement', 'answer', 'ask_back', 'referral', 'apology', 'survey', 'notice', 'digest')",
            name="kind_words",
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'deferred', 'refused', 'uncertain')", name="state_words"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dedupe_key"),
        sa.UniqueConstraint("message_id"),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("outbox_due", ["state", "next_attempt_at", "id"], unique=False)
        batch_op.create_index("outbox_hour", ["kind", "next_attempt_at"], unique=False)
        batch_op.create_index("outbox_ration", ["kind", "to_address", "created_at"], unique=False)
        batch_op.create_index("outbox_ticket", ["ticket_id"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", tickets.columns.Instant(), nullable=False),
        sa.Column("intake_id", sa.Integer(), nullable=True),
        sa.Column("outgoing_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("from_address", sa.String(length=320), nullable=False),
        sa.Column("from_name", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("newest_text", sa.Text(), nullable=True),
        sa.Column("message_id", sa.String(length=998), nullable=False),
        sa.Column("sent_on_claim", tickets.columns.Instant(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("sender_note", sa.String(length=200), nullable=False),
        sa.Column("defects", sa.Text(), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out', 'note')", name="direction_words"),
        sa.CheckConstraint(
            "kind IN ('letter', 'follow_up', 'machine', 'bounce', 'note', 'acknowledgement', 'answer', 'ask_back', 'referral', 'apology', 'survey')",
            name="kind_words",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"],
            ["intake.id"],
        ),
        sa.ForeignKeyConstraint(
            ["outgoing_id"],
            ["outbox.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("message_rfc_id", ["message_id"], unique=False)
        batch_op.create_index("message_ticket", ["ticket_id", "id"], unique=False)

    op.create_table(
        "satisfaction_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outgoing_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("at", tickets.columns.Instant(), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name="score_scale"),
        sa.ForeignKeyConstraint(
            ["outgoing_id"],
            ["outbox.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("outgoing_id"),
    )
    with op.batch_alter_table("satisfaction_answers", schema=None) as batch_op:
        batch_op.create_index("satisfaction_at", ["at"], unique=False)

    op.create_table(
        "attachments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("sniffed", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("danger", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.create_index("attachment_message", ["message_id"], unique=False)

    op.create_table(
        "promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("received_at", tickets.columns.Instant(), nullable=False),
        sa.Column("clock_starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", tickets.columns.Instant(), nullable=False),
        sa.Column("legal_due_at", tickets.columns.Instant(), nullable=False),
        sa.Column("target_at", tickets.columns.Instant(), nullable=False),
        sa.Column("last_second_at", tickets.columns.Instant(), nullable=False),
        sa.Column("reading", sa.String(length=16), nullable=False),
        sa.Column("calendar_version", sa.String(length=64), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.Column("told_due_at", tickets.columns.Instant(), nullable=True),
        sa.Column("warned_at", tickets.columns.Instant(), nullable=True),
        sa.Column("answered_at", tickets.columns.Instant(), nullable=True),
        sa.Column("kept_by", sa.String(length=16), nullable=False),
        sa.Column("broken_at", tickets.columns.Instant(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'kept', 'broken', 'void')", name="state_words"),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.create_index("promise_answered", ["answered_at"], unique=False)
        batch_op.create_index("promise_break", ["state", "last_second_at"], unique=False)
        batch_op.create_index("promise_ticket", ["ticket_id"], unique=False)
        batch_op.create_index("promise_warn", ["state", "warned_at", "target_at"], unique=False)

    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("at", tickets.columns.Instant(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("confident", sa.Boolean(), nullable=False),
        sa.Column("enough", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("trafficking_risk", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("model_version", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.create_index("verdict_at", ["at"], unique=False)
        batch_op.create_index("verdict_ticket", ["ticket_id", "id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("dedupe_key", sa.String(length=128), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("promise_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", tickets.columns.Instant(), nullable=False),
        sa.Column("leaves_at", tickets.columns.Instant(), nullable=False),
        sa.Column("told_at", tickets.columns.Instant(), nullable=True),
        sa.Column("outgoing_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["outgoing_id"],
            ["outbox.id"],
        ),
        sa.ForeignKeyConstraint(
            ["promise_id"],
            ["promises.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dedupe_key"),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("notice_pending", ["told_at", "leaves_at"], unique=False)

    op.create_table(
        "remediation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.String(length=16), nullable=False),
        sa.Column("promise_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("opened_at", tickets.columns.Instant(), nullable=False),
        sa.Column("broken_at", tickets.columns.Instant(), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("cause_text", sa.Text(), nullable=False),
        sa.Column("corrective", sa.Text(), nullable=False),
        sa.Column("preventive", sa.Text(), nullable=False),
        sa.Column("responsible", sa.String(length=200), nullable=False),
        sa.Column("apology_due", sa.Boolean(), nullable=True),
        sa.Column("apology_outgoing_id", sa.Integer(), nullable=True),
        sa.Column("lateness_seconds", sa.Integer(), nullable=True),
        sa.Column("closed_at", tickets.columns.Instant(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("commitment IN ('respuesta', 'satisfaccion', 'publicacion')", name="commitment_words"),
        sa.CheckConstraint("state IN ('open', 'closed')", name="state_words"),
        sa.ForeignKeyConstraint(
            ["apology_outgoing_id"],
            ["outbox.id"],
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"],
            ["staff.id"],
        ),
        sa.ForeignKeyConstraint(
            ["promise_id"],
            ["promises.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("promise_id"),
    )
    with op.batch_alter_table("remediation", schema=None) as batch_op:
        batch_op.create_index(
            "remediation_month",
            ["commitment", "month"],
            unique=True,
            sqlite_where=sa.text("month <> ''"),
            postgresql_where=sa.text("month <> ''"),
        )
        batch_op.create_index("remediation_state", ["state", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("remediation", schema=None) as batch_op:
        batch_op.drop_index("remediation_state")
        batch_op.drop_index(
            "remediation_month", sqlite_where=sa.text("month <> ''"), postgresql_where=sa.text("month <> ''")
        )

    op.drop_table("remediation")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index("notice_pending")

    op.drop_table("notices")
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.drop_index("verdict_ticket")
        batch_op.drop_index("verdict_at")

    op.drop_table("verdicts")
    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.drop_index("promise_warn")
        batch_op.drop_index("promise_ticket")
        batch_op.drop_index("promise_break")
        batch_op.drop_index("promise_answered")

    op.drop_table("promises")
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.drop_index("attachment_message")

    op.drop_table("attachments")
    with op.batch_alter_table("satisfaction_answers", schema=None) as batch_op:
        batch_op.drop_index("satisfaction_at")

    op.drop_table("satisfaction_answers")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("message_ticket")
        batch_op.drop_index("message_rfc_id")

    op.drop_table("messages")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("outbox_ticket")
        batch_op.drop_index("outbox_ration")
        batch_op.drop_index("outbox_hour")
        batch_op.drop_index("outbox_due")

    op.drop_table("outbox")
    op.drop_table("examples")
    op.drop_table("drafts")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index(
            "ticket_waiting",
            sqlite_where=sa.text("state IN ('new', 'open', 'quarantined')"),
            postgresql_where=sa.text("state IN ('new', 'open', 'quarantined')"),
        )
        batch_op.drop_index(
            "ticket_unread",
            sqlite_where=sa.text("state = 'quarantined'"),
            postgresql_where=sa.text("state = 'quarantined'"),
        )
        batch_op.drop_index("ticket_requester")
        batch_op.drop_index(
            "ticket_proposed",
            sqlite_where=sa.text("proposed AND state IN ('new', 'open')"),
            postgresql_where=sa.text("proposed AND state IN ('new', 'open')"),
        )
        batch_op.drop_index("ticket_opened")
        batch_op.drop_index(
            "ticket_ended",
            sqlite_where=sa.text("state IN ('answered', 'referred', 'closed')"),
            postgresql_where=sa.text("state IN ('answered', 'referred', 'closed')"),
        )
        batch_op.drop_index(
            "ticket_assignee",
            sqlite_where=sa.text("state IN ('new', 'open', 'quarantined')"),
            postgresql_where=sa.text("state IN ('new', 'open', 'quarantined')"),
        )

    op.drop_table("tickets")
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_sha256"))
        batch_op.drop_index("intake_ticket")
        batch_op.drop_index("intake_pending")
        batch_op.drop_index("intake_content")
        batch_op.drop_index("intake_arrival")

    op.drop_table("intake")
    with op.batch_alter_table("calendar_rows", schema=None) as batch_op:
        batch_op.drop_index("calendar_day")

    op.drop_table("calendar_rows")
    with op.batch_alter_table("attentions", schema=None) as batch_op:
        batch_op.drop_index("attention_at")

    op.drop_table("attentions")
    op.drop_table("staff")
    op.drop_table("settings")
    op.drop_table("seals")
    op.drop_table("reports")
    op.drop_table("raw_letters")
    op.drop_table("mailbox_checks")
    op.drop_table("leases")
    op.drop_table("keys")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index("journal_event_at")

    op.drop_table("journal")
    op.drop_table("counters")
