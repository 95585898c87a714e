"""What must hold of referrals: each went its way, and nobody falls between two stools."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from app.domain.referrals import OPEN
from app.domain.terms import Outcome, ReferralStatus, SessionStatus
from app.models import ReferralChange
from tests.crash.books import Books

AHEAD = (SessionStatus.waiting, SessionStatus.planned)


def a_referral_stands_where_its_steps_lead(books: Books) -> Iterator[str]:
    """Each step begins where another one ended, in whatever order their requests came in."""
    for row in books.referrals:
        led = _where_they_lead([one for one in books.steps if one.referral_id == row.id])
        if led is not row.status:
            yield f"referral {row.id} is {row.status}, and its steps lead to {led}"
    strange = {one.referral_id for one in books.steps} - {row.id for row in books.referrals}
    yield from (f"steps of a referral {one} that is not there" for one in strange)


def _where_they_lead(steps: list[ReferralChange]) -> ReferralStatus | None:
    stands = ReferralStatus.proposed
    while found := [one for one in steps if one.previous is stands]:
        # What stays where it was comes before what goes on.
        step = min(found, key=lambda one: one.status is not one.previous)
        steps.remove(step)
        stands = step.status
    return None if steps else stands


def nobody_falls_between_two_stools(books: Books) -> Iterator[str]:
    """Who was referred is helped by somebody, and who is not has guidance; never both."""
    answering = defaultdict(list)
    for row in books.referrals:
        if row.answers:
            answering[row.intake_id].append(row.status)
    ahead = {row.intake_id for row in books.sessions.values() if row.status in AHEAD}
    for intake in books.intakes.values():
        statuses = answering[intake.id]
        is_open = any(status in OPEN for status in statuses)
        helped = is_open or ReferralStatus.completed in statuses
        if intake.outcome is Outcome.guidance and is_open:
            yield f"intake {intake.id} has guidance, and is referred as well"
        elif intake.outcome is Outcome.warm_referral and not helped:
            yield f"intake {intake.id} is referred to nobody: {statuses}"
        elif intake.outcome is Outcome.warm_referral and intake.id in ahead:
            yield f"intake {intake.id} is referred, and has sessions ahead"


def the_log_tells_the_same_of_referrals(books: Books) -> Iterator[str]:
    intake_of = {one.log_pseudonym: one.id for one in books.intakes.values()}
    provision_of = {one.id: one.provision_id for one in books.referrals}
    logged = Counter(
        (intake_of[entry.intake_pseudonym], entry.provision_id, entry.type.value)
        for entry in books.entries
        if entry.intake_pseudonym in intake_of
        and entry.type.value.startswith(("referral_", "outcome_"))
    )
    stored = Counter(
        (one.intake_id, provision_of.get(one.referral_id), f"referral_{one.status}")
        for one in books.steps
    )
    stored.update((one.intake_id, None, "outcome_changed") for one in books.outcomes)
    for what in logged.keys() | stored.keys():
        if logged[what] != stored[what]:
            yield f"{what}: {stored[what]} stored, {logged[what]} logged"


def nobody_is_handed_over_without_consent(books: Books) -> Iterator[str]:
    agreed = {(one.intake_id, one.provision_id) for one in books.consents.values()}
    sent = {one.referral_id for one in books.steps if one.status is ReferralStatus.sent}
    for row in books.referrals:
        if row.id in sent and (row.intake_id, row.provision_id) not in agreed:
            yield f"referral {row.id}"


def there_is_one_open_referral_to_a_provision(books: Books) -> Iterator[str]:
    counts = Counter(
        (row.intake_id, row.provision_id) for row in books.referrals if row.status in OPEN
    )
    yield from (f"{count} of {what}" for what, count in counts.items() if count > 1)


PROMISES_OF_REFERRALS: tuple[Callable[[Books], Iterator[str]], ...] = (
    a_referral_stands_where_its_steps_lead,
    nobody_falls_between_two_stools,
    the_log_tells_the_same_of_referrals,
    nobody_is_handed_over_without_consent,
    there_is_one_open_referral_to_a_provision,
)
