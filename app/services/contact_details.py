"""Name, telephone and e-mail: only if the worker gives them, sealed, apart from the intake."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from app.db import insert_into
from app.domain.errors import NotFound
from app.domain.terms import Action
from app.models import ContactDetails, Intake
from app.services import erasure_list
from app.services.acts import Act
from app.services.holders import find_intake, held_row
from app.services.invitations import invite_worker
from app.services.sealed import cipher_of

PLACE = "contact_details.content"


@dataclass(frozen=True, slots=True)
class Details:
    """How a worker can be reached, as far as they gave it."""

    name: str | None
    telephone: str | None
    email: str | None


def change(act: Act, intake_id: UUID, details: Details) -> Details:
    """Keep these details in the place of what there was; invitations go to another address anew.

    Raises:
        NotFound, NotYoursError: no such intake, or not the caller's to change.

    """
    intake = held_row(act, intake_id)
    previous = open_details(act, intake)
    document = json.dumps(asdict(details), ensure_ascii=False).encode()
    sealed = cipher_of(act.session, act.vault, intake.id).seal(PLACE, intake.id, document)
    kept = {"content": sealed, "changed_at": act.now}
    act.session.execute(
        insert_into(act.session, ContactDetails)
        .values(intake_id=intake.id, **kept)
        .on_conflict_do_update(index_elements=["intake_id"], set_=kept)
    )
    act.did(Action.contact_details_changed, intake)
    if details.email is not None and (previous is None or details.email != previous.email):
        invite_worker(act, intake.id)
    return details


def read(act: Act, intake_id: UUID) -> Details:
    """Read how the worker of an intake can be reached.

    Raises:
        NotFound: no such intake for this caller, or nothing was given.

    """
    intake = find_intake(act, intake_id)
    found = open_details(act, intake)
    if found is None:
        raise NotFound
    act.did(Action.personal_data_read, intake)
    return found


def open_details(act: Act, intake: Intake) -> Details | None:
    """Open the contact details of an intake, if any were given."""
    kept = act.session.get(ContactDetails, intake.id)
    if kept is None:
        return None
    cipher = cipher_of(act.session, act.vault, intake.id)
    return Details(**json.loads(cipher.open(PLACE, intake.id, kept.content)))


def remove(act: Act, intake_id: UUID, erasures: Path) -> None:
    """Forget how the worker can be reached; where nothing was given, nothing happens.

    Raises:
        NotFound, NotYoursError: no such intake, or not the caller's to change.

    """
    intake = held_row(act, intake_id)
    kept = act.session.get(ContactDetails, intake.id)
    if kept is not None:
        act.did(Action.contact_details_changed, intake)
        forget(act, kept, erasures, at=act.now)


def forget(act: Act, kept: ContactDetails, erasures: Path, *, at: datetime) -> None:
    """Remove contact details as of a moment, and put that on the erasure list.

    The caller holds the row of the intake, and has told of the deed. What is given again later
    is newer than the line.
    """
    act.session.delete(kept)
    act.session.flush()
    # The clock of another host may be behind.
    at = max(at, kept.changed_at)
    what = erasure_list.CONTACT_DETAILS
    act.at_last.append(partial(erasure_list.add, erasures, [kept.intake_id], at=at, what=what))
