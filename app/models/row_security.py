"""Row security on PostgreSQL: a transaction shows a region's rows, or every region's, or none.

What is shown is `gids.sees`, set per transaction by app/db.py. Without it there are no rows, and
none can be written. FORCE: it holds for the owner of the tables as well.
"""

# Both as PostgreSQL itself writes them back, so that a start can see whether they still hold.
EVERY_REGION_ONLY = "(current_setting('gids.sees'::text, true) = '*'::text)"
"""For what no werkcentrum ever reads: cases, persons, and what is logged about them."""

ONE_REGION = f"({EVERY_REGION_ONLY} OR (current_setting('gids.sees'::text, true) = (region)::text))"

SHOWN: dict[str, str] = {}
"""Every secured table, with what it shows."""


def secured(table: str, shown: str = EVERY_REGION_ONLY) -> tuple[str, ...]:
    """Make the statements that secure a table, and remember that it must be."""
    SHOWN[table] = shown
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {table}_sees ON {table} USING ({shown})",
    )
