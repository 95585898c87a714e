"""The operator's view of the outbox: how it stands, and sending again."""

import signal
from datetime import timedelta
from functools import partial

import pytest
from pydantic import AnyHttpUrl, SecretStr
from sqlmodel import col, select

from app.cli import main
from app.commands import outbox
from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import Action, EffectKind, EffectStatus
from app.models import AuditEntry, OutboxMessage
from app.services.outbox import Effect, put
from tests.conftest import MONDAY
from tests.production import ENVIRONMENT, production, sign_anew

FIRST, SECOND = "worker:5c1f0f5e-0000-4000-8000-000000000001", "desk:5c1f"
MINUTE = timedelta(minutes=1)
IN_ORDER = select(OutboxMessage).order_by(col(OutboxMessage.position))


@pytest.fixture
def said() -> list[str]:
    return []


def store(database: Database, *statuses: EffectStatus) -> list[int]:
    """Put a message of each status, in turn for two recipients; return their positions."""
    effects = [
        Effect(recipient=(FIRST, SECOND)[number % 2], kind=EffectKind.invitation, facts={})
        for number in range(len(statuses))
    ]
    with database.write(EVERY_REGION) as session:
        put(session, effects, now=MONDAY)
        rows = session.exec(IN_ORDER).all()
        for row, status in zip(rows, statuses, strict=True):
            row.status = status
            if status is not EffectStatus.pending:
                row.attempts, row.fault, row.ended_at = 10, "http-503", MONDAY
        return [row.position for row in rows]


def standing(database: Database) -> list[tuple[str, int]]:
    with database.read(EVERY_REGION) as session:
        return [(row.status.value, row.attempts) for row in session.exec(IN_ORDER)]


DEAD, PENDING = EffectStatus.dead, EffectStatus.pending


def test_it_is_told_how_it_stands_and_of_nobody(database, settings, said):
    positions = store(database, DEAD, PENDING, EffectStatus.dropped, DEAD)
    assert outbox.show(settings, said.append, dead=False, now=MONDAY - MINUTE) == 0
    counts = ["pending: 1", "delivered: 0", "dead: 2", "dropped: 1"]
    assert said == [*counts, f"pending invitation to {SECOND}: 1"]
    outbox.show(settings, said.append, dead=True, now=MONDAY - MINUTE)
    told = "http-503, 10 attempts, given up 2026-11-23T09:00:00Z"
    assert said[-2:] == [
        f"{positions[0]} invitation to worker: {told}",
        f"{positions[3]} invitation to {SECOND}: {told}",
    ]
    assert FIRST.removeprefix("worker:") not in "".join(said)


def test_it_is_told_what_waits_for_which_desk_and_why(database, settings, said):
    store(database, PENDING, PENDING, PENDING, PENDING, PENDING, DEAD)
    with database.write(EVERY_REGION) as session:
        rows = session.exec(IN_ORDER).all()
        rows[0].recipient = FIRST.replace("0001", "0002")
        rows[1].fault = "http-503"
        rows[3].kind = EffectKind.hand_over
    outbox.show(settings, said.append, dead=False, now=MONDAY - MINUTE)
    assert said[4:] == [
        f"pending hand_over to {SECOND}: 1",
        f"pending invitation to {SECOND}: 1, http-503",
        "pending invitation to worker: 3",
    ]


def test_it_is_told_since_when_what_is_due_waits_and_not_what_comes_after_another(
    database, settings, said
):
    def due() -> list[str]:
        said.clear()
        outbox.show(settings, said.append, dead=False, now=MONDAY + 90 * MINUTE)
        return [line for line in said if line.startswith("due")]

    store(database, DEAD, PENDING, DEAD, PENDING)
    assert due() == ["due since 2026-11-23T09:00:00Z: 90 minutes"]
    with database.write(EVERY_REGION) as session:
        first, second = (row for row in session.exec(IN_ORDER) if row.status is PENDING)
        assert first.recipient == second.recipient
        first.due_at = MONDAY + 30 * MINUTE
    assert due() == ["due since 2026-11-23T09:30:00Z: 60 minutes"]
    with database.write(EVERY_REGION) as session:
        session.get_one(OutboxMessage, first.position).leased_until = MONDAY + 91 * MINUTE
    assert due() == []


@pytest.mark.parametrize(
    ("which", "replayed"),
    [
        ({"positions": [0]}, [0]),
        ({"recipient": SECOND}, [1, 3]),
        ({}, [0, 1, 2, 3]),
    ],
)
def test_what_was_given_up_is_sent_again_and_the_audit_log_tells_so(
    database, settings, said, which, replayed
):
    positions = store(database, *[DEAD] * 4, PENDING)
    if "positions" in which:
        which = {"positions": [positions[one] for one in which["positions"]]}
    assert outbox.replay(settings, said.append, **which, now=MONDAY) == 0
    expected = [("pending", 0) if one in replayed else ("dead", 10) for one in range(4)]
    assert standing(database) == [*expected, ("pending", 0)]
    assert said == [f"to be sent again: {len(replayed)}"]
    with database.read(EVERY_REGION) as session:
        (entry,) = session.exec(select(AuditEntry)).all()
    assert (entry.action, entry.reason) == (Action.effects_replayed, str(len(replayed)))


def test_what_was_not_given_up_is_not_sent_again(database, settings, said):
    (position,) = store(database, EffectStatus.delivered)
    assert outbox.replay(settings, said.append, positions=[position, 99], now=MONDAY) == 1
    assert said[1:] == [f"{position} was not given up", "99 was not given up"]
    assert standing(database) == [("delivered", 10)]
    with database.read(EVERY_REGION) as session:
        assert session.exec(select(AuditEntry)).all() == []


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_the_commands_are_there_and_a_replay_says_what(
    database, settings: Settings, monkeypatch, capsys
):
    monkeypatch.setenv("GIDS_DEMO", "1")
    monkeypatch.setenv("GIDS_DATABASE_URL", settings.database_url)
    (position,) = store(database, DEAD)
    assert main(["outbox", "list", "--dead"]) == 0
    assert main(["outbox", "replay", str(position)]) == 0
    assert main(["outbox", "replay", "--all"]) == 0
    assert "to be sent again: 1\nto be sent again: 0\n" in capsys.readouterr().out
    for wrong in ([], ["--all", "--recipient", SECOND]):
        with pytest.raises(SystemExit):
            main(["outbox", "replay", *wrong])


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_worker_refuses_what_the_service_refuses(empty_database_url, monkeypatch, capsys):
    monkeypatch.setenv("GIDS_DATABASE_URL", empty_database_url)
    assert main(["worker"]) == 2
    assert "everybody knows" in capsys.readouterr().err
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    assert main(["worker"]) == 2
    assert "set GIDS_PUBLIC_URL, GIDS_MAIL_FROM, GIDS_EVENT_SOURCE\n" in capsys.readouterr().err
    for name in ENVIRONMENT:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIDS_DEMO", "1")
    assert main(["worker"]) == 2
    assert "gids db upgrade" in capsys.readouterr().err


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("smtp_url", "warned"), [(None, 1), (SecretStr("smtps://a.example"), 0)])
def test_a_worker_that_has_no_mail_server_says_so_at_its_start(
    settings, smtp_url, warned, caplog, request
):
    for one in (signal.SIGTERM, signal.SIGINT):
        request.addfinalizer(partial(signal.signal, one, signal.getsignal(one)))
    real = {
        "public_url": AnyHttpUrl("https://gids.bond.example"),
        "mail_from": "gids@bond.example",
        "event_source": "urn:nld:kvknr:12345678:systeem:gidsfunctie",
    }
    ours = production(settings.database_url).model_copy(update={"smtp_url": smtp_url, **real})
    sign_anew(ours)

    def stop(_: str) -> None:
        signal.raise_signal(signal.SIGTERM)

    assert outbox.work(ours, stop, lambda: MONDAY) == 0
    told = [one for one in caplog.records if "there is no mail server" in one.getMessage()]
    assert [one.levelname for one in told] == ["WARNING"] * warned
