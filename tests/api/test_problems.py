import sqlite3
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.engine import Engine

from app import problems
from app.db import DatabaseBusyError
from app.domain.errors import Conflict, DomainError
from app.schemas.problem import MOST_FAULTS
from tests.api.things import SECRET, Ask, asker, assemble
from tests.postgres import Cluster


@pytest.mark.parametrize(
    ("thing_id", "status", "slug"),
    [("nothing", 404, "not-found"), ("late", 409, "too-late"), ("faulty", 400, "invalid-input")],
)
def test_a_refusal_of_the_domain_has_its_status_and_its_slug(ask, thing_id, status, slug):
    answer = ask("GET", f"/v1/things/{thing_id}")
    assert answer.status_code == status
    assert answer.json()["type"] == f"https://gids.example/problems/{slug}"


def test_a_refusal_says_what_would_be_accepted_and_where_the_faults_are(ask):
    assert ask("GET", "/v1/things/nothing").json()["allowed"] == ["late", "faulty"]
    assert ask("GET", "/v1/things/faulty").json()["errors"] == [
        {
            "pointer": "/usedProvisions/0",
            "code": "unknown-provision",
            "detail": "No such one.",
        }
    ]


def test_what_does_not_apply_is_left_out_of_a_problem(ask):
    assert set(ask("GET", "/v1/nowhere").json()) == {
        "type",
        "title",
        "status",
        "detail",
        "instance",
    }


def test_a_refusal_without_a_status_is_a_mistake_of_ours():
    class HomelessError(DomainError):
        slug = "homeless"
        title = "Homeless"
        detail = "Nobody knows."

    with pytest.raises(StopIteration):
        problems.from_domain(HomelessError())


BODIES = {
    "nothing at all": (None, {("", "required")}),
    "null": ("null", {("", "wrong-type")}),
    "a list": ("[]", {("", "wrong-type")}),
    "an empty object": ("{}", {("/firstName", "required")}),
    "the name of Python": ('{"first_name": "a"}', {
        ("/firstName", "required"), ("/first_name", "unknown"),
    }),
    "a name made of what somebody says": ('{"firstName": "a", "zwanger van Piet": 1}', {
        ("", "unknown"),
    }),
    "every kind of fault at once": (
        """{"firstName": "", "story": 3, "usedOn": "2026-02-30", "howMany": 51, "sure": "yes",
            "box": {"modes": ["phone", "zwanger-van-Piet"], "at": "2026-01-01T00:00:00",
            "other": 1}}""",
        {
            ("/firstName", "too-short"), ("/story", "wrong-type"), ("/usedOn", "wrong-type"),
            ("/howMany", "out-of-range"), ("/sure", "wrong-type"),
            ("/box/modes/1", "not-a-choice"), ("/box/at", "instant"), ("/box/other", "unknown"),
        },
    ),
    "too many of a list": (
        '{"firstName": "a", "box": {"modes": ["phone", "phone", "phone"]}}',
        {("/box/modes", "too-long")},
    ),
    "too few of a list": ('{"firstName": "a", "box": {"modes": []}}', {
        ("/box/modes", "too-short"),
    }),
    "a text as a number": ('{"firstName": "a", "howMany": "3"}', {("/howMany", "whole-number")}),
    "a fraction": ('{"firstName": "a", "howMany": 3.5}', {("/howMany", "whole-number")}),
    "a truth as a number": ('{"firstName": "a", "howMany": true}', {("/howMany", "whole-number")}),
    "a number as a truth": ('{"firstName": "a", "sure": 1}', {("/sure", "wrong-type")}),
    "a negative number": ('{"firstName": "a", "howMany": -1}', {("/howMany", "out-of-range")}),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_every_fault_of_a_body_is_named_at_once_and_no_value_comes_back(ask, name):
    body, faults = BODIES[name]
    headers = {"Content-Type": "application/json"} if body else {}
    answer = ask("POST", "/v1/things", headers=headers, content=body)
    assert answer.status_code == 400
    assert {(f["pointer"], f["code"]) for f in answer.json()["errors"]} == faults
    assert "Piet" not in answer.text


@pytest.mark.parametrize(
    ("kind", "bound", "told"),
    [
        ("string_too_short", {"min_length": 1}, "This text must be at least 1 character."),
        ("string_too_short", {"min_length": 21}, "This text must be at least 21 characters."),
        ("too_short", {"min_length": 1}, "This list must have at least 1 item."),
        ("too_long", {"max_length": 1}, "This list must have at most 1 item."),
        ("too_long", {"max_length": 11}, "This list must have at most 11 items."),
    ],
)
def test_one_is_told_in_the_singular(kind, bound, told):
    (fault,) = problems.faults_of([{"type": kind, "loc": ("body", "a"), "ctx": bound}])
    assert fault.detail == told


@pytest.mark.parametrize(
    ("method", "url", "headers", "pointer"),
    [
        ("GET", "/v1/things/UPPER", {}, "path/thing_id"),
        ("GET", "/v1/things?limit=x", {}, "query/limit"),
        ("POST", "/v1/things", {"Idempotency-Key": "x" * 9}, "header/idempotency-key"),
    ],
)
def test_a_fault_outside_the_body_names_its_place(ask, method, url, headers, pointer):
    answer = ask(method, url, headers=headers, json={"firstName": "a"})
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_hundreds_of_faults_are_not_all_written_out(ask):
    names = ", ".join(f'"a{n}": 1' for n in range(300))
    answer = ask(
        "POST",
        "/v1/things",
        headers={"Content-Type": "application/json"},
        content=f"{{{names}}}",
    )
    assert len(answer.json()["errors"]) == MOST_FAULTS


def test_an_unexpected_error_is_a_500_that_tells_nothing(ask):
    answer = ask("GET", "/v1/fail")
    assert answer.json()["type"].endswith("/internal-error")
    assert SECRET not in answer.text


SCHEMA = (
    "CREATE TABLE thing (key varchar(40) NOT NULL, number int,"
    " CONSTRAINT uq_thing_key UNIQUE (key), CONSTRAINT ck_thing_number CHECK (number < 4))"
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path) -> Iterator[Engine]:
    options: dict[str, float | str]
    if request.param == "sqlite":
        address, options = f"sqlite:///{tmp_path}/a.db", {"timeout": 0.05}
    else:
        cluster = request.getfixturevalue("cluster")
        address, options = cluster.dsn(), {"options": "-c lock_timeout=50"}
    made = sa.create_engine(
        address,
        hide_parameters=True,
        pool_size=1,
        max_overflow=1,
        pool_timeout=0.05,
        connect_args=options,
    )
    with made.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS thing"))
        connection.execute(sa.text(SCHEMA))
        connection.execute(sa.text("INSERT INTO thing VALUES ('one', 1)"))
    yield made
    made.dispose()


def asking(run) -> Ask:
    api = FastAPI(openapi_url="/openapi.json", docs_url=None, redoc_url=None)
    api.get("/run")(run)
    return asker(assemble(api))


@pytest.fixture
def constraints(monkeypatch) -> None:
    class KeyTakenError(Conflict):
        slug = "key-taken"
        title = "This key is in use"
        detail = "This key is in use. Choose another."

    for key in ("uq_thing_key", "thing.key"):
        monkeypatch.setitem(problems.CONSTRAINTS, key, KeyTakenError)


def insert(engine: Engine, key: str, number: int) -> Ask:
    def run() -> None:
        with engine.begin() as connection:
            connection.execute(
                sa.text("INSERT INTO thing VALUES (:key, :number)"),
                {"key": key, "number": number},
            )

    return asking(run)


@pytest.mark.usefixtures("constraints")
def test_a_known_constraint_is_a_conflict_on_either_engine(engine):
    answer = insert(engine, "one", 1)("GET", "/v1/run")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/problems/key-taken")
    assert answer.json()["title"] == "This key is in use"
    assert answer.json()["detail"] == "This key is in use. Choose another."


def test_an_unknown_constraint_is_a_mistake_of_ours_and_the_log_names_it(engine, caplog):
    answer = insert(engine, SECRET, 5)("GET", "/v1/run")
    assert answer.status_code == 500
    assert [r.constraint for r in caplog.records if hasattr(r, "constraint")] == ["ck_thing_number"]


def test_a_lock_that_is_not_given_is_503_with_a_time_to_come_back(engine):
    with engine.connect() as holder:
        if engine.dialect.name == "sqlite":
            holder.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            holder.exec_driver_sql("LOCK TABLE thing")
        answer = insert(engine, "two", 1)("GET", "/v1/run")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.json()["type"].endswith("/problems/busy")


def test_a_pool_without_a_free_connection_is_503(engine):
    with engine.connect(), engine.connect():
        assert insert(engine, "two", 1)("GET", "/v1/run").status_code == 503


def test_a_database_that_cannot_be_reached_is_503():
    unreachable = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert insert(unreachable, "two", 1)("GET", "/v1/run").status_code == 503


def test_a_table_that_does_not_exist_is_500(engine):
    def run() -> None:
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT * FROM nowhere"))

    assert asking(run)("GET", "/v1/run").status_code == 500


def test_a_writer_that_waited_too_long_for_the_embedded_database_is_503():
    def run() -> None:
        raise DatabaseBusyError

    assert asking(run)("GET", "/v1/run").status_code == 503


TRAPS = (
    "CREATE TABLE a (x int NOT NULL CONSTRAINT ck_small CHECK (x < 9), y int, z, UNIQUE (x, y))",
    "CREATE UNIQUE INDEX uq_lower ON a (lower(z))",
    """CREATE TRIGGER t BEFORE INSERT ON a WHEN NEW.y = 3
       BEGIN SELECT RAISE(ABORT, 'no_threes'); END""",
    "INSERT INTO a VALUES (1, 1, 'x')",
)


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("INSERT INTO a VALUES (1, 1, 'z')", "a.x, a.y"),
        ("INSERT INTO a VALUES (2, 1, 'X')", "uq_lower"),
        ("INSERT INTO a VALUES (9, 1, 'z')", "ck_small"),
        ("INSERT INTO a VALUES (NULL, 1, 'z')", "a.x"),
        ("INSERT INTO a VALUES (3, 3, 'z')", "no_threes"),
    ],
)
def test_sqlite_names_what_said_no(statement, name):
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        for prepared in TRAPS:
            connection.exec_driver_sql(prepared)
        with pytest.raises(sa.exc.IntegrityError) as refused:
            connection.exec_driver_sql(statement)
    engine.dispose()
    assert isinstance(refused.value.orig, sqlite3.IntegrityError)
    assert problems.constraint_name(refused.value) == name


def test_a_child_without_a_slug_of_its_own_is_answered_as_its_parent():
    class StillConflictError(Conflict):
        detail = "Another text."

    assert problems.from_domain(StillConflictError()).status_code == 409
