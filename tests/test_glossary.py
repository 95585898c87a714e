"""One term per thing: every coded value has its Dutch, every source has its description."""

import re
from enum import StrEnum
from pathlib import Path

import pytest
import yaml

from app.domain import terms
from app.domain.attention import Attention
from app.domain.coverage import CoverageKind, CoverageStatus
from app.domain.events import EventType
from app.domain.sessions import CancelReason

ROOT = Path(__file__).parent.parent
GLOSSARY = (ROOT / "docs" / "architecture.md").read_text().partition("## Glossary")[2]
ROW = re.compile(r"^\| (`[a-z_`, -]+`) \| (\S.*) \|$", re.MULTILINE)
DUTCH = {
    code: dutch for codes, dutch in ROW.findall(GLOSSARY) for code in codes.strip("`").split("`, `")
}
ENUMS: list[type[StrEnum]] = [
    kind for kind in vars(terms).values() if isinstance(kind, type) and kind is not StrEnum
]
ENUMS += [Attention, CancelReason, CoverageStatus, CoverageKind, EventType]


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
def test_every_coded_value_has_its_dutch_in_the_glossary(kind):
    assert [member.value for member in kind if not DUTCH.get(member.value)] == []


def test_the_glossary_translates_nothing_that_is_not_there():
    assert set(DUTCH) - {member.value for kind in ENUMS for member in kind} == set()


def test_every_source_a_record_can_cite_is_described():
    known = yaml.safe_load((ROOT / "app" / "catalogue" / "sources.yaml").read_text())["sources"]
    page = (ROOT / "docs" / "sources.md").read_text()
    assert [one["id"] for one in known if f"`{one['id']}`" not in page] == []


def test_every_source_a_provision_cites_has_its_name_in_the_workbench(catalogue):
    words = (ROOT / "frontend" / "src" / "provisions" / "words.ts").read_text()
    cited = {one.source.document for one in catalogue.provisions.values()}
    assert [one for one in sorted(cited) if f'"{one}": "' not in words] == []
