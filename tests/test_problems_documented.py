"""docs/problems.md lists what a client can be refused with: no more and no less than the code."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import app
from app import problems
from app.domain.errors import DomainError, InvalidInput
from app.schemas.problem import MOST_FAULTS, Problem

PAGE = (Path(__file__).parent.parent / "docs" / "problems.md").read_text()
PROBLEM = re.compile(r"^\| `([a-z-]+)` \| (\d{3}) \| (.+?) \| .+ \|$", re.MULTILINE)
FAULTS = re.compile(r"^\| (`[a-z0-9`, -]+`) \| [^|]+ \|$", re.MULTILINE)

for module in walk_packages(app.__path__, "app."):
    import_module(module.name)


def children(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("app."):  # other tests make refusals of their own
            yield child
            yield from children(child)


def as_answered(kind: type[DomainError]) -> tuple[str, int, str]:
    """Make the refusal, whatever it is made of, and read the answer a client gets."""
    error = kind.__new__(kind)
    DomainError.__init__(error, "Some detail.")
    if isinstance(error, InvalidInput):
        error.faults = ()
    return seen(problems.from_domain(error).body)


def seen(body: bytes | memoryview) -> tuple[str, int, str]:
    problem = Problem.model_validate_json(bytes(body))
    return problem.type.rpartition("/")[2], problem.status, problem.title


def test_every_problem_is_on_the_page_with_its_status_and_title():
    shown = [(slug, int(status), title) for slug, status, title in PROBLEM.findall(PAGE)]
    known = {as_answered(kind) for kind in children(DomainError)}
    known |= {seen(problems.from_status(status).body) for status in problems.OCCURRENCES}
    assert len(shown) == len(set(shown))
    assert set(shown) == known


def test_a_constraint_that_says_no_is_answered_with_a_problem_on_the_page():
    conflicts = {slug for slug, status, _ in PROBLEM.findall(PAGE) if status in {"409", "412"}}
    assert {kind.slug for kind in problems.CONSTRAINTS.values()} <= conflicts


def test_a_slug_has_one_title():
    kinds = {*children(DomainError), *problems.CONSTRAINTS.values()}
    answered = {as_answered(kind) for kind in kinds}
    answered |= {seen(problems.from_status(status).body) for status in problems.OCCURRENCES}
    slugs = [slug for slug, _, _ in answered]
    assert sorted(slugs) == sorted(set(slugs))


def test_the_page_and_the_contract_say_how_many_faults_are_listed():
    assert f"{MOST_FAULTS} at most" in PAGE
    errors = Problem.model_json_schema()["properties"]["errors"]
    assert f"{MOST_FAULTS} at most" in errors["description"]
    assert errors["anyOf"][0]["maxItems"] == MOST_FAULTS


def codes_in(source: str) -> Iterator[str]:
    """The codes of faults that a module names: in what becomes a fault, and in `code, ...`."""
    place = {"Fault": 1, "refusal": 0, "_fault": 0, "CallbackRefusedError": 0}
    for node in ast.walk(ast.parse(source)):
        named: list[ast.expr | None] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in place:
            named.append(next(iter(node.args[place[node.func.id] :]), None))
            named += [one.value for one in node.keywords if one.arg == "code"]
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            target = node.targets[0]
            if isinstance(target, ast.Tuple) and ast.unparse(target.elts[0]) == "code":
                named.append(node.value.elts[0])
        for each in named:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value


def test_every_code_of_a_fault_is_on_the_page():
    shown = [code for row in FAULTS.findall(PAGE) for code in re.findall(r"`([a-z0-9-]+)`", row)]
    # A fault of the catalogue is another thing: it is told to an operator.
    package = Path(str(app.__file__)).parent
    files = set(package.rglob("*.py")) - set((package / "catalogue").rglob("*.py"))
    known = {code for file in files for code in codes_in(file.read_text())}
    known |= {code for code, _ in problems._OTHER_FAULTS.values()}
    assert len(shown) == len(set(shown))
    assert set(shown) == known


def test_a_code_is_seen_wherever_it_is_named():
    source = """
Fault("/a", "one", "x")
Fault(pointer="", code="two", detail="x")
raise refusal("three", "x")
code, detail = "four", "x"
_fault("five", "x")
Fault("/b", code_of(it), "x")
"""
    assert sorted(codes_in(source)) == ["five", "four", "one", "three", "two"]
