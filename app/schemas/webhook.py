"""Webhook subscriptions and what was sent to them, as werkcentra see it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.domain.terms import EffectKind, EffectStatus, SubscriptionStatus
from app.schemas.base import Answer, Contract, Instant, OptionalInstant

CallbackUrl = Annotated[str, StringConstraints(strict=True, pattern=r"^[!-~]{1,500}$")]
"""An address that is called: HTTPS, to a host that was agreed on."""


class WebhookIn(Contract):
    """Where to send what is added to the session log."""

    url: CallbackUrl


class WebhookChangeIn(Contract):
    """Where to send it from now on, and whether to."""

    url: CallbackUrl
    paused: Annotated[bool, Field(strict=True)]
    """While paused nothing is sent, and nothing is kept to be sent: read the session log after."""


class WebhookAnswer(Answer):
    """A subscription."""

    id: UUID
    region: str
    url: str
    status: SubscriptionStatus
    """`ended` when the address answered 410: gone."""
    created_at: Instant
    ended_at: OptionalInstant


class NewWebhookAnswer(WebhookAnswer):
    """A subscription that was just made."""

    secret: str
    """Signs what is sent (Standard Webhooks). Shown this once."""


class WebhookSecretAnswer(Answer):
    """A new secret."""

    secret: str
    """Signs what is sent (Standard Webhooks). Shown this once."""


class WebhookTestAnswer(Answer):
    """A test event that will be sent."""

    id: UUID
    """Of the message; among the deliveries it tells how it went."""


class DeliveryAnswer(Answer):
    """One message to a subscription, and how that went."""

    id: UUID
    """The `webhook-id`, and the `id` of the event."""
    kind: Literal[EffectKind.session_log_entry, EffectKind.webhook_test]
    number: int | None
    """Of the entry in the session log; null for a test."""
    status: EffectStatus
    """`dead` was given up, and can be sent again. `dropped` was let go: by a pause, or an end."""
    attempts: int
    next_attempt_at: OptionalInstant
    """Not before this moment; null when nothing more is done."""
    fault: str | None
    """Why the last attempt failed, such as `http-503`, `timeout` or `refused-address`."""
    created_at: Instant
    ended_at: OptionalInstant


class DeliveryStatusIn(Contract):
    """What is to become of a message: to be sent again."""

    status: Literal[EffectStatus.pending]
