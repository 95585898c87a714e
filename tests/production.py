"""Settings of a service that may hold real people's data."""

from pydantic import SecretStr

from app.config import Settings
from app.vault import new_key_text
from tests import identity

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
