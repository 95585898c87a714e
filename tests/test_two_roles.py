"""One role owns the database and migrates, another one serves and can change no table."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
import yaml

from app.catalogue import load
from app.cli import main
from app.db import opened
from app.domain.access import NO_REGION
from app.main import create_app
from app.services.advisers import demo_advisers, import_advisers
from app.services.tokens import DEMO_CALLERS
from tests.conftest import TestClock
from tests.identity import fitting, token
from tests.postgres import Cluster, _binaries
from tests.production import ENVIRONMENT, production
from tests.server import running
from tests.story import Story

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "identity.md").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
"""What an operator is told to do, and what is done for one."""

HOOKS = "hooks.werkcentrum.example"


def statements_of_the_guide() -> str:
    (found,) = re.findall(r"```sql\n(CREATE ROLE.*?)```", GUIDE, re.DOTALL)
    return str(found)


def statements_of_compose() -> str:
    script = COMPOSE["configs"]["role"]["content"]
    (found,) = re.findall(r"<<'SQL'\n(.*?)^SQL$", script, re.DOTALL | re.MULTILINE)
    return re.sub(r":'\w+'", "'...'", found)


def test_compose_makes_the_roles_as_the_guide_does_and_migrates_as_the_owner() -> None:
    assert statements_of_compose() == statements_of_the_guide()
    users = {
        name: re.search(r"//(\w+)@", one["environment"]["GIDS_DATABASE_URL"])
        for name, one in COMPOSE["services"].items()
        if name != "database"
    }
    assert {name: user and user[1] for name, user in users.items()} == {
        "migrate": "gids_owner",
        "catalogue": "gids",
        "service": "gids",
        "worker": "gids",
    }


@pytest.fixture
def roles(cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Do as the guide says, under names of the test's own; give the owner's and the other's DSN."""
    name = f"t{uuid4().hex}"
    script = re.sub(r"\bgids(_owner)?\b", rf"{name}\1", statements_of_the_guide())
    subprocess.run(  # noqa: S603 - our own arguments, no shell
        [
            _binaries() / "psql",
            cluster.dsn().replace("+psycopg", ""),
            "--quiet",
            "--no-psqlrc",
            "--set=ON_ERROR_STOP=1",
        ],
        input=script,
        check=True,
        text=True,
    )
    yield cluster.dsn(name, f"{name}_owner"), cluster.dsn(name, name)
    with cluster.as_superuser() as superuser:
        superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")
        superuser.execute(f"DROP ROLE {name}, {name}_owner")


def in_earnest(demo: str) -> str:
    """Make the token of somebody who is outside demo mode what this one is in it."""
    who = DEMO_CALLERS[demo]
    claims = {"name": who.name, "organisation": who.organisation, "region": who.region}
    return token(demo, *who.roles, **{name: said for name, said in claims.items() if said})


def whoever_may(request: httpx.Request) -> httpx.Request:
    """Show a token of whom the example shows, or else of somebody who may do it.

    And let a webhook be elsewhere: on this machine there is none but in demo mode.
    """
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    may = shown or fitting(request.url.path)
    real = in_earnest(may) if may in DEMO_CALLERS else may
    headers = {"Authorization": f"Bearer {real}", "Accept": request.headers["Accept"]}
    headers |= {
        name: said
        for name, said in request.headers.items()
        if name in {"content-type", "idempotency-key", "if-match", "if-none-match"}
    }
    content = request.content.replace(b"//localhost:8443", f"//{HOOKS}".encode())
    return httpx.Request(request.method, request.url, headers=headers, content=content)


@pytest.fixture
def gids(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run a command of the operator as one of the roles."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    def run(url: str, *command: str) -> int:
        monkeypatch.setenv("GIDS_DATABASE_URL", url)
        return main(list(command))

    return run


def test_who_may_only_read_and_write_rows_serves_everything_and_takes_nothing_off(
    roles: tuple[str, str], gids: Callable[..., int]
) -> None:
    owner, server = roles
    assert gids(owner, "db", "upgrade") == 0
    assert gids(server, "catalogue", "import") == 0
    hosts = {"AM22": (HOOKS,)}
    settings = production(server).model_copy(update={"callback_hosts": hosts})
    with opened(settings) as database, database.write(NO_REGION) as session:
        import_advisers(session, demo_advisers(load().regions.values()), demo=True)
    with (
        running(create_app(settings, clock=TestClock())) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30, auth=whoever_may) as client,
    ):
        told = [(e.operation, e.status, a.status_code) for e, _, a in Story(client).tell()]
    assert [one for one in told if one[1] != one[2]] == []
    for command in (("audit", "verify"), ("retention", "run"), ("keys", "rotate")):
        assert gids(server, *command) == 0
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in (
            "ALTER TABLE intake NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE intake DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
            "DROP POLICY intake_sees ON intake",
            "CREATE POLICY more ON intake USING (true)",
            "TRUNCATE audit_entry",
            "UPDATE alembic_version SET version_num = 'older'",
            "DELETE FROM alembic_version",
            "INSERT INTO alembic_version VALUES ('older')",
            "CREATE TABLE more ()",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
