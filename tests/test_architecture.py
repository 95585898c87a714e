"""The house keeps its shape: what CONTRIBUTING.md asks and no linter sees.

Each check is a function from files to offences, and is shown an offence that it must see.
"""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from vulture import Vulture

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LONGEST_FILE = 400
MAY_COMMIT = {"app/cli.py", "app/db.py"}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK|NotImplemented" r"Error)\b")
DISHONEST = re.compile(r"pytest\.(mark\.)?(sk" r"ip|xf" r"ail)|\bsl" r"eep\(|assert Tr" r"ue")
OURS = {"app", "bench", "frontend", "migrations", "tests"}
# Found at run time by the package named, never imported by us.
USED_BY_ANOTHER = {
    "httptools": "uvicorn",
    "psycopg": "sqlalchemy",
    "tzdata": "zoneinfo",
    "uvloop": "uvicorn",
}


def python_files(*folders: str) -> list[Path]:
    found = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    assert found, f"no Python below {folders}"
    return found


def shown(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


# Imports between our own modules


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own arguments, no shell
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        check=False,
        cwd=tree,
        capture_output=True,
        text=True,
    )


def test_every_module_imports_only_from_the_floors_below():
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("app/domain/planted.py", "import pydantic", "The rule knows the standard library only"),
        ("app/domain/planted.py", "import app.models", "Every module has its floor"),
        ("app/services/planted.py", "import fastapi", "Services know no HTTP"),
        ("app/services/planted.py", "import app.schemas", "Services know no HTTP"),
        ("app/schemas/planted.py", "import sqlalchemy", "The public contract knows no table"),
        ("app/catalogue/planted.py", "import app.db", "build on the domain alone"),
        ("app/planted.py", "", "Every module has its floor"),
    ],
)
def test_a_planted_offence_is_seen(module, line, contract, tmp_path):
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / module).write_text(f"{line}\n")
    result = lint_imports(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    broken = [row for row in result.stdout.splitlines() if row.endswith("BROKEN")]
    assert any(contract in row for row in broken), result.stdout


# Nothing unused

DATA = {"attribute", "variable"}


def unused(*folders: Path) -> list[str]:
    vulture = Vulture(**PROJECT["tool"]["vulture"])
    vulture.scavenge(folders)
    found = vulture.get_unused_code(min_confidence=60)
    return [f"{item.filename}: {item.name}" for item in found if item.typ not in DATA]


def test_nothing_is_unused():
    assert unused(*map(ROOT.joinpath, ("app", "migrations", "tests", "bench"))) == []


def test_an_unused_function_is_seen(tmp_path):
    (tmp_path / "planted.py").write_text("def used():\n    pass\n\ndef idle():\n    used()\n")
    assert unused(tmp_path) == [f"{tmp_path}/planted.py: idle"]


# Transactions, size, honesty


def commits(source: str) -> list[int]:
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [
        call.lineno
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    ]


def test_only_the_database_module_and_the_commands_commit():
    found = {shown(file): commits(file.read_text()) for file in python_files("app")}
    assert {name: lines for name, lines in found.items() if lines and name not in MAY_COMMIT} == {}


def test_a_commit_is_seen_wherever_it_is_called():
    assert commits("def f(session):\n    session.flush()\n    session.get_bind().commit()") == [3]


@pytest.mark.parametrize("folder", ["app", "tests", "bench"])
def test_no_file_is_longer_than_four_hundred_lines(folder):
    lengths = {shown(file): len(file.read_text().splitlines()) for file in python_files(folder)}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_nothing_is_left_unfinished():
    files = python_files("app", "migrations", "tests", "bench")
    assert [shown(file) for file in files if UNFINISHED.search(file.read_text())] == []


def test_no_test_waits_by_the_clock_or_is_passed_over():
    assert [
        shown(file) for file in python_files("tests") if DISHONEST.search(file.read_text())
    ] == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (UNFINISHED, "# TO" + "DO later"),
        (UNFINISHED, "raise NotImplemented" + "Error"),
        (DISHONEST, "@pytest.mark.sk" + "ip"),
        (DISHONEST, "time.sl" + "eep(1)"),
    ],
)
def test_the_patterns_see_what_they_are_for(pattern, line):
    assert pattern.search(line)


# Dependencies


def imported(files: Iterable[Path]) -> dict[str, set[str]]:
    """Per module that the files import: the distributions that provide it."""
    providers = packages_distributions()
    tops = {top for file in files for top in top_level_imports(file.read_text())}
    third_party = (
        tops - sys.stdlib_module_names - {"app", "migrations", "tests", "bench", "frontend"}
    )
    assert third_party <= providers.keys(), f"not installed: {third_party - providers.keys()}"
    return {top: {canonicalize_name(name) for name in providers[top]} for top in third_party}


def undeclared(files: Iterable[Path], declarations: set[str]) -> list[str]:
    found = imported(files).items()
    return [module for module, names in found if not names & declarations]


def top_level_imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).partition(".")[0]


def declared(*lists: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(each).name) for each in chain(*lists)}


RUNTIME = PROJECT["project"]["dependencies"]
OTEL = PROJECT["project"]["optional-dependencies"]["otel"]
DEV = PROJECT["dependency-groups"]["dev"]
BUILD = PROJECT["dependency-groups"]["build"]


def test_what_the_service_imports_is_a_declared_dependency():
    assert undeclared(python_files("app", "migrations"), declared(RUNTIME)) == []


def test_what_the_tests_and_the_bench_import_is_a_declared_dependency():
    assert undeclared(python_files("tests", "bench"), declared(RUNTIME, OTEL, DEV)) == []


def test_an_import_that_is_not_declared_is_seen(tmp_path):
    (tmp_path / "planted.py").write_text("import os, yaml\nfrom grimp import build_graph\n")
    assert undeclared([tmp_path / "planted.py"], {"pyyaml"}) == ["grimp"]


def test_every_runtime_dependency_is_used():
    used = chain.from_iterable(imported(python_files("app", "migrations")).values())
    assert declared(RUNTIME) - set(used) == set(USED_BY_ANOTHER)


def locked(name: str) -> dict[str, Version]:
    text = (ROOT / name).read_text()
    pins = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;\\]+)", text, re.MULTILINE)
    return {canonicalize_name(package): Version(version) for package, version in pins}


LOCKS = {
    "requirements.lock": RUNTIME + OTEL,
    "requirements-build.lock": BUILD,
    "requirements-dev.lock": RUNTIME + OTEL + BUILD + DEV,
}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_everything_that_is_declared_in_a_version_that_is_allowed(name):
    pins = locked(name)
    wanted = [Requirement(each) for each in LOCKS[name]]
    assert [
        str(each)
        for each in wanted
        if (pin := pins.get(canonicalize_name(each.name))) is None or pin not in each.specifier
    ] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_in_a_lock_has_hashes_and_no_address(name):
    text = (ROOT / name).read_text()
    entries = re.split(r"\n(?=\S)", text.rstrip())
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text
    assert "--index" not in text


def test_the_development_lock_has_the_versions_that_will_run():
    development = locked("requirements-dev.lock")
    others = {**locked("requirements.lock"), **locked("requirements-build.lock")}
    assert {name: development.get(name) for name in others} == others
