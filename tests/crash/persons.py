"""What must hold of persons: how they can be reached, what they consent to, and who was erased."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from uuid import UUID

from tests.crash.books import Books


def who_was_erased_is_nowhere(books: Books) -> Iterator[str]:
    """No row is left, the list outside the database has them, and somebody asked for it."""
    acknowledged = {books.intake_of(deed) for deed in books.done("erase")}
    yield from (f"{one} was told to be erased" for one in acknowledged - books.erased)
    for table, intakes in books.left.items():
        yield from (f"{one} is in {table}" for one in intakes & books.erased)
    yield from (f"{one} is not on the erasure list" for one in books.erased - books.erasures)
    asked = {books.intake_of(deed) for deed in books.journal if deed.kind == "erase"}
    yield from (f"nobody asked to erase {one}" for one in books.erased - asked)


def how_someone_is_reached_opens_as_it_was_told(books: Books) -> Iterator[str]:
    """What was acknowledged is there, and opens as what somebody sent, the last if alone."""
    sent = defaultdict(list)
    for deed in books.journal:
        if deed.kind == "details":
            sent[books.intake_of(deed)].append(deed)
    for intake, deeds in sent.items():
        if intake is None or intake in books.erased:
            continue
        told = any(deed.done for deed in deeds)
        if intake not in books.reached:
            if told:
                yield f"{intake}: contact details are lost"
            continue
        last = max(deeds, key=lambda deed: deed.started)
        alone = last.done and all(one.ended < last.started for one in deeds if one is not last)
        if books.reached[intake] not in [one.body for one in ([last] if alone else deeds)]:
            yield f"{intake}: contact details are not what was told"
    yield from (f"nobody told how to reach {one}" for one in books.reached.keys() - sent.keys())


def a_consent_holds_until_it_is_withdrawn_and_not_after(books: Books) -> Iterator[str]:
    """What was acknowledged is there; who withdrew has withdrawn, and nobody else."""
    for deed in books.done("consent"):
        kept = books.consents.get(UUID(deed.answer["id"]))
        same = kept is not None and kept.provision_id == deed.body.get("provisionId")
        if not same and not books.is_gone(deed):
            yield f"consent {deed.answer['id']} is lost"
    asked = {UUID(deed.path.split("/")[4]) for deed in books.journal if deed.kind == "withdraw"}
    for deed in books.done("withdraw"):
        withdrawn = books.consents.get(UUID(deed.answer["id"]))
        if (withdrawn is None or withdrawn.withdrawn_at is None) and not books.is_gone(deed):
            yield f"consent {deed.answer['id']} holds again"
    for one in books.consents.values():
        if one.withdrawn_at is not None and one.id not in asked:
            yield f"consent {one.id} was withdrawn by nobody"
    present = Counter(
        (one.intake_id, one.provision_id)
        for one in books.consents.values()
        if one.withdrawn_at is None
    )
    yield from (f"{count} consents of {one}" for one, count in present.items() if count > 1)


PROMISES_OF_PERSONS: tuple[Callable[[Books], Iterator[str]], ...] = (
    who_was_erased_is_nowhere,
    how_someone_is_reached_opens_as_it_was_told,
    a_consent_holds_until_it_is_withdrawn_and_not_after,
)
