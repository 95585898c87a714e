"""Receiving desks: the directory that catalogue editors keep."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import chain
from uuid import UUID, uuid4, uuid5

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.db import insert_into, show_every_region
from app.domain.catalogue import Catalogue, Provision
from app.domain.errors import Conflict, Fault, InvalidInput, NotFound
from app.domain.terms import Action, DeskChannel, Handover, ProvisionStatus
from app.egress import CallbackRefusedError
from app.models import Desk, OutboxMessage
from app.services.acts import Act
from app.services.outbox import UNSENT, hurry, to_desk
from app.services.planner import today
from app.services.regions import region_faults

NAMESPACE = UUID("b4d9c5c2-6f0f-4d0e-8f5b-0f7f6a3f1d24")
"""Makes ids that are the same in every demo."""

DEMO = {
    "schoonmaak-loopbaancheck": "schoonmaak",
    "glastuinbouw-loopbaanvoucher": "glastuinbouw",
    "dierhouderij-loopbaancheck": "dierhouderij",
    "dierhouderij-scholingsvouchers": "dierhouderij-scholing",
    "rijk-loopbaanscan": "rijk",
    "techniekroute": "techniek",
    "soob-zij-instroom": "transport",
    "grafimedia-c3": "grafimedia",
}
"""Provisions that have a desk in the demo, with what comes before @ in its address."""

UNKNOWN_REGION = "There is no such region; see GET /v1/regions."
UNKNOWN_PROVISION = "There is no such provision; see GET /v1/provisions."

Check = Callable[[str], None]
"""Says that an address may be called, or raises CallbackRefusedError."""


class DeskChangedError(Conflict):
    """A change of a desk that somebody else changed since it was read."""

    slug = "desk-changed"
    title = "The desk was changed meanwhile"
    detail = "Somebody changed this desk since that version. Read it again, and decide anew."


class DeskInUseError(Conflict):
    """A desk to be removed that referrals point at, or that is still to be told something."""

    slug = "desk-in-use"
    title = "This desk is in use"
    detail = (
        "Referrals point at this desk, or did and it is still to hear of that, so it stays."
        " Set active to false: it then gets no more."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskData:
    """What an editor says of a desk; `answer_within` in working days.

    Without `verified_on` nobody verified it now, and what was said of that before stays.
    """

    name: str
    organisation: str
    channel: DeskChannel
    email: str | None
    webhook_url: str | None
    telephone: str | None
    opening: str | None
    capacity: int | None
    languages: list[str]
    regions: list[str]
    provisions: list[str]
    answer_within: int
    verified_on: date | None
    verified_by: str | None
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFilter:
    """Which desks someone looks for; what is left out does not matter."""

    provision: str | None = None
    region: str | None = None
    channel: DeskChannel | None = None
    active: bool | None = None


def list_desks(session: Session, catalogue: Catalogue, wanted: DeskFilter) -> list[Desk]:
    """List the desks that fit, by name. One without regions is found under every region.

    Raises:
        InvalidInput: there is no such region or provision.

    """
    faults = region_faults(catalogue, wanted.region)
    if wanted.provision is not None and wanted.provision not in catalogue.provisions:
        faults.append(Fault("query/provision", "unknown", UNKNOWN_PROVISION))
    if faults:
        raise InvalidInput(faults)
    found = session.exec(select(Desk).order_by(col(Desk.name), col(Desk.id))).all()
    return [
        desk
        for desk in found
        if (wanted.provision is None or wanted.provision in desk.provisions)
        and (wanted.region is None or serves(desk, wanted.region))
        and (wanted.channel is None or wanted.channel is desk.channel)
        and (wanted.active is None or wanted.active is desk.active)
    ]


def find_desk(session: Session, desk_id: UUID) -> Desk:
    """Read a desk.

    Raises:
        NotFound: there is none with this id.

    """
    desk = session.get(Desk, desk_id)
    if desk is None:
        raise NotFound
    return desk


def create_desk(act: Act, data: DeskData, catalogue: Catalogue, check: Check) -> Desk:
    """Add a desk to the directory.

    Raises:
        InvalidInput: it cannot be like this; names every fault.

    """
    _refuse(act, data, catalogue, check)
    desk = Desk(id=uuid4(), **asdict(data), demo=False, version=1, changed_at=act.now)
    act.session.add(desk)
    act.session.flush()
    act.did(Action.desk_changed, reason=str(desk.id))
    return desk


def change_desk(
    act: Act, desk_id: UUID, version: int, data: DeskData, catalogue: Catalogue, check: Check
) -> Desk:
    """Put this in the place of what was said of a desk at this version.

    Raises:
        NotFound: there is none with this id.
        DeskChangedError: it is at another version.
        InvalidInput: it cannot be like this; names every fault.

    """
    desk = _locked(act.session, desk_id)
    if desk.version != version:
        raise DeskChangedError
    _refuse(act, data, catalogue, check)
    said, was_active = asdict(data), desk.active
    if data.verified_on is None:
        del said["verified_on"], said["verified_by"]
    for name, value in said.items():
        setattr(desk, name, value)
    desk.version += 1
    desk.changed_at = act.now
    act.session.flush()
    act.did(Action.desk_changed, reason=str(desk.id))
    if was_active and not desk.active:
        # What is tried again later is given up now instead, so that its adviser hears.
        show_every_region(act.session)
        hurry(act.session, to_desk(desk.id), now=act.now)
    return desk


def remove_desk(act: Act, desk_id: UUID) -> None:
    """Take a desk out of the directory.

    Raises:
        NotFound: there is none with this id.
        DeskInUseError: a referral points at it, or did and it is still to hear that it ended.

    """
    desk = _locked(act.session, desk_id)
    act.session.delete(desk)
    try:
        # The database looks: referrals are not shown to an editor.
        act.session.flush()
    except IntegrityError as error:
        raise DeskInUseError from error
    # Only now: whoever was erasing a person of this desk made us wait, and has told of it since.
    if _is_to_hear(act.session, desk_id):
        raise DeskInUseError
    act.did(Action.desk_changed, reason=str(desk_id))


def demo_desks(catalogue: Catalogue, *, now: datetime) -> list[Desk]:
    """Make up desks for some provisions. None of them exists, and nobody reads their mail."""
    return [
        Desk(
            id=uuid5(NAMESPACE, provision.id),
            name=f"Demo-loket {provision.name}",
            organisation="Demo-organisatie",
            channel=DeskChannel.email,
            email=f"{DEMO[provision.id]}@demo-loket.example",
            opening="Maandag tot en met vrijdag van 9.00 tot 17.00 uur",
            capacity=100,
            languages=["nl", "en"],
            regions=[],
            provisions=[provision.id],
            answer_within=5,
            active=True,
            demo=True,
            version=1,
            changed_at=now,
        )
        for provision in catalogue.provisions.values()
        if provision.id in DEMO
    ]


def import_desks(session: Session, desks: Iterable[Desk]) -> None:
    """Keep these desks; one that is there already stays as it is."""
    for desk in desks:
        session.execute(
            insert_into(session, Desk).values(desk.model_dump()).on_conflict_do_nothing()
        )


def _locked(session: Session, desk_id: UUID) -> Desk:
    desk = session.get(Desk, desk_id, with_for_update=True)
    if desk is None:
        raise NotFound
    return desk


def serves(desk: Desk, region: str | None) -> bool:
    """Tell whether a desk is for people of a region, or of the whole country."""
    return not desk.regions or region in desk.regions


def _is_to_hear(session: Session, desk_id: UUID) -> bool:
    # Of no region, so not shown to an editor; no more is told of it than that there is any.
    show_every_region(session)
    waiting = select(OutboxMessage.position).where(
        col(OutboxMessage.recipient) == to_desk(desk_id),
        col(OutboxMessage.status).in_(UNSENT),
    )
    return session.exec(waiting.limit(1)).first() is not None


def _refuse(act: Act, data: DeskData, catalogue: Catalogue, check: Check) -> None:
    on = today(act.now)
    faults = chain(
        _address_faults(data, check),
        _region_faults(data, catalogue),
        _provision_faults(data, catalogue, on),
        _verification_faults(data, on),
    )
    if found := list(faults):
        raise InvalidInput(found)


def _address_faults(data: DeskData, check: Check) -> Iterator[Fault]:
    match data:
        case DeskData(channel=DeskChannel.email, email=None):
            yield Fault("/email", "required", "Give the address the desk gets e-mail at.")
        case DeskData(channel=DeskChannel.webhook, webhook_url=None):
            yield Fault("/webhookUrl", "required", "Give the address of the desk's system.")
        case DeskData(channel=DeskChannel.telephone, telephone=None):
            yield Fault("/telephone", "required", "Give the number at which the desk is called.")
    if data.webhook_url is not None:
        try:
            check(data.webhook_url)
        except CallbackRefusedError as refused:
            yield Fault("/webhookUrl", refused.code, refused.detail)


def _region_faults(data: DeskData, catalogue: Catalogue) -> Iterator[Fault]:
    for place, region in enumerate(data.regions):
        if region not in catalogue.regions:
            yield Fault(f"/regions/{place}", "unknown", UNKNOWN_REGION)


def _provision_faults(data: DeskData, catalogue: Catalogue, on: date) -> Iterator[Fault]:
    for place, named in enumerate(data.provisions):
        provision = catalogue.provisions.get(named)
        if provision is None:
            yield Fault(f"/provisions/{place}", "unknown", UNKNOWN_PROVISION)
        elif not _has_a_receiver(provision, on):
            yield Fault(
                f"/provisions/{place}",
                "no-receiver",
                "No desk receives people for this provision: it is information, this service"
                " itself, goes through the employer, or has ended.",
            )


def _has_a_receiver(provision: Provision, on: date) -> bool:
    ended = provision.status is ProvisionStatus.ended or (
        provision.ends_on is not None and provision.ends_on <= on
    )
    received = provision.handover in {Handover.named, Handover.inferred}
    return received and not provision.via_employer and not ended


def _verification_faults(data: DeskData, on: date) -> Iterator[Fault]:
    if data.verified_on is not None and data.verified_by is None:
        yield Fault("/verifiedBy", "required", "Say who verified it.")
    if data.verified_by is not None and data.verified_on is None:
        yield Fault("/verifiedOn", "required", "Say on which day it was verified.")
    if data.verified_on is not None and data.verified_on > on:
        yield Fault(
            "/verifiedOn",
            "in-the-future",
            "The day on which it was verified is today or has passed.",
        )
