"""Many intakes at once, stored past the service: they differ in id and age, and share the rest."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.db import Database
from app.domain.access import EVERY_REGION

IDS = {
    "postgresql": "CAST(lpad(to_hex({n}), 32, '0') AS uuid)",
    "sqlite": "printf('%032x', {n})",
}
MOMENTS = {
    "postgresql": "to_timestamp(:oldest + n * :apart)",
    "sqlite": "datetime(:oldest + n * :apart, 'unixepoch') || '.000000'",
}
BLOB = "CAST('{}' AS {})"


def store_cases(database: Database, count: int, *, oldest: datetime, apart: timedelta) -> None:
    """Store so many intakes, each with a key and contact details, from the oldest on."""
    dialect = database.engine.dialect.name
    moment, identity = MOMENTS[dialect], IDS[dialect].format(n="n + 1")
    pseudonym = IDS[dialect].format(n="n + 1000000000")
    blob = BLOB.format("sealed " * 40, "bytea" if dialect == "postgresql" else "blob")
    numbers = (
        "WITH RECURSIVE numbers(n) AS"
        " (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :count)"
    )
    given = {
        "count": count,
        "oldest": int(oldest.timestamp()),
        "apart": int(apart.total_seconds()),
    }
    intake = "id, log_pseudonym, created_at, touched_at, region, outcome, purpose, modes, content"
    codes = "'AM01', 'warm_referral', 'orientation', '[]'"
    filled = {
        f"intake ({intake})": f"{identity}, {pseudonym}, {moment}, {moment}, {codes}, {blob}",
        "person_key (intake_id, key_id, wrapped)": f"{identity}, 'k', {blob}",
        "contact_details (intake_id, content)": f"{identity}, {blob}",
    }
    with database.write(EVERY_REGION) as session:
        for into, values in filled.items():
            statement = f"INSERT INTO {into} {numbers} SELECT {values} FROM numbers"  # noqa: S608 - our own text
            session.execute(sa.text(statement), given)
