"""The receiver of docs/integration.md does what the page says, beside a real service."""

import ast
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest

from app.catalogue import load
from app.domain.terms import LogEntryType
from app.main import create_app
from app.services import events, signatures
from tests.conftest import TestClock, open_settings
from tests.identity import WhoeverMay, werkcentrum
from tests.receiver import Receiver, source
from tests.server import running

SECRET, NEXT, FOREIGN = (bytes([first, *range(1, 32)]) for first in (1, 2, 3))
LINES = 40


@dataclass(frozen=True)
class Service:
    """A service, and a region of which the session log is still empty."""

    client: httpx.Client
    region: str

    def log(self) -> list[Any]:
        """Read all that happened in the region."""
        log: list[Any] = self.client.get(f"/regions/{self.region}/session-log").json()["items"]
        return log

    def message(self, entry: Any, **more: Any) -> "Message":
        """Make an event of an entry."""
        return Message(self.region, entry, **more)


@pytest.fixture(scope="module")
def services(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Iterator[Service]]:
    """One service for all, with a region for each."""
    path = shutil.copyfile(sqlite_template, tmp_path_factory.mktemp("service") / "gids.db")
    with (
        running(create_app(open_settings(f"sqlite:///{path}"), clock=TestClock())) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30, auth=WhoeverMay()) as client,
    ):
        yield (Service(client, region) for region in sorted(load().regions))


@pytest.fixture
def service(services: Iterator[Service]) -> Service:
    """The service, and the next region."""
    return next(services)


@pytest.fixture
def receiver(service: Service, tmp_path: Path) -> Iterator[Receiver]:
    """The receiver of the region, not started yet."""
    receiver = Receiver(
        tmp_path,
        log_url=str(service.client.base_url.join(f"/v1/regions/{service.region}/session-log")),
        secret=signatures.shown(SECRET),
        token=werkcentrum(service.region),
    )
    yield receiver
    receiver.close()


def happens(service: Service) -> list[Any]:
    """Let four things happen in the region; return its whole log."""
    body = {"originSector": "bouw", "employment": "self_employed", "region": service.region}
    made = service.client.post("/intakes", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert made.status_code == 201
    return service.log()


class Message:
    """One as the service would send it of an entry, to be spoilt."""

    def __init__(
        self,
        region: str,
        entry: Any,
        *,
        secrets: tuple[bytes, ...] = (SECRET,),
        late: float = 0,
        message_id: UUID | None = None,
    ) -> None:
        message_id = message_id or uuid4()
        self.body = events.log_event(
            message_id=message_id,
            source="urn:nld:kvknr:12345678:systeem:gidsfunctie",
            public_url="https://gidsfunctie.example",
            region=region,
            number=entry["number"],
            entry_type=LogEntryType(entry["type"]),
            at=datetime.fromisoformat(entry["at"]),
        )
        at = datetime.now(UTC) - timedelta(seconds=late)
        self.headers = signatures.sign(secrets, message_id, at, self.body)

    def ring(self, receiver: Receiver) -> int:
        """Deliver it; return the status of the answer."""
        headers = {"Content-Type": events.MEDIA_TYPE, **self.headers}
        return httpx.post(receiver.url, content=self.body, headers=headers).status_code


def test_the_receiver_is_short_and_needs_httpx_alone():
    assert len([line for line in source().splitlines() if line.strip()]) <= LINES
    imports = [node for node in ast.walk(ast.parse(source())) if isinstance(node, ast.Import)]
    named = {name.name for each in imports for name in each.names}
    assert named - sys.stdlib_module_names == {"httpx"}


def test_a_signed_event_brings_in_what_the_log_has(service, receiver):
    receiver.start()
    assert receiver.entries() == []
    log = happens(service)
    assert service.message(log[0]).ring(receiver) == 204
    assert receiver.entries() == log


def test_an_event_that_is_not_the_services_brings_in_nothing(service, receiver):
    receiver.start()
    entry = happens(service)[-1]

    def refused(**headers: str | None) -> bool:
        message: Message = service.message(entry)
        changed = {name.replace("_", "-"): value for name, value in headers.items()}
        told = message.headers | changed
        message.headers = {name: value for name, value in told.items() if value is not None}
        return message.ring(receiver) == 401

    right = service.message(entry).headers["webhook-signature"]
    assert service.message(entry, secrets=(FOREIGN,)).ring(receiver) == 401
    assert service.message(entry, late=310).ring(receiver) == 401
    assert service.message(entry, late=-310).ring(receiver) == 401
    assert refused(webhook_id=str(uuid4()))
    assert refused(webhook_timestamp="0")
    assert refused(webhook_timestamp="now")
    assert refused(webhook_signature=right)  # of another message
    assert refused(webhook_signature=right.replace("v1,", "v1a,"))
    assert refused(webhook_signature="v1,")
    for name in service.message(entry).headers:
        assert refused(**{name: None})
    other = service.message(entry)
    other.body = other.body.replace(service.region.encode(), b"AM99")
    assert other.ring(receiver) == 401
    assert receiver.entries() == []


def test_an_event_from_just_before_is_taken_and_a_signature_by_something_else_passed_over(
    service, receiver
):
    receiver.start()
    message = service.message(happens(service)[-1], late=290)
    right = message.headers["webhook-signature"]
    message.headers["webhook-signature"] = f"v1a,AAAA v2,{right[3:]} {right}"
    assert message.ring(receiver) == 204


def test_during_a_rotation_the_old_and_the_new_secret_both_do(service, receiver):
    receiver.start()
    rotated = (NEXT, SECRET)
    log = happens(service)
    assert service.message(log[-1], secrets=rotated).ring(receiver) == 204
    receiver.kill()
    receiver.secret = signatures.shown(NEXT)
    receiver.start()
    log = happens(service)
    assert service.message(log[-1], secrets=rotated).ring(receiver) == 204
    assert receiver.entries() == log
    assert service.message(log[-1], secrets=(SECRET,)).ring(receiver) == 401


def test_a_message_that_was_had_is_known_by_its_id_also_after_a_crash(service, receiver):
    receiver.start()
    log = happens(service)
    message = service.message(log[-1])
    assert message.ring(receiver) == 204
    grown = happens(service)
    assert message.ring(receiver) == 204
    assert receiver.entries() == log, "the same message made it ask again"
    again = service.message(log[-1], message_id=UUID(message.headers["webhook-id"]))
    assert again.ring(receiver) == 204
    assert receiver.entries() == log, "a later attempt at the same message made it ask again"

    receiver.kill()
    receiver.start()
    assert receiver.entries() == grown
    happens(service)
    assert message.ring(receiver) == 204
    assert receiver.entries() == grown, "after a crash the same message made it ask again"


def test_what_happened_while_it_was_away_is_there_when_it_listens_again(service, receiver):
    log = happens(service)
    receiver.start()
    assert receiver.entries() == log
    receiver.kill()
    happens(service)
    log = happens(service)
    receiver.start()
    assert receiver.entries() == log


def test_a_gap_is_filled_from_the_log_and_late_ones_change_nothing(service, receiver):
    receiver.start()
    happens(service)
    log = happens(service)
    assert [entry["number"] for entry in log] == list(range(1, 9))
    for entry in (log[5], log[7], log[0], log[6]):
        assert service.message(entry).ring(receiver) == 204
        assert receiver.entries() == log


def test_when_the_log_cannot_be_read_there_is_no_answer_and_the_next_attempt_succeeds(
    service, receiver
):
    receiver.start()
    log = happens(service)
    message = service.message(log[-1])
    receiver.renew("an expired token")
    with pytest.raises(httpx.TransportError):
        message.ring(receiver)
    assert receiver.entries() == []
    receiver.renew(werkcentrum(service.region))
    assert message.ring(receiver) == 204
    assert receiver.entries() == log


def test_a_test_event_is_taken_though_it_tells_of_nothing(service, receiver):
    receiver.start()
    now = datetime.now(UTC)
    message = service.message(happens(service)[-1])
    message_id = uuid4()
    message.body = events.test_event(
        message_id=message_id, source="urn:x", region=service.region, at=now
    )
    message.headers = signatures.sign([SECRET], message_id, now, message.body)
    assert message.ring(receiver) == 204


def test_the_reference_of_an_event_leads_to_its_entry_alone(service):
    for entry in happens(service):
        reference = urlsplit(json.loads(service.message(entry).body)["dataref"])
        answer = service.client.get(f"{reference.path.removeprefix('/v1')}?{reference.query}")
        assert answer.json()["items"] == [entry]
