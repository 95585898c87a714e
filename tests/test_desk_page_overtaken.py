"""What a desk adds on its page to what was said already: kept, or told that it is not."""

import httpx
import pytest

from app.domain.terms import ReferralReason
from tests.test_desk_page_http import ANNA, Desk, desk, made

__all__ = ["desk"]

# What the engines do differently is below the pages.
pytestmark = pytest.mark.parametrize("engine_kind", ["sqlite"])


def test_what_a_desk_adds_to_what_the_adviser_recorded_is_not_lost(desk: Desk) -> None:
    path = f"/referrals/{desk.referral}/status"
    made(desk.client.put(path, json={"status": "accepted"}, headers=ANNA))
    assert httpx.post(desk.url, data={"status": "accepted"}).status_code == 303
    answer = httpx.post(desk.url, data={"status": "accepted", "note": "Tot maandag."})
    assert answer.status_code == 409
    assert "Uw antwoord is niet verwerkt" in answer.text
    assert "Uw bericht staat nog in het formulier" in answer.text
    assert ">\nTot maandag.</textarea>" in answer.text
    assert desk.changes() == []


def test_another_reason_than_the_one_that_was_given_is_refused(desk: Desk) -> None:
    said = {"status": "declined", "reason": "no_capacity"}
    other = {"status": "declined", "reason": "not_eligible", "note": "Zij is te jong."}
    for _ in range(2):
        assert httpx.post(desk.url, data=said).status_code == 303
    answer = httpx.post(desk.url, data=other)
    assert answer.status_code == 409
    assert "Wij hebben uw bericht niet bewaard" in answer.text
    assert "Zij is te jong." in answer.text
    path = f"/referrals/{desk.referral}/status"
    made(desk.client.put(path, json=said, headers=ANNA))
    refused = desk.client.put(path, json=other, headers=ANNA)
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/problems/referral-not-allowed")
    assert [one.reason for one in desk.changes()] == [ReferralReason.no_capacity]


def test_more_time_than_there_is_cannot_be_asked_for(desk: Desk) -> None:
    late = {"status": "received", "answer_by": "2026-12-21", "note": "Nog even."}
    desk.clock.forward(days=28)
    assert "meer tijd nodig" not in httpx.get(desk.url).text
    answer = httpx.post(desk.url, data=late)
    assert answer.status_code == 409
    assert "Nog even." in answer.text
