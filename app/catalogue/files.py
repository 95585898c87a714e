"""The catalogue as YAML files: one list of records per file, under the key of its kind."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from app.catalogue.assembly import build
from app.catalogue.faults import CatalogueError, Fault
from app.catalogue.records import Record, identity
from app.domain.catalogue import Catalogue

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML without libyaml: the same loader, slower.
    from yaml import SafeLoader  # type: ignore[assignment]  # two classes, one use

PACKAGE_FOLDER = Path(__file__).parent
VOCABULARY_FILE = PACKAGE_FOLDER / "search.yaml"
"""Words for the search (app/catalogue/vocabulary.py), and no records."""
KINDS = {
    "sources": "source",
    "sectors": "sector",
    "organisations": "organisation",
    "adjacency": "adjacency",
    "regions": "region",
    "municipalities": "municipality",
    "skills": "skill",
    "profiles": "profile",
    "provisions": "provision",
}


class _Loader(SafeLoader):
    """Reads only what JSON can carry too, and refuses a key that stands twice in a mapping."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, object]:
    # A merge key (`<<`) is refused as well: its tag is not that of a string.
    found: dict[str, object] = {}
    for key_node, value_node in node.value:
        if key_node.tag != "tag:yaml.org,2002:str":
            raise yaml.constructor.ConstructorError(
                problem="a key is not a text", problem_mark=key_node.start_mark
            )
        if key_node.value in found:
            raise yaml.constructor.ConstructorError(
                problem=f"key {key_node.value!r} stands here twice",
                problem_mark=key_node.start_mark,
            )
        found[key_node.value] = loader.construct_object(value_node, deep=True)
    return found


# Dates stay text, as in JSON; the record says which field is a date.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.yaml_constructors = {
    tag: constructor
    for tag, constructor in SafeLoader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] in {"null", "bool", "int", "float", "str", "seq"}
}
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(text: str) -> object:
    """Return what a YAML text holds: nothing that JSON could not carry, no key twice.

    Raises yaml.YAMLError for anything else, and ValueError for a value that is not of its tag.
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)


def load(folder: Path = PACKAGE_FOLDER) -> Catalogue:
    """Return the catalogue that the YAML files under this folder make.

    Raises CatalogueError with every fault at once; files that cannot be read come first.
    """
    return build(read_files(folder))


def read_files(folder: Path = PACKAGE_FOLDER) -> list[Record]:
    """Return the records of every YAML file under this folder, in order of path and of place.

    Raises CatalogueError for files that are not YAML, name a key twice, have a key at the top
    that is no kind of record, or hold a record without an id, and for a folder without any record:
    most often a typing error. What a record says is checked by `build`.
    """
    records: list[Record] = []
    faults: list[Fault] = []
    for path in sorted(folder.rglob("*.yaml")):
        if path == VOCABULARY_FILE:
            continue
        for found in _read(path, path.relative_to(folder).as_posix()):
            if isinstance(found, Record):
                records.append(found)
            else:
                faults.append(found)
    if not records and not faults:
        faults.append(Fault(folder.as_posix(), "", "", "holds no record"))
    if faults:
        raise CatalogueError(faults)
    return records


def _read(path: Path, name: str) -> Iterator[Record | Fault]:
    try:
        content = read_yaml(path.read_text("utf-8"))
    except UnicodeDecodeError:
        yield Fault(name, "", "", "is not UTF-8")
        return
    except yaml.YAMLError as error:
        yield _syntax_fault(name, error)
        return
    if not isinstance(content, dict):
        yield Fault(name, "", "", "has no key at the top")
        return
    for key, listed in content.items():
        if key not in KINDS:
            yield Fault(name, "", key, f"is no kind of record; known are {', '.join(KINDS)}")
        elif not isinstance(listed, list):
            yield Fault(name, "", key, "is not a list of records")
        else:
            yield from _records(name, KINDS[key], listed)


def _records(name: str, kind: str, listed: list[object]) -> Iterator[Record | Fault]:
    for place, document in enumerate(listed):
        if not isinstance(document, dict):
            yield Fault(name, f"{kind} {place}", "", "is not a mapping")
            continue
        known_by = identity(kind, document)
        if known_by is None:
            yield Fault(name, f"{kind} {place}", "id", "is missing or is not a text")
        else:
            yield Record(kind, known_by, document, name)


def _syntax_fault(name: str, error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}" if mark is not None else ""
    return Fault(name, "", where, getattr(error, "problem", None) or str(error))
