"""What an operator lets go for an absent adviser, as that adviser and their colleagues see it."""

from uuid import UUID

from app.commands import advisers
from app.domain.terms import Action, HolderReason
from tests.test_holders_http import Desk, Service, anna, bram, desks, logged, refused, service

__all__ = ["anna", "bram", "desks", "service"]


def test_what_an_absent_adviser_holds_can_be_made_to_wait_for_a_colleague(
    anna: Desk, bram: Desk, desks: dict[str, Desk], service: Service
) -> None:
    first, second, given = anna.open(), anna.open(), anna.open()
    anna.give(given, reason="other")
    brams = bram.open()
    said: list[str] = []
    now = service.clock.now
    reason = HolderReason.absence
    assert advisers.release(service.settings, UUID(anna.id), reason, said.append, now=now) == 0
    assert said == ["intakes that wait in their organisation now: 2"]
    assert bram.listed(holder="nobody") == {first, second, given}
    assert bram.read(brams).json()["holder"] == bram.name
    lost = {one["intakeId"]: one for one in anna.lost()}
    assert set(lost) == {first, second, given}
    for intake in (first, second):
        told = lost[intake]
        assert (told["previous"], told["holder"], told["note"]) == (anna.name, None, None)
        assert told["reason"] == "absence"
        assert logged(service, intake) == [(Action.intake_given_back, "system", "absence")]
        held = bram.get(f"/intakes/{intake}/personal-data").json()
        assert [one["name"] for one in held["processing"]].count("Intake teruggeven") == 1
        assert bram.take(intake).status_code == 200
    assert refused(desks["carla"].read(given), 404, "not-found")


def test_what_is_of_no_organisation_stays_with_who_holds_it(
    desks: dict[str, Desk], service: Service
) -> None:
    dirk = desks["dirk"]
    intake = dirk.open()
    said: list[str] = []
    now = service.clock.now
    reason = HolderReason.workload
    assert advisers.release(service.settings, UUID(dirk.id), reason, said.append, now=now) == 0
    assert said == [
        "intakes that wait in their organisation now: 0",
        "intakes that stay, as no organisation has colleagues to take them over: 1",
    ]
    assert dirk.read(intake).json()["holder"] == dirk.name
    assert dirk.lost() == []
