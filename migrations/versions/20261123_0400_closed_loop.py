"""receiving desks, the life of referrals, the outbox, webhook subscriptions, invitations.

Going back is refused, by the CHECKs, once there are log entries, referrals or consents of the new
kinds: what happened cannot be told in the old words.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "20261123_0400"
down_revision = "20261123_0300"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

GOING_ON = timedelta(weeks=4)
"""How long after it was last touched a case counts as going on."""

ACTIONS = (
    "intake_created",
    "intake_read",
    "intakes_listed",
    "referral_added",
    "session_booked",
    "session_planned",
    "session_moved",
    "session_concluded",
    "holder_changed",
    "contact_details_changed",
    "consent_given",
    "consent_withdrawn",
    "personal_data_read",
    "contact_details_expired",
    "intake_erased",
    "intake_expired",
    "intake_given_back",
    "key_created",
    "key_revoked",
    "keys_rotated",
    "processing_log_exported",
    "retention_run",
)
ADDED_ACTIONS = (
    "referral_changed",
    "hand_over_delivered",
    "hand_over_read",
    "outcome_changed",
    "invitation_delivered",
    "desk_changed",
    "subscription_changed",
    "effects_replayed",
    "calendar_feed_changed",
)
ENTRIES = (
    "intake_completed",
    "session_planned",
    "session_moved",
    "session_held",
    "session_missed",
    "session_cancelled",
    "guidance_closed",
)
ADDED_ENTRIES = (
    "outcome_changed",
    "referral_sent",
    "referral_received",
    "referral_accepted",
    "referral_in_contact",
    "referral_completed",
    "referral_declined",
    "referral_expired",
    "referral_withdrawn",
)
OPEN = ("proposed", "sent", "received", "accepted", "in_contact")
FINAL = ("completed", "declined", "expired", "withdrawn")
REASONS = (
    "not_eligible",
    "no_capacity",
    "wrong_desk",
    "unreachable",
    "worker_withdrew",
    "no_consent",
    "other_solution",
    "mistake",
    "not_in_time",
    "adviser_decided",
    "other",
)
OUTCOME_REASONS = (
    "worker_prefers",
    "provision_unsuitable",
    "provision_unreachable",
    "provision_found",
    "other",
    "referrals_ended",
)
DUE = ("remind", "escalate", "expire")
PARTIES = ("adviser", "desk", "system")
HANDED = ("desk", "by_hand", "employer")
EFFECTS = (
    "hand_over",
    "hand_over_reminder",
    "hand_over_withdrawn",
    "referral_answered",
    "referral_overdue",
    "referral_expired",
    "referral_undeliverable",
    "guidance_reopened",
    "worker_undeliverable",
    "invitation",
    "session_reminder",
    "session_log_entry",
    "webhook_test",
)
EFFECT_STATUSES = ("pending", "delivered", "dead", "dropped")
OUTCOMES = ("warm_referral", "guidance")
CHANNELS = ("email", "webhook", "telephone")
SUBSCRIPTION_STATUSES = ("active", "paused", "ended")

GAPLESS = "ck_{table}_gapless"
APPEND_ONLY = "ck_{table}_append_only"
NEXT = "(SELECT COALESCE(MAX(number), 0) + 1 FROM {table}{within})"
HOLDS_A_PLACE = "status IN ('planned', 'held', 'missed')"
OVERLAPS = (
    ("ex_guidance_session_adviser_overlap", "adviser_id"),
    ("ex_guidance_session_intake_overlap", "intake_id"),
)
EVERY_REGION_ONLY = "(current_setting('gids.sees'::text, true) = '*'::text)"
ONE_REGION = f"({EVERY_REGION_ONLY} OR (current_setting('gids.sees'::text, true) = (region)::text))"
SECURED = {
    "outcome_change": EVERY_REGION_ONLY,
    "referral_change": EVERY_REGION_ONLY,
    "outbox_message": ONE_REGION,
    "subscription": ONE_REGION,
}


def upgrade() -> None:
    """Go forward."""
    _allow_actions(*ACTIONS, *ADDED_ACTIONS)
    with op.batch_alter_table("session_log_entry") as entry:
        entry.add_column(sa.Column("provision_id", sa.String(120), nullable=True))
        entry.add_column(sa.Column("reason", sa.String(40), nullable=True))
    _allow_entries(*ENTRIES, *ADDED_ENTRIES)
    _index(
        "ix_session_log_entry_referral",
        "session_log_entry",
        "region",
        "intake_pseudonym",
        "provision_id",
        "number",
        where="provision_id IS NOT NULL",
    )
    _advisers_and_sessions()
    with op.batch_alter_table("consent") as consent:
        consent.alter_column("provision_id", existing_type=sa.String(120), nullable=True)
        consent.drop_constraint(op.f("ck_consent_purpose"), type_="check")
        consent.create_check_constraint(
            op.f("ck_consent_purpose"), "purpose IN ('hand_over', 'invitations')"
        )
        consent.create_check_constraint(
            op.f("ck_consent_hand_over_to_a_provision"),
            "(purpose = 'hand_over') = (provision_id IS NOT NULL)",
        )
    _index(
        "uq_consent_intake_id_invitations",
        "consent",
        "intake_id",
        where="purpose = 'invitations' AND withdrawn_at IS NULL",
        unique=True,
    )
    _desk()
    _referrals()
    _changes()
    _outbox()
    if op.get_bind().dialect.name == "postgresql":
        for table, shown in SECURED.items():
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY {table}_sees ON {table} USING ({shown})")


def downgrade() -> None:
    """Go back; refused by the database when there is something of the new kinds."""
    for table in ("outbox_message", "subscription", "referral_change", "outcome_change"):
        op.drop_table(table)
    op.drop_index("uq_referral_intake_id_provision_id", "referral")
    for name in ("intake_id", "desk_id", "consent_id", "due_at"):
        op.drop_index(f"ix_referral_{name}", "referral")
    with op.batch_alter_table("referral") as referral:
        for check in ("status", "handed", "due", "due_at_a_moment", "desk_is_named"):
            referral.drop_constraint(op.f(f"ck_referral_{check}"), type_="check")
        for name in ("desk", "consent"):
            referral.drop_constraint(op.f(f"fk_referral_{name}_id"), type_="foreignkey")
        referral.create_check_constraint(op.f("ck_referral_status"), "status IN ('proposed')")
        referral.create_unique_constraint(
            op.f("uq_referral_intake_id_provision_id"), ["intake_id", "provision_id"]
        )
        for name in ("answers", "handed", "desk_id", "consent_id", "answer_by"):
            referral.drop_column(name)
        for name in ("due", "due_at", "escalated_at"):
            referral.drop_column(name)
    op.drop_table("desk")
    op.drop_index("uq_consent_intake_id_invitations", "consent")
    with op.batch_alter_table("consent") as consent:
        consent.drop_constraint(op.f("ck_consent_hand_over_to_a_provision"), type_="check")
        consent.drop_constraint(op.f("ck_consent_purpose"), type_="check")
        consent.create_check_constraint(op.f("ck_consent_purpose"), "purpose IN ('hand_over')")
        consent.alter_column("provision_id", existing_type=sa.String(120), nullable=False)
    op.drop_index("ix_guidance_session_not_reminded", "guidance_session")
    with op.batch_alter_table("guidance_session") as session:
        session.drop_constraint(op.f("ck_guidance_session_sequence"), type_="check")
        session.drop_column("placed_at")
        session.drop_column("reminded_at")
        session.drop_column("sequence")
    _guard_sessions()
    op.drop_column("adviser", "feed_generation")
    op.drop_column("adviser", "email_imported")
    op.drop_column("adviser", "email")
    op.drop_index("ix_session_log_entry_referral", "session_log_entry")
    with op.batch_alter_table("session_log_entry") as entry:
        entry.drop_column("reason")
        entry.drop_column("provision_id")
    _allow_entries(*ENTRIES)
    _allow_actions(*ACTIONS)


def _advisers_and_sessions() -> None:
    # Added in place: SQLite cannot make a table anew that rows of others refer to.
    op.add_column("adviser", sa.Column("email", sa.String(254), nullable=True))
    op.add_column(
        "adviser",
        sa.Column("email_imported", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "adviser", sa.Column("feed_generation", sa.Integer(), nullable=False, server_default="0")
    )
    with op.batch_alter_table("guidance_session") as session:
        session.add_column(sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
        session.add_column(sa.Column("reminded_at", MOMENT, nullable=True))
        session.add_column(sa.Column("placed_at", MOMENT, nullable=True))
        session.create_check_constraint(op.f("ck_guidance_session_sequence"), "sequence >= 0")
    with op.batch_alter_table("guidance_session") as session:
        session.alter_column("sequence", server_default=None)
    _index(
        "ix_guidance_session_not_reminded",
        "guidance_session",
        "starts_at",
        where="status = 'planned' AND reminded_at IS NULL",
    )
    _guard_sessions()


def _desk() -> None:
    op.create_table(
        "desk",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("organisation", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("webhook_url", sa.String(500), nullable=True),
        sa.Column("telephone", sa.String(40), nullable=True),
        sa.Column("opening", sa.String(200), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("provisions", sa.JSON(), nullable=False),
        sa.Column("answer_within", sa.Integer(), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("verified_by", sa.String(120), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint(f"channel IN ({_listed(CHANNELS)})", name=op.f("ck_desk_channel")),
        sa.CheckConstraint("capacity >= 1", name=op.f("ck_desk_capacity")),
        sa.CheckConstraint("answer_within BETWEEN 1 AND 20", name=op.f("ck_desk_answer_within")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_desk_version")),
        sa.CheckConstraint(
            "(channel = 'email' AND email IS NOT NULL)"
            " OR (channel = 'webhook' AND webhook_url IS NOT NULL)"
            " OR (channel = 'telephone' AND telephone IS NOT NULL)",
            name=op.f("ck_desk_channel_has_its_address"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk")),
    )


def _referrals() -> None:
    with op.batch_alter_table("referral") as referral:
        for column in (
            sa.Column("answers", sa.Boolean(), nullable=True),
            sa.Column("handed", sa.String(40), nullable=True),
            sa.Column("desk_id", sa.Uuid(), nullable=True),
            sa.Column("consent_id", sa.Uuid(), nullable=True),
            sa.Column("answer_by", sa.Date(), nullable=True),
            sa.Column("due", sa.String(40), nullable=True),
            sa.Column("due_at", MOMENT, nullable=True),
            sa.Column("escalated_at", MOMENT, nullable=True),
        ):
            referral.add_column(column)
    # Which of them answer the question is sealed; those of a referred intake nearly always do.
    op.execute(
        "UPDATE referral SET"
        " handed = CASE WHEN via_employer THEN 'employer' ELSE 'by_hand' END,"
        " answers = (SELECT outcome = 'warm_referral' FROM intake"
        " WHERE intake.id = referral.intake_id)"
    )
    # Nobody was ever told of them: their advisers are now, where the case is still going on.
    op.execute(
        sa.text(
            "UPDATE referral SET due = 'escalate', due_at = created_at"
            " WHERE intake_id IN (SELECT id FROM intake WHERE touched_at >= :since)"
        ).bindparams(sa.bindparam("since", datetime.now(UTC) - GOING_ON, type_=MOMENT))
    )
    with op.batch_alter_table("referral") as referral:
        referral.alter_column("answers", existing_type=sa.Boolean(), nullable=False)
        referral.alter_column("handed", existing_type=sa.String(40), nullable=False)
        referral.drop_constraint(op.f("uq_referral_intake_id_provision_id"), type_="unique")
        referral.drop_constraint(op.f("ck_referral_status"), type_="check")
        for name, check in (
            ("status", f"status IN ({_listed((*OPEN, *FINAL))})"),
            ("handed", f"handed IN ({_listed(HANDED)})"),
            ("due", f"due IN ({_listed(DUE)})"),
            ("due_at_a_moment", "(due IS NULL) = (due_at IS NULL)"),
            ("desk_is_named", "handed <> 'desk' OR desk_id IS NOT NULL"),
        ):
            referral.create_check_constraint(op.f(f"ck_referral_{name}"), check)
        for name in ("desk", "consent"):
            referral.create_foreign_key(
                op.f(f"fk_referral_{name}_id"), name, [f"{name}_id"], ["id"]
            )
    _index(
        "uq_referral_intake_id_provision_id",
        "referral",
        "intake_id",
        "provision_id",
        where=f"status IN ({_listed(OPEN)})",
        unique=True,
    )
    for name in ("intake_id", "desk_id", "consent_id", "due_at"):
        _index(f"ix_referral_{name}", "referral", name)


def _changes() -> None:
    op.create_table(
        "referral_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("intake_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("previous", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("party", sa.String(40), nullable=False),
        sa.Column("adviser_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        *(
            sa.CheckConstraint(
                f"{column} IN ({_listed(values)})", name=op.f(f"ck_referral_change_{column}")
            )
            for column, values in (
                ("previous", (*OPEN, *FINAL)),
                ("status", (*OPEN, *FINAL)),
                ("party", PARTIES),
                ("reason", REASONS),
            )
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{table}_id"], [f"{table}.id"], name=op.f(f"fk_referral_change_{table}_id")
            )
            for table in ("referral", "intake", "adviser")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_change")),
    )
    for column in ("referral_id", "intake_id"):
        _index(f"ix_referral_change_{column}", "referral_change", column)
    op.create_table(
        "outcome_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intake_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("adviser_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            f"outcome IN ({_listed(OUTCOMES)})", name=op.f("ck_outcome_change_outcome")
        ),
        sa.CheckConstraint(
            f"reason IN ({_listed(OUTCOME_REASONS)})", name=op.f("ck_outcome_change_reason")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{table}_id"], [f"{table}.id"], name=op.f(f"fk_outcome_change_{table}_id")
            )
            for table in ("intake", "adviser")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_change")),
    )
    _index("ix_outcome_change_intake_id", "outcome_change", "intake_id")


def _outbox() -> None:
    op.create_table(
        "outbox_message",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("region", sa.String(4), nullable=True),
        sa.Column("intake_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("give_up_at", MOMENT, nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("fault", sa.String(40), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(f"kind IN ({_listed(EFFECTS)})", name=op.f("ck_outbox_message_kind")),
        sa.CheckConstraint(
            f"status IN ({_listed(EFFECT_STATUSES)})", name=op.f("ck_outbox_message_status")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_message_attempts")),
        sa.CheckConstraint(
            "(status = 'pending') = (ended_at IS NULL)",
            name=op.f("ck_outbox_message_ended_at_a_moment"),
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_message_id")),
    )
    pending = "status = 'pending'"
    table = "outbox_message"
    _index(f"ix_{table}_pending_recipient", table, "recipient", "position", where=pending)
    _index(f"ix_{table}_recipient", table, "recipient", "position")
    _index(f"ix_{table}_intake_id", table, "intake_id")
    op.create_table(
        "subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.String(4), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("previous_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            f"status IN ({_listed(SUBSCRIPTION_STATUSES)})", name=op.f("ck_subscription_status")
        ),
        sa.CheckConstraint("generation >= 1", name=op.f("ck_subscription_generation")),
        sa.CheckConstraint(
            "(status = 'ended') = (ended_at IS NOT NULL)",
            name=op.f("ck_subscription_ended_at_a_moment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    _index("ix_subscription_region", "subscription", "region")


def _index(
    name: str, table: str, *columns: str, where: str | None = None, unique: bool = False
) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(
        name, table, list(columns), unique=unique, sqlite_where=only, postgresql_where=only
    )


def _listed(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _allow_actions(*actions: str) -> None:
    _allow("audit_entry", "action", actions)


def _allow_entries(*types: str) -> None:
    _allow("session_log_entry", "type", types, within=" WHERE region = NEW.region")


def _allow(table: str, column: str, values: Sequence[str], within: str = "") -> None:
    name = op.f(f"ck_{table}_{column}")
    with op.batch_alter_table(table) as altered:
        altered.drop_constraint(name, type_="check")
        altered.create_check_constraint(name, f"{column} IN ({_listed(values)})")
    if op.get_bind().dialect.name != "sqlite":
        return
    # Triggers go with the table that SQLite makes anew to change a CHECK of it.
    gapless, append_only = GAPLESS.format(table=table), APPEND_ONLY.format(table=table)
    op.execute(
        f"CREATE TRIGGER {gapless} BEFORE INSERT ON {table}"
        f" WHEN NEW.number <> {NEXT.format(table=table, within=within)}"
        f" BEGIN SELECT RAISE(ABORT, '{gapless}'); END"
    )
    for moment in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {append_only}_{moment.lower()} BEFORE {moment} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{append_only}'); END"
        )


def _guard_sessions() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for name, whose in OVERLAPS:
        for moment in ("INSERT", "UPDATE"):
            op.execute(
                f"CREATE TRIGGER {name}_{moment.lower()} BEFORE {moment} ON guidance_session"
                f" WHEN NEW.{HOLDS_A_PLACE} AND EXISTS (SELECT 1 FROM guidance_session AS other"
                f" WHERE other.{whose} = NEW.{whose} AND other.id <> NEW.id"
                f" AND other.{HOLDS_A_PLACE}"
                " AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at)"
                f" BEGIN SELECT RAISE(ABORT, '{name}'); END"
            )
