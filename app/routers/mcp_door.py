"""/mcp: the Model Context Protocol over Streamable HTTP, for chatbots (docs/chatbots.md).

One message, one answer in JSON: no sessions, and no stream to open with GET. What holds for every
request of the API holds here (app/api_rules.py), and nothing that is not a message, or that comes
from a page of another site, reaches the SDK: that would repeat what it was sent in its answer or
in a log.
"""

import re
from collections.abc import Awaitable, Callable
from functools import cache
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool
from starlette.routing import compile_path
from starlette.types import Receive, Scope, Send

from app.api_rules import again
from app.domain.access import CrossSite
from app.identify import get_caller
from app.operations import JSON, Operation, Path
from app.schemas.mcp import Message

ADDRESS = "/mcp"
DOOR = Path(
    ADDRESS,
    compile_path(ADDRESS)[0],
    {"POST": Operation(query={}, consumes=(JSON,), produces=(JSON,))},
)
"""What app/api_rules.py is to hold a request to."""

Serve = Callable[[Scope, Receive, Send], Awaitable[None]]
Version = Annotated[
    Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] | None,
    Header(alias="MCP-Protocol-Version"),
]

_MORE_THAN_A_HOST = re.compile(r"[@/?#\\]")

router = APIRouter(dependencies=[Depends(get_caller)])


@cache
def _served() -> Serve:
    # Not at the top: see there what it costs.
    from app.routers.mcp_server import serve  # noqa: PLC0415

    return serve


class _Exchange(Response):
    """Lets the SDK answer a message: as it was understood here, for no two readers are alike."""

    def __init__(self, serve: Serve, message: Message) -> None:
        super().__init__()
        self._serve = serve
        self._message = message.model_dump_json(exclude_unset=True).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # What it takes was settled before (app/negotiation.py); the SDK would not see "*/*" in it.
        headers = [pair for pair in scope["headers"] if pair[0] != b"accept"]
        scope = {**scope, "headers": [*headers, (b"accept", JSON.encode())]}
        await self._serve(scope, again(self._message, receive), send)


def known_site(request: Request) -> None:
    """Keep out pages of other sites, also where a name of theirs was made to lead here.

    "Servers MUST validate the Origin header on all incoming connections to prevent DNS rebinding
    attacks" (MCP, Transports, Security). Nobody can make an address of numbers lead elsewhere.

    Raises:
        CrossSite: Origin is not one of the settings, or Host is not ours.

    """
    state = request.app.state
    if set(request.headers.getlist("origin")) - set(state.cors_origins):
        raise CrossSite
    ours = {"localhost", urlsplit(state.public_url).hostname}
    if not all(_is_of(host, ours) for host in request.headers.getlist("host")):
        raise CrossSite


def _is_of(host: str, names: set[str | None]) -> bool:
    if _MORE_THAN_A_HOST.search(host):
        return False
    try:
        name = urlsplit(f"//{host}").hostname
        if name in names:
            return True
        ip_address(name or "")
    except ValueError:
        return False
    return True


@router.post(ADDRESS, dependencies=[Depends(known_site)])
async def exchange(message: Message, _version: Version = None) -> Response:
    """Answer one message."""
    return _Exchange(await run_in_threadpool(_served), message)
