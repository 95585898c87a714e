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
REFERRED_EVERY = 10
"""Which cases have a referral and a consent to it."""
GUIDED_EVERY = 50
"""Which have guidance that nobody ended, with a session: in the oldest twentieth it still waits."""


def store_cases(database: Database, count: int, *, oldest: datetime, apart: timedelta) -> None:
    """Store so many intakes, each with a key and contact details, from the oldest on.

    Some have more.
    """
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
    outcome = f"CASE WHEN n % {GUIDED_EVERY} = 0 THEN 'guidance' ELSE 'warm_referral' END"
    codes = f"'AM01', {outcome}, 'orientation', '[]'"
    own = IDS[dialect].format(n="n + 2000000000")
    hanging = f"{own}, {identity}, {moment}"
    status = "CASE WHEN n < :count / 20 THEN 'waiting' ELSE 'cancelled' END"
    referral = "provision_id, rank, name, via_employer, services, verdict, answers, handed, status"
    referred = "'x', 0, 'X', false, '[]', 'available', true, 'by_hand', 'proposed'"
    consent = "provision_id, recipient, data, purpose, text_version"
    filled = {
        f"intake ({intake})": f"{identity}, {pseudonym}, {moment}, {moment}, {codes}, {blob}",
        "person_key (intake_id, key_id, wrapped)": f"{identity}, 'k', {blob}",
        "contact_details (intake_id, content, changed_at)": f"{identity}, {blob}, {moment}",
    }
    some = {
        f"referral (id, intake_id, created_at, content, {referral})": (
            f"{hanging}, {blob}, {referred}",
            REFERRED_EVERY,
        ),
        f"consent (id, intake_id, given_at, {consent})": (
            f"{hanging}, 'x', 'X', '[]', 'hand_over', '2026-11'",
            REFERRED_EVERY,
        ),
        "guidance_session (id, intake_id, created_at, number, sequence, status)": (
            f"{hanging}, 1, 0, {status}",
            GUIDED_EVERY,
        ),
    }
    every = {into: (values, 1) for into, values in filled.items()}
    with database.write(EVERY_REGION) as session:
        for into, (values, apart_by) in (every | some).items():
            chosen = f"FROM numbers WHERE n % {apart_by} = 0"
            statement = f"INSERT INTO {into} {numbers} SELECT {values} {chosen}"
            session.execute(sa.text(statement), given)
