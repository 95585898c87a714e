"""Which desk a referral goes to, and whether that is told from here."""

from collections.abc import Callable, Collection, Iterable
from math import inf
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.domain.referrals import FILLING
from app.domain.terms import DeskChannel, ReferralReason, ReferralStatus
from app.egress import CallbackRefusedError
from app.models import Desk, Intake, Referral, ReferralChange
from app.services.desks import Check, serves

Declined = Collection[tuple[UUID, ReferralReason | None]]
"""Desks that did not help somebody, and why."""

Told = Callable[[Desk], bool]
"""Whether a desk can be told something from here."""


def choose_desk(
    session: Session,
    provision_id: str,
    region: str | None,
    *,
    declined: Declined,
    told: Told,
    organisation: str | None,
) -> tuple[Desk, bool] | None:
    """Choose a desk, and say whether it is told. None when there is none for them.

    Rather one that can be told than one to call; of those the one with most places, then by name.
    Where none has a place left one is chosen all the same, rather one with a telephone, and is not
    told: the adviser asks it. Who is handed over by hand takes a place as well.
    A desk that `declined` this person, or let the time pass, comes last; one that said it is the
    wrong desk is not asked again. Of the others those of the `organisation` come first: the one
    that the worker consented to.
    Every desk that could be chosen is held until the transaction ends, so that no two referrals
    take its last place. Of somebody whose region is not known, only desks of the whole country.
    """
    fits = _fitting(provision_id, region, declined, told)
    seen = session.exec(select(Desk).where(col(Desk.active))).all()
    wanted = [desk.id for desk in seen if fits(desk)]
    if not wanted:
        return None
    # In one order for everybody, and read anew: they may have changed while others held them.
    held = session.exec(
        select(Desk)
        .where(col(Desk.id).in_(wanted))
        .order_by(col(Desk.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return _best(session, filter(fits, held), declined, told, organisation)


def expected_desk(
    session: Session,
    intake: Intake,
    provision_id: str,
    *,
    organisation: str | None = None,
    declined: Declined | None = None,
) -> Desk | None:
    """Name the desk that would be chosen now, to tell the worker who gets their data.

    Nothing is held, so another referral can take its last place. Whether its address can be
    reached is not asked. `declined` is read unless it is known.
    """
    if declined is None:
        declined = declined_by(session, intake.id, provision_id)
    fits = _fitting(provision_id, intake.region, declined, _has_an_address)
    seen = session.exec(select(Desk).where(col(Desk.active))).all()
    best = _best(session, filter(fits, seen), declined, _has_an_address, organisation)
    return best[0] if best else None


def receiving_organisations(session: Session, intake: Intake, provision_id: str) -> set[str]:
    """Name the organisations of all desks that could get a worker for a provision."""
    declined = declined_by(session, intake.id, provision_id)
    fits = _fitting(provision_id, intake.region, declined, _has_an_address)
    seen = session.exec(select(Desk).where(col(Desk.active))).all()
    return {desk.organisation for desk in seen if fits(desk)}


def _has_an_address(desk: Desk) -> bool:
    return desk.channel is not DeskChannel.telephone


def declined_by(session: Session, intake_id: UUID, provision_id: str) -> Declined:
    """Name the desks that declined a person for a provision or let it expire, and why."""
    statement = (
        sa.select(col(Referral.desk_id), col(ReferralChange.reason))
        .join(ReferralChange, col(ReferralChange.referral_id) == col(Referral.id))
        .where(
            col(Referral.intake_id) == intake_id,
            col(Referral.provision_id) == provision_id,
            col(Referral.status).in_((ReferralStatus.declined, ReferralStatus.expired)),
            col(ReferralChange.status) == col(Referral.status),
        )
    )
    rows = session.execute(statement).all()
    return [(desk, reason) for desk, reason in rows if desk is not None]


def _fitting(
    provision_id: str, region: str | None, declined: Declined, told: Told
) -> Callable[[Desk], bool]:
    wrong = {desk_id for desk_id, reason in declined if reason is ReferralReason.wrong_desk}

    def fits(desk: Desk) -> bool:
        return (
            desk.active
            and desk.id not in wrong
            and provision_id in desk.provisions
            and serves(desk, region)
            and (told(desk) or desk.telephone is not None or desk.email is not None)
        )

    return fits


def _best(
    session: Session,
    desks: Iterable[Desk],
    declined: Declined,
    told: Told,
    organisation: str | None,
) -> tuple[Desk, bool] | None:
    fitting = list(desks)
    taken = _taken(session, [desk.id for desk in fitting if desk.capacity is not None])
    tried = {desk_id for desk_id, _ in declined}

    def free(desk: Desk) -> float:
        return inf if desk.capacity is None else desk.capacity - taken.get(desk.id, 0)

    def is_told(desk: Desk) -> bool:
        return free(desk) > 0 and told(desk)

    def worse(desk: Desk) -> tuple[bool | float | str | UUID, ...]:
        other = organisation is not None and desk.organisation != organisation
        full = free(desk) <= 0
        mute = not is_told(desk) and desk.telephone is None
        untold = not is_told(desk)
        return desk.id in tried, other, full, untold, mute, -free(desk), desk.name, desk.id

    best = min(fitting, key=worse, default=None)
    return None if best is None else (best, is_told(best))


def told_from_here(*, by_mail: bool, check: Check) -> Told:
    """Make what says whether a desk can be told something by this service, or must be called."""

    def told(desk: Desk) -> bool:
        if desk.channel is DeskChannel.email:
            return by_mail
        if desk.channel is DeskChannel.telephone or desk.webhook_url is None:
            return False
        try:
            check(desk.webhook_url)
        except CallbackRefusedError:
            return False
        return True

    return told


def _taken(session: Session, desks: Collection[UUID]) -> dict[UUID, int]:
    """Count the places that are taken, per desk that has any."""
    if not desks:
        return {}
    rows = session.execute(
        sa.select(col(Referral.desk_id), sa.func.count())
        .where(col(Referral.desk_id).in_(desks), col(Referral.status).in_(FILLING))
        .group_by(col(Referral.desk_id))
    )
    return {desk: count for desk, count in rows.all() if desk is not None}
