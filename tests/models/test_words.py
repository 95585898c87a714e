"""What the database takes in columns of codes, and what the tables of the closed loop hold."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.models import metadata
from app.problems import constraint_name
from tests.models.rows import INTAKE, MOMENT, REFERRAL, ROWS, planned, put, refused

EXTRA_HOURS = {
    "available": True,
    "starts": "09:00:00.000000",
    "ends": "12:00:00.000000",
    "region": "AM01",
    "mode": "phone",
}

ENUMS = [
    (table.name, column.name)
    for table in metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, sa.Enum)
]


ALSO_BROKEN = {
    "ck_guidance_session_place_fits_status",
    "ck_consent_hand_over_to_a_provision",
    "ck_desk_channel_has_its_address",
    "ck_outbox_message_ended_at_a_moment",
    "ck_subscription_ended_at_a_moment",
}


@pytest.mark.parametrize(("name", "column"), ENUMS, ids=map("-".join, ENUMS))
def test_a_column_with_words_takes_no_other_word(name, column, connection):
    taken = {
        "guidance_session": {"intake_id": INTAKE.hex, **planned("09:00", "10:00")},
        "referral": {"intake_id": INTAKE.hex, "due": "remind", "due_at": MOMENT},
        "referral_change": {"intake_id": INTAKE.hex, "referral_id": REFERRAL.hex},
        "outcome_change": {"intake_id": INTAKE.hex},
        "holder_change": {"intake_id": INTAKE.hex},
        "consent": {"intake_id": INTAKE.hex},
        "availability_exception": EXTRA_HOURS,
    }.get(name, {})
    with pytest.raises(IntegrityError) as caught, connection.begin_nested():
        put(connection, name, **{**taken, column: "verzonnen"})
    # What is unknown can break another promise too; either may be named.
    assert constraint_name(caught.value) in {f"ck_{name}_{column}", *ALSO_BROKEN}
    known = metadata.tables[name].columns[column].type
    assert isinstance(known, sa.Enum)
    usual = {**ROWS[name], **taken}.get(column) or known.enums[0]
    put(connection, name, **{**taken, column: usual})


@pytest.mark.parametrize(
    ("table", "constraint", "values"),
    [
        ("referral", "due_at_a_moment", {"due": "expire"}),
        ("referral", "due_at_a_moment", {"due_at": MOMENT}),
        ("referral", "desk_is_named", {"handed": "desk"}),
        ("desk", "channel_has_its_address", {"channel": "email"}),
        ("desk", "channel_has_its_address", {"channel": "webhook", "email": "a@b.example"}),
        ("desk", "channel_has_its_address", {"telephone": None}),
        ("desk", "capacity", {"capacity": 0}),
        ("desk", "answer_within", {"answer_within": 0}),
        ("desk", "answer_within", {"answer_within": 21}),
        ("outbox_message", "ended_at_a_moment", {"status": "delivered"}),
        ("outbox_message", "ended_at_a_moment", {"ended_at": MOMENT}),
        ("outbox_message", "attempts", {"attempts": -1}),
        ("subscription", "ended_at_a_moment", {"status": "ended"}),
        ("subscription", "ended_at_a_moment", {"ended_at": MOMENT}),
        ("subscription", "generation", {"generation": 0}),
        ("consent", "hand_over_to_a_provision", {"provision_id": None}),
        ("consent", "hand_over_to_a_provision", {"purpose": "invitations"}),
        ("guidance_session", "sequence", {"sequence": -1}),
    ],
)
def test_what_belongs_together_stands_together(table, constraint, values, connection):
    own = {"intake_id": INTAKE.hex} if "intake_id" in metadata.tables[table].c else {}
    with refused(connection, f"ck_{table}_{constraint}"):
        put(connection, table, **own, **values)


def test_a_worker_consents_once_to_be_written_to(connection):
    asked = {"intake_id": INTAKE.hex, "purpose": "invitations", "provision_id": None}
    put(connection, "consent", **asked, withdrawn_at=MOMENT)
    put(connection, "consent", **asked)
    with refused(connection, "uq_consent_intake_id_invitations"):
        put(connection, "consent", **asked)


def test_two_effects_never_share_a_place_or_an_id(connection):
    put(connection, "outbox_message", position=1, id=INTAKE.hex)
    with refused(connection, "uq_outbox_message_id"):
        put(connection, "outbox_message", position=2, id=INTAKE.hex)
    with refused(connection, "pk_outbox_message"):
        put(connection, "outbox_message", position=1)
