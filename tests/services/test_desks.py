"""Which desk a referral goes to, that no two take its last place, and the desks of the demo."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.sql import Select
from sqlmodel import select

from app.commands.demo import set_up
from app.config import Settings
from app.db import Database, opened
from app.domain.access import EVERY_REGION, Caller
from app.domain.catalogue import Catalogue
from app.domain.terms import DeskChannel, ReferralReason, ReferralStatus, Role
from app.egress import Egress
from app.models import Desk, OutboxMessage
from app.services.acts import acting
from app.services.desk_choice import choose_desk, told_from_here
from app.services.desks import DEMO, DeskData, change_desk, demo_desks, import_desks
from app.services.outbox import to_desk
from app.services.processing_log import new_trace
from app.vault import Vault
from tests.conftest import MONDAY
from tests.models.rows import put

PROVISION = "techniekroute"
AT_ONCE = 8
ALLOWED = partial(
    Egress(
        {"desks": ["hooks.loket.example"]}, timeout=timedelta(seconds=1), clock=lambda: MONDAY
    ).check,
    "desks",
)

EDITOR = Caller(UUID(int=1), "https://login.example eva", frozenset({Role.catalogue_editor}))

Told = Callable[[Desk], bool]


def desk(name: str, **said: Any) -> Desk:
    """Describe a desk of the whole country for the provision, for as many as come."""
    known: dict[str, Any] = {
        "id": uuid4(),
        "name": name,
        "organisation": "Fonds",
        "channel": DeskChannel.email,
        "email": "loket@fonds.example",
        "languages": [],
        "regions": [],
        "provisions": [PROVISION],
        "answer_within": 5,
        "active": True,
        "demo": False,
        "version": 1,
        "changed_at": MONDAY,
    }
    return Desk(**{**known, **said})


def keep(database: Database, *desks: Desk) -> None:
    with database.write(EVERY_REGION) as session:
        import_desks(session, desks)


def send(database: Database, desk: Desk, *statuses: ReferralStatus) -> None:
    """Store referrals to a desk, each of another person."""
    with database.write(EVERY_REGION) as session:
        for status in statuses:
            refer(session.connection(), desk.id, status)


def refer(connection: Any, desk_id: UUID, status: ReferralStatus, handed: str = "desk") -> None:
    intake = uuid4().hex
    put(connection, "intake", id=intake)
    told = {"desk_id": desk_id.hex, "handed": handed, "status": status.value}
    put(connection, "referral", intake_id=intake, provision_id=PROVISION, **told)


def by_mail(desk: Desk) -> bool:
    return desk.channel is DeskChannel.email


def is_(name: str, desk: Desk) -> bool:
    return desk.name == name


def chosen(
    database: Database,
    region: str | None = "AM22",
    told: Told = by_mail,
    declined: Sequence[tuple[UUID, ReferralReason | None]] = (),
) -> str | None:
    """Say the name of the desk that would be chosen, and whether somebody must call it."""
    with database.write(EVERY_REGION) as session:
        found = choose_desk(
            session, PROVISION, region, declined=declined, told=told, organisation=None
        )
    if found is None:
        return None
    desk, is_told = found
    return desk.name if is_told else f"call {desk.name}"


def test_where_there_is_no_desk_none_is_chosen(database: Database) -> None:
    assert chosen(database) is None


def test_the_desk_with_most_places_is_chosen(database: Database) -> None:
    three, four = desk("Drie", capacity=3), desk("Vier", capacity=4)
    keep(database, three, four)
    assert chosen(database) == "Vier"
    send(database, four, ReferralStatus.sent, ReferralStatus.accepted)
    assert chosen(database) == "Drie"


def test_of_desks_with_as_many_places_the_first_by_name_is_chosen(database: Database) -> None:
    keep(database, desk("Bert", capacity=2), desk("Anna", capacity=2), desk("Chris", capacity=2))
    assert chosen(database) == "Anna"


def test_a_desk_without_a_limit_goes_before_one_with(database: Database) -> None:
    keep(database, desk("Anna", capacity=1000), desk("Zonder"))
    assert chosen(database) == "Zonder"


@pytest.mark.parametrize(
    "said",
    [
        {"active": False},
        {"provisions": ["soob-zij-instroom"]},
        {"provisions": []},
        {"regions": ["AM01"]},
    ],
)
def test_a_desk_that_does_not_fit_is_not_chosen(database: Database, said: dict[str, Any]) -> None:
    keep(database, desk("Past niet", **said))
    assert chosen(database) is None


def test_a_desk_that_cannot_be_told_is_called_when_there_is_no_other(database: Database) -> None:
    by_telephone = {"channel": DeskChannel.telephone, "telephone": "070 123 45 67"}
    keep(database, desk("Bellen", **by_telephone), desk("Mailen", capacity=1))
    assert chosen(database) == "Mailen"
    assert chosen(database, told=lambda _desk: False) == "call Bellen"


def test_a_desk_that_can_be_neither_told_nor_reached_is_not_chosen(database: Database) -> None:
    unreachable = {
        "channel": DeskChannel.webhook,
        "webhook_url": "https://x.example",
        "email": None,
    }
    keep(database, desk("Systeem", **unreachable))
    assert chosen(database, told=lambda _desk: False) is None


def test_a_desk_whose_address_is_known_is_named_though_it_cannot_be_told(
    database: Database,
) -> None:
    keep(database, desk("Mailen"))
    assert chosen(database, told=lambda _desk: False) == "call Mailen"
    keep(database, desk("Mailen en bellen", capacity=1, telephone="070 123 45 67"))
    assert chosen(database, told=lambda _desk: False) == "call Mailen en bellen"


def test_a_desk_that_declined_or_was_too_late_comes_last(database: Database) -> None:
    anna, bert = desk("Anna"), desk("Bert", channel=DeskChannel.telephone, telephone="070 1234567")
    keep(database, anna, bert)
    for reason in (ReferralReason.no_capacity, ReferralReason.not_in_time, None):
        assert chosen(database, declined=[(anna.id, reason)]) == "call Bert"
        assert chosen(database, declined=[(anna.id, reason), (bert.id, reason)]) == "Anna"


def test_a_desk_that_said_it_is_the_wrong_one_is_not_chosen_again(database: Database) -> None:
    anna = desk("Anna")
    keep(database, anna)
    said = [(anna.id, ReferralReason.wrong_desk), (anna.id, ReferralReason.other)]
    assert chosen(database, declined=said) is None


@pytest.mark.parametrize("active", [True, False])
def test_what_is_tried_again_later_is_looked_at_now_when_the_desk_is_made_inactive(
    database: Database, catalogue: Catalogue, *, active: bool
) -> None:
    one, later = desk("Anna"), MONDAY + timedelta(hours=5)
    keep(database, one)
    with database.write(EVERY_REGION) as session:
        waiting = {"position": 1, "recipient": to_desk(one.id), "attempts": 6}
        put(session.connection(), "outbox_message", **waiting, due_at=str(later)[:19])
    data = DeskData(**{name.name: getattr(one, name.name) for name in fields(DeskData)})
    with acting(database, EDITOR, Vault.of(Settings()), new_trace(), now=MONDAY) as act:
        change_desk(act, one.id, 1, replace(data, active=active), catalogue, ALLOWED)
    with database.read(EVERY_REGION) as session:
        assert session.exec(select(OutboxMessage.due_at)).one() == (later if active else MONDAY)


@pytest.mark.parametrize("mail", [True, False], ids=["with mail", "without mail"])
def test_a_desk_is_told_over_its_channel_when_that_is_there(*, mail: bool) -> None:
    told = told_from_here(by_mail=mail, check=ALLOWED)
    url, elsewhere = "https://hooks.loket.example/in", "https://elsewhere.example/in"
    number = {"telephone": "070 123 45 67"}
    assert told(desk("Mail", **number)) is mail
    assert told(desk("Webhook", channel=DeskChannel.webhook, webhook_url=url))
    assert not told(desk("Not allowed", channel=DeskChannel.webhook, webhook_url=elsewhere))
    assert not told(desk("Telefoon", channel=DeskChannel.telephone, webhook_url=url, **number))


def test_a_worker_of_an_unknown_region_goes_to_a_desk_of_the_whole_country(
    database: Database,
) -> None:
    keep(database, desk("Regio", regions=["AM22"]), desk("Land", capacity=1))
    assert chosen(database, "AM22") == "Regio"
    assert chosen(database, None) == "Land"


def test_only_whom_a_desk_has_yet_to_speak_to_takes_a_place(database: Database) -> None:
    for status in ReferralStatus:
        one = desk(status, capacity=1)
        keep(database, one)
        send(database, one, status)
    full = {
        status for status in ReferralStatus if chosen(database, told=partial(is_, status)) != status
    }
    assert full == {ReferralStatus.sent, ReferralStatus.received, ReferralStatus.accepted}


def test_where_every_desk_is_full_the_adviser_calls_the_one_with_fewest_too_many(
    database: Database,
) -> None:
    number = {"capacity": 1, "telephone": "070 123 45 67"}
    mute, fuller, full = desk("Aad", capacity=1), desk("Bert", **number), desk("Chris", **number)
    keep(database, mute, fuller, full)
    for one in (mute, fuller, fuller, full):
        send(database, one, ReferralStatus.sent)
    assert chosen(database) == "call Chris"
    keep(database, desk("Anna", channel=DeskChannel.telephone, telephone="070 123 45 67"))
    assert chosen(database) == "call Anna"
    keep(database, desk("Dirk", capacity=1))
    assert chosen(database) == "Dirk"


def test_a_full_desk_that_cannot_be_called_is_named_all_the_same(database: Database) -> None:
    full = desk("Vol", capacity=1)
    keep(database, full)
    send(database, full, ReferralStatus.sent, ReferralStatus.sent)
    assert chosen(database) == "call Vol"


def test_who_is_handed_over_by_hand_takes_a_place_as_well(database: Database) -> None:
    called = desk("Bellen", channel=DeskChannel.telephone, telephone="070 123 45 67", capacity=2)
    keep(database, called, desk("Ook", channel=DeskChannel.telephone, telephone="1", capacity=1))
    assert chosen(database) == "call Bellen"
    with database.write(EVERY_REGION) as session:
        for _ in range(2):
            refer(session.connection(), called.id, ReferralStatus.sent, handed="by_hand")
    assert chosen(database) == "call Ook"


# Many at once


def rush(database: Database, *, seen: Callable[[], Any], picked: Callable[[], Any]) -> Counter[str]:
    """Let many refer at once: to which desk each did. All have `seen` desks before any is held."""

    def work(_number: int) -> str:
        arrived = threading.Event()

        def told(_desk: Desk) -> bool:
            if not arrived.is_set():
                arrived.set()
                seen()
            return True

        with database.write(EVERY_REGION) as session:
            found = choose_desk(
                session, PROVISION, "AM22", declined=(), told=told, organisation=None
            )
            picked()
            if found is None:
                return "nobody"
            where, is_told = found
            handed = "desk" if is_told else "by_hand"
            refer(session.connection(), where.id, ReferralStatus.sent, handed=handed)
            return where.name if is_told else handed

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(work, range(AT_ONCE)))


def nothing() -> None:
    """Wait for nobody."""


def together() -> Callable[[], Any]:
    return threading.Barrier(AT_ONCE, timeout=20).wait


PLACES = {"Drie": 3, "Een": 1}


def test_however_many_refer_at_once_no_desk_gets_more_than_it_takes(
    database: Database, engine_kind: str
) -> None:
    keep(database, *(desk(name, capacity=places) for name, places in PLACES.items()))
    # The embedded database lets one writer in at a time, so there nobody can wait for all.
    seen = together() if engine_kind == "postgresql" else nothing
    assert rush(database, seen=seen, picked=nothing) == {**PLACES, "by_hand": AT_ONCE - 4}


@pytest.mark.parametrize("engine_kind", ["postgresql"])
def test_a_desk_that_closes_while_it_is_being_chosen_is_not_chosen(
    database: Database, engine_kind: str
) -> None:
    assert engine_kind == database.engine.dialect.name
    keep(database, desk("Sluit"))

    def told(one: Desk) -> bool:
        with database.write(EVERY_REGION) as session:
            session.get_one(Desk, one.id).active = False
        return True

    assert chosen(database, told=told) is None


@pytest.mark.parametrize("engine_kind", ["postgresql"])
def test_without_the_lock_they_would_all_take_the_last_place(
    database: Database, engine_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine_kind == database.engine.dialect.name
    keep(database, *(desk(name, capacity=places) for name, places in PLACES.items()))
    monkeypatch.setattr(Select, "with_for_update", lambda self, **_: self)
    assert rush(database, seen=together(), picked=together()) == {"Drie": AT_ONCE}


# Demo


def test_the_desks_of_the_demo_are_marked_and_nobody_can_be_reached_there(
    catalogue: Catalogue,
) -> None:
    made = demo_desks(catalogue, now=MONDAY)
    assert {provision for one in made for provision in one.provisions} == set(DEMO)
    for one in made:
        assert one.demo
        assert one.name.startswith("Demo-loket ")
        assert str(one.email).endswith(".example")  # RFC 2606, section 2
        assert (one.telephone, one.webhook_url, one.verified_on) == (None, None, None)


def test_the_desks_of_the_demo_are_the_same_in_every_demo(catalogue: Catalogue) -> None:
    ids = [one.id for one in demo_desks(catalogue, now=MONDAY)]
    assert ids == [one.id for one in demo_desks(catalogue, now=MONDAY)]
    assert len(set(ids)) == len(DEMO)


def test_a_desk_of_the_demo_that_was_changed_stays_so(
    database: Database, catalogue: Catalogue
) -> None:
    keep(database, *demo_desks(catalogue, now=MONDAY))
    with database.write(EVERY_REGION) as session:
        changed = session.exec(select(Desk).order_by(Desk.name)).first()
        assert changed is not None
        changed.capacity, changed.version = 1, 2
    keep(database, *demo_desks(catalogue, now=MONDAY))
    with database.read(EVERY_REGION) as session:
        assert session.get_one(Desk, changed.id).version == 2
        assert len(session.exec(select(Desk)).all()) == len(DEMO)


def test_only_a_demo_begins_with_desks(tmp_path: Path, database: Database) -> None:
    settings = Settings(demo=True, database_url=f"sqlite:///{tmp_path / 'demo.db'}")
    set_up(settings, lambda _: None, now=MONDAY)
    with opened(settings) as demo, demo.read(EVERY_REGION) as session:
        assert {one.demo for one in session.exec(select(Desk)).all()} == {True}
    with database.read(EVERY_REGION) as session:
        assert session.exec(select(Desk)).all() == []
