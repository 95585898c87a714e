"""Row security on PostgreSQL: a transaction shows a region's rows, or every region's, or none.

What is shown is `gids.sees`, set per transaction by app/db.py. Without it there are no rows, and
none can be written. FORCE: it holds for the owner of the tables as well.
"""

EVERY_REGION_ONLY = "current_setting('gids.sees', true) = '*'"
"""For what no werkcentrum ever reads: cases, persons, and what is logged about them."""

ONE_REGION = "current_setting('gids.sees', true) IN ('*', region)"


def secured(table: str, shown: str = EVERY_REGION_ONLY) -> tuple[str, ...]:
    """Make the statements that secure a table."""
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {table}_sees ON {table} USING ({shown})",
    )
