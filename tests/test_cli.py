"""The operator's commands: what they do, and what they say when something is wrong."""

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import uvicorn

from app import migrate
from app.catalogue import PACKAGE_FOLDER
from app.cli import main
from app.db import Database
from app.domain.access import EVERY_REGION
from app.main import utc_now
from app.services.advisers import demo_advisers, import_advisers
from tests.production import ENVIRONMENT, production, sign_anew
from tests.server import free_port
from tests.services.desk import ANNA, Desk, wishes

ROOT = Path(__file__).parent.parent
IMAGE = (ROOT / "Dockerfile").read_text()
Gids = Callable[..., tuple[int, str, str]]

ADVISERS = f"""
advisers:
  - id: {ANNA}
    name: Anna Geheim
    windows:
      - {{region: AM01, mode: phone, weekday: 2, starts: "09:00", ends: "12:00"}}
"""


@pytest.fixture
def loggers() -> Iterator[None]:
    """Give logging back as it was: `serve` and `demo` set it for their whole process."""
    names = (None, "app", "uvicorn", "uvicorn.error", "uvicorn.access")
    found = [(one := logging.getLogger(name), one.handlers[:], one.level) for name in names]
    yield
    for logger, handlers, level in found:
        logger.handlers[:] = handlers
        logger.setLevel(level)
        logger.disabled = False


@pytest.fixture
def gids(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Gids:
    """Run a command with these settings; give its exit code and what it wrote."""
    for name in os.environ:
        if name.startswith("GIDS_"):
            monkeypatch.delenv(name)
    for name in ("GIDS_DEMO", "GIDS_DELIVER"):
        # `gids demo` sets them: so they are gone after the test, and not left to the next one.
        monkeypatch.setenv(name, "0")
        monkeypatch.delenv(name)

    def run(*arguments: str, **settings: str) -> tuple[int, str, str]:
        for name, value in settings.items():
            monkeypatch.setenv(f"GIDS_{name.upper()}", value)
        code = main(arguments)
        return code, *capsys.readouterr()

    return run


def said(result: tuple[int, str, str]) -> str:
    """Expect one line on standard error and exit code 2; give the line."""
    code, out, err = result
    assert (code, out) == (2, "")
    assert err.startswith("gids: ")
    assert err.count("\n") == 1
    return err.removeprefix("gids: ").strip()


# The schema


def test_upgrade_makes_the_schema_and_check_agrees(gids, empty_database_url):
    settings = {"demo": "1", "database_url": empty_database_url}
    assert "gids db upgrade" in said(gids("db", "check", **settings))
    begins = "the audit log begins, with a first head that is signed\n"
    upgraded = f"the schema is at {migrate.head()}\n"
    assert gids("db", "upgrade", **settings) == (0, begins + upgraded, "")
    assert gids("db", "upgrade", **settings) == (0, upgraded, "")
    assert gids("db", "check", **settings) == (0, "the schema is the one of this release\n", "")


def test_outside_demo_mode_no_audit_log_begins_with_a_key_that_everybody_knows(
    gids, monkeypatch, empty_database_url
):
    settings = {"demo": "0", "database_url": empty_database_url}
    assert "demo's, which everybody knows" in said(gids("db", "upgrade", **settings))
    assert "the schema is at None" in said(gids("db", "check", **settings))
    for name in ("GIDS_ENCRYPTION_KEYS", "GIDS_SIGNING_KEY"):
        monkeypatch.setenv(name, ENVIRONMENT[name])
    assert gids("db", "upgrade", **settings)[0] == 0
    monkeypatch.delenv("GIDS_SIGNING_KEY")
    # Once the audit log has begun nothing is signed.
    assert gids("db", "upgrade", **settings)[0] == 0


def test_a_schema_of_a_newer_release_is_not_touched(gids, database, database_url):
    set_revision(database, "20990101_0000")
    for command in ("upgrade", "check"):
        assert "20990101_0000" in said(gids("db", command, database_url=database_url))
    assert migrate.current(database.engine) == "20990101_0000"


def set_revision(database: Database, revision: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


def test_a_database_that_cannot_be_reached_is_told_without_its_password(gids):
    url = f"postgresql://gids:geheim@127.0.0.1:{free_port()}/gids"
    answer = gids("db", "upgrade", database_url=url)
    code, out, err = answer
    assert (code, out) == (2, "")
    assert "Connection refused" in err
    assert "geheim" not in err
    assert "Traceback" not in err


# The catalogue


def test_the_catalogue_is_stored_once(gids, empty_database_url):
    settings = {"demo": "1", "database_url": empty_database_url}
    assert "gids db upgrade" in said(gids("catalogue", "import", **settings))
    gids("db", "upgrade", **settings)
    code, out, _ = gids("catalogue", "import", **settings)
    assert (code, out.split(",")[0], out.split(": ")[1]) == (0, "catalogue version 1", "stored\n")
    code, out, _ = gids("catalogue", "import", **settings)
    assert (code, out.split(": ")[1]) == (0, "unchanged\n")


def test_the_catalogue_of_this_release_has_no_faults(gids):
    code, out, err = gids("catalogue", "check")
    assert (code, err) == (0, "")
    assert out.endswith("no faults\n")


def test_faults_in_the_catalogue_are_told_by_file_record_and_field(gids, database_url, tmp_path):
    folder = tmp_path / "faulty"
    folder.mkdir()
    regions = (PACKAGE_FOLDER / "regions.yaml").read_text("utf-8")
    (folder / "regions.yaml").write_text(regions.replace("AM01", "AM1", 1), "utf-8")
    for command in ("check", "import"):
        code, out, err = gids(
            "catalogue", command, "--folder", str(folder), database_url=database_url
        )
        assert (code, out) == (2, "")
        assert "regions.yaml: AM1: code" in err
    assert gids("catalogue", "import", database_url=database_url)[1].endswith("unchanged\n")


def test_a_catalogue_folder_that_does_not_exist_is_told(gids, database_url, tmp_path):
    settings = {"database_url": database_url}
    for command in ("check", "import"):
        line = said(gids("catalogue", command, "--folder", str(tmp_path / "nowhere"), **settings))
        assert line.endswith("nowhere: holds no record")


# Advisers and who waits


def test_advisers_bring_places_for_who_waits(gids, database, database_url, knowledge, tmp_path):
    desk = Desk(database, knowledge, now=utc_now())
    desk.close_all()
    intake = desk.intake(scheduling=wishes(count=2))
    desk.intake(scheduling=wishes(count=1), region="AM02")
    file = tmp_path / "advisers.yaml"
    file.write_text(ADVISERS)
    settings = {"demo": "1", "database_url": database_url}
    told = "1 advisers; 2 waiting sessions have a place now\n"
    assert gids("advisers", "import", str(file), **settings) == (0, told, "")
    assert [one.adviser_id for one in desk.sessions(intake)] == [ANNA, ANNA]
    none = "0 waiting sessions have a place now\n"
    assert gids("waiting", "fill", **settings) == (0, none, "")


def test_filling_gives_places_in_every_region_and_to_who_has_none(
    gids, database, database_url, knowledge
):
    desk = Desk(database, knowledge, now=utc_now())
    desk.close_all()
    intakes = [desk.intake(region=region) for region in ("AM01", "AM35", None)]
    with database.write(EVERY_REGION) as session:
        import_advisers(session, demo_advisers(knowledge.catalogue.regions.values()), demo=True)
    assert all("waiting" in line for one in intakes for line in desk.agenda(one))
    filled = (0, "9 waiting sessions have a place now\n", "")
    assert gids("waiting", "fill", demo="1", database_url=database_url) == filled
    assert all("planned" in line for one in intakes for line in desk.agenda(one))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("weekday: 2", "weekday: 9", "advisers.0.windows.0: a weekday is 1"),
        ("mode: phone", "mode: chat", "advisers.0.windows.0.mode: Input should be 'phone'"),
        ('"12:00"', "12:00", "advisers.0.windows.0.ends: write hours between quotes"),
        ('"12:00"', '"12"', "advisers.0.windows.0.ends: write hours between quotes"),
        ('"12:00"', '"12:00Z"', "advisers.0.windows.0.ends: write hours between quotes"),
        ('"12:00"', '"29:00"', "advisers.0.windows.0.ends: there is no such hour"),
        ("AM01", "AM99", "advisers.0.windows.0.region: there is no such region"),
        ("AM01", "Geheim", "advisers.0.windows.0.region: give the CBS code of a region"),
        ("}", ", valid_until: 2027-13-45}", "windows.0.valid_until: there is no such day"),
        ("}", ", valid_until: 20271345}", "windows.0.valid_until: write a day as 2027-06-30"),
        (f"id: {ANNA}", "id: Geheim", "advisers.0.id: this must be a UUID"),
        ("name: Anna Geheim", "name: 7", "advisers.0.name: this must be a text"),
        ("name: Anna Geheim", "nick: Anna Geheim", "advisers.0.name: this is missing"),
        ("advisers:", "", "the whole file: this must be names with their values"),
        ("name: Anna Geheim", "name: !!int Geheim", "this is no YAML that can be read"),
        ("name: Anna Geheim", "name: Gehéim", "the file is not UTF-8"),
        ("windows:", "windows: [", "line 6: "),
        ("name:", "\tname:", "line 4: found "),
    ],
)
def test_a_fault_in_a_file_of_advisers_is_told_by_file_and_place_alone(
    old, new, told, gids, tmp_path, sqlite_template
):
    file = tmp_path / "advisers.yaml"
    file.write_bytes(ADVISERS.replace(old, new).encode("latin-1"))
    settings = {"demo": "1", "database_url": f"sqlite:///{sqlite_template}"}
    line = said(gids("advisers", "import", str(file), **settings))
    assert line.startswith(f"{file}: ")
    assert told in line
    assert "Geheim" not in line
    assert str(ANNA) not in line


def test_every_fault_in_a_file_of_advisers_is_told_at_once(gids, tmp_path, sqlite_template):
    settings = {"demo": "1", "database_url": f"sqlite:///{sqlite_template}"}
    file = tmp_path / "advisers.yaml"
    second = ADVISERS.replace("advisers:\n", "")
    file.write_text((ADVISERS + second).replace("AM01", "AM99").replace("weekday: 2", "weekday: x"))
    line = said(gids("advisers", "import", str(file), **settings)).removeprefix(f"{file}: ")
    assert [fault.partition(": ")[0] for fault in line.split("; ")] == [
        f"advisers.{adviser}.windows.0.{field}"
        for adviser in (0, 1)
        for field in ("region", "weekday")
    ]


def test_an_adviser_who_stands_twice_in_a_file_is_refused(gids, tmp_path, sqlite_template):
    file = tmp_path / "advisers.yaml"
    file.write_text(ADVISERS + ADVISERS.replace("advisers:\n", ""))
    settings = {"demo": "1", "database_url": f"sqlite:///{sqlite_template}"}
    line = said(gids("advisers", "import", str(file), **settings))
    assert line.startswith(f"{file}: advisers: the same id stands at 0 and 1")
    assert str(ANNA) not in line


def test_a_file_of_advisers_that_does_not_exist_is_told(gids, tmp_path):
    line = said(gids("advisers", "import", str(tmp_path / "nobody.yaml")))
    assert "No such file" in line


# Settings, and what does not start


@pytest.mark.parametrize("command", [("db", "check"), ("serve",), ("waiting", "fill"), ("health",)])
def test_a_setting_that_does_not_exist_is_refused_by_name(command, gids):
    assert said(gids(*command, databse_url="geheim")) == "unknown settings: GIDS_DATABSE_URL"


def test_a_setting_that_cannot_be_is_refused_without_repeating_it(gids):
    line = said(gids("db", "check", port="geheim", log_level="loud", database_url="mysql:geheim"))
    assert [part.partition(":")[0] for part in line.split("; ")] == [
        "GIDS_DATABASE_URL",
        "GIDS_PORT",
        "GIDS_LOG_LEVEL",
    ]
    assert "geheim" not in line


def test_without_demo_mode_the_service_does_not_start(gids, loggers, database_url):
    assert "GIDS_DEMO=1" in said(gids("serve", database_url=database_url))


def test_on_another_schema_the_service_does_not_start(gids, loggers, database, database_url):
    set_revision(database, "20990101_0000")
    assert "20990101_0000" in said(gids("serve", demo="1", database_url=database_url))


def test_neither_starts_on_an_audit_log_that_another_key_signed(gids, loggers, database_url):
    sign_anew(production(database_url))
    for command in ("serve", "demo"):
        line = said(gids(command, demo="1", database_url=database_url))
        assert "signed with another signing key" in line


def test_without_a_catalogue_the_service_does_not_start(gids, loggers, empty_database_url):
    gids("db", "upgrade", demo="1", database_url=empty_database_url)
    line = said(gids("serve", demo="1", database_url=empty_database_url))
    assert "gids catalogue import" in line


@pytest.mark.parametrize("arguments", [(), ("db",), ("db", "drop"), ("serve", "--workers", "x")])
def test_a_command_that_does_not_exist_is_answered_with_the_usage(arguments, gids, capsys):
    with pytest.raises(SystemExit) as left:
        gids(*arguments)
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("usage: gids")


# A running service


def test_health_tells_whether_the_running_service_is_ready(gids, client, database):
    port = str(client.base_url.port)
    code, out, err = gids("health", port=port)
    assert (code, json.loads(out)["status"], err) == (0, "ready", "")
    code, _, _ = gids("health", port=port, host="0.0.0.0")  # noqa: S104 - the command looks where to ask
    assert code == 0
    set_revision(database, "20990101_0000")
    code, out, _ = gids("health", port=port)
    assert (code, json.loads(out)["status"]) == (1, 503)


@pytest.mark.parametrize(
    ("host", "asked"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("::", "[::1]")],  # noqa: S104 - the command looks where to ask
)
def test_health_of_a_service_that_does_not_run_names_the_address(host, asked, gids, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    port = free_port()
    line = said(gids("health", host=host, port=str(port)))
    assert line.startswith(f"http://{asked}:{port}/v1/health/ready does not answer: ")


def test_health_asks_the_service_itself_and_no_proxy(gids, client, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    assert gids("health", port=str(client.base_url.port))[0] == 0


def test_the_health_check_of_the_image_asks_the_service_in_seconds(client, database):
    found = re.search(r"^HEALTHCHECK .*? CMD (\[.*?\])$", IMAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    command = json.loads(found[1].replace("\\\n", ""))
    assert command[0] == "python"

    def healthy() -> bool:
        port, proxy = client.base_url.port, f"http://127.0.0.1:{free_port()}"
        asked = subprocess.run(  # noqa: S603 - our own command, no shell
            [sys.executable, *command[1:]],
            env={"GIDS_PORT": str(port), "http_proxy": proxy},
            stderr=subprocess.DEVNULL,
            check=False,
        )
        return asked.returncode == 0

    assert healthy()
    set_revision(database, "20990101_0000")
    assert not healthy()


def test_a_server_process_has_a_minute_to_answer_its_parent(
    gids, loggers, monkeypatch, sqlite_template
):
    started: dict[str, object] = {}
    monkeypatch.setattr(uvicorn, "run", lambda _app, **how: started.update(how))
    settings = {"demo": "1", "database_url": f"sqlite:///{sqlite_template}"}
    assert gids("serve", "--workers", "2", **settings)[0] == 0
    assert (started["workers"], started["timeout_worker_healthcheck"]) == (2, 60)


def test_the_api_document_is_what_the_service_publishes(gids, open_client):
    code, out, err = gids("openapi")
    assert (code, err) == (0, "")
    assert json.loads(out) == open_client.get("/openapi.json").json()
