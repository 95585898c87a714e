"""what an adviser keeps of a session, sealed; and the time line of a case by an index."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0700"
down_revision = "20261124_0600"
branch_labels = None
depends_on = None

INDEX = "ix_session_log_entry_intake_pseudonym"


def upgrade() -> None:
    # As it is: made anew with a batch, the table would lose its triggers on SQLite.
    op.add_column("guidance_session", sa.Column("report", sa.LargeBinary(), nullable=True))
    op.create_index(INDEX, "session_log_entry", ["intake_pseudonym"])


def downgrade() -> None:
    op.drop_index(INDEX, table_name="session_log_entry")
    op.drop_column("guidance_session", "report")
