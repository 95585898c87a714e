"""Three ways to talk to /mcp: the official client in two protocols, another make, and by hand."""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import anyio
import httpx
from mcp import Client
from mcp.types import CallToolResult

from tests.npm import NODE, installed

SOURCE = Path(__file__).parent / "mcp"
HANDSHAKE = "2025-11-25"
MODERN = "2026-07-28"
AS_CLIENTS_DO = {
    "Accept": "application/json, text/event-stream",
    "Content-Type": "application/json",
}

Call = tuple[str, dict[str, Any]]


class Talk(NamedTuple):
    """What a client was told: who it talks to, the tools, and the answer to each call."""

    server: dict[str, Any]
    instructions: str
    tools: list[dict[str, Any]]
    answers: list[dict[str, Any]]

    @property
    def data(self) -> list[Any]:
        """The data of each answer."""
        return [one["structuredContent"] for one in self.answers]


def official(url: str, calls: Iterable[Call] = ()) -> Talk:
    """Talk as the official SDK does nowadays: no handshake, each request on its own."""
    return anyio.run(_official, url, list(calls), "auto")


def official_of_old(url: str, calls: Iterable[Call] = ()) -> Talk:
    """Talk as the official SDK does to servers before 2026: with a handshake."""
    return anyio.run(_official, url, list(calls), "legacy")


async def _official(url: str, calls: list[Call], mode: Any) -> Talk:
    async with Client(url, mode=mode) as client:
        listed = await client.list_tools()
        answers = [await client.call_tool(name, arguments) for name, arguments in calls]
        return Talk(
            client.server_info.model_dump(exclude_none=True) if client.server_info else {},
            client.instructions or "",
            [one.model_dump(by_alias=True, exclude_none=True) for one in listed.tools],
            [_plain(one) for one in answers],
        )


def _plain(answer: CallToolResult) -> dict[str, Any]:
    return answer.model_dump(by_alias=True, mode="json")


def of_another_make(url: str, calls: Iterable[Call] = ()) -> Talk:
    """Talk as chatbots made with the AI SDK of Vercel do; it has a client of its own."""
    asked = {"url": url, "calls": [{"name": name, "arguments": given} for name, given in calls]}
    done = subprocess.run(  # noqa: S603  # our own arguments, no shell
        [NODE, SOURCE / "client.mjs"],
        cwd=installed(SOURCE),
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    return Talk(told["serverInfo"], told["instructions"], told["tools"], told["answers"])


class ByHand:
    """JSON-RPC over HTTP as the specification has it, so that anything at all can be sent."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def send(
        self, content: bytes, headers: dict[str, str] | None = None, method: str = "POST"
    ) -> httpx.Response:
        """Send these bytes."""
        headers = AS_CLIENTS_DO | (headers or {})
        return self._http.request(method, "/mcp", content=content, headers=headers)

    def ask(
        self, method: str, params: Any = None, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """Send a request of the handshake's time."""
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}, **more}
        return self.send(json.dumps(message).encode(), headers)

    def ask_modern(
        self, method: str, params: dict[str, Any], headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Send a request of 2026, which says everything about itself."""
        meta = {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        said = {"MCP-Protocol-Version": MODERN, "Mcp-Method": method, **(headers or {})}
        if "name" in params:
            said.setdefault("Mcp-Name", str(params["name"]))
        return self.ask(method, {**params, "_meta": meta}, said)

    def call(self, name: str, arguments: Any) -> httpx.Response:
        """Call a tool."""
        return self.ask("tools/call", {"name": name, "arguments": arguments})
