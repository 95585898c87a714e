"""A consent is for one organisation and one hand-over: whose desk gets what, and what it shows."""

from uuid import UUID

import pytest

from app.domain.errors import InvalidInput, NotFound
from app.domain.terms import (
    ContactData,
    DeskChannel,
    HandedBy,
    Outcome,
    ReferralReason,
    ReferralStatus,
)
from app.models import Referral
from app.services import consents
from app.services.erasure import erase
from app.services.hand_over import HandOver, read_hand_over
from app.services.referral_life import ConsentNeededError
from tests.services.desk import Desk, adviser, hours
from tests.services.loop import CHECK, Loop
from tests.services.test_persons import erasures

S = ReferralStatus


@pytest.fixture
def loop(desk: Desk) -> Loop:
    """A case with one referral that answers the question, and an adviser with hours."""
    desk.staff(adviser(UUID(int=7), hours(1, 9, 17), hours(3, 9, 17)))
    return Loop(desk)


def contact(loop: Loop) -> tuple[str, str] | None:
    """Read which desk the adviser is shown, and of which organisation."""
    views = loop.at.view(loop.intake).referrals
    desk = next(one.desk for one in views if one.referral.id == loop.referral.id)
    return (desk.name, desk.organisation) if desk else None


def recipients(loop: Loop) -> list[str]:
    with loop.at.act() as act:
        return [one.recipient for one in consents.list_consents(act, loop.intake)]


def withdraw(loop: Loop, consent: UUID) -> None:
    with loop.at.act() as act:
        consents.withdraw(act, loop.intake, consent, loop.at.planning, erasures())


def page(loop: Loop) -> HandOver:
    with loop.at_the_desk() as act:
        return read_hand_over(act, loop.referral.id)


# For one organisation


def test_who_would_get_the_data_is_seen_before_it_is_asked_and_kept_with_the_consent(loop):
    assert contact(loop) is None
    loop.receiving(name="A", organisation="Een", capacity=1)
    loop.receiving(name="B", organisation="Twee")
    loop.receiving(name="C", organisation="Drie", channel=DeskChannel.telephone, telephone="070 1")
    assert contact(loop) == ("B", "Twee")
    loop.consent()
    assert recipients(loop) == ["Twee"]
    assert loop.say(S.sent).handed is HandedBy.desk
    assert contact(loop) == ("B", "Twee")


def test_what_the_worker_was_told_is_kept_though_another_desk_has_come_first_since(loop):
    loop.receiving(name="B", organisation="Twee", capacity=1)
    told = contact(loop)
    loop.receiving(name="A", organisation="Een")
    assert contact(loop) == ("A", "Een") != told
    loop.consent(recipient="Twee")
    assert recipients(loop) == ["Twee"]
    assert contact(loop) == told
    assert loop.say(S.sent).handed is HandedBy.desk
    assert contact(loop) == told


def test_consent_to_who_cannot_receive_the_worker_is_refused(loop):
    loop.receiving(name="B", organisation="Twee")
    with pytest.raises(InvalidInput) as refused:
        loop.consent(recipient="Drie")
    assert [fault.pointer for fault in refused.value.faults] == ["/recipient"]
    assert recipients(loop) == []


def test_of_several_desks_the_one_of_the_organisation_that_was_consented_to_is_chosen(loop):
    loop.receiving(name="B", organisation="Twee", capacity=1)
    loop.consent()
    loop.receiving(name="A", organisation="Een")
    assert contact(loop) == ("B", "Twee")
    assert loop.say(S.sent).handed is HandedBy.desk
    assert contact(loop) == ("B", "Twee")


def test_a_desk_of_another_organisation_gets_nothing_until_the_worker_is_asked_anew(loop):
    loop.receiving(name="A", organisation="Een")
    consent = loop.consent()
    loop.say(S.sent)
    loop.desk_says(S.declined, reason=ReferralReason.wrong_desk)
    loop.receiving(name="B", organisation="Twee")
    loop.decide(Outcome.warm_referral, CHECK)
    assert contact(loop) == ("B", "Twee")
    with pytest.raises(ConsentNeededError, match="another organisation"):
        loop.say(S.sent)
    assert loop.referral.status is S.proposed
    withdraw(loop, consent)
    loop.consent()
    assert sorted(recipients(loop)) == ["Een", "Twee"]
    assert loop.say(S.sent).handed is HandedBy.desk


def test_where_no_desk_is_left_the_adviser_goes_on_by_hand_with_the_consent_there_is(loop):
    loop.consent()
    assert loop.say(S.sent).handed is HandedBy.by_hand
    assert contact(loop) is None


# For one hand-over


def test_a_new_consent_tells_a_desk_nothing_that_it_was_not_handed(loop):
    loop.receiving()
    consent = loop.consent(ContactData.name)
    loop.say(S.sent)
    loop.desk_says(S.accepted)
    assert (page(loop).name, page(loop).consent_ended) == ("Noor", False)
    withdraw(loop, consent)
    loop.consent(*ContactData)
    seen = page(loop)
    assert (seen.name, seen.telephone, seen.email) == (None, None, None)
    assert (seen.question, seen.answers, seen.consent_ended) == (None, (), True)


def test_the_page_says_that_consent_ended_only_as_long_as_something_is_open(loop):
    loop.receiving()
    consent = loop.consent(ContactData.name)
    loop.say(S.sent)
    loop.desk_says(S.accepted)
    withdraw(loop, consent)
    loop.desk_says(S.in_contact)
    assert page(loop).consent_ended
    loop.desk_says(S.completed)
    assert not page(loop).consent_ended


# An erasure meanwhile


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
def test_a_page_that_is_opened_while_the_person_is_erased_is_not_there(loop):
    loop.receiving()
    loop.consent()
    about = loop.say(S.sent).id
    with loop.at_the_desk() as act:
        assert act.session.get(Referral, about) is not None
        with loop.at.act() as other:
            erase(other, loop.intake, loop.at.planning, erasures())
        with pytest.raises(NotFound):
            read_hand_over(act, about)
