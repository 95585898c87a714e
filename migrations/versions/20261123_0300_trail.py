"""what the audit log tells of, what a consent is for, when contact details were changed.

The first head of the audit log is signed, which no migration can: app.migrate has it made once this
revision is there. Going back is refused, by the CHECK, once the audit log has entries of the new
kinds: it is append-only, and another word for them would break its chain.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261123_0300"
down_revision = "20261123_0200"
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
ADDED = (
    "intake_given_back",
    "key_created",
    "key_revoked",
    "keys_rotated",
    "processing_log_exported",
    "retention_run",
)
HAND_OVER = "hand_over"
"""What every consent was for until now."""

GAPLESS = "ck_audit_entry_gapless"
APPEND_ONLY = "ck_audit_entry_append_only"
NEXT_NUMBER = "(SELECT COALESCE(MAX(number), 0) + 1 FROM audit_entry)"
SQLITE_TRIGGERS = (
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
)
"""They go with the table that SQLite makes anew to change a CHECK of it."""


def upgrade() -> None:
    """Go forward."""
    _allow(*ACTIONS, *ADDED)
    purpose = sa.Column("purpose", sa.String(40), nullable=False, server_default=HAND_OVER)
    with op.batch_alter_table("consent") as consent:
        consent.add_column(purpose)
        consent.create_check_constraint(op.f("ck_consent_purpose"), f"purpose IN ('{HAND_OVER}')")
    with op.batch_alter_table("consent") as consent:
        consent.alter_column("purpose", server_default=None)
    changed_at = sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True)
    with op.batch_alter_table("contact_details") as details:
        details.add_column(changed_at)
    op.execute(
        "UPDATE contact_details SET changed_at ="
        " (SELECT touched_at FROM intake WHERE intake.id = contact_details.intake_id)"
    )
    with op.batch_alter_table("contact_details") as details:
        details.alter_column("changed_at", nullable=False)


def downgrade() -> None:
    """Go back; refused by the database when the audit log has entries of the new kinds."""
    with op.batch_alter_table("contact_details") as details:
        details.drop_column("changed_at")
    with op.batch_alter_table("consent") as consent:
        consent.drop_constraint(op.f("ck_consent_purpose"), type_="check")
        consent.drop_column("purpose")
    _allow(*ACTIONS)


def _allow(*actions: str) -> None:
    listed = ", ".join(f"'{action}'" for action in actions)
    with op.batch_alter_table("audit_entry") as entry:
        entry.drop_constraint(op.f("ck_audit_entry_action"), type_="check")
        entry.create_check_constraint(op.f("ck_audit_entry_action"), f"action IN ({listed})")
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE_TRIGGERS:
            op.execute(statement)
