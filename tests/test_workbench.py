"""The workbench is served as it was built, small enough, and no longer fits a changed contract."""

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from app.main import create_app
from app.routers import workbench
from app.routers.workbench import ADDRESSES, routes
from frontend import build
from tests.server import running
from tests.workbench import ROOT, built

MOST_SCRIPT = 110_000
MOST_STYLE = 15_000
"""In bytes, packed."""


@pytest.fixture(scope="module")
def site():
    with running(Starlette(routes=[*routes(built())])) as url, httpx.Client(base_url=url) as client:
        yield client


def assets(site: httpx.Client, suffix: str) -> list[str]:
    return re.findall(rf'"(/assets/[^"]+\.{suffix})"', site.get("/").text)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_of_the_client_answers_its_page(site, address):
    answer = site.get(address.replace("{id}", "0b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="nl">' in answer.text
    assert answer.text == site.get("/").text


def test_the_client_and_the_service_name_the_same_addresses():
    source = (ROOT / "frontend" / "src" / "App.tsx").read_text()
    paths = re.findall(r'<Route path="([^"]+)"', source)
    assert sorted(re.sub(r":(\w+)", r"{\1}", path) for path in paths) == sorted(ADDRESSES)


def test_a_page_may_run_files_of_this_service_and_nothing_else(site):
    policy = site.get("/").headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = site.get("/").text
    assert not re.search(r"<script(?![^>]* src=)", page)
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    assert not re.search(r"https?://", page)


def test_what_has_a_digest_in_its_name_is_kept_for_ever_and_the_page_is_not(site):
    assert site.get("/").headers["cache-control"] == "no-cache"
    (script,) = assets(site, "js")
    assert "immutable" in site.get(script).headers["cache-control"]


def test_what_has_not_changed_is_not_sent_again(site):
    tag = site.get("/").headers["etag"]
    again = site.get("/", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    policy = "content-security-policy"
    assert again.headers[policy] == site.get("/").headers[policy]
    assert site.get("/", headers={"If-None-Match": '"another"'}).status_code == 200


def test_what_is_packed_is_the_same_and_has_a_tag_of_its_own(site):
    (script,) = assets(site, "js")
    plain = site.get(script, headers={"Accept-Encoding": "identity"})
    packed = site.get(script, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "Accept-Encoding" in plain.headers["vary"]


def test_all_of_it_is_small():
    found = {".js": 0, ".css": 0}
    for path in (built() / "assets").iterdir():
        if path.suffix in found:
            found[path.suffix] += len(gzip.compress(path.read_bytes()))
    assert 0 < found[".js"] <= MOST_SCRIPT
    assert 0 < found[".css"] <= MOST_STYLE


def test_without_a_build_every_address_says_how_to_make_one(tmp_path):
    app = Starlette(routes=[*routes(tmp_path)])
    with running(app) as url:
        answer = httpx.get(f"{url}/zaken")
    assert answer.status_code == 503
    assert "make workbench" in answer.text


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_the_service_serves_the_workbench(settings):
    built()
    with running(create_app(settings)) as url:
        page = httpx.get(f"{url}/")
        posted = httpx.post(f"{url}/")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert posted.status_code == 405


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_a_browser_is_told_of_a_page_that_is_not_there_in_the_workbench(settings):
    built()
    with running(create_app(settings)) as url, httpx.Client(base_url=url) as client:
        page = client.get("/")
        for path in ("/nergens", "/zaken/1/2/3", "/v1"):
            shown = client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
            assert (shown.status_code, shown.headers["content-type"]) == (
                404,
                page.headers["content-type"],
            )
            assert "script-src 'self';" in shown.headers["content-security-policy"]
            assert shown.content == page.content
        for answer in (
            client.get("/nergens"),
            client.post("/nergens", headers={"Accept": "text/html"}),
            client.get("/v1/nergens", headers={"Accept": "text/html"}),
        ):
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "application/problem+json"


def test_nothing_is_built_twice():
    built()
    assert build.is_built()
    stamp = build.BUILT / build.STAMP
    before = stamp.stat().st_mtime_ns
    built()
    assert stamp.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ("v20.19.0", True),
        ("v20.18.9", False),
        ("v21.9.0", False),
        ("v22.12.0", True),
        ("v22.11.0", False),
        ("v24.0.0", True),
        ("v26.1.0-nightly", True),
        ("v18.20.0", False),
        ("none", False),
    ],
)
def test_node_must_be_new_enough(version, enough):
    assert build.is_new_enough(version) is enough


def renamed_field(document: str) -> str:
    return document.replace('"instance"', '"occurrence"')


def renamed_value(document: str) -> str:
    return document.replace('"warm_referral"', '"referral_warm"')


@pytest.mark.parametrize("change", [renamed_field, renamed_value])
def test_a_name_that_changes_in_the_contract_breaks_the_build(tmp_path, change):
    built()
    copy = tmp_path / "frontend"
    shutil.copytree(build.SOURCE, copy, ignore=shutil.ignore_patterns("node_modules"))
    (copy / "node_modules").symlink_to(build.SOURCE / "node_modules")
    node, npm = build.find_node()

    def checked(document: str) -> str:
        (tmp_path / "var").mkdir(exist_ok=True)
        (tmp_path / "var" / "openapi.json").write_text(document)
        said = ""
        for step in ("types", "check"):
            done = subprocess.run(  # noqa: S603 - our own arguments, no shell
                [*npm, "run", "--silent", step],
                cwd=copy,
                env={"PATH": f"{Path(node).parent}:/usr/bin:/bin", "HOME": str(tmp_path)},
                capture_output=True,
                text=True,
                check=False,
            )
            said += "".join(line for line in done.stdout.splitlines() if ": error TS" in line)
        return said

    document = json.dumps(json.loads(build.DOCUMENT.read_text()), ensure_ascii=False)
    whole, changed = checked(document), checked(change(document))
    assert whole == ""
    assert "error TS" in changed


def test_files_of_the_service_are_where_the_build_puts_them():
    assert workbench.FOLDER == build.BUILT
