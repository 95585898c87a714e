"""The migrations: one line of them, there and back, ending at exactly the schema of the models."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError

from app import migrate
from app.commands import schema
from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.terms import Action
from app.models import metadata
from app.services import audit
from app.services.acts import acting
from app.services.audit import AuditHeadError, Broken, Verified
from app.services.processing_log import new_trace
from app.vault import Vault
from tests.conftest import MONDAY
from tests.models.rows import ADVISER, planned, put

VERSIONS = "alembic_version"

PROGRAMS = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')",
    "postgresql": """
        SELECT 'function', proname, pg_get_functiondef(pg_proc.oid) FROM pg_proc
        WHERE pronamespace = to_regnamespace('public') AND NOT EXISTS (
            SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
        UNION ALL
        SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL
        SELECT 'constraint', conname, pg_get_constraintdef(pg_constraint.oid) FROM pg_constraint
        WHERE connamespace = to_regnamespace('public') AND conname !~ '^alembic'
        UNION ALL
        SELECT 'index', indexname, indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND indexname !~ '^alembic'
        UNION ALL
        SELECT 'policy', policyname, concat_ws(' ', tablename, roles, cmd, qual, with_check)
        FROM pg_policies WHERE schemaname = 'public'
        UNION ALL
        SELECT 'security', relname, concat(relrowsecurity, relforcerowsecurity) FROM pg_class
        WHERE relnamespace = to_regnamespace('public') AND relkind = 'r' AND relname !~ '^alembic'
        UNION ALL
        SELECT 'extension', extname, '' FROM pg_extension WHERE extname <> 'btree_gist'
    """,
}
"""Everything that SQLAlchemy's inspector does not show. (An extension is never taken away.)"""


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    """A database with nothing in it."""
    database = Database(Settings(database_url=empty_database_url))
    yield database
    database.dispose()


def upgrade(database: Database) -> None:
    """Do what `gids db upgrade` does."""
    migrate.upgrade(database, partial(audit.begin, vault=VAULT, now=MONDAY))


def shape(connection: sa.Connection) -> dict[str, Any]:
    inspector = sa.inspect(connection)
    tables = {
        name: table_shape(inspector, name, connection.dialect)
        for name in inspector.get_table_names()
        if name != VERSIONS
    }
    programs = connection.execute(sa.text(PROGRAMS[connection.dialect.name])).all()
    return {**tables, "programs": sorted(map(tuple, programs))}


def table_shape(inspector: Any, name: str, dialect: sa.Dialect) -> dict[str, Any]:
    columns = {
        column["name"]: {
            "type": column["type"].compile(dialect),
            "nullable": column["nullable"],
            "default": column["default"],
        }
        for column in inspector.get_columns(name)
    }

    def by_name(found: list[Any]) -> list[Any]:
        return sorted(found, key=lambda one: str(one["name"]))

    return {
        "columns": columns,
        "primary_key": inspector.get_pk_constraint(name),
        "foreign_keys": by_name(inspector.get_foreign_keys(name)),
        "unique": by_name(inspector.get_unique_constraints(name)),
        "checks": by_name(inspector.get_check_constraints(name)),
        "indexes": [
            {**index, "dialect_options": {key: str(value) for key, value in options.items()}}
            for index in by_name(inspector.get_indexes(name))
            if (options := index.get("dialect_options", {})) is not None
        ],
    }


def shape_of(database: Database) -> dict[str, Any]:
    with database.engine.connect() as connection:
        return shape(connection)


def shape_of_the_models(database: Database) -> dict[str, Any]:
    """Create everything from the models, look at it, and leave nothing behind."""
    with database.engine.connect() as connection:
        metadata.create_all(connection)
        seen = shape(connection)
        connection.rollback()
        return seen


def test_there_is_one_line_of_revisions():
    scripts = ScriptDirectory.from_config(migrate.alembic_config())
    assert scripts.get_heads() == [migrate.head()]
    line = list(scripts.walk_revisions("base", "heads"))
    assert scripts.get_bases() == [line[-1].revision]
    assert [one.down_revision for one in line] == [*(one.revision for one in line[1:]), None]


def test_the_migrated_schema_is_the_schema_of_the_models(empty):
    models = shape_of_the_models(empty)
    assert set(models) == {*metadata.tables, "programs"}
    upgrade(empty)
    assert shape_of(empty) == models


def test_a_migration_goes_there_and_back_and_there_again(empty):
    nothing = shape_of(empty)
    upgrade(empty)
    there = shape_of(empty)
    with empty.engine.begin() as connection:
        command.downgrade(migrate.alembic_config(connection), "base")
    assert shape_of(empty) == nothing
    assert migrate.current(empty.engine) is None
    upgrade(empty)
    assert shape_of(empty) == there
    upgrade(empty)
    assert shape_of(empty) == there


def test_alembic_itself_finds_nothing_to_add(empty):
    upgrade(empty)
    with empty.engine.begin() as connection:
        command.check(migrate.alembic_config(connection))


def rewrite(table: str, old: str, new: str) -> tuple[str, ...]:
    """SQLite cannot alter a column or a CHECK; its stored text can be replaced."""
    return (
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_master SET sql = replace(sql, '{old}', '{new}') WHERE name = '{table}'",  # noqa: S608 - our own text
        "PRAGMA writable_schema = RESET",
    )


WAITING = "ix_guidance_session_waiting"
OVERLAP = "ex_guidance_session_adviser_overlap"
MUTANTS: dict[str, dict[str, tuple[str, ...]]] = {
    "a table more": {"both": ("CREATE TABLE planted (id INT)",)},
    "an index less": {"both": ("DROP INDEX ix_guidance_session_intake_id",)},
    "an index on other rows": {
        "both": (
            f"DROP INDEX {WAITING}",
            f"CREATE INDEX {WAITING} ON guidance_session (created_at) WHERE status = 'planned'",
        )
    },
    "another length": {
        "postgresql": ("ALTER TABLE intake ALTER COLUMN region TYPE VARCHAR(5)",),
        "sqlite": rewrite("intake", "region VARCHAR(4)", "region VARCHAR(5)"),
    },
    "a column that may be empty": {
        "postgresql": ("ALTER TABLE intake ALTER COLUMN modes DROP NOT NULL",),
        "sqlite": rewrite("intake", "modes JSON NOT NULL", "modes JSON"),
    },
    "a default": {
        "postgresql": ("ALTER TABLE intake ALTER COLUMN region SET DEFAULT 'AM01'",),
        "sqlite": rewrite("intake", "region VARCHAR(4)", "region VARCHAR(4) DEFAULT 0"),
    },
    "a fourth session allowed": {
        "postgresql": (
            "ALTER TABLE guidance_session DROP CONSTRAINT ck_guidance_session_at_most_three",
            (
                "ALTER TABLE guidance_session ADD CONSTRAINT ck_guidance_session_at_most_three"
                " CHECK (number BETWEEN 1 AND 4)"
            ),
        ),
        "sqlite": rewrite("guidance_session", "BETWEEN 1 AND 3", "BETWEEN 1 AND 4"),
    },
    "a foreign key less": {
        "postgresql": ("ALTER TABLE holder_change DROP CONSTRAINT fk_holder_change_intake_id",),
        "sqlite": rewrite(
            "holder_change",
            "CONSTRAINT fk_holder_change_intake_id FOREIGN KEY(intake_id) REFERENCES intake (id),",
            "",
        ),
    },
    "advisers who may be in two places": {
        "postgresql": (f"ALTER TABLE guidance_session DROP CONSTRAINT {OVERLAP}",),
        "sqlite": (f"DROP TRIGGER {OVERLAP}_update",),
    },
    "a log that can be changed": {
        "postgresql": (
            "DROP TRIGGER ck_session_log_entry_append_only ON session_log_entry",
            (
                "CREATE TRIGGER ck_session_log_entry_append_only BEFORE DELETE OR TRUNCATE"
                " ON session_log_entry FOR EACH STATEMENT"
                " EXECUTE FUNCTION session_log_entry_append_only()"
            ),
        ),
        "sqlite": ("DROP TRIGGER ck_session_log_entry_append_only_update",),
    },
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_schema_that_differs_has_another_shape(mutant, database, engine_kind):
    before = shape_of(database)
    with database.engine.begin() as connection:
        statements = MUTANTS[mutant]
        for statement in statements.get("both") or statements[engine_kind]:
            connection.exec_driver_sql(statement)
    assert shape_of(database) != before


# What is there already

IDENTITY = "20261123_0200"
"""The revision before the audit log had a first head that is signed."""

BEFORE_THE_LOOP = "20261123_0300"
"""The revision before referrals were followed."""

INTAKE = UUID(int=1).hex
REFERRAL = UUID(int=2).hex
VAULT = Vault.of(Settings())


def everything(database: Database) -> sa.Engine:
    return database.engine.execution_options(sees=EVERY_REGION)


def go(database: Database, where: str) -> None:
    """Go to another revision, past `gids db upgrade`."""
    back = (migrate.current(database.engine) or "") > where
    step = command.downgrade if back else command.upgrade
    with everything(database).begin() as connection:
        step(migrate.alembic_config(connection), where)


def verified(database: Database) -> Verified | Broken:
    with database.read(EVERY_REGION) as session:
        return audit.verify(session, VAULT)


def export_the_processing_log(database: Database) -> None:
    """Do something that the revision before had no word for."""
    with acting(database, SYSTEM, VAULT, new_trace(), now=MONDAY) as act:
        act.did(Action.processing_log_exported)


def test_the_audit_log_of_an_older_database_begins_with_the_upgrade_and_never_again(empty):
    go(empty, IDENTITY)
    with everything(empty).begin() as connection:
        put(connection, "session_log_counter")
        put(connection, "session_log_entry", at="2026-11-20 09:00:00.000000")
    upgrade(empty)
    assert verified(empty) == Verified(0)
    with everything(empty).begin() as connection:
        connection.execute(sa.text("DELETE FROM audit_head"))
    upgrade(empty)
    assert verified(empty) == Broken(None, "there must be one head")
    with pytest.raises(AuditHeadError):
        export_the_processing_log(empty)


def test_several_upgrades_at_once_make_one_schema_and_one_beginning(empty, empty_database_url):
    settings, said = Settings(demo=True, database_url=empty_database_url), list[str]()
    with ThreadPoolExecutor(4) as at_once:
        runs = [at_once.submit(schema.upgrade, settings, said.append, now=MONDAY) for _ in range(4)]
        assert [run.result() for run in runs] == [0] * 4
    assert said == ["the audit log begins, with a first head that is signed"]
    assert verified(empty) == Verified(0)


def test_an_audit_log_and_persons_go_there_back_and_there_again_unharmed(empty):
    upgrade(empty)
    with acting(empty, SYSTEM, VAULT, new_trace(), now=MONDAY) as act:
        act.did(Action.intakes_listed)
    with everything(empty).begin() as connection:
        put(connection, "intake", id=INTAKE)
        put(connection, "contact_details", intake_id=INTAKE)
        put(connection, "consent", intake_id=INTAKE)
        before = counted(connection)
    go(empty, IDENTITY)
    assert migrate.current(empty.engine) == IDENTITY
    upgrade(empty)
    assert verified(empty) == Verified(1)
    with everything(empty).begin() as connection:
        assert counted(connection) == before
        purposes = connection.execute(sa.text("SELECT purpose FROM consent")).scalars().all()
        changed = sa.select(metadata.tables["contact_details"].c.changed_at)
        touched = sa.select(metadata.tables["intake"].c.touched_at)
        assert connection.execute(changed).scalars().all() == [
            connection.execute(touched).scalar_one()
        ]
    assert purposes == ["hand_over"]


def counted(connection: sa.Connection) -> dict[str, int]:
    tables = ("intake", "contact_details", "consent", "audit_entry", "audit_head")
    return {
        name: connection.execute(
            sa.select(sa.func.count()).select_from(metadata.tables[name])
        ).scalar_one()
        for name in tables
    }


def test_an_audit_log_that_tells_of_what_the_older_schema_does_not_know_stays_where_it_is(empty):
    upgrade(empty)
    export_the_processing_log(empty)
    before = shape_of(empty)
    with pytest.raises(IntegrityError, match="audit_entry_action"):
        go(empty, IDENTITY)
    assert shape_of(empty) == before
    assert verified(empty) == Verified(1)


def test_a_case_with_a_referral_goes_there_and_back_unharmed_until_it_is_handed_over(empty):
    upgrade(empty)
    with everything(empty).begin() as connection:
        put(connection, "adviser", id=ADVISER.hex)
        put(connection, "availability_window", adviser_id=ADVISER.hex)
        put(connection, "availability_exception", adviser_id=ADVISER.hex)
        now = f"{datetime.now(UTC):%F %T.%f}"
        told = {"outcome": "warm_referral", "holder_id": ADVISER.hex, "touched_at": now}
        put(connection, "intake", id=INTAKE, **told)
        put(connection, "holder_change", intake_id=INTAKE, holder_id=ADVISER.hex)
        put(connection, "referral", id=REFERRAL, intake_id=INTAKE)
        put(connection, "consent", intake_id=INTAKE)
        put(connection, "guidance_session", intake_id=INTAKE, **planned("09:00", "10:00"))
        put(connection, "session_log_counter", last_number=1)
        put(connection, "session_log_entry", type="session_planned")
    go(empty, BEFORE_THE_LOOP)
    upgrade(empty)
    with everything(empty).begin() as connection:
        kept = connection.execute(sa.select(metadata.tables["referral"])).one()
        assert (kept.handed, kept.answers, kept.due) == ("by_hand", True, "escalate")
        assert kept.due_at == kept.created_at
        connection.execute(sa.update(metadata.tables["referral"]).values(status="sent"))
    before = shape_of(empty)
    with pytest.raises(IntegrityError, match="ck_referral_status"):
        go(empty, BEFORE_THE_LOOP)
    assert shape_of(empty) == before


def test_of_an_old_case_that_has_a_referral_the_adviser_is_told_nothing(empty):
    upgrade(empty)
    with everything(empty).begin() as connection:
        put(connection, "intake", id=INTAKE, touched_at="2026-06-01 09:00:00.000000")
        put(connection, "referral", id=REFERRAL, intake_id=INTAKE)
    go(empty, BEFORE_THE_LOOP)
    upgrade(empty)
    with everything(empty).begin() as connection:
        kept = connection.execute(sa.select(metadata.tables["referral"])).one()
    assert (kept.due, kept.due_at) == (None, None)


def test_a_schema_of_a_newer_release_is_left_alone(empty):
    upgrade(empty)
    with empty.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '20990101_0000'")
    before = shape_of(empty)
    with pytest.raises(migrate.SchemaError):
        upgrade(empty)
    assert shape_of(empty) == before
    assert migrate.current(empty.engine) == "20990101_0000"
