import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp

from tests.api.things import Ask, asker, assemble, build_api


@pytest.fixture(scope="session")
def api() -> FastAPI:
    return build_api()


@pytest.fixture(scope="session")
def app(api: FastAPI) -> ASGIApp:
    return assemble(api)


@pytest.fixture(scope="session")
def ask(app: ASGIApp) -> Ask:
    return asker(app)
