"""The advisers' workbench at `/`: files that `frontend/build.py` made, served as they are.

A page for every address of the client, and nothing of anybody in any of them: what is shown comes
through the API. What the addresses are, frontend/src/App.tsx says as well; a test compares the two.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.answer_cache import is_among, strong_tag, takes_gzip

FOLDER = Path(__file__).parent.parent / "workbench"
"""Where the build puts them; not in git."""

ADDRESSES = (
    "/",
    "/aanmelden",
    "/aanmelden/klaar",
    "/dekking",
    "/hulp",
    "/intake",
    "/intake/{id}",
    "/voorzieningen",
    "/voorzieningen/{id}",
    "/zaken",
    "/zaken/{id}",
    "/zaken/{id}/kaart",
)
"""Each answers the same page, whose script shows the screen."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Files of this service only: nothing inline, and nothing of anybody else."""

FOR_EVER = "public, max-age=31536000, immutable"
"""For what has a digest of its content in its name."""
EACH_TIME = "no-cache"

NOT_BUILT = """<!doctype html>
<html lang="nl"><meta charset="utf-8"><title>Gidsfunctie</title>
<h1>Het werkblad is niet gebouwd</h1>
<p>De dienst zelf werkt: de API staat onder <a href="/v1/openapi.json">/v1</a>.</p>
<p>Wie de dienst beheert, bouwt het werkblad met <code>make workbench</code> en start opnieuw.</p>
</html>
"""


@dataclass(frozen=True, slots=True)
class File:
    """One file, packed beforehand where that pays."""

    content: bytes
    packed: bytes | None
    media_type: str
    kept: str

    def answer(self, request: Request) -> Response:
        """Give it, packed for who takes that, or say that it has not changed."""
        accepts = ",".join(request.headers.getlist("accept-encoding")).encode("latin-1")
        packed = self.packed if self.packed and takes_gzip(accepts) else None
        body = self.content if packed is None else packed
        tag = strong_tag(body)
        headers = {"Cache-Control": self.kept, "ETag": tag, "Vary": "Accept-Encoding"}
        if self.media_type == "text/html":
            # On a 304 too: a browser puts its headers in the place of those that it kept.
            headers["Content-Security-Policy"] = POLICY
        if is_among(tag, ",".join(request.headers.getlist("if-none-match"))):
            return Response(status_code=304, headers=headers)
        if packed:
            headers["Content-Encoding"] = "gzip"
        return Response(body, media_type=self.media_type, headers=headers)


def routes(folder: Path = FOLDER) -> Iterator[Route]:
    """Make the routes of the workbench that was built into this folder, or say that it was not."""
    if not (folder / "index.html").is_file():
        yield from (Route(address, _not_built) for address in ADDRESSES)
        return
    page = _read(folder / "index.html", EACH_TIME)
    yield from (_route(address, page) for address in ADDRESSES)
    for path in sorted((folder / "assets").iterdir()):
        if path.suffix != ".gz":
            yield _route(f"/assets/{path.name}", _read(path, FOR_EVER))


def or_else(default: ASGIApp, folder: Path = FOLDER) -> ASGIApp:
    """Tell a browser in the workbench that a page is not there, and anybody else as `default`."""
    if not (folder / "index.html").is_file():
        return default
    page = (folder / "index.html").read_bytes()
    headers = {"Cache-Control": EACH_TIME, "Content-Security-Policy": POLICY}

    async def give(scope: Scope, receive: Receive, send: Send) -> None:
        answer = default
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            accepts = ",".join(Headers(scope=scope).getlist("accept"))
            if "text/html" in accepts:
                answer = HTMLResponse(page, 404, headers)
        await answer(scope, receive, send)

    return give


def _route(address: str, file: File) -> Route:
    async def give(request: Request) -> Response:
        return file.answer(request)

    return Route(address, give)


async def _not_built(_request: Request) -> Response:
    return HTMLResponse(NOT_BUILT, 503)


def _read(path: Path, kept: str) -> File:
    packed = path.with_name(f"{path.name}.gz")
    return File(
        path.read_bytes(),
        packed.read_bytes() if packed.is_file() else None,
        guess_type(path.name)[0] or "application/octet-stream",
        kept,
    )
