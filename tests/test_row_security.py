"""What PostgreSQL itself shows, however a query is written, and that nobody gets round it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from app.config import Settings
from app.db import Database, UnsafeDatabaseError, opened, require_row_security
from app.domain.access import EVERY_REGION, NATIONWIDE, NO_REGION
from app.main import create_app
from app.models import metadata
from app.models.row_security import SHOWN, secured
from app.services import api_keys
from app.services.catalogue import CatalogueWatch
from tests.conftest import MONDAY, filled_database
from tests.postgres import SERVICE, SUPERUSER, Cluster
from tests.production import production, sign_anew

HOLD_NO_CASE = {
    "adviser",
    "api_key",
    "availability_exception",
    "availability_window",
    "catalogue_change",
    "catalogue_record",
    "catalogue_state",
    "desk",
}
"""Tables in which nothing stands of a worker, or of a region apart from the others."""

NOT_OURS = {"alembic_version"}
SECURED = [table for table in metadata.sorted_tables if table.name not in HOLD_NO_CASE]
OWN, ELSEWHERE = "AM22", "AM01"
REGIONS = (OWN, ELSEWHERE, NATIONWIDE)
OF_A_REGION = {"outbox_message", "session_log_counter", "session_log_entry", "subscription"}
"""What a werkcentrum reads, each region its own."""

REFUSED = "42501"  # insufficient_privilege (PostgreSQL documentation, appendix A)


@pytest.fixture(scope="module")
def url(
    request: pytest.FixtureRequest, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """A database with a row in every secured table, and in a log one of each region."""
    url = filled_database("postgresql", request, tmp_path_factory.mktemp("rows"))
    everything = sa.create_engine(cluster.dsn(name_of(url)), poolclass=NullPool)
    with everything.begin() as connection:
        # Without triggers and foreign keys: what a row means does not matter here.
        connection.exec_driver_sql("SET session_replication_role = replica")
        for table in SECURED:
            connection.execute(sa.delete(table))
            for region in REGIONS if table.name in OF_A_REGION else (OWN,):
                connection.execute(sa.insert(table).values(row(table, region)))
    return url


def name_of(url: str) -> str:
    return sa.make_url(url).database or ""


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """The database as the service opens it, with one connection to be used again and again."""
    with opened(Settings(database_url=url, database_pool=1)) as database:
        yield database


VALUES: dict[type, Any] = {
    UUID: uuid4(),
    bool: False,
    bytes: bytes(32),
    date: MONDAY.date(),
    datetime: MONDAY,
    object: {},  # JSON
    int: 1,
    str: "x",
    time: MONDAY.time(),
}
CHECKED = {"consent": {"provision_id": "x"}, "referral": {"handed": "by_hand"}}


def value(kind: sa.types.TypeEngine[Any]) -> Any:
    """Make something that a column of this type takes."""
    if isinstance(kind, sa.types.TypeDecorator):
        kind = kind.impl_instance
    return kind.enums[0] if isinstance(kind, sa.Enum) else VALUES[kind.python_type]


def row(table: sa.Table, region: str) -> dict[str, Any]:
    """Make a row with something in every column that must have something."""
    made = {column.name: value(column.type) for column in table.columns if not column.nullable}
    own = {"region": region, "id": uuid4(), "position": REGIONS.index(region)}
    if table.name in OF_A_REGION:
        made |= {name: said for name, said in own.items() if name in table.columns}
    return made | CHECKED.get(table.name, {})


@contextmanager
def told(connection: sa.Connection, sees: str | None) -> Iterator[None]:
    """Say within a savepoint which regions are shown; None says nothing."""
    with connection.begin_nested() as savepoint:
        if sees is not None:
            connection.execute(sa.select(sa.func.set_config("gids.sees", sees, True)))  # noqa: FBT003 - SQL
        yield
        savepoint.rollback()


def shown_to(sees: str | None, table: str) -> int:
    """How many rows of a table ought to be shown."""
    if sees == EVERY_REGION:
        return len(REGIONS) if table in OF_A_REGION else 1
    return int(table in OF_A_REGION and sees in REGIONS)


def faults(connection: sa.Connection) -> set[str]:
    """Name each table that shows more or less than it ought, and to whom."""
    found = set()
    for sees in (None, NO_REGION, OWN, NATIONWIDE, "AM99", EVERY_REGION):
        for table in SECURED:
            with told(connection, sees):
                count = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar()
            if count != shown_to(sees, table.name):
                found.add(f"{table.name} to {sees}")
    return found


def test_every_table_is_secured_for_its_owner_too_unless_it_holds_no_case(
    database: Database,
) -> None:
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT relname, relrowsecurity, relforcerowsecurity, relowner = current_user::regrole"
            " FROM pg_class WHERE relkind IN ('r', 'p', 'm', 'v', 'f')"
            " AND relnamespace = 'public'::regnamespace"
        ).all()
    assert {name for name, *_ in rows} == metadata.tables.keys() | NOT_OURS
    unsecured = {name for name, enabled, forced, _ in rows if not (enabled and forced)}
    assert unsecured == HOLD_NO_CASE | NOT_OURS
    assert all(owned for *_, owned in rows)


def test_each_table_shows_a_region_its_own_log_and_nobody_a_case(database: Database) -> None:
    with database.engine.connect() as connection:
        assert faults(connection) == set()


ANYBODY = "current_setting('gids.sees', true) <> ''"
MUTANTS = {
    "its owner sees past it": (
        "ALTER TABLE intake NO FORCE ROW LEVEL SECURITY",
        {f"intake to {sees}" for sees in (None, NO_REGION, OWN, NATIONWIDE, "AM99")},
    ),
    "it is not on": (
        "ALTER TABLE session_log_entry DISABLE ROW LEVEL SECURITY",
        {f"session_log_entry to {sees}" for sees in (None, NO_REGION, OWN, NATIONWIDE, "AM99")},
    ),
    "it has no policy": ("DROP POLICY consent_sees ON consent", {"consent to *"}),
    "it has one policy too many": (
        "CREATE POLICY more ON person_key USING (true)",
        {f"person_key to {sees}" for sees in (None, NO_REGION, OWN, NATIONWIDE, "AM99")},
    ),
    "a werkcentrum reads cases": (
        f"ALTER POLICY intake_sees ON intake USING ({ANYBODY})",
        {f"intake to {sees}" for sees in (OWN, NATIONWIDE, "AM99")},
    ),
    "one region reads them all": (
        f"ALTER POLICY session_log_entry_sees ON session_log_entry USING ({ANYBODY})",
        {f"session_log_entry to {sees}" for sees in (OWN, NATIONWIDE, "AM99")},
    ),
}


@pytest.mark.parametrize(("statement", "seen"), MUTANTS.values(), ids=list(MUTANTS))
def test_a_table_that_is_secured_badly_is_seen(
    database: Database, statement: str, seen: set[str]
) -> None:
    with database.engine.connect() as connection:  # and rolled back at its end
        connection.exec_driver_sql(statement)
        assert faults(connection) == seen


MUTANTS_WITHOUT_FAULT = {
    "anybody writes": "ALTER POLICY consent_sees ON consent WITH CHECK (true)",
    "it is for one role": f"ALTER POLICY consent_sees ON consent TO {SERVICE}",
}


@pytest.mark.parametrize(
    "statement", [*(one for one, _ in MUTANTS.values()), *MUTANTS_WITHOUT_FAULT.values()]
)
def test_nothing_is_served_with_a_table_that_is_secured_badly(
    url: str, database: Database, statement: str
) -> None:
    table = next(one.name for one in SECURED if one.name in statement.split())
    with database.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    try:
        told = f"row security was changed or taken off: {table};"
        with pytest.raises(UnsafeDatabaseError, match=told):
            require_row_security(database.engine)
    finally:
        with database.engine.begin() as connection:
            put_back(connection, table)
    require_row_security(database.engine)


def put_back(connection: sa.Connection, table: str) -> None:
    """Secure a table again, as docs/identity.md tells an operator to."""
    policies = sa.text("SELECT policyname FROM pg_policies WHERE tablename = :table")
    for name in connection.execute(policies, {"table": table}).scalars():
        connection.exec_driver_sql(f"DROP POLICY {name} ON {table}")
    for one in secured(table, SHOWN[table]):
        connection.exec_driver_sql(one)


def test_the_models_name_the_tables_that_must_be_secured() -> None:
    assert {one.name for one in SECURED} == SHOWN.keys()


@pytest.mark.parametrize("sees", [None, NO_REGION, ELSEWHERE])
@pytest.mark.parametrize("table", SECURED, ids=str)
def test_nothing_can_be_written_that_would_not_be_shown(
    database: Database, table: sa.Table, sees: str | None
) -> None:
    with database.engine.connect() as connection, told(connection, sees):
        statement = sa.insert(table).values(row(table, OWN))
        with pytest.raises(ProgrammingError, match="row-level security") as refused:
            connection.execute(statement)
    assert refused.value.orig.sqlstate == REFUSED  # type: ignore[union-attr]  # of psycopg


def test_a_region_changes_no_row_of_another_and_gives_none_away(database: Database) -> None:
    with database.write(OWN) as session:
        change = sa.text("UPDATE session_log_counter SET last_number = 7")
        assert session.connection().execute(change).rowcount == 1
        gone = sa.text("DELETE FROM session_log_counter WHERE region <> 'AM22'")
        assert session.connection().execute(gone).rowcount == 0
        session.rollback()
    with database.write(OWN) as session:
        away = sa.text("UPDATE session_log_counter SET region = 'AM05'")
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.connection().execute(away)
        session.rollback()


EVERYTHING = {
    "plainly": "SELECT region FROM session_log_entry",
    "every column": "SELECT (found).region FROM (SELECT l AS found FROM session_log_entry AS l) f",
    "of another": "SELECT region FROM session_log_entry WHERE region <> 'AM22' OR true",
    "by a join": "SELECT region FROM session_log_counter"
    " FULL JOIN session_log_entry USING (region)",
    "by a union": "SELECT region FROM session_log_counter UNION SELECT region"
    " FROM session_log_entry",
    "as text": "SELECT DISTINCT unnest(regexp_matches(l::text, '(?:AM|NL)[0-9]{2}'))"
    " FROM session_log_entry AS l",
    "as XML": "SELECT unnest(regexp_matches(query_to_xml('SELECT * FROM session_log_entry', true,"
    " false, '')::text, '(?:AM|NL)[0-9]{2}', 'g'))",
}


@pytest.mark.parametrize("query", EVERYTHING.values(), ids=list(EVERYTHING))
def test_a_query_that_forgets_the_region_still_finds_one_alone(
    database: Database, query: str
) -> None:
    for sees, regions in ((OWN, {OWN}), (EVERY_REGION, set(REGIONS)), (NO_REGION, set())):
        for way in (database.read, database.write):
            with way(sees) as session:
                assert set(session.connection().exec_driver_sql(query).scalars()) == regions


def seen_by(connection: sa.Connection) -> tuple[int, str | None, int]:
    """Say which server process this is, what it was told, and how much log it shows."""
    asked = (
        "SELECT pg_backend_pid(), current_setting('gids.sees', true),"
        " (SELECT count(*) FROM session_log_entry)"
    )
    process, sees, count = connection.exec_driver_sql(asked).one()
    return process, sees or None, count


def test_what_was_shown_in_one_transaction_is_not_in_the_next_on_the_same_connection(
    database: Database,
) -> None:
    with database.read(EVERY_REGION) as session:
        process, *seen = seen_by(session.connection())
        assert seen == [EVERY_REGION, 3]
    with database.engine.connect() as connection:
        assert seen_by(connection) == (process, None, 0)
    with database.write(OWN) as session:
        assert seen_by(session.connection()) == (process, OWN, 1)
    with database.read(NO_REGION) as session:
        assert seen_by(session.connection()) == (process, None, 0)
    with database.write(EVERY_REGION) as session:
        assert seen_by(session.connection()) == (process, EVERY_REGION, 3)
        session.rollback()
    with database.write(NO_REGION) as session:
        assert seen_by(session.connection()) == (process, None, 0)


def test_what_touches_no_case_asks_to_be_shown_none(database: Database) -> None:
    asked: list[Any] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *it: asked.append(it[2:4]))
    CatalogueWatch(database).refresh()
    with database.write(EVERY_REGION) as session:
        _, text = api_keys.create(session, "chatbot", now=MONDAY)
    assert api_keys.ApiKeys(database, lambda: MONDAY).caller(text)
    assert any("UPDATE api_key" in statement for statement, _ in asked)
    shown = [given[0] for statement, given in asked if "set_config" in statement]
    assert (shown.count(EVERY_REGION), set(shown)) == (1, {EVERY_REGION, NO_REGION})


def test_what_a_role_is_shown_by_default_is_not_shown(cluster: Cluster, url: str) -> None:
    made = f"CREATE ROLE {{role}} LOGIN IN ROLE {SERVICE}"
    with role_of(cluster, [made, "ALTER ROLE {role} SET gids.sees = '*'"]) as role:
        settings = Settings(database_url=cluster.dsn(name_of(url), role))
        with opened(settings) as database, database.read(NO_REGION) as session:
            assert seen_by(session.connection())[2] == 0


async def start(root: Any) -> None:
    """Start an app as a server does, and end it."""
    while not isinstance(root, FastAPI):
        root = root._app
    async with root.router.lifespan_context(root):
        pass


ROLES = {
    "a superuser": ["CREATE ROLE {role} LOGIN SUPERUSER"],
    "one with BYPASSRLS": [f"CREATE ROLE {{role}} LOGIN BYPASSRLS IN ROLE {SERVICE}"],
    "both": ["CREATE ROLE {role} LOGIN SUPERUSER BYPASSRLS"],
    "a member of a superuser": [
        f"CREATE ROLE {{role}} LOGIN IN ROLE {SERVICE}, {SUPERUSER}",
    ],
    "a member of a member of one with BYPASSRLS": [
        f"CREATE ROLE {{role}}_far BYPASSRLS IN ROLE {SERVICE}",
        "CREATE ROLE {role}_near IN ROLE {role}_far",
        f"CREATE ROLE {{role}} LOGIN IN ROLE {{role}}_near, {SERVICE}",
    ],
    "one that reads the files": [
        f"CREATE ROLE {{role}} LOGIN IN ROLE {SERVICE}, pg_read_server_files",
    ],
    "one that is another from the start": [
        f"CREATE ROLE {{role}}_far BYPASSRLS IN ROLE {SERVICE}",
        f"CREATE ROLE {{role}} LOGIN IN ROLE {{role}}_far, {SERVICE}",
        f"ALTER ROLE {{role}} SET role = {SERVICE}",
    ],
}
LOOK_PAST_AT_ONCE = {"a superuser", "one with BYPASSRLS", "both"}
"""The others are shown what they ought to be, or nothing, until they say who they are."""


@contextmanager
def role_of(cluster: Cluster, statements: list[str]) -> Iterator[str]:
    """Make roles, and remove them at the end."""
    role = f"r{uuid4().hex}"
    with cluster.as_superuser() as superuser:
        for one in statements:
            superuser.execute(one.format(role=role))
        try:
            yield role
        finally:
            for ending in ("", "_near", "_far"):
                superuser.execute(f"DROP ROLE IF EXISTS {role}{ending}")


@pytest.mark.parametrize("what", ROLES)
def test_a_role_that_looks_past_row_security_is_refused_at_the_start(
    cluster: Cluster, url: str, what: str
) -> None:
    with role_of(cluster, ROLES[what]) as role:
        address = cluster.dsn(name_of(url), role)
        with opened(Settings(database_url=address)) as database:
            with pytest.raises(UnsafeDatabaseError, match="BYPASSRLS"):
                require_row_security(database.engine)
            if what in LOOK_PAST_AT_ONCE:
                with database.engine.connect() as connection:
                    assert faults(connection) != set()
        with pytest.raises(UnsafeDatabaseError, match="BYPASSRLS"):
            asyncio.run(start(create_app(production(address))))


def test_the_role_of_the_service_is_not_refused(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    settings = production(filled_database("postgresql", request, tmp_path))
    sign_anew(settings)
    asyncio.run(start(create_app(settings)))
