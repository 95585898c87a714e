"""The least a FastAPI app could do: no catalogue, no search, no rule, answers ready-made.

What the service is measured against, on the same core, one after the other.
"""

import os
from itertools import cycle
from pathlib import Path

from fastapi import FastAPI, Response

from app.schemas.intake import IntakeIn

JSON = "application/json"


def from_environment() -> FastAPI:
    """Make the app; it gives in turn the answers that the service gave and the bench kept."""
    folder = Path(os.environ["BENCH_READY"])
    ready = cycle([file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()])
    app = FastAPI(openapi_url=None)

    @app.get("/found")
    async def find() -> Response:
        return Response(next(ready), media_type=JSON)

    @app.get("/unchanged")
    async def keep() -> Response:
        return Response(status_code=304)

    @app.post("/judged")
    async def judge(body: IntakeIn) -> Response:  # noqa: ARG001 - validated, and no more
        return Response(next(ready), media_type=JSON)

    return app
