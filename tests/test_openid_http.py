"""The service as it runs for real: tokens of a real OpenID provider, and those that are forged."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from app.config import Issuer, Settings
from app.main import create_app
from app.vault import new_key_text
from tests.conftest import TestClock
from tests.oidc_provider import OpenIdProvider
from tests.production import sign_anew
from tests.server import running
from tests.services import forge
from tests.services.test_tokens import FORGED

SELF_EMPLOYED = {"originSector": "bouw", "employment": "self_employed", "region": "AM22"}
ENOUGH = 25


def for_real(database_url: str, folder: Path, *issuers: Issuer) -> Settings:
    """Settings without demo mode, with keys that nobody knows; the audit log begins with them."""
    settings = Settings(
        database_url=database_url,
        oidc_issuers=issuers,
        encryption_keys=SecretStr(f"now:{new_key_text()}"),
        signing_key=SecretStr(new_key_text()),
        erasure_list=folder / "erasures.log",
    )
    sign_anew(settings)
    return settings


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def real_client(
    database_url: str, tmp_path: Path, openid: OpenIdProvider
) -> Iterator[httpx.Client]:
    settings = for_real(database_url, tmp_path, openid.setting)
    with (
        running(create_app(settings)) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30) as client,
    ):
        yield client


def test_who_logs_in_at_the_provider_may_do_what_their_role_may(real_client, openid):
    anna, bram, carla = (
        bearer(openid.log_in(who).access_token) for who in ("anna", "bram", "carla")
    )
    made = real_client.post(
        "/intakes", json=SELF_EMPLOYED, headers={**anna, "Idempotency-Key": "one"}
    )
    assert made.status_code == 201
    assert made.json()["holder"]["name"] == "Anna de Vries"
    path = f"/intakes/{made.json()['id']}"
    assert real_client.get(path, headers=anna).status_code == 200
    assert [real_client.get(path, headers=who).status_code for who in (bram, carla)] == [404, 404]
    over = {"holder": "me", "reason": "absence"}
    assert real_client.put(f"{path}/holder", json=over, headers=bram).status_code == 200
    assert real_client.put(f"{path}/holder", json=over, headers=carla).status_code == 404
    assert [real_client.get(path, headers=who).status_code for who in (anna, bram)] == [404, 200]

    systems = {one: bearer(openid.token_of_werkcentrum(one)) for one in ("AM22", "AM05")}
    log = {
        (region, one): real_client.get(f"/regions/{region}/session-log", headers=systems[one])
        for region in systems
        for one in systems
    }
    assert {key: answer.status_code for key, answer in log.items()} == {
        ("AM22", "AM22"): 200,
        ("AM22", "AM05"): 404,
        ("AM05", "AM22"): 404,
        ("AM05", "AM05"): 200,
    }
    assert log["AM22", "AM22"].json()["items"][0]["type"] == "intake_completed"
    assert real_client.get("/intakes", headers=systems["AM22"]).status_code == 403
    assert real_client.get("/intakes", headers=bearer("demo-adviser")).status_code == 401


def test_an_id_token_of_the_provider_is_no_access_token(real_client, openid):
    answer = real_client.get("/intakes", headers=bearer(openid.log_in("anna").id_token))
    assert answer.status_code == 401


def test_forged_and_stale_tokens_are_refused_alike_and_nothing_is_told(
    sqlite_template, tmp_path, clock: TestClock
):
    path = tmp_path / "gids.db"
    path.write_bytes(sqlite_template.read_bytes())
    issuers = forge.issuer(**forge.LIMITS), forge.other_issuer()
    settings = for_real(f"sqlite:///{path}", tmp_path, *issuers)
    # A header takes no control characters, and no space at its end.
    sendable = {
        name: one
        for name, one in FORGED.items()
        if one == one.strip() != "" and one.isascii() and one.isprintable()
    }
    assert len(sendable) >= ENOUGH
    with (
        running(create_app(settings, clock=clock)) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30) as client,
    ):
        good = forge.signed(forge.claims())
        assert client.get("/intakes", headers=bearer(good)).status_code == 200
        answers = {
            name: client.get("/intakes", headers=bearer(one)) for name, one in sendable.items()
        }
    assert {name: one.status_code for name, one in answers.items()} == dict.fromkeys(sendable, 401)
    told = {
        (
            one.headers["WWW-Authenticate"],
            *(one.json()[name] for name in ("type", "title", "detail", "status")),
            len(one.json()),
        )
        for one in answers.values()
    }
    assert len(told) == 1
    assert next(iter(told))[0] == 'Bearer realm="gidsfunctie", error="invalid_token"'
