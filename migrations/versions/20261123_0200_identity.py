"""identity, sealed persons, row security, audit and processing log.

Until now the service ran in demo mode only, with everything in the clear: what demo intakes there
are, and answers kept about them, are removed. The session log stays; it holds no person.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261123_0200"
down_revision = "20261123_0100"
branch_labels = None
depends_on = None

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
)
REASONS = ("worker_asked", "absence", "workload", "expertise", "other")
NOT_REVOKED = sa.text("revoked_at IS NULL")
NOT_WITHDRAWN = sa.text("withdrawn_at IS NULL")

EVERY_REGION_ONLY = "current_setting('gids.sees', true) = '*'"
ONE_REGION = "current_setting('gids.sees', true) IN ('*', region)"
SECURED = {
    "intake": EVERY_REGION_ONLY,
    "referral": EVERY_REGION_ONLY,
    "guidance_session": EVERY_REGION_ONLY,
    "person_key": EVERY_REGION_ONLY,
    "contact_details": EVERY_REGION_ONLY,
    "holder_change": EVERY_REGION_ONLY,
    "consent": EVERY_REGION_ONLY,
    "kept_answer": EVERY_REGION_ONLY,
    "audit_head": EVERY_REGION_ONLY,
    "audit_entry": EVERY_REGION_ONLY,
    "processing_entry": EVERY_REGION_ONLY,
    "session_log_counter": ONE_REGION,
    "session_log_entry": ONE_REGION,
}
BEFORE = ("intake", "referral", "guidance_session", "session_log_counter", "session_log_entry")
"""Tables that were there before, without row security."""

GAPLESS = "ck_audit_entry_gapless"
APPEND_ONLY = "ck_audit_entry_append_only"
UNCHANGED = "ck_processing_entry_unchanged"
NEXT_NUMBER = "(SELECT COALESCE(MAX(number), 0) + 1 FROM audit_entry)"

POSTGRESQL = (
    *(
        statement
        for table, shown in SECURED.items()
        for statement in (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_sees ON {table} USING ({shown})",
        )
    ),
    (
        "CREATE FUNCTION audit_entry_gapless() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF NEW.number <> {NEXT_NUMBER} THEN"
        f" RAISE EXCEPTION '{GAPLESS}' USING ERRCODE = '23514', CONSTRAINT = '{GAPLESS}';"
        " END IF; RETURN NEW; END $$"
    ),
    (
        f"CREATE TRIGGER {GAPLESS} BEFORE INSERT ON audit_entry"
        " FOR EACH ROW EXECUTE FUNCTION audit_entry_gapless()"
    ),
    (
        "CREATE FUNCTION audit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN RAISE EXCEPTION '{APPEND_ONLY}'"
        f" USING ERRCODE = '23514', CONSTRAINT = '{APPEND_ONLY}'; END $$"
    ),
    (
        f"CREATE TRIGGER {APPEND_ONLY} BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_append_only()"
    ),
    (
        "CREATE FUNCTION processing_entry_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN RAISE EXCEPTION '{UNCHANGED}'"
        f" USING ERRCODE = '23514', CONSTRAINT = '{UNCHANGED}'; END $$"
    ),
    (
        f"CREATE TRIGGER {UNCHANGED} BEFORE UPDATE ON processing_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION processing_entry_unchanged()"
    ),
)

SQLITE = (
    (
        f"CREATE TRIGGER {GAPLESS} BEFORE INSERT ON audit_entry"
        f" WHEN NEW.number <> {NEXT_NUMBER} BEGIN SELECT RAISE(ABORT, '{GAPLESS}'); END"
    ),
    (
        f"CREATE TRIGGER {APPEND_ONLY}_update BEFORE UPDATE ON audit_entry"
        f" BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
    ),
    (
        f"CREATE TRIGGER {APPEND_ONLY}_delete BEFORE DELETE ON audit_entry"
        f" BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
    ),
    (
        f"CREATE TRIGGER {UNCHANGED} BEFORE UPDATE ON processing_entry"
        f" BEGIN SELECT RAISE(ABORT, '{UNCHANGED}'); END"
    ),
)


def upgrade() -> None:
    """Go forward."""
    _forget_intakes()
    with op.batch_alter_table("intake") as intake:
        for name in ("answers", "finding", "motivation"):
            intake.drop_column(name)
        intake.add_column(sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False))
        intake.add_column(sa.Column("holder_id", sa.Uuid(), nullable=True))
        intake.add_column(sa.Column("organisation", sa.String(length=120), nullable=True))
        intake.add_column(sa.Column("origin_sector", sa.String(length=120), nullable=True))
        intake.add_column(sa.Column("target_sector", sa.String(length=120), nullable=True))
        intake.add_column(sa.Column("modes", sa.JSON(), nullable=False))
        intake.add_column(sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
        intake.add_column(sa.Column("content", sa.LargeBinary(), nullable=False))
        intake.drop_index("ix_intake_created_at_id")
        intake.drop_index("ix_intake_region_created_at")
        intake.create_index("ix_intake_holder_id_created_at", ["holder_id", "created_at"])
        intake.create_index("ix_intake_organisation_created_at", ["organisation", "created_at"])
        intake.create_index("ix_intake_region", ["region"])
        intake.create_index("ix_intake_touched_at", ["touched_at"])
        intake.create_foreign_key("fk_intake_holder_id", "adviser", ["holder_id"], ["id"])
    with op.batch_alter_table("referral") as referral:
        referral.drop_column("reasons")
        referral.drop_column("to_confirm")
        referral.add_column(sa.Column("content", sa.LargeBinary(), nullable=False))
    op.drop_table("kept_answer")
    op.create_table(
        "kept_answer",
        sa.Column("caller_id", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("location", sa.String(length=200), nullable=True),
        sa.Column("intake_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("caller_id", "operation", "key", name=op.f("pk_kept_answer")),
    )
    op.create_index("ix_kept_answer_expires_at", "kept_answer", ["expires_at"])
    op.create_index("ix_kept_answer_intake_id", "kept_answer", ["intake_id"])
    _create_persons()
    _create_logs()
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.CheckConstraint("length(digest) = 32", name=op.f("ck_api_key_digest_length")),
        sa.CheckConstraint(
            "revoked_at >= created_at", name=op.f("ck_api_key_created_before_revoked")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_key_digest")),
    )
    op.create_index(
        "uq_api_key_name",
        "api_key",
        ["name"],
        unique=True,
        sqlite_where=NOT_REVOKED,
        postgresql_where=NOT_REVOKED,
    )
    for statement in POSTGRESQL if _is_postgresql() else SQLITE:
        op.execute(statement)


def _create_persons() -> None:
    op.create_table(
        "person_key",
        sa.Column("intake_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.id"], name=op.f("fk_person_key_intake_id")),
        sa.PrimaryKeyConstraint("intake_id", name=op.f("pk_person_key")),
    )
    op.create_index("ix_person_key_key_id", "person_key", ["key_id"])
    op.create_table(
        "contact_details",
        sa.Column("intake_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intake.id"], name=op.f("fk_contact_details_intake_id")
        ),
        sa.PrimaryKeyConstraint("intake_id", name=op.f("pk_contact_details")),
    )
    op.create_table(
        "holder_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intake_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_id", sa.Uuid(), nullable=True),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column("reason", _enum(*REASONS, name="reason"), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intake.id"], name=op.f("fk_holder_change_intake_id")
        ),
        sa.ForeignKeyConstraint(
            ["previous_id"], ["adviser.id"], name=op.f("fk_holder_change_previous_id")
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["adviser.id"], name=op.f("fk_holder_change_holder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder_change")),
    )
    op.create_index("ix_holder_change_intake_id", "holder_change", ["intake_id"])
    op.create_index("ix_holder_change_previous_id_at", "holder_change", ["previous_id", "at"])
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("intake_id", sa.Uuid(), nullable=False),
        sa.Column("provision_id", sa.String(length=120), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "withdrawn_at >= given_at", name=op.f("ck_consent_given_before_withdrawn")
        ),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.id"], name=op.f("fk_consent_intake_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_intake_id", "consent", ["intake_id"])
    op.create_index(
        "uq_consent_intake_id_provision_id",
        "consent",
        ["intake_id", "provision_id"],
        unique=True,
        sqlite_where=NOT_WITHDRAWN,
        postgresql_where=NOT_WITHDRAWN,
    )


def _create_logs() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
        sa.CheckConstraint("number >= 0", name=op.f("ck_audit_head_not_negative")),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_audit_head_hash_length")),
        sa.CheckConstraint("length(signature) = 32", name=op.f("ck_audit_head_signature_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=600), nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("action", _enum(*ACTIONS, name="action"), nullable=False),
        sa.Column("intake_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_audit_entry_from_one")),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_audit_entry_hash_length")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "processing_entry",
        sa.Column("span_id", sa.String(length=16), nullable=False),
        sa.Column("trace_id", sa.String(length=32), nullable=False),
        sa.Column("parent_span_id", sa.String(length=16), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", _enum("Unset", "Ok", "Error", name="status"), nullable=False),
        sa.Column("activity", sa.String(length=300), nullable=False),
        sa.Column("data_subject_id", sa.String(length=64), nullable=True),
        sa.Column("data_subject_id_type", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "ended_at >= started_at", name=op.f("ck_processing_entry_ends_after_start")
        ),
        sa.PrimaryKeyConstraint("span_id", name=op.f("pk_processing_entry")),
    )
    op.create_index("ix_processing_entry_started_at", "processing_entry", ["started_at"])
    op.create_index("ix_processing_entry_data_subject_id", "processing_entry", ["data_subject_id"])


def downgrade() -> None:
    """Go back; every person is forgotten, because the schema before has no place to seal them."""
    if _is_postgresql():
        for table in BEFORE:
            op.execute(f"DROP POLICY {table}_sees ON {table}")
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table in (
        "api_key",
        "processing_entry",
        "audit_entry",
        "audit_head",
        "consent",
        "holder_change",
        "contact_details",
        "person_key",
        "kept_answer",
    ):
        op.drop_table(table)
    if _is_postgresql():
        for function in (
            "audit_entry_gapless",
            "audit_entry_append_only",
            "processing_entry_unchanged",
        ):
            op.execute(f"DROP FUNCTION {function}()")
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
    op.create_index("ix_kept_answer_expires_at", "kept_answer", ["expires_at"])
    _forget_intakes()
    with op.batch_alter_table("intake") as intake:
        intake.drop_constraint("fk_intake_holder_id", type_="foreignkey")
        for index in ("touched_at", "region", "organisation_created_at", "holder_id_created_at"):
            intake.drop_index(f"ix_intake_{index}")
        for name in (
            "content",
            "not_before",
            "modes",
            "target_sector",
            "origin_sector",
            "organisation",
            "holder_id",
            "touched_at",
        ):
            intake.drop_column(name)
        intake.add_column(sa.Column("answers", sa.JSON(), nullable=False))
        intake.add_column(sa.Column("finding", sa.JSON(), nullable=False))
        intake.add_column(sa.Column("motivation", sa.String(length=2000), nullable=True))
        intake.create_index("ix_intake_created_at_id", ["created_at", "id"])
        intake.create_index("ix_intake_region_created_at", ["region", "created_at"])
    with op.batch_alter_table("referral") as referral:
        referral.drop_column("content")
        referral.add_column(sa.Column("reasons", sa.JSON(), nullable=False))
        referral.add_column(sa.Column("to_confirm", sa.JSON(), nullable=False))


def _forget_intakes() -> None:
    for table in ("guidance_session", "referral", "intake"):
        op.execute(f"DELETE FROM {table}")


def _enum(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
