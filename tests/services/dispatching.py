"""A dispatcher with the clock of a test, and subscriptions to receivers on this machine."""

import base64
import hmac
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import col, select

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import EffectKind, SubscriptionStatus
from app.egress import Egress
from app.mail import Maildir, Smtp
from app.models import OutboxMessage, Subscription
from app.services import outbox
from app.services.dispatch import Dispatcher
from app.services.messages import Channels
from app.services.outbox import Effect, to_subscription
from app.vault import Vault
from tests.callback_server import CallbackServer, Received
from tests.conftest import TestClock

REGION = "AM01"


class Outside:
    """What is outside of one database, as far as a test has it."""

    def __init__(self, settings: Settings, database: Database, clock: TestClock) -> None:
        self.settings = settings
        self.database = database
        self.clock = clock
        self.egress = Egress.of(settings, clock)

    def dispatcher(self, mail: Smtp | Maildir | None = None, **changes: Any) -> Dispatcher:
        """Make a dispatcher, which the test runs or starts."""
        settings = self.settings.model_copy(update=changes)
        channels = Channels.of(settings, mail, self.egress)
        return Dispatcher(self.database, Vault.of(settings), channels, settings, clock=self.clock)

    def deliver(self, mail: Smtp | Maildir | None = None) -> None:
        """Deliver all that is due now."""
        self.dispatcher(mail).deliver_due()

    def subscribe(self, *servers: CallbackServer) -> list[UUID]:
        """Subscribe these receivers to the session log of a region."""
        made = [uuid4() for _ in servers]
        with self.database.write(EVERY_REGION) as session:
            for one, server in zip(made, servers, strict=True):
                session.add(
                    Subscription(
                        id=one,
                        region=REGION,
                        url=f"http://localhost:{server.port}/{one}",
                        status=SubscriptionStatus.active,
                        generation=1,
                        created_at=self.clock(),
                    )
                )
        return made

    def put(self, subscriptions: Sequence[UUID], each: int = 1) -> None:
        """Put so many test events to send to each of these, in turn."""
        effects = [
            Effect(
                recipient=to_subscription(one),
                kind=EffectKind.webhook_test,
                region=REGION,
                facts={},
            )
            for _ in range(each)
            for one in subscriptions
        ]
        with self.database.write(EVERY_REGION) as session:
            outbox.put(session, effects, now=self.clock())

    def rows(self, subscription: UUID | None = None) -> list[OutboxMessage]:
        """Read what is in the outbox, in order; of one subscription, or all of it."""
        statement = select(OutboxMessage).order_by(col(OutboxMessage.position))
        if subscription is not None:
            statement = statement.where(OutboxMessage.recipient == to_subscription(subscription))
        with self.database.read(EVERY_REGION) as session:
            return list(session.exec(statement))

    def statuses(self, subscription: UUID | None = None) -> list[str]:
        """Say how each stands."""
        return [row.status.value for row in self.rows(subscription)]

    def ids(self, subscription: UUID | None = None) -> list[str]:
        """Read the ids, in order."""
        return [str(row.id) for row in self.rows(subscription)]


def arrived(server: CallbackServer) -> list[str]:
    """Read the ids of what came in, in the order it came."""
    return [request.header("webhook-id")[0] for request in server.requests]


def signed(request: Received, secret: bytes) -> bool:
    """Check a signature as a receiver does."""
    (message,), (at,) = request.header("webhook-id"), request.header("webhook-timestamp")
    content = f"{message}.{at}.".encode() + request.body
    right = "v1," + base64.b64encode(hmac.digest(secret, content, "sha256")).decode()
    return right in request.header("webhook-signature")[0].split()
