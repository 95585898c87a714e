"""The documents are true: records well formed, references to what exists."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
DECISIONS = ROOT / "docs" / "decisions"
NOT_OURS = {".git", ".venv", "node_modules", "var"}
STATUS = re.compile(r"proposed|accepted|rejected|superseded by (\d{4})")
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives", "Enforced by"]
PLACEHOLDERS = ("NNNN", "YYYY", "What is decided, in a few words")


def documents() -> list[Path]:
    found = sorted(ROOT.rglob("*.md"))
    return [file for file in found if not NOT_OURS & set(file.relative_to(ROOT).parts)]


def records() -> list[Path]:
    return sorted(DECISIONS.glob("[0-9]*.md"))


def faults_of_a_record(file: Path, root: Path) -> Iterator[str]:
    text = file.read_text()
    number = file.name[:4]
    if not re.match(rf"# {number}\. \S", text):
        yield "the title does not begin with the number of the file"
    status = re.search(r"^Status: (.+)$", text, re.MULTILINE)
    known = status and STATUS.fullmatch(status[1])
    if not known:
        yield "the status is unknown"
    elif known[1] and not list(file.parent.glob(f"{known[1]}-*.md")):
        yield f"{known[1]}, which should replace it, does not exist"
    if not re.search(r"^Date: \d{4}-\d\d-\d\d$", text, re.MULTILINE):
        yield "the date is missing"
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    if list(sections) != SECTIONS:
        yield f"the sections are not {SECTIONS}"
    yield from (f"{title} is empty" for title, body in sections.items() if not body.strip())
    yield from (f"{word} is a placeholder" for word in PLACEHOLDERS if word in text)
    yield from faults_of_the_enforcers(sections.get("Enforced by", ""), root)


def faults_of_the_enforcers(section: str, root: Path) -> Iterator[str]:
    """A path stands between backticks and has a slash or an ending; "nothing" says who keeps it."""
    named = re.findall(r"`([\w.-]+(?:/[\w.-]+)*)`", section)
    paths = [name for name in named if "/" in name or (root / name).exists()]
    if not paths and "review" not in section:
        yield "nothing enforces it, and it does not say that review does"
    yield from (f"{path} does not exist" for path in paths if not (root / path).exists())


@pytest.mark.parametrize("record", records(), ids=lambda file: file.stem)
def test_a_decision_record_is_well_formed(record):
    assert list(faults_of_a_record(record, ROOT)) == []


def test_decision_records_are_numbered_from_one_without_gaps():
    numbers = [int(file.name[:4]) for file in records()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers != []


GOOD = """# 0007. Count to three

Status: accepted
Date: 2026-01-31

## Context

Some.

## Decision

Count.

## Consequences

Known.

## Alternatives

- Four: too many.

## Enforced by

- `tests/test_count.py`
"""


@pytest.mark.parametrize(
    ("wrong", "right", "fault"),
    [
        ("0007.", "0008.", "the title does not begin with the number of the file"),
        ("accepted", "perhaps", "the status is unknown"),
        ("accepted", "superseded by 0009", "0009, which should replace it, does not exist"),
        ("2026-01-31", "January", "the date is missing"),
        ("## Context\n\nSome.\n\n", "", f"the sections are not {SECTIONS}"),
        ("Count.\n", "", "Decision is empty"),
        ("Some.", "YYYY", "YYYY is a placeholder"),
        ("test_count", "test_gone", "tests/test_gone.py does not exist"),
        (
            "`tests/test_count.py`",
            "Goodwill.",
            "nothing enforces it, and it does not say that review does",
        ),
    ],
)
def test_a_fault_in_a_decision_record_is_seen(wrong, right, fault, tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_count.py").touch()
    record = tmp_path / "0007-count-to-three.md"
    record.write_text(GOOD)
    assert list(faults_of_a_record(record, tmp_path)) == []
    record.write_text(GOOD.replace(wrong, right))
    assert list(faults_of_a_record(record, tmp_path)) == [fault]


def dead_links(file: Path) -> list[str]:
    """The links to a file of ours that is not there, or to a heading it does not have."""
    prose = re.sub(r"^```.*?^```", "", file.read_text(), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", prose)
    return [link for link in links if "://" not in link and not leads_somewhere(file, link)]


def leads_somewhere(file: Path, link: str) -> bool:
    path, _, heading = link.partition("#")
    target = file.parent / path if path else file
    if not heading or target.suffix != ".md":
        return target.exists()
    return target.exists() and heading in anchors(target.read_text())


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("document", documents(), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_leads_to_something_that_exists(document):
    assert dead_links(document) == []


def test_a_dead_link_is_seen(tmp_path):
    page = tmp_path / "page.md"
    (tmp_path / "there.md").write_text("# The rule, and why\n")
    page.write_text("[a](there.md#the-rule-and-why) [b](gone.md) [c](there.md#no) [d](#no)")
    assert dead_links(page) == ["gone.md", "there.md#no", "#no"]


def test_each_runtime_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    table = (DECISIONS / "0002-dependencies.md").read_text()
    explained = set(re.findall(r"^\| `([\w-]+)` \| \w", table, re.MULTILINE))
    assert explained == {Requirement(each).name for each in project["dependencies"]}


SECURITY = ROOT / "docs" / "security.md"
ASVS = """
    1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3
    4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3
    7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4
    10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4
    13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4
    16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
"""How many requirements of level 1 and 2 each section of ASVS 5.0.0 has; they come first in it."""
REQUIREMENTS = [
    f"{section}.{number}"
    for section, _, many in (part.partition(":") for part in ASVS.split())
    for number in range(1, int(many) + 1)
]
NAMED_TEST = re.compile(r"`(tests/[^`]+?)::(\w+)`")
REASON = re.compile(r"(Document: .*\]\(|Absent|Issuer|Operator|Gap)")


def missing_tests(text: str) -> Iterator[str]:
    for file, test in NAMED_TEST.findall(text):
        path = ROOT / file
        if not path.exists() or f"\ndef {test}(" not in path.read_text():
            yield f"{file}::{test} does not exist"


@pytest.mark.parametrize("document", documents(), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_test_that_a_document_names_exists(document):
    assert list(missing_tests(document.read_text())) == []


def faults_of_the_security_page(text: str) -> Iterator[str]:
    """Each requirement is there once, shown by a test that exists or answered by a reason."""
    listed, _, chapters = text.partition("\n## V1 ")
    rows = re.findall(r"^\| ((?:\d+\.){2}\d+[\d., ]*) \| .+? \| (.+) \|$", chapters, re.MULTILINE)
    told = [(number, shown) for numbers, shown in rows for number in numbers.split(", ")]
    named = [number for number, _ in told]
    yield from (f"{number} is not there" for number in REQUIREMENTS if number not in named)
    yield from (f"{number} is no requirement" for number in named if number not in REQUIREMENTS)
    yield from (f"{each} is there twice" for each in sorted(set(named)) if named.count(each) > 1)
    open_ones = re.findall(r"^\| ((?:\d+\.){2}\d+[\d., ]*) \|", listed, re.MULTILINE)
    gaps = {number for numbers in open_ones for number in numbers.split(", ")}
    yield from missing_tests(text)
    for number, shown in told:
        if not NAMED_TEST.search(shown) and not REASON.match(shown):
            yield f"{number} is shown by nothing"
        if shown.startswith("Gap") != (number in gaps):
            yield f"{number} is a gap in one place only"


def test_the_security_page_answers_every_requirement_with_a_test_that_exists_or_a_reason():
    assert len(REQUIREMENTS) == 253
    assert list(faults_of_the_security_page(SECURITY.read_text())) == []


TRACE = "tests/test_doors.py::test_trace_is_no_method_here"


@pytest.mark.parametrize(
    ("wrong", "right", "fault"),
    [
        (TRACE, "tests/test_doors.py::test_x", "tests/test_doors.py::test_x does not exist"),
        (TRACE, "tests/no.py::test_x", "tests/no.py::test_x does not exist"),
        ("| 13.4.4 |", "| 13.4.3 |", "13.4.4 is not there"),
        ("| 13.4.4 |", "| 13.4.3 |", "13.4.3 is there twice"),
        ("| 13.4.4 |", "| 13.4.9 |", "13.4.9 is no requirement"),
        (f"`{TRACE}`", "Trust us", "13.4.4 is shown by nothing"),
        (f"`{TRACE}`", "Gap", "13.4.4 is a gap in one place only"),
        ("| Gap |\n| 7.4.3", "| Issuer |\n| 7.4.3", "7.4.1 is a gap in one place only"),
    ],
)
def test_a_fault_in_the_security_page_is_seen(wrong, right, fault):
    text = SECURITY.read_text()
    assert text.count(wrong) == 1
    assert fault in faults_of_the_security_page(text.replace(wrong, right))
