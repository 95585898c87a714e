"""What the database refuses to do to the audit log and to the processing log."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import Action
from app.models import metadata
from app.models.audit import APPEND_ONLY, GAPLESS
from app.models.processing_log import UNCHANGED
from app.problems import constraint_name
from app.services import audit, processing_log
from app.services.audit import AuditHeadError
from app.services.deeds import Deed
from tests.conftest import ENGINES, MONDAY
from tests.services.audit_trail import (
    ADVISER,
    VAULT,
    deeds,
    empty_database,
    everything,
    lasting,
    person,
    write,
)

INSERT = (
    "INSERT INTO audit_entry (number, at, actor, roles, action, hash)"
    " SELECT {number}, at, actor, roles, action, hash FROM audit_entry WHERE number = 1"
)


@pytest.fixture(scope="module", params=ENGINES)
def logs(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Both logs with three entries."""
    with lasting(empty_database(request.param, request, "guards")) as database:
        write(database, 3)
        with database.write(EVERY_REGION) as session:
            done = [Deed(Action.intake_read, (person(), person(), person()))]
            processing_log.append(session, VAULT, processing_log.new_trace(), done, now=MONDAY)
        yield database


@pytest.fixture
def connection(logs: Database) -> Iterator[sa.Connection]:
    """A transaction that is rolled back at the end."""
    with everything(logs).connect() as connection:
        yield connection


@pytest.mark.parametrize(
    ("statement", "guard"),
    [
        ("UPDATE audit_entry SET actor = 'nobody' WHERE number = 1", APPEND_ONLY),
        ("DELETE FROM audit_entry WHERE number = 3", APPEND_ONLY),
        ("DELETE FROM audit_entry", APPEND_ONLY),
        (INSERT.format(number=5), GAPLESS),
        (INSERT.format(number=3), GAPLESS),
        (INSERT.format(number=0), GAPLESS),
        ("UPDATE processing_entry SET name = 'Iets anders'", UNCHANGED),
        ("INSERT INTO audit_head SELECT 2, number, hash, signature, at FROM audit_head", "one_row"),
        ("UPDATE audit_head SET number = -1", "not_negative"),
    ],
)
def test_the_past_is_not_rewritten(statement, guard, connection):
    with pytest.raises(IntegrityError) as caught:
        connection.execute(sa.text(statement))
    assert constraint_name(caught.value).endswith(guard)


def test_the_audit_log_cannot_be_truncated(cluster, request):
    with lasting(empty_database("postgresql", request, "truncate")) as database:
        write(database, 1)
        with (
            pytest.raises(IntegrityError, match=APPEND_ONLY),
            database.engine.begin() as connection,
        ):
            connection.execute(sa.text("TRUNCATE audit_entry"))


def test_who_sees_one_region_or_none_sees_nothing_of_the_logs(cluster, request):
    with lasting(empty_database("postgresql", request, "regions")) as database:
        write(database, 2)
        with database.write(EVERY_REGION) as session:
            done = [Deed(Action.intake_read, (person(),))]
            processing_log.append(session, VAULT, processing_log.new_trace(), done, now=MONDAY)
        expected = {"audit_entry": 2, "audit_head": 1, "processing_entry": 1}
        assert counted(everything(database)) == expected
        for sees in ("AM22", "", None):
            engine = database.engine.execution_options(sees=sees)
            assert counted(engine) == dict.fromkeys(expected, 0)
        with pytest.raises(AuditHeadError), database.write("AM22") as session:
            audit.append(session, VAULT, ADVISER, deeds(1), now=MONDAY)


def counted(engine: sa.Engine) -> dict[str, int]:
    """Count what is shown of each log."""
    with engine.connect() as connection:
        return {
            name: connection.execute(
                sa.select(sa.func.count()).select_from(metadata.tables[name])
            ).scalar_one()
            for name in ("audit_entry", "audit_head", "processing_entry")
        }


@pytest.mark.parametrize(
    "statement",
    [INSERT.format(number=4), "DELETE FROM processing_entry", "UPDATE audit_head SET number = 4"],
)
def test_what_the_service_does_is_let_through(statement, connection):
    assert connection.execute(sa.text(statement)).rowcount > 0
