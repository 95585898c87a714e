"""What the bench counts and asks is what docs/performance.md says."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from itertools import islice

import httpx
import psycopg
import pytest
import sqlalchemy as sa

from app.catalogue import build, load
from app.db import opened
from app.domain.access import NO_REGION
from app.services.catalogue import read_knowledge
from bench import catalogues, questions
from bench.__main__ import ROWS, measured
from bench.answers import thousand_stored, with_key
from bench.figures import Plan, Rounds, Row, table
from bench.processes import CORES, on_core, service
from bench.statements import captured, script
from tests.conftest import copied, open_settings
from tests.server import ROOT

CLIENTS, EACH = 2, 3
TABLES = ("intake", "session_log_entry", "kept_answer")
"""An intake writes one row in each."""


@pytest.mark.parametrize(
    ("row", "met"),
    [
        (Row(name="at least", value=5, target=5), True),
        (Row(name="at least", value=4.9, target=5), False),
        (Row(name="at most", value=5, target=5, at_most=True), True),
        (Row(name="at most", value=5.1, target=5, at_most=True), False),
        (Row(name="by ratio", value=9, baseline=18, ratio=0.5, target=0.5), True),
        (Row(name="by ratio", value=9, baseline=20, ratio=0.45, target=0.5), False),
        (Row(name="by ratio", value=9, baseline=3, ratio=3, target=3, at_most=True), True),
        (Row(name="only told", value=9, baseline=18, ratio=0.5), None),
    ],
)
def test_a_target_is_for_the_ratio_where_there_is_one(row, met):
    assert row.met is met
    assert row.as_json()["met"] is met


def test_the_ratio_is_the_median_of_those_of_the_rounds():
    ours, theirs = iter([10.0, 30.0, 20.0]), iter([10.0, 10.0, 40.0])
    row = Rounds.of(3, lambda: next(ours), lambda: next(theirs)).row("row", target=1)
    assert (row.value, row.baseline, row.ratio) == (20, 10, 1)
    assert "from 0.50 to 3.00" in row.told


def test_the_table_leaves_open_what_has_no_target():
    told = [
        Row(name="met", value=12_345, target=1).as_json(),
        Row(name="missed", value=0.5, baseline=2, ratio=0.25, target=0.5).as_json(),
        Row(name="told", value=0.5, baseline=2, ratio=0.25).as_json(),
    ]
    assert list(table(told))[2:] == [
        "| met | 12,340 |  |  | 1 | yes |",
        "| missed | 0.5 | 2 | 0.25 | 0.5 | NO |",
        "| told | 0.5 | 2 | 0.25 |  |  |",
    ]


def test_what_was_measured_is_kept_when_a_later_row_fails(tmp_path):
    def works(_plan):
        """Work."""
        yield Row(name="first", value=1, target=1)
        yield Row(name="second", value=2)

    def fails(_plan):
        """Fail."""
        yield Row(name="third", value=3)
        raise RuntimeError("it fell over")

    result = tmp_path / "var" / "bench.json"
    with pytest.raises(RuntimeError, match="it fell over"):
        measured({"works": works, "fails": fails}, Plan(1, 1, 1, tmp_path), result)
    kept = json.loads(result.read_text())
    assert [one["name"] for one in kept] == ["first", "second", "third"]
    assert set(kept[1]) == {"name", "value", "baseline", "ratio", "target", "met"}
    assert [one["met"] for one in kept] == [True, None, None]


def test_every_row_says_what_it_does():
    assert all(measure.__doc__ for measure in ROWS.values())


@pytest.mark.parametrize("module", ["bench", "bench.profile"])
def test_on_one_core_it_refuses_to_measure(module):
    with on_core(CORES[0]):
        done = subprocess.run(  # noqa: S603  # our own arguments, no shell
            [sys.executable, "-m", module],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert "needs two cores" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_query_is_asked_twice_in_a_run_and_some_have_a_slip():
    sets = list(islice(questions.different_queries(), 7))
    assert [len(one) for one in sets] == [10_000] * 7
    assert max(Counter(query for one in sets for query in one).values()) == 1
    assert sets == list(islice(questions.different_queries(), 7))


def test_what_is_popular_is_two_hundred_things_that_are_found(open_client):
    popular = questions.popular_queries()
    assert len(set(popular)) == len(popular) == 200
    asked = [open_client.get("/provisions", params={"q": query}) for query in popular[::20]]
    assert all(answer.json()["items"] for answer in asked)


def test_no_two_people_who_are_checked_say_the_same():
    bodies = [one["body"] for one in questions.checks()]
    assert len(set(bodies)) == len(bodies) == 2_000


def test_a_catalogue_of_a_thousand_provisions_is_imported_as_an_operator_does(tmp_path):
    url = thousand_stored(Plan(1, 1, 1, tmp_path))
    with opened(open_settings(url)) as database, database.read(NO_REGION) as session:
        stored = read_knowledge(session).catalogue
    assert len(stored.provisions) == 1_000
    assert set(load().provisions) < set(stored.provisions)


def test_a_part_of_the_catalogue_of_a_country_has_so_many_provisions():
    records = catalogues.hundred_thousand()
    kinds = Counter(record.kind for record in records)
    assert (kinds["provision"], kinds["sector"]) == (catalogues.MANY, catalogues.IN_SECTORS)
    part = build(catalogues.first(records, 1_000))
    assert (len(part.provisions), len(part.sectors)) == (1_000, catalogues.IN_SECTORS)


def test_pgbench_sends_what_an_intake_says_again_and_again(cluster, request, tmp_path):
    url = copied(request.getfixturevalue("postgres_template"), request)
    name = str(sa.make_url(url).database)
    said = captured(url, tmp_path, questions.intakes()[0])
    with cluster.as_superuser(name) as connection:
        file = tmp_path / "intake.sql"
        file.write_text(script(said, connection))
        before = counted(connection)
        where = sa.make_url(url)
        done = subprocess.run(  # noqa: S603  # our own arguments, no shell
            [
                cluster.binaries / "pgbench",
                *("--no-vacuum", "--protocol=prepared"),
                *(f"--client={CLIENTS}", f"--transactions={EACH}", f"--file={file}"),
                *("-h", str(where.host), "-p", str(where.port), "-U", str(where.username), name),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert "number of failed transactions: 0 " in done.stdout
        after = counted(connection)
    assert {after[table] - before[table] for table in TABLES} == {CLIENTS * EACH}


def test_without_what_it_needs_it_says_how_to_get_it():
    done = subprocess.run(
        [sys.executable, "-S", "-m", "bench"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "run `make bench`" in done.stderr
    assert "Traceback" not in done.stderr


def counted(connection: psycopg.Connection) -> dict[str, int]:
    rows = [connection.execute(f"SELECT count(*) FROM {table}").fetchall() for table in TABLES]  # noqa: S608
    return {table: count for table, [(count,)] in zip(TABLES, rows, strict=True)}


def test_the_service_is_measured_as_it_runs_with_its_log_and_takes_the_key(
    sqlite_template, tmp_path
):
    shutil.copyfile(sqlite_template, tmp_path / "gids.db")
    url = f"sqlite:///{tmp_path / 'gids.db'}"
    key = with_key(tmp_path, url)
    with service(tmp_path, url, core=None) as server:
        asked = questions.with_headers(questions.searches(["omscholen"]), key)[0]
        assert httpx.get(server.url + asked["path"], headers=asked["headers"]).is_success
        asked["headers"]["Authorization"] += "x"
        assert httpx.get(server.url + asked["path"], headers=asked["headers"]).status_code == 401
    [log] = tmp_path.glob("service-*.log")
    lines = (json.loads(line) for line in log.read_text().splitlines() if line.startswith("{"))
    told = [line["status"] for line in lines if line.get("route") == "/v1/provisions"]
    assert told == [200, 401]
