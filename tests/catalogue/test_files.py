from pathlib import Path

import pytest

from app.catalogue import CatalogueError, load, read_files

SKILLS = "skills:\n  - {id: lassen, name: Lassen}\n"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def lines(folder: Path) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        read_files(folder)
    return str(caught.value).splitlines()


def test_records_are_read_from_every_folder_with_the_file_they_came_from(tmp_path):
    write(tmp_path, skills=SKILLS, more__skills="skills:\n  - {id: boren, name: Boren}\n")
    assert [(record.id, record.file) for record in read_files(tmp_path)] == [
        ("boren", "more/skills.yaml"),
        ("lassen", "skills.yaml"),
    ]
    assert list(load(tmp_path).skills) == ["boren", "lassen"]


def test_a_date_stays_text_so_that_a_document_is_json(tmp_path):
    write(tmp_path, sources="sources:\n  - {id: cbs-2026, date: 2026-01-01}\n")
    assert read_files(tmp_path)[0].document == {"id": "cbs-2026", "date": "2026-01-01"}


def test_a_region_goes_by_its_code(tmp_path):
    write(tmp_path, regions="regions:\n  - {code: AM11, name: Rijnmond}\n")
    assert [(record.kind, record.id) for record in read_files(tmp_path)] == [("region", "AM11")]


def test_bad_yaml_is_reported_with_file_and_line(tmp_path):
    write(tmp_path, skills="skills:\n  - id: lassen\n    name: [Lassen\n  - id: boren\n")
    (line,) = lines(tmp_path)
    assert line.startswith("skills.yaml: line 4: ")


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path):
    write(tmp_path, skills="skills:\n  - id: lassen\n    name: Lassen\n    name: Solderen\n")
    assert lines(tmp_path) == ["skills.yaml: line 4: key 'name' stands here twice"]


@pytest.mark.parametrize(
    "value",
    ["!!python/name:os.system x", "!!binary aGFsbG8=", "!!set {a, b}", "!!timestamp 2026-01-01"],
)
def test_what_json_cannot_carry_is_refused(tmp_path, value):
    write(tmp_path, skills=f"skills:\n  - id: lassen\n    name: {value}\n")
    (line,) = lines(tmp_path)
    assert line.startswith("skills.yaml: line 3: ")


@pytest.mark.parametrize("mapping", ["{1: Lassen}", "{<<: {id: a}}", "{no: Lassen}"])
def test_a_key_that_is_not_a_text_is_refused(tmp_path, mapping):
    write(tmp_path, skills=f"skills:\n  - {mapping}\n")
    assert lines(tmp_path) == ["skills.yaml: line 2: a key is not a text"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "a.yaml: has no key at the top"),
        ("- id: lassen\n", "a.yaml: has no key at the top"),
        ("skills: lassen\n", "a.yaml: skills: is not a list of records"),
        ("skills:\n  - lassen\n", "a.yaml: skill 0: is not a mapping"),
        ("skills:\n  - name: Lassen\n", "a.yaml: skill 0: id: is missing or is not a text"),
        ("skills:\n  - id: 12\n", "a.yaml: skill 0: id: is missing or is not a text"),
        ("adjacency:\n  - a: zorg\n", "a.yaml: adjacency 0: id: is missing or is not a text"),
    ],
)
def test_what_is_not_a_list_of_records_with_an_id_is_refused(tmp_path, text, line):
    write(tmp_path, a=text)
    assert lines(tmp_path) == [line]


def test_a_key_at_the_top_that_is_no_kind_of_record_is_refused(tmp_path):
    write(tmp_path, a="skils:\n  - {id: lassen}\n")
    (line,) = lines(tmp_path)
    assert line.startswith("a.yaml: skils: is no kind of record; known are sources, ")


def test_a_folder_without_a_record_is_refused(tmp_path):
    assert lines(tmp_path) == [f"{tmp_path.as_posix()}: holds no record"]
    assert lines(tmp_path / "nowhere") == [f"{tmp_path.as_posix()}/nowhere: holds no record"]


def test_every_file_that_cannot_be_read_is_named(tmp_path):
    write(tmp_path, a="skills: [\n", b="skils: []\n", c=SKILLS)
    (tmp_path / "d.yaml").write_bytes(b"skills: \xff\n")
    assert [line.partition(":")[0] for line in lines(tmp_path)] == ["a.yaml", "b.yaml", "d.yaml"]
    assert lines(tmp_path)[-1] == "d.yaml: is not UTF-8"
