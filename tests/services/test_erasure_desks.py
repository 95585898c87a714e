"""What desks hear when somebody they were asked to help is erased, or withdraws a consent."""

import mailbox
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from app.config import Settings
from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.terms import (
    ContactData,
    DeskChannel,
    EffectKind,
    EffectStatus,
    LogEntryType,
    Outcome,
    Party,
    ReferralReason,
    ReferralStatus,
)
from app.egress import Egress
from app.mail import mail_of
from app.models import Consent, OutboxMessage, ReferralChange
from app.models import Desk as DeskRow
from app.services import consents, personal_data, retention
from app.services.acts import Act, acting
from app.services.desks import DeskInUseError, remove_desk
from app.services.dispatch import Dispatcher
from app.services.erasure import erase, erase_again, withdraw_again
from app.services.messages import Channels
from app.services.personal_data import PersonalData
from app.services.processing_log import new_trace
from app.services.retention import Count
from tests.services.desk import NOW, VAULT, Desk
from tests.services.loop import Loop
from tests.services.test_erasure import rows_about
from tests.services.test_persons import TERMS

S = ReferralStatus
HANDED_OVER, WITHDRAWN = "helpen?", "ingetrokken"
"""How the subject ends of what a desk gets."""


class Handed(Loop):
    """A referral handed to a desk, with the post that reaches it."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        super().__init__(desk)
        self.receiving()
        self.consented = self.consent(*ContactData)
        self.say(S.sent)
        self.erasures = folder / "erasures.log"
        self._settings = Settings(demo=True, mail_folder=folder / "mail")
        egress = Egress({}, timeout=self._settings.delivery_timeout, clock=lambda: desk.now)
        self._channels = Channels.of(self._settings, mail_of(self._settings), egress)

    def deliver(self) -> list[str]:
        """Deliver what is due; show what the desk got until now."""
        Dispatcher(
            self.at.database, VAULT, self._channels, self._settings, clock=lambda: self.at.now
        ).deliver_due()
        box = mailbox.Maildir(self._settings.mail_folder)
        return sorted(str(one["Subject"]).rpartition(" ")[2] for one in box)

    def outbox(self) -> list[OutboxMessage]:
        """Read what went, or is to go, to the desk."""
        with self.at.database.read(EVERY_REGION) as session:
            statement = select(OutboxMessage).where(col(OutboxMessage.recipient).like("desk:%"))
            return list(session.exec(statement.order_by(col(OutboxMessage.position))))

    @contextmanager
    def as_operator(self) -> Iterator[Act]:
        """Act as a command of the operator does."""
        with acting(self.at.database, SYSTEM, VAULT, new_trace(), now=self.at.now) as act:
            yield act

    def desk_is(self, **changes: object) -> None:
        """Change the desk, as an editor does."""
        with self.at.database.write(EVERY_REGION) as session:
            desk = session.exec(select(DeskRow)).one()
            for name, value in changes.items():
                setattr(desk, name, value)

    def erase(self) -> None:
        """Erase the person."""
        with self.at.act() as act:
            erase(act, self.intake, self.at.planning, self.erasures)

    def withdraw_consent(self) -> None:
        """Withdraw the consent to hand over."""
        with self.at.act() as act:
            consents.withdraw(act, self.intake, self.consented, self.at.planning, self.erasures)

    def insight(self) -> PersonalData:
        """Read all that is held about the person."""
        with self.at.act() as act:
            return personal_data.gather(act, self.intake, TERMS)


@pytest.fixture
def handed(quiet: Desk, tmp_path: Path) -> Handed:
    return Handed(quiet, tmp_path)


@pytest.mark.parametrize("as_of", [S.sent, S.in_contact])
def test_a_desk_that_has_somebodys_data_is_told_to_throw_them_away(handed, as_of):
    assert handed.deliver() == [HANDED_OVER]
    referral = handed.referral
    for status in (S.accepted, S.in_contact) if as_of is S.in_contact else ():
        handed.desk_says(status)
    handed.erase()
    assert handed.deliver() == [HANDED_OVER, WITHDRAWN]
    (told,) = handed.outbox()
    assert (told.kind, told.status) == (EffectKind.hand_over_withdrawn, EffectStatus.delivered)
    assert (told.intake_id, told.facts) == (None, {"referral": str(referral.id)})
    assert set(rows_about(handed.at, handed.intake)) == {"audit_entry"}
    last = handed.at.log()[-1]
    assert (last.type, last.provision_id, last.reason) == (
        LogEntryType.referral_withdrawn, referral.provision_id, None,
    )  # fmt: skip


def test_a_desk_that_got_nothing_is_told_nothing(handed):
    handed.erase()
    assert handed.deliver() == []
    assert handed.outbox() == []


@pytest.mark.parametrize("end", [S.completed, S.declined])
def test_a_desk_whose_part_has_ended_is_told_nothing(handed, end):
    handed.deliver()
    for status in (S.accepted, S.in_contact, S.completed) if end is S.completed else ():
        handed.desk_says(status)
    if end is S.declined:
        handed.desk_says(S.declined, reason=ReferralReason.no_capacity)
    before = handed.log()
    handed.erase()
    assert handed.deliver() == [HANDED_OVER]
    assert handed.log() == before


def test_what_a_desk_is_being_sent_is_marked_after_the_erasure_and_the_rest_comes_after_it(handed):
    """The erasure comes between the taking of the hand-over and its delivery."""
    until = NOW + timedelta(seconds=30)
    with handed.at.database.write(EVERY_REGION) as session:
        taken = session.exec(select(OutboxMessage)).one()
        taken.leased_until = until
    handed.erase()
    in_hand, told = handed.outbox()
    assert (in_hand.id, in_hand.intake_id, in_hand.leased_until) == (taken.id, None, until)
    assert told.kind is EffectKind.hand_over_withdrawn
    assert handed.deliver() == []
    handed.at.now = until
    assert handed.deliver() == [WITHDRAWN]
    assert [one.status for one in handed.outbox()] == [
        EffectStatus.dropped,
        EffectStatus.delivered,
    ]


def test_what_a_desk_was_still_to_hear_it_hears_after_the_erasure_as_well(handed):
    handed.deliver()
    handed.say(S.withdrawn, reason=ReferralReason.worker_withdrew)
    handed.erase()
    assert handed.deliver() == [HANDED_OVER, WITHDRAWN]


@pytest.mark.parametrize("erased", [True, False])
def test_a_desk_that_is_called_by_telephone_by_now_is_still_told_at_the_address_it_had(
    handed, erased
):
    handed.deliver()
    handed.desk_is(channel=DeskChannel.telephone, telephone="070 123 45 67")
    if erased:
        handed.erase()
    else:
        handed.withdraw_consent()
    assert handed.deliver() == [HANDED_OVER, WITHDRAWN]


def test_a_desk_that_could_not_be_told_to_throw_away_data_stays_until_it_was(handed):
    handed.deliver()
    handed.desk_is(channel=DeskChannel.telephone, telephone="070 123 45 67", email=None)
    desk_id = handed.referral.desk_id
    handed.erase()
    handed.deliver()
    (dead,) = handed.outbox()
    assert (dead.status, dead.fault) == (EffectStatus.dead, "by-telephone")
    with pytest.raises(DeskInUseError), handed.at.act() as act:
        remove_desk(act, desk_id)
    handed.desk_is(email="loket@fonds.example")
    with handed.at.database.write(EVERY_REGION) as session:
        session.get_one(OutboxMessage, dead.position).status = EffectStatus.pending
        session.get_one(OutboxMessage, dead.position).ended_at = None
        session.get_one(OutboxMessage, dead.position).due_at = NOW
    assert handed.deliver() == [HANDED_OVER, WITHDRAWN]
    with handed.at.act() as act:
        remove_desk(act, desk_id)


def test_a_replay_of_the_erasure_tells_the_desk_as_well(handed):
    handed.deliver()
    with handed.as_operator() as act:
        assert erase_again(act, handed.intake, act.now, handed.at.planning, handed.erasures)
    assert handed.deliver() == [HANDED_OVER, WITHDRAWN]


def test_an_open_referral_that_nobody_touches_for_a_whole_term_ends_like_that_too(handed):
    handed.deliver()
    handed.at.now = NOW + timedelta(days=730, seconds=1)
    database, now = handed.at.database, handed.at.now
    done = retention.run(database, VAULT, TERMS, handed.erasures, now=now)
    assert done == Count(0, 1, 0, advisers=1)
    assert handed.log()[-1].startswith("referral_withdrawn")
    assert handed.deliver() == [HANDED_OVER, WITHDRAWN]
    assert rows_about(handed.at, handed.intake).keys() == {"audit_entry"}


# Messages that went out


def test_of_what_went_out_only_what_was_told_about_somebody_stays_with_their_intake(handed):
    """What the adviser got, and what is of nobody any more, goes after its term."""
    handed.deliver()
    handed.desk_says(S.accepted)
    other = Handed(handed.at, handed.erasures.parent / "other")
    other.deliver()
    other.erase()
    handed.deliver()
    with handed.at.database.read(EVERY_REGION) as session:
        ended = session.exec(select(OutboxMessage)).all()
    assert {one.status for one in ended} == {EffectStatus.delivered, EffectStatus.dead}
    assert sorted(bool(one.intake_id) for one in ended) == [False, True, True]
    database, run = handed.at.database, []
    for now in (NOW + TERMS.outbox, NOW + TERMS.outbox + timedelta(seconds=1)):
        with database.read(EVERY_REGION) as session:
            due = retention.count_due(session, TERMS, now=now)
        run.append(retention.run(database, VAULT, TERMS, handed.erasures, now=now))
        assert due == run[-1]
    assert run == [Count(0, 0, 0), Count(0, 0, 0, messages=2)]
    (kept,) = handed.outbox()
    assert kept.kind is EffectKind.hand_over
    assert [one.message.id for one in handed.insight().sent] == [kept.id]


# Consent


@pytest.mark.parametrize("as_of", [S.sent, S.received])
def test_withdrawing_consent_withdraws_what_waits_for_the_desk_and_reopens_the_intake(
    handed, as_of
):
    handed.deliver()
    if as_of is S.received:
        handed.desk_says(S.received)
    handed.withdraw_consent()
    assert (handed.referral.status, handed.outcome()) == (S.withdrawn, Outcome.guidance)
    assert len(handed.at.sessions(handed.intake)) == 3
    with handed.at.database.read(EVERY_REGION) as session:
        newest = select(ReferralChange).where(ReferralChange.status == S.withdrawn)
        change = session.exec(newest).one()
    assert (change.party, change.reason) == (Party.system, ReferralReason.no_consent)
    assert handed.deliver() == [HANDED_OVER, WITHDRAWN]


def test_what_was_not_sent_yet_is_never_sent_once_consent_is_withdrawn(handed):
    handed.withdraw_consent()
    assert handed.deliver() == []
    assert {one.status for one in handed.outbox()} == {EffectStatus.dropped}


def test_once_the_desk_accepted_withdrawing_consent_ends_nothing_but_shows_it_no_more(handed):
    handed.deliver()
    handed.desk_says(S.accepted)
    handed.withdraw_consent()
    assert (handed.referral.status, handed.outcome()) == (S.accepted, Outcome.warm_referral)
    assert handed.deliver() == [HANDED_OVER]


def test_a_replay_of_a_withdrawal_withdraws_what_waits_for_the_desk_too(handed):
    handed.deliver()
    with handed.as_operator() as act:
        assert withdraw_again(act, handed.consented, NOW, handed.at.planning, handed.erasures)
    assert handed.referral.status is S.withdrawn
    assert handed.deliver() == [HANDED_OVER, WITHDRAWN]


# Insight


def test_insight_tells_which_desk_got_what_and_how_it_went_on(handed):
    handed.deliver()
    handed.at.now += timedelta(hours=1)
    handed.desk_says(S.declined, reason=ReferralReason.other, note="Bel de gemeente")
    with handed.at.database.write(EVERY_REGION) as session:
        # A later consent to less does not change what the desk got then.
        given = session.get_one(Consent, handed.consented)
        given.withdrawn_at = NOW
    handed.at.now += timedelta(hours=1)
    handed.consent(ContactData.name)
    held = handed.insight()
    (seen, *_) = held.view.referrals
    steps = [(one.change, one.note) for one in seen.changes]
    assert [(row.previous, row.status, row.party, note) for row, note in steps] == [
        (S.proposed, S.sent, Party.adviser, None),
        (S.sent, S.declined, Party.desk, "Bel de gemeente"),
    ]
    assert [(row.outcome, note) for row, note in held.outcome_changes] == [(Outcome.guidance, None)]
    (sent,) = held.sent
    assert sent.desk is not None
    assert (sent.message.kind, sent.desk.name, sent.data) == (
        EffectKind.hand_over, "Loket", list(ContactData),
    )  # fmt: skip
