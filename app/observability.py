"""Logs and telemetry that say what happened to a request, and nothing about a person.

A log line holds the request id, method, route template, status and duration: never a raw path, a
query string, a body or the text of an exception.
"""

import logging
import sys
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from types import TracebackType
from typing import IO, Any

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from pydantic_core import to_json
from pythonjsonlogger.json import JsonFormatter
from starlette.types import ASGIApp, Receive, Scope, Send

HIDDEN = "REDACTED"

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class CurrentRequest:
    """What is known of the request being handled."""

    request_id: str
    problem: str | None = None


current_request: ContextVar[CurrentRequest | None] = ContextVar("current_request", default=None)


class LogFormatter(JsonFormatter):
    """One JSON object per line; an exception is its types and places, never its text."""

    def __init__(self) -> None:
        """Write time, level, logger and message, and what the caller gave as extra."""
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            timestamp="time",
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
        )

    def add_fields(
        self,
        log_data: dict[str, Any],
        record: logging.LogRecord,
        message_dict: dict[str, Any],
    ) -> None:
        """Add the request id to every line written while a request is handled."""
        super().add_fields(log_data, record, message_dict)
        log_data.pop("color_message", None)  # uvicorn's copy of the message, for a terminal
        request = current_request.get()
        if request is not None:
            log_data["request_id"] = request.request_id

    def formatException(  # type: ignore[override]  # noqa: N802 - the parent names and types it
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> list[str]:
        """Return each exception of the chain by type, followed by where it passed."""
        lines: list[str] = []
        error = ei[1]
        while error is not None:
            lines.append(_type_name(error))
            lines.extend(
                f"  {frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)
            )
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return lines


class Lines(logging.StreamHandler[IO[str]]):
    """Writes JSON objects to a stream, one per line."""

    def __init__(self, stream: IO[str]) -> None:
        """Write what is logged as LogFormatter has it."""
        super().__init__(stream)
        self.setFormatter(LogFormatter())

    def write(self, said: Mapping[str, Any]) -> None:
        """Write a line without making a record of it first; a fault is told as that of a record."""
        self.acquire()
        try:
            self.stream.write(to_json(said).decode() + self.terminator)
            self.flush()
        except Exception:  # noqa: BLE001 - as Handler.emit: no fault of a log stops a request
            self.handleError(logging.makeLogRecord({"msg": "request"}))
        finally:
            self.release()


def configure_logging(level: str) -> None:
    """Send JSON lines to standard output; call once, at the entry point.

    Libraries speak from WARNING up only: below it SQLAlchemy and httpx write values and addresses.
    Start uvicorn with log_config=None and access_log=False: its access lines hold raw paths.
    """
    logging.basicConfig(level=logging.WARNING, handlers=[Lines(sys.stdout)], force=True)
    logging.getLogger("app").setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = True


def log_request(
    request: CurrentRequest,
    *,
    method: str,
    route: str | None,
    status: int | None,
    seconds: float,
) -> None:
    """Write the one line of a handled request; `route` is the template, never the path.

    Past the records of `logging`, to Lines alone: to make and hand on a record takes as long as a
    popular answer.
    """
    if not _log.isEnabledFor(logging.INFO):
        return
    said = {
        "level": "INFO",
        "logger": _log.name,
        "message": "request",
        "method": method,
        "route": route,
        "status": status,
        "duration_ms": round(seconds * 1000, 1),
        **({"problem": request.problem} if request.problem else {}),
        "time": datetime.now(UTC).isoformat(),
        "request_id": request.request_id,
    }
    for handler in logging.root.handlers:
        if isinstance(handler, Lines):
            handler.write(said)


def log_failure(error: BaseException, **facts: str) -> None:
    """Write what went wrong on our side; `facts` are names of ours, such as a constraint."""
    _log.error("request failed", exc_info=error, extra={"error": _type_name(error), **facts})


def telemetry(*, enabled: bool) -> TelemetryConfig:
    """Return what to pass to every FastAPI(telemetry=...): everything off, or traces and metrics.

    When enabled, FastAPI exports over OTLP to where OTEL_EXPORTER_OTLP_ENDPOINT points. Its logs
    stay off, because they carry the text of exceptions. Its spans carry the raw path and query,
    which WithoutAddress takes out.

    Raises:
        ImportError: enabled, but the packages of the extra `otel` are not installed.

    """
    if not enabled:
        return {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
    # FastAPI itself would go on without, and leave the operator looking for traces.
    import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    return {"logs": False, "auto_configure": True}


class WithoutAddress:
    """ASGI middleware of the outermost FastAPI app: no raw path or query leaves in a span."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Overwrite what FastAPI put on the current span; the span keeps `http.route`."""
        span = trace.get_current_span()
        span.set_attributes({"url.path": HIDDEN, "url.query": HIDDEN})
        await self._app(scope, receive, send)


def _type_name(error: BaseException) -> str:
    kind = type(error)
    return f"{kind.__module__}.{kind.__qualname__}"
