"""first schema."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_0100"
down_revision = None
branch_labels = None
depends_on = None


OVERLAPS = (
    ("ex_guidance_session_adviser_overlap", "adviser_id"),
    ("ex_guidance_session_intake_overlap", "intake_id"),
)
HOLDS_A_PLACE = "status IN ('planned', 'held', 'missed')"
GAPLESS = "ck_session_log_entry_gapless"
APPEND_ONLY = "ck_session_log_entry_append_only"
NEXT_NUMBER = (
    "(SELECT COALESCE(MAX(number), 0) + 1 FROM session_log_entry WHERE region = NEW.region)"
)

POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    *(
        f"ALTER TABLE guidance_session ADD CONSTRAINT {name} EXCLUDE USING gist"
        f" ({whose} WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&)"
        f" WHERE ({HOLDS_A_PLACE})"
        for name, whose in OVERLAPS
    ),
    (
        "CREATE FUNCTION session_log_entry_gapless() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF NEW.number <> {NEXT_NUMBER} THEN"
        f" RAISE EXCEPTION '{GAPLESS}' USING ERRCODE = '23514', CONSTRAINT = '{GAPLESS}';"
        " END IF; RETURN NEW; END $$"
    ),
    (
        f"CREATE TRIGGER {GAPLESS} BEFORE INSERT ON session_log_entry"
        " FOR EACH ROW EXECUTE FUNCTION session_log_entry_gapless()"
    ),
    (
        "CREATE FUNCTION session_log_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN RAISE EXCEPTION '{APPEND_ONLY}'"
        f" USING ERRCODE = '23514', CONSTRAINT = '{APPEND_ONLY}'; END $$"
    ),
    (
        f"CREATE TRIGGER {APPEND_ONLY} BEFORE UPDATE OR DELETE OR TRUNCATE ON session_log_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION session_log_entry_append_only()"
    ),
)

SQLITE = (
    *(
        f"CREATE TRIGGER {name}_{moment.lower()} BEFORE {moment} ON guidance_session"
        f" WHEN NEW.{HOLDS_A_PLACE} AND EXISTS (SELECT 1 FROM guidance_session AS other"
        f" WHERE other.{whose} = NEW.{whose} AND other.id <> NEW.id AND other.{HOLDS_A_PLACE}"
        " AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at)"
        f" BEGIN SELECT RAISE(ABORT, '{name}'); END"
        for name, whose in OVERLAPS
        for moment in ("INSERT", "UPDATE")
    ),
    (
        f"CREATE TRIGGER {GAPLESS} BEFORE INSERT ON session_log_entry"
        f" WHEN NEW.number <> {NEXT_NUMBER} BEGIN SELECT RAISE(ABORT, '{GAPLESS}'); END"
    ),
    (
        f"CREATE TRIGGER {APPEND_ONLY}_update BEFORE UPDATE ON session_log_entry"
        f" BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
    ),
    (
        f"CREATE TRIGGER {APPEND_ONLY}_delete BEFORE DELETE ON session_log_entry"
        f" BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
    ),
)

TABLES = (
    "adviser",
    "catalogue_record",
    "catalogue_state",
    "intake",
    "kept_answer",
    "session_log_counter",
    "availability_exception",
    "availability_window",
    "guidance_session",
    "referral",
    "session_log_entry",
)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "adviser",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adviser")),
    )
    op.create_table(
        "catalogue_record",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("pk_catalogue_record")),
    )
    op.create_table(
        "catalogue_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_catalogue_state_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_state")),
    )
    op.create_table(
        "intake",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("log_pseudonym", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("region", sa.String(length=4), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "warm_referral",
                "guidance",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "purpose",
            sa.Enum(
                "orientation",
                "growth_in_sector",
                "other_work",
                "other_sector",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("finding", sa.JSON(), nullable=False),
        sa.Column("motivation", sa.String(length=2000), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake")),
        sa.UniqueConstraint("log_pseudonym", name=op.f("uq_intake_log_pseudonym")),
    )
    op.create_index("ix_intake_created_at_id", "intake", ["created_at", "id"], unique=False)
    op.create_index("ix_intake_region_created_at", "intake", ["region", "created_at"], unique=False)

    op.create_table(
        "kept_answer",
        sa.Column("operation", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("location", sa.String(length=200), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("operation", "key", name=op.f("pk_kept_answer")),
    )
    op.create_index("ix_kept_answer_expires_at", "kept_answer", ["expires_at"], unique=False)

    op.create_table(
        "session_log_counter",
        sa.Column("region", sa.String(length=4), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_number >= 0", name=op.f("ck_session_log_counter_not_negative")),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_session_log_counter")),
    )
    op.create_table(
        "availability_exception",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("adviser_id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=True),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("region", sa.String(length=4), nullable=True),
        sa.Column(
            "mode",
            sa.Enum(
                "phone",
                "video",
                "in_person",
                name="mode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(starts IS NULL) = (ends IS NULL)",
            name=op.f("ck_availability_exception_both_or_no_hours"),
        ),
        sa.CheckConstraint(
            "NOT available OR (starts IS NOT NULL AND region IS NOT NULL AND mode IS NOT NULL)",
            name=op.f("ck_availability_exception_extra_hours_are_whole"),
        ),
        sa.CheckConstraint(
            "available OR (region IS NULL AND mode IS NULL)",
            name=op.f("ck_availability_exception_absence_is_everywhere"),
        ),
        sa.CheckConstraint(
            "starts < ends", name=op.f("ck_availability_exception_starts_before_ends")
        ),
        sa.ForeignKeyConstraint(
            ["adviser_id"], ["adviser.id"], name=op.f("fk_availability_exception_adviser_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_exception")),
    )
    op.create_index(
        op.f("ix_availability_exception_adviser_id"),
        "availability_exception",
        ["adviser_id"],
        unique=False,
    )

    op.create_table(
        "availability_window",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("adviser_id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.String(length=4), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "phone",
                "video",
                "in_person",
                name="mode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("starts < ends", name=op.f("ck_availability_window_starts_before_ends")),
        sa.CheckConstraint(
            "valid_from <= valid_until", name=op.f("ck_availability_window_valid_in_order")
        ),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_availability_window_weekday")),
        sa.ForeignKeyConstraint(
            ["adviser_id"], ["adviser.id"], name=op.f("fk_availability_window_adviser_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_window")),
    )
    op.create_index(
        op.f("ix_availability_window_adviser_id"),
        "availability_window",
        ["adviser_id"],
        unique=False,
    )
    op.create_index(
        "ix_availability_window_region", "availability_window", ["region"], unique=False
    )

    op.create_table(
        "guidance_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intake_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "planned",
                "held",
                "missed",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("adviser_id", sa.Uuid(), nullable=True),
        sa.Column("region", sa.String(length=4), nullable=True),
        sa.Column(
            "mode",
            sa.Enum(
                "phone",
                "video",
                "in_person",
                name="mode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status = 'cancelled' OR (status = 'waiting' AND adviser_id IS NULL"
            " AND region IS NULL AND mode IS NULL AND starts_at IS NULL AND ends_at IS NULL)"
            " OR (status IN ('planned', 'held', 'missed') AND adviser_id IS NOT NULL"
            " AND region IS NOT NULL AND mode IS NOT NULL"
            " AND starts_at IS NOT NULL AND ends_at IS NOT NULL)",
            name=op.f("ck_guidance_session_place_fits_status"),
        ),
        sa.CheckConstraint(
            "number BETWEEN 1 AND 3", name=op.f("ck_guidance_session_at_most_three")
        ),
        sa.CheckConstraint(
            "starts_at < ends_at", name=op.f("ck_guidance_session_starts_before_ends")
        ),
        sa.ForeignKeyConstraint(
            ["adviser_id"], ["adviser.id"], name=op.f("fk_guidance_session_adviser_id")
        ),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intake.id"], name=op.f("fk_guidance_session_intake_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guidance_session")),
    )
    op.create_index(
        "ix_guidance_session_adviser_id_starts_at",
        "guidance_session",
        ["adviser_id", "starts_at"],
        unique=False,
    )
    op.create_index(
        "ix_guidance_session_intake_id", "guidance_session", ["intake_id"], unique=False
    )
    op.create_index(
        "ix_guidance_session_waiting",
        "guidance_session",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index(
        "uq_guidance_session_intake_id_number",
        "guidance_session",
        ["intake_id", "number"],
        unique=True,
        sqlite_where=sa.text("status <> 'cancelled'"),
        postgresql_where=sa.text("status <> 'cancelled'"),
    )

    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intake_id", sa.Uuid(), nullable=False),
        sa.Column("provision_id", sa.String(length=120), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("provider", sa.String(length=200), nullable=True),
        sa.Column("receiver", sa.String(length=200), nullable=True),
        sa.Column("via_employer", sa.Boolean(), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "origin",
                "target",
                name="side",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("services", sa.JSON(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "available",
                "to_confirm",
                "refused",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("to_confirm", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "proposed", name="status", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.id"], name=op.f("fk_referral_intake_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("intake_id", "provision_id", name="uq_referral_intake_id_provision_id"),
    )
    op.create_table(
        "session_log_entry",
        sa.Column("region", sa.String(length=4), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "intake_completed",
                "session_planned",
                "session_moved",
                "session_held",
                "session_missed",
                "session_cancelled",
                "guidance_closed",
                name="type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("intake_pseudonym", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "warm_referral",
                "guidance",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "purpose",
            sa.Enum(
                "orientation",
                "growth_in_sector",
                "other_work",
                "other_sector",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("origin_sector", sa.String(length=120), nullable=True),
        sa.Column("target_sector", sa.String(length=120), nullable=True),
        sa.Column("session_number", sa.Integer(), nullable=True),
        sa.Column(
            "mode",
            sa.Enum(
                "phone",
                "video",
                "in_person",
                name="mode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_session_log_entry_from_one")),
        sa.ForeignKeyConstraint(
            ["region"], ["session_log_counter.region"], name=op.f("fk_session_log_entry_region")
        ),
        sa.PrimaryKeyConstraint("region", "number", name=op.f("pk_session_log_entry")),
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL if postgresql else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    """Go back."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION session_log_entry_gapless()")
        op.execute("DROP FUNCTION session_log_entry_append_only()")
