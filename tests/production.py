"""Settings of a service that may hold real people's data."""

import sqlalchemy as sa
from pydantic import SecretStr

from app.config import Settings
from app.db import opened
from app.domain.access import EVERY_REGION
from app.models import AuditHead
from app.services import audit
from app.vault import Vault, new_key_text
from tests import identity
from tests.conftest import MONDAY

ENCRYPTION_KEY = new_key_text()
SIGNING_KEY = new_key_text()
ENVIRONMENT = {
    "GIDS_ENCRYPTION_KEYS": f"k1:{ENCRYPTION_KEY}",
    "GIDS_SIGNING_KEY": SIGNING_KEY,
    "GIDS_OIDC_ISSUERS": identity.AS_JSON,
}
"""What an operator sets, and demo mode goes without."""


def production(database_url: str) -> Settings:
    """Settings outside demo mode."""
    return Settings(
        database_url=database_url,
        oidc_issuers=(identity.SETTING,),
        encryption_keys=SecretStr(ENVIRONMENT["GIDS_ENCRYPTION_KEYS"]),
        signing_key=SecretStr(SIGNING_KEY),
    )


def sign_anew(settings: Settings) -> None:
    """Let a copy of the template, whose audit log the demo's key began, begin with these keys."""
    with opened(settings) as database:
        everything = database.engine.execution_options(sees=EVERY_REGION)
        with everything.begin() as connection:
            connection.execute(sa.delete(AuditHead))
            assert audit.begin(connection, Vault.of(settings), now=MONDAY)
