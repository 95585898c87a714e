"""Provisions found by sector and side."""

import pytest

from app.domain.errors import InvalidInput
from app.domain.terms import Side
from app.services.provisions import ProvisionFilter, find_provisions

ANY_TARGET = "zij-instroom-generiek"
"""Holds for who wants into any sector: it names none."""


def found(knowledge, **wanted) -> set[str]:
    return {one.id for one in find_provisions(knowledge, ProvisionFilter(**wanted))}


@pytest.mark.parametrize("sector", ["horeca", "bouw", "schoonmaak", "zorg"])
def test_what_holds_for_any_target_sector_is_found_for_each(knowledge, sector):
    assert ANY_TARGET in found(knowledge, sector=sector, side=Side.target)
    assert ANY_TARGET in found(knowledge, sector=sector)
    assert ANY_TARGET not in found(knowledge, sector=sector, side=Side.origin)


def test_what_holds_for_any_target_sector_is_found_by_side_alone(knowledge):
    assert ANY_TARGET in found(knowledge, side=Side.target)
    assert ANY_TARGET not in found(knowledge, side=Side.origin)


def test_a_provision_of_one_sector_is_not_found_for_another(knowledge):
    cleaning = "schoonmaak-loopbaancheck"
    assert cleaning in found(knowledge, sector="schoonmaak", side=Side.origin)
    assert cleaning not in found(knowledge, sector="schoonmaak", side=Side.target)
    assert cleaning not in found(knowledge, sector="horeca")


def test_a_sector_that_nobody_knows_is_refused(knowledge):
    with pytest.raises(InvalidInput) as refused:
        found(knowledge, sector="circus")
    assert [one.pointer for one in refused.value.faults] == ["query/sector"]
