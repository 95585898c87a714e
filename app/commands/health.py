"""Ask the running service how it is."""

from collections.abc import Callable

import httpx

from app.config import Settings

Say = Callable[[str], None]

TIMEOUT_SECONDS = 10


def ask(settings: Settings, say: Say) -> int:
    """Say what the service on this machine answers; 0 when it is ready.

    Raises:
        ConnectionError: it does not answer.

    """
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
    host = everywhere.get(settings.host, settings.host)
    # httpx puts the host of IPv6 between brackets.
    address = httpx.URL(scheme="http", host=host, port=settings.port, path="/v1/health/ready")
    try:
        answer = httpx.get(address, timeout=TIMEOUT_SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        raise ConnectionError(f"{address} does not answer: {error}") from error
    say(answer.text)
    return 0 if answer.is_success else 1
