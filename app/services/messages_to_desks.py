"""What a receiving desk is told, by e-mail or by a call to its own system: the same in both."""

import json
from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import UTC, date, datetime
from uuid import UUID

from app.domain.referrals import UNANSWERED
from app.domain.terms import DeskChannel, ReferralStatus
from app.models import Consent, Desk, OutboxMessage, Referral
from app.services import desk_links, letters, signatures
from app.services.acts import Act
from app.services.events import DATA_SOURCE
from app.services.hand_over import consented, view_hand_over, was_told
from app.services.messages import Call, Channels, FailedError, Made, call, letter, reference, who
from app.services.referral_life import answer_day

DESKS = "desks"
"""Whose hosts are called, in the settings."""

AWAITED = (*UNANSWERED, ReferralStatus.accepted)
"""Where a desk is reminded: it has to answer, or to speak to who it took over."""

ENDED = (ReferralStatus.withdrawn, ReferralStatus.expired)

_IN_EVENTS = {"link": "answerUrl"}


def hand_over(act: Act, channels: Channels, message: OutboxMessage) -> Made:
    """Hand somebody over, as long as they consent and the desk has not answered.

    Raises:
        FailedError: the desk was taken out of use meanwhile, or belongs to another organisation
            than the worker consented to, which is for the adviser.

    """
    found = _awaited(act, message, UNANSWERED)
    if found is None:
        return None
    referral, desk, answer_by = found
    if not desk.active:
        raise FailedError("desk-inactive", final=True)
    consent = act.session.get(Consent, referral.consent_id) if referral.consent_id else None
    if consent is not None and consent.recipient != desk.organisation:
        raise FailedError("other-organisation", final=True)
    if referral.status is ReferralStatus.sent:
        answer_by = answer_day(act, referral)  # it had to wait, and the desk need not hurry for it
    seen = view_hand_over(act, referral)
    content = letters.HandOver(
        reference=reference(referral.id),
        desk=desk.name,
        provision=seen.provision,
        adviser=seen.adviser,
        name=seen.name,
        telephone=seen.telephone,
        email=seen.email,
        question=seen.question,
        answers=seen.answers,
        checked=seen.checked,
        to_confirm=seen.to_confirm,
        link=_link(act, channels, referral),
        answer_by=answer_by,
        valid_until=act.now + channels.link_lasts,
    )
    return _tell(act, channels, message, desk, content, (desk.channel,))


def reminder(act: Act, channels: Channels, message: OutboxMessage) -> Made:
    """Remind a desk that somebody waits for it."""
    found = _awaited(act, message, AWAITED)
    if found is None or not found[1].active:
        return None
    referral, desk, answer_by = found
    content = letters.HandOverReminder(
        reference=reference(referral.id),
        desk=desk.name,
        accepted=referral.status is ReferralStatus.accepted,
        link=_link(act, channels, referral),
        answer_by=answer_by,
        valid_until=act.now + channels.link_lasts,
    )
    return _tell(act, channels, message, desk, content, (desk.channel,))


def withdrawn(act: Act, channels: Channels, message: OutboxMessage) -> Made:
    """Tell a desk to throw away what it was handed, also one that gets nothing new any more.

    It has the data, so any address of it will do, also when it is called by telephone now. Without
    an intake the person was erased: that the desk must be told was found out then.
    """
    desk = act.session.get(Desk, who(message))
    if message.intake_id is not None:
        found = _find(act, message, ENDED)
        if found is None or not was_told(act.session, found[0]):
            return None
    if desk is None:
        return None
    about = reference(UUID(message.facts["referral"]))
    content = letters.HandOverWithdrawn(reference=about, desk=desk.name)
    ways = (desk.channel, DeskChannel.email, DeskChannel.webhook)
    return _tell(act, channels, message, desk, content, ways)


def _find(
    act: Act, message: OutboxMessage, fitting: Collection[ReferralStatus]
) -> tuple[Referral, Desk] | None:
    referral = act.session.get(Referral, UUID(message.facts["referral"]))
    desk = act.session.get(Desk, who(message))
    if referral is None or desk is None or referral.status not in fitting:
        return None
    return (referral, desk) if referral.desk_id == desk.id else None


def _awaited(
    act: Act, message: OutboxMessage, fitting: Collection[ReferralStatus]
) -> tuple[Referral, Desk, date] | None:
    """Find what a desk is still to answer, while the worker consents to it."""
    found = _find(act, message, fitting)
    if found is None:
        return None
    referral, desk = found
    wanted = referral.answer_by if consented(act, referral) else None
    return (referral, desk, wanted) if wanted else None


def _link(act: Act, channels: Channels, referral: Referral) -> str:
    token = desk_links.make(act.vault, referral.id, act.now + channels.link_lasts)
    return f"{channels.public_url}/overdracht/{token}"


Content = letters.HandOver | letters.HandOverReminder | letters.HandOverWithdrawn


def _tell(
    act: Act,
    channels: Channels,
    message: OutboxMessage,
    desk: Desk,
    content: Content,
    ways: Iterable[DeskChannel],
) -> Made:
    """Tell it in the first of these ways for which the desk has an address.

    Raises:
        FailedError: it can only be called by telephone now; or it is reached by e-mail, and there
            is no mail server yet.

    """
    for way in ways:
        if way is DeskChannel.email and desk.email:
            return letter(channels, message, desk.email, content, act.now)
        if way is DeskChannel.webhook and desk.webhook_url:
            return _call(act, channels, message, desk.webhook_url, content)
    raise FailedError("by-telephone", final=True)


def _call(act: Act, channels: Channels, message: OutboxMessage, url: str, content: Content) -> Call:
    event = {
        "specversion": "1.0",
        "id": str(message.id),
        "source": channels.event_source,
        "type": f"{DATA_SOURCE}.{message.kind.value.replace('_', '-')}.v1",
        "time": _plain(message.created_at),
        "datacontenttype": "application/json",
        "data": {
            _name(field.name): _plain(getattr(content, field.name)) for field in fields(content)
        },
    }
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    secret = signatures.of_desk(act.vault, who(message))
    return call(message, DESKS, url, body, [secret], act.now)


def _name(field: str) -> str:
    first, *more = field.split("_")
    return _IN_EVENTS.get(field, first + "".join(map(str.capitalize, more)))


def _plain(value: object) -> object:
    """Write a value as JSON has it; what was told about a subject is named."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case tuple():
            return [
                {"about": one[0], "said": one[1]} if isinstance(one, tuple) else one
                for one in value
            ]
        case _:
            return value
