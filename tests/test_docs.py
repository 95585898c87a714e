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
