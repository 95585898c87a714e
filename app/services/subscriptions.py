"""Webhook subscriptions of a werkcentrum: who is told what is added to the session log.

Whatever changes one holds the lock of its region first, as does whoever writes in that log. So a
pause is a line: what was logged before it is dropped, and nothing logged after it is put to send.
"""

from datetime import timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.domain.errors import Conflict, Fault, InvalidInput, NotFound
from app.domain.terms import Action, EffectKind, EffectStatus, SubscriptionStatus
from app.egress import CallbackRefusedError, Egress
from app.models import OutboxMessage, Subscription
from app.services import outbox, signatures
from app.services.acts import Act
from app.services.outbox import Effect, to_subscription
from app.services.paging import UNKNOWN_CURSOR
from app.services.session_log import lock_region

MOST = 10
"""Subscriptions of a region that have not ended."""

OVERLAP = timedelta(hours=24)
"""How long a secret holds beside the one that takes its place."""


class TooManyWebhooksError(Conflict):
    """One subscription more than a region may have."""

    slug = "ten-webhooks"
    title = "There are ten webhooks already"
    detail = "A region has at most ten webhooks that have not ended. Delete one first."


class WebhookExistsError(Conflict):
    """A second subscription of a region to one address."""

    slug = "webhook-exists"
    title = "There is a webhook to this address already"
    detail = "Another webhook of this region has this url. Change that one, or delete it first."


class WebhookNotActiveError(Conflict):
    """Something is to be sent to a subscription that gets nothing."""

    slug = "webhook-not-active"
    title = "This webhook is not active"
    detail = "It is paused or has ended, so nothing is sent. PUT it with paused false first."


class WebhookTestWaitsError(Conflict):
    """A second test event while the first is still to be sent."""

    slug = "test-waits"
    title = "A test event waits already"
    detail = "It is sent after what waits before it; how that goes is under deliveries."


class DeliveryDroppedError(Conflict):
    """A message is to be sent again that was let go."""

    slug = "delivery-dropped"
    title = "This delivery was dropped"
    detail = "It was let go by a pause, or when the webhook ended. Read the session log instead."


def which(subscription: Subscription, deed: str) -> str:
    """Tell the audit log what was done to which subscription."""
    return f"{deed} {subscription.id.hex}"


def subscribe(act: Act, region: str, url: str, egress: Egress) -> Subscription:
    """Begin a subscription, which gets what is logged from now on.

    Raises:
        InvalidInput: this address is never called.
        WebhookExistsError, TooManyWebhooksError: as they say.

    """
    _require_callable(egress, region, url)
    lock_region(act.session, region)
    made = Subscription(
        id=uuid4(),
        region=region,
        url=url,
        status=SubscriptionStatus.active,
        generation=1,
        created_at=act.now,
    )
    _require_room(act.session, made, url)
    act.session.add(made)
    act.did(Action.subscription_changed, reason=which(made, "created"))
    return made


def change(
    act: Act, region: str, subscription_id: UUID, url: str, *, paused: bool, egress: Egress
) -> Subscription:
    """Give a subscription this address, and pause it or let it go on, also one that has ended.

    A pause drops what waits to be sent. What is not sent is to be read in the session log.

    Raises:
        NotFound: this region has no such subscription.
        InvalidInput, WebhookExistsError, TooManyWebhooksError: as subscribe.

    """
    subscription = _locked(act, region, subscription_id)
    _require_callable(egress, region, url)
    _require_room(act.session, subscription, url)
    subscription.url = url
    subscription.status = SubscriptionStatus.paused if paused else SubscriptionStatus.active
    subscription.ended_at = None
    if paused:
        _drop(act, subscription)
    act.did(Action.subscription_changed, reason=which(subscription, "changed"))
    return subscription


def unsubscribe(act: Act, region: str, subscription_id: UUID) -> None:
    """Delete a subscription, and drop what waits to be sent to it.

    Raises:
        NotFound: this region has no such subscription.

    """
    subscription = _locked(act, region, subscription_id)
    _drop(act, subscription)
    act.session.delete(subscription)
    act.did(Action.subscription_changed, reason=which(subscription, "deleted"))


def renew_secret(act: Act, region: str, subscription_id: UUID) -> Subscription:
    """Give a subscription another secret; the one it had holds for a day, an older one no more.

    Raises:
        NotFound: this region has no such subscription.

    """
    subscription = _locked(act, region, subscription_id)
    subscription.generation += 1
    subscription.previous_until = act.now + OVERLAP
    act.did(Action.subscription_changed, reason=which(subscription, "secret"))
    return subscription


def secret_of(act: Act, subscription: Subscription) -> str:
    """Write the present secret of a subscription; only for who just made it."""
    made = signatures.secret(act.vault, subscription.id, subscription.generation)
    return signatures.shown(made)


def send_test(act: Act, region: str, subscription_id: UUID) -> UUID:
    """Put an event to send that tells nothing; return the id of the message.

    Raises:
        NotFound: this region has no such subscription.
        WebhookNotActiveError: it gets nothing now.
        WebhookTestWaitsError: there is one that is still to be sent.

    """
    subscription = _locked(act, region, subscription_id)
    _require_active(subscription)
    waiting = _messages(subscription).where(
        col(OutboxMessage.kind) == EffectKind.webhook_test,
        col(OutboxMessage.status) == EffectStatus.pending,
    )
    if act.session.exec(waiting.limit(1)).first() is not None:
        raise WebhookTestWaitsError
    effect = Effect(
        recipient=to_subscription(subscription.id),
        kind=EffectKind.webhook_test,
        region=region,
        facts={},
    )
    act.effects.append(effect)
    act.did(Action.subscription_changed, reason=which(subscription, "test"))
    return effect.id


def send_again(act: Act, region: str, subscription_id: UUID, message_id: UUID) -> OutboxMessage:
    """Put a message to send that was delivered or given up; one that waits goes on waiting.

    Raises:
        NotFound: this region has no such subscription, or it no such message.
        DeliveryDroppedError: it was let go.
        WebhookNotActiveError: nothing is sent now.

    """
    subscription = _locked(act, region, subscription_id)
    message = act.session.exec(
        _messages(subscription).where(col(OutboxMessage.id) == message_id).with_for_update()
    ).one_or_none()
    if message is None:
        raise NotFound
    if message.status == EffectStatus.dropped:
        raise DeliveryDroppedError
    _require_active(subscription)
    if message.status != EffectStatus.pending:
        message.status = EffectStatus.pending
        for name, value in outbox.due(act.now).items():
            setattr(message, name, value)
        message.fault = message.ended_at = message.leased_until = None
        act.did(Action.subscription_changed, reason=which(subscription, "replay"))
    return message


def find(session: Session, region: str, subscription_id: UUID) -> Subscription:
    """Read a subscription.

    Raises:
        NotFound: this region has none with this id.

    """
    found = session.exec(
        select(Subscription).where(
            col(Subscription.id) == subscription_id, col(Subscription.region) == region
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_subscriptions(
    session: Session, region: str, *, after: UUID | None, limit: int
) -> tuple[list[Subscription], UUID | None]:
    """List the subscriptions of a region, newest first.

    Returns a page, and what to ask the next one with when there is more.

    Raises:
        InvalidInput: `after` is none of them.

    """
    order = sa.tuple_(col(Subscription.created_at), col(Subscription.id))
    statement = (
        select(Subscription)
        .where(col(Subscription.region) == region)
        .order_by(col(Subscription.created_at).desc(), col(Subscription.id).desc())
        .limit(limit + 1)
    )
    if after is not None:
        last = session.get(Subscription, after)
        if last is None or last.region != region:
            raise InvalidInput([UNKNOWN_CURSOR])
        statement = statement.where(order < (last.created_at, last.id))
    found = session.exec(statement).all()
    return list(found[:limit]), found[limit - 1].id if len(found) > limit else None


def list_deliveries(
    session: Session,
    region: str,
    subscription_id: UUID,
    *,
    status: EffectStatus | None,
    after: UUID | None,
    limit: int,
) -> tuple[list[OutboxMessage], UUID | None]:
    """List what was put to send to a subscription, newest first.

    Returns a page, and what to ask the next one with when there is more.

    Raises:
        NotFound: this region has no such subscription.
        InvalidInput: `after` is no message of it.

    """
    of_it = _messages(find(session, region, subscription_id))
    statement = of_it.order_by(col(OutboxMessage.position).desc()).limit(limit + 1)
    if status is not None:
        statement = statement.where(col(OutboxMessage.status) == status)
    if after is not None:
        last = session.exec(of_it.where(col(OutboxMessage.id) == after)).one_or_none()
        if last is None:
            raise InvalidInput([UNKNOWN_CURSOR])
        statement = statement.where(col(OutboxMessage.position) < last.position)
    found = session.exec(statement).all()
    return list(found[:limit]), found[limit - 1].id if len(found) > limit else None


def _locked(act: Act, region: str, subscription_id: UUID) -> Subscription:
    lock_region(act.session, region)
    return find(act.session, region, subscription_id)


def _messages(subscription: Subscription) -> SelectOfScalar[OutboxMessage]:
    return select(OutboxMessage).where(
        col(OutboxMessage.recipient) == to_subscription(subscription.id),
        col(OutboxMessage.region) == subscription.region,
    )


def _require_callable(egress: Egress, region: str, url: str) -> None:
    try:
        egress.check(region, url)
    except CallbackRefusedError as error:
        raise InvalidInput([Fault("/url", error.code, error.detail)]) from None


def _require_room(session: Session, subscription: Subscription, url: str) -> None:
    """Refuse one too many, and an address that another one has; the region's lock is held."""
    others = session.exec(
        select(Subscription.url).where(
            col(Subscription.region) == subscription.region,
            col(Subscription.status) != SubscriptionStatus.ended,
            col(Subscription.id) != subscription.id,
        )
    ).all()
    if url in others:
        raise WebhookExistsError
    if len(others) >= MOST:
        raise TooManyWebhooksError


def _require_active(subscription: Subscription) -> None:
    if subscription.status != SubscriptionStatus.active:
        raise WebhookNotActiveError


def _drop(act: Act, subscription: Subscription) -> None:
    recipient = to_subscription(subscription.id)
    outbox.drop(act.session, col(OutboxMessage.recipient) == recipient, now=act.now)
