"""what each import changed in the catalogue, for those who keep a copy.

It begins empty: what was imported before is not told.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261123_0500"
down_revision = "20261123_0400"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_change",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "added",
                "changed",
                "removed",
                name="type",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalogue_change")),
    )


def downgrade() -> None:
    op.drop_table("catalogue_change")
