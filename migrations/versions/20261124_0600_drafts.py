"""drafts of intakes, sealed with the key that the intake gets.

A key is there before the intake is, so `person_key` no longer refers to it.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0600"
down_revision = "20261123_0500"
branch_labels = None
depends_on = None

SECURED = (
    "ALTER TABLE draft ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE draft FORCE ROW LEVEL SECURITY",
    "CREATE POLICY draft_sees ON draft USING (current_setting('gids.sees', true) = '*')",
)
ADDED = ("draft_begun", "draft_read", "draft_discarded", "draft_expired")
ACTIONS = (
    *("intake_created", "intake_read", "intakes_listed", "referral_added", "session_booked"),
    *("session_planned", "session_moved", "session_concluded", "holder_changed"),
    *("contact_details_changed", "consent_given", "consent_withdrawn", "personal_data_read"),
    *("contact_details_expired", "intake_erased", "intake_expired", "intake_given_back"),
    *("key_created", "key_revoked", "keys_rotated", "processing_log_exported", "retention_run"),
    *("referral_changed", "hand_over_delivered", "hand_over_read", "outcome_changed"),
    *("invitation_delivered", "desk_changed", "subscription_changed", "effects_replayed"),
    "calendar_feed_changed",
)
FOREIGN_KEY = "fk_person_key_intake_id"


def upgrade() -> None:
    with op.batch_alter_table("person_key") as key:
        key.drop_constraint(op.f(FOREIGN_KEY), type_="foreignkey")
    op.create_table(
        "draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("adviser_id", sa.Uuid(), nullable=False),
        sa.Column("saved_by_id", sa.Uuid(), nullable=False),
        sa.Column("organisation", sa.String(length=120), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_draft_version")),
        sa.ForeignKeyConstraint(["id"], ["person_key.intake_id"], name=op.f("fk_draft_id")),
        sa.ForeignKeyConstraint(["adviser_id"], ["adviser.id"], name=op.f("fk_draft_adviser_id")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["adviser.id"], name=op.f("fk_draft_saved_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index("ix_draft_adviser_id_saved_at", "draft", ["adviser_id", "saved_at"])
    op.create_index("ix_draft_saved_at", "draft", ["saved_at"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in SECURED:
            op.execute(statement)
    _allow(*ACTIONS, *ADDED)


def downgrade() -> None:
    _allow(*ACTIONS)
    op.drop_table("draft")
    op.execute("DELETE FROM person_key WHERE intake_id NOT IN (SELECT id FROM intake)")
    with op.batch_alter_table("person_key") as key:
        key.create_foreign_key(op.f(FOREIGN_KEY), "intake", ["intake_id"], ["id"])


def _allow(*actions: str) -> None:
    listed = ", ".join(f"'{action}'" for action in actions)
    with op.batch_alter_table("audit_entry") as entry:
        entry.drop_constraint(op.f("ck_audit_entry_action"), type_="check")
        entry.create_check_constraint(op.f("ck_audit_entry_action"), f"action IN ({listed})")
    if op.get_bind().dialect.name != "sqlite":
        return
    # Triggers go with the table that SQLite makes anew to change a CHECK of it.
    op.execute(
        "CREATE TRIGGER ck_audit_entry_gapless BEFORE INSERT ON audit_entry"
        " WHEN NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM audit_entry)"
        " BEGIN SELECT RAISE(ABORT, 'ck_audit_entry_gapless'); END"
    )
    for moment in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER ck_audit_entry_append_only_{moment.lower()} BEFORE {moment}"
            " ON audit_entry BEGIN SELECT RAISE(ABORT, 'ck_audit_entry_append_only'); END"
        )
