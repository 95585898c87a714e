"""Delivering one effect: made from what holds now, sent, and what follows from it.

Who was erased, withdrew a consent or ended a subscription meanwhile gets nothing sent.
"""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from http import HTTPStatus
from types import MappingProxyType
from uuid import UUID

from sqlmodel import Session, col, select

from app.db import Database
from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.errors import NotFound
from app.domain.referrals import ReferralNotAllowed
from app.domain.terms import (
    Action,
    DeskChannel,
    EffectKind,
    Party,
    ReferralStatus,
    SubscriptionStatus,
)
from app.egress import CallbackRefusedError, UndeliveredError
from app.mail import UndeliveredMailError
from app.models import Desk, Intake, OutboxMessage, Referral, SessionLogEntry, Subscription
from app.services import (
    audit,
    events,
    messages_about_sessions,
    messages_to_advisers,
    messages_to_desks,
    outbox,
    referral_life,
    signatures,
    subscriptions,
)
from app.services.acts import Act
from app.services.holders import locked_for_others
from app.services.messages import Call, Channels, FailedError, Made, call, who
from app.services.outbox import Effect, to_holder
from app.services.planner import Planning
from app.services.referral_steps import Step
from app.services.session_log import lock_region
from app.vault import Vault

logger = logging.getLogger(__name__)

GONE = f"http-{HTTPStatus.GONE}"


def deliver(
    database: Database,
    vault: Vault,
    channels: Channels,
    message: OutboxMessage,
    *,
    now: datetime,
) -> bool:
    """Send a message, outside any transaction; False when it is no longer wanted.

    When this returns True the receiver has it. It may have it although this raises.

    Raises:
        FailedError: it was not delivered.

    """
    try:
        with database.read(EVERY_REGION) as session:
            if message.intake_id is not None:
                _require_trail(session, vault)
            made = MAKERS[message.kind](Act(session, SYSTEM, now, vault), channels, message)
        match made:
            case Call():
                _post(channels, made)
            case EmailMessage() if channels.mail is not None:
                channels.mail.send(made)
    except NotFound:
        return False  # erased while we read
    except CallbackRefusedError as error:
        # Tried again: an operator can allow the host meanwhile.
        raise FailedError(f"refused-{error.code}") from None
    except UndeliveredError as error:
        raise FailedError(error.code) from None
    except UndeliveredMailError as error:
        raise FailedError(error.code, final=error.permanent) from None
    return made is not None


def _require_trail(session: Session, vault: Vault) -> None:
    """Send nothing of a person that could not be told of, and so would be sent again and again."""
    head = audit.head(session)
    if head is None or not audit.is_signed(vault, head):
        raise FailedError("audit-log")


def _post(channels: Channels, made: Call) -> None:
    reply = channels.egress.post(made.whose, made.url, content=made.content, headers=made.headers)
    if not HTTPStatus(200) <= reply.status < HTTPStatus(300):
        raise FailedError(
            f"http-{reply.status}",
            final=reply.status == HTTPStatus.GONE,
            retry_after=reply.retry_after,
            url=made.url,
        )


# What a werkcentrum gets


def _log_entry(act: Act, channels: Channels, message: OutboxMessage) -> Made:
    number = message.facts["number"]
    entry = act.session.get(SessionLogEntry, (message.region, number))
    if entry is None:
        return None
    body = events.log_event(
        message_id=message.id,
        source=channels.event_source,
        public_url=channels.public_url,
        region=entry.region,
        number=number,
        entry_type=entry.type,
        at=entry.at,
    )
    return _to_subscription(act, message, body)


def _test(act: Act, channels: Channels, message: OutboxMessage) -> Made:
    body = events.test_event(
        message_id=message.id,
        source=channels.event_source,
        region=message.region or "",
        at=message.created_at,
    )
    return _to_subscription(act, message, body)


def _to_subscription(act: Act, message: OutboxMessage, body: bytes) -> Made:
    found = act.session.get(Subscription, who(message))
    if found is None or found.status is not SubscriptionStatus.active:
        return None
    generations = [found.generation]
    if found.previous_until is not None and found.previous_until > act.now:
        generations.append(found.generation - 1)
    secrets = [signatures.secret(act.vault, found.id, one) for one in generations]
    return call(message, found.region, found.url, body, secrets, act.now)


MAKERS: Mapping[EffectKind, Callable[[Act, Channels, OutboxMessage], Made]] = MappingProxyType(
    {
        EffectKind.hand_over: messages_to_desks.hand_over,
        EffectKind.hand_over_reminder: messages_to_desks.reminder,
        EffectKind.hand_over_withdrawn: messages_to_desks.withdrawn,
        EffectKind.referral_answered: messages_to_advisers.answered,
        EffectKind.referral_overdue: messages_to_advisers.overdue,
        EffectKind.referral_expired: messages_to_advisers.expired,
        EffectKind.referral_undeliverable: messages_to_advisers.undeliverable,
        EffectKind.guidance_reopened: messages_to_advisers.reopened,
        EffectKind.worker_undeliverable: messages_to_advisers.worker_undeliverable,
        EffectKind.invitation: messages_about_sessions.invitation,
        EffectKind.session_reminder: messages_about_sessions.reminder,
        EffectKind.session_log_entry: _log_entry,
        EffectKind.webhook_test: _test,
    }
)
"""What is sent for each kind."""


# What follows


def follow_delivery(act: Act, message: OutboxMessage, planning: Planning) -> None:
    """Tell the trail what went out of a person, and let a desk have it from now.

    Also of a message that is no longer ours to mark, and of who was erased meanwhile: it did go
    out.
    """
    if message.intake_id is None:
        return
    if message.kind is EffectKind.hand_over:
        with suppress(NotFound):
            intake, _ = locked_for_others(act, message.intake_id)
            act.did(Action.hand_over_delivered, intake)
            _reached(act, message, planning)
            return
        act.did(Action.hand_over_delivered, gone=message.intake_id)
    elif messages_about_sessions.is_to_worker(message):
        found = act.session.get(Intake, message.intake_id)
        told = (found,) if found else ()
        gone = None if found else message.intake_id
        act.did(Action.invitation_delivered, *told, gone=gone)


def _reached(act: Act, message: OutboxMessage, planning: Planning) -> None:
    """Let the time for an answer run, and the desk's own system have received it."""
    desk = act.session.get(Desk, who(message))
    about = UUID(message.facts["referral"])
    referral = act.session.get(Referral, about, populate_existing=True)
    if desk is None or referral is None:
        return
    referral_life.run_from_now(act, referral)
    if desk.channel is DeskChannel.webhook and referral.status is ReferralStatus.sent:
        received = Step(status=ReferralStatus.received, party=Party.system)
        # Somebody may have answered, or withdrawn it, since we looked.
        with suppress(NotFound, ReferralNotAllowed):
            referral_life.answer(act, referral.id, received, planning)


def follow_failure(act: Act, message: OutboxMessage, failed: FailedError) -> FailedError:
    """End a subscription whose receiver says that it is gone for ever (410).

    Returns how it failed after all: of a subscription that has another address by now, not for
    ever, so that it is tried there.
    """
    if message.intake_id is not None:
        # Held until all is told of it: who takes the intake over now hears that it was given up.
        act.session.get(Intake, message.intake_id, with_for_update=True)
    if failed.code != GONE or message.region is None:
        return failed
    # As all that changes a subscription: the lock of its region first.
    lock_region(act.session, message.region)
    subscription = act.session.get(Subscription, who(message))
    if subscription is None or subscription.status is SubscriptionStatus.ended:
        return failed
    if subscription.url != failed.url:
        return FailedError(failed.code, url=failed.url)
    subscription.status, subscription.ended_at = SubscriptionStatus.ended, act.now
    act.session.flush()
    act.did(Action.subscription_changed, reason=subscriptions.which(subscription, "gone"))
    return failed


def follow_end(act: Act, message: OutboxMessage, failed: FailedError) -> None:
    """Let go of what waits for who is gone, and tell the adviser what was given up.

    When there is nobody to tell that a desk may have data it should throw away, the log does.
    """
    if failed.final and message.region is not None:
        outbox.drop(act.session, col(OutboxMessage.recipient) == message.recipient, now=act.now)
    intake = act.session.get(Intake, message.intake_id) if message.intake_id else None
    is_withdrawn = message.kind is EffectKind.hand_over_withdrawn
    if is_withdrawn and (intake is None or intake.holder_id is None):
        given_up = {"kind": message.kind.value, "position": message.position, "fault": failed.code}
        logger.error("a desk was not told to throw away what it was handed", extra=given_up)
    if intake is None:
        return
    if is_withdrawn or message.kind is EffectKind.hand_over:
        facts = {**message.facts, "message": message.kind.value}
        act.effects.append(_to_holder(intake, EffectKind.referral_undeliverable, facts))
    elif failed.final and messages_about_sessions.is_to_worker(message):
        # Once for all that waited then: they have the same address.
        unreachable = EffectKind.worker_undeliverable
        told = select(OutboxMessage.position).where(
            col(OutboxMessage.intake_id) == intake.id,
            col(OutboxMessage.kind) == unreachable,
            col(OutboxMessage.created_at) >= message.created_at,
        )
        if act.session.exec(told).first() is None:
            act.effects.append(_to_holder(intake, unreachable, {}))


def _to_holder(intake: Intake, kind: EffectKind, facts: dict[str, str]) -> Effect:
    return Effect(recipient=to_holder(intake), kind=kind, intake_id=intake.id, facts=facts)
