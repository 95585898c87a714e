"""Webhook subscriptions of a werkcentrum, and what was sent to them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.dependencies import EgressDep, Limit, OwnRegion, RegionAct, RegionSession
from app.domain.terms import EffectStatus
from app.models import OutboxMessage, Subscription
from app.openapi import problems
from app.schemas.base import Page
from app.schemas.webhook import (
    DeliveryAnswer,
    DeliveryStatusIn,
    NewWebhookAnswer,
    WebhookAnswer,
    WebhookChangeIn,
    WebhookIn,
    WebhookSecretAnswer,
    WebhookTestAnswer,
)
from app.services import subscriptions

router = APIRouter(prefix="/regions/{region}/webhooks", tags=["webhooks"])

WebhookId = Annotated[UUID, Path(alias="webhookId")]
MessageId = Annotated[UUID, Path(alias="messageId")]
AfterId = Annotated[UUID | None, Query(description="The `next` of the page before.")]

CREATED: dict[int | str, dict[str, Any]] = {
    201: {
        "headers": {
            "Location": {
                "description": "Where the webhook can be read.",
                "schema": {"type": "string", "format": "uri-reference"},
            }
        },
        "links": {
            name: {
                "operationId": name,
                "parameters": {
                    "region": "$response.body#/region",
                    "webhookId": "$response.body#/id",
                },
            }
            for name in ("readWebhook", "changeWebhook", "renewWebhookSecret", "sendTestEvent")
        },
    }
}


@router.get("")
def list_webhooks(
    region: OwnRegion, session: RegionSession, after: AfterId = None, limit: Limit = 50
) -> Page[WebhookAnswer]:
    """List the webhooks of your region, newest first, also those that have ended."""
    page, cursor = subscriptions.list_subscriptions(session, region, after=after, limit=limit)
    return Page(
        items=[WebhookAnswer(**_shown(one)) for one in page], next=str(cursor) if cursor else None
    )


@router.post("", status_code=201, responses={**CREATED, **problems(409)})
def create_webhook(
    region: OwnRegion, body: WebhookIn, act: RegionAct, egress: EgressDep, response: Response
) -> NewWebhookAnswer:
    """Be told at this address what is added to the session log of your region from now on.

    The host is one you agreed on with who runs the service. Each event is signed with the secret,
    which is shown this once. A region has at most ten webhooks that have not ended, and one to an
    address. If the answer gets lost, the webhook is in the list: ask for another secret.
    """
    made = subscriptions.subscribe(act, region, body.url, egress)
    response.headers["Location"] = f"/v1/regions/{region}/webhooks/{made.id}"
    return NewWebhookAnswer(**_shown(made), secret=subscriptions.secret_of(act, made))


@router.get("/{webhookId}", responses=problems(404))
def read_webhook(region: OwnRegion, webhook_id: WebhookId, session: RegionSession) -> WebhookAnswer:
    """Read a webhook."""
    return WebhookAnswer(**_shown(subscriptions.find(session, region, webhook_id)))


@router.put("/{webhookId}", responses=problems(404, 409))
def change_webhook(
    region: OwnRegion,
    webhook_id: WebhookId,
    body: WebhookChangeIn,
    act: RegionAct,
    egress: EgressDep,
) -> WebhookAnswer:
    """Change the address of a webhook, pause it, or let it go on; also one that has ended.

    A pause drops what waits to be sent, and what is logged meanwhile is not sent afterwards
    either: catch up from the session log. What waits when only the address changes goes to the new
    one.
    """
    changed = subscriptions.change(
        act, region, webhook_id, body.url, paused=body.paused, egress=egress
    )
    return WebhookAnswer(**_shown(changed))


@router.delete("/{webhookId}", status_code=204, responses=problems(404))
def remove_webhook(region: OwnRegion, webhook_id: WebhookId, act: RegionAct) -> None:
    """Delete a webhook; what waits to be sent is not sent."""
    subscriptions.unsubscribe(act, region, webhook_id)


@router.post("/{webhookId}/secret", responses=problems(404))
def renew_webhook_secret(
    region: OwnRegion, webhook_id: WebhookId, act: RegionAct
) -> WebhookSecretAnswer:
    """Get another secret, shown this once.

    For 24 hours events are signed with the secret before it as well. Who renews twice within that
    time voids the first of the three at once.
    """
    renewed = subscriptions.renew_secret(act, region, webhook_id)
    return WebhookSecretAnswer(secret=subscriptions.secret_of(act, renewed))


@router.post("/{webhookId}/test", status_code=202, responses=problems(404, 409))
def send_test_event(region: OwnRegion, webhook_id: WebhookId, act: RegionAct) -> WebhookTestAnswer:
    """Have a test event sent, after what waits already; one at a time."""
    return WebhookTestAnswer(id=subscriptions.send_test(act, region, webhook_id))


@router.get("/{webhookId}/deliveries", responses=problems(404))
def list_deliveries(
    region: OwnRegion,
    webhook_id: WebhookId,
    session: RegionSession,
    status: Annotated[EffectStatus | None, Query()] = None,
    after: AfterId = None,
    limit: Limit = 50,
) -> Page[DeliveryAnswer]:
    """List what was to be sent to a webhook and how that went, newest first."""
    page, cursor = subscriptions.list_deliveries(
        session, region, webhook_id, status=status, after=after, limit=limit
    )
    return Page(items=[_delivery(one) for one in page], next=str(cursor) if cursor else None)


@router.put("/{webhookId}/deliveries/{messageId}/status", responses=problems(404, 409))
def change_delivery_status(
    region: OwnRegion,
    webhook_id: WebhookId,
    message_id: MessageId,
    _body: DeliveryStatusIn,
    act: RegionAct,
) -> DeliveryAnswer:
    """Have a message sent again that was given up (`dead`) or delivered.

    It keeps its id, and goes before what was logged after it. To catch up after a gap, read the
    session log: it has every entry, and needs no deliveries.
    """
    return _delivery(subscriptions.send_again(act, region, webhook_id, message_id))


def _shown(subscription: Subscription) -> dict[str, Any]:
    return subscription.model_dump(exclude={"generation", "previous_until"})


def _delivery(message: OutboxMessage) -> DeliveryAnswer:
    return DeliveryAnswer.model_validate(
        {
            "id": message.id,
            "kind": message.kind,
            "number": message.facts.get("number"),
            "status": message.status,
            "attempts": message.attempts,
            "next_attempt_at": message.due_at if message.status == EffectStatus.pending else None,
            "fault": message.fault,
            "created_at": message.created_at,
            "ended_at": message.ended_at,
        }
    )
