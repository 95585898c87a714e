"""Settings, read once at the entry point and passed inward."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AnyHttpUrl, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "GIDS_"
DEFAULT_DATABASE = Path("var") / "gids.db"

_SAID = {
    "time_delta_parsing": "write a duration as in ISO 8601: PT10S is ten seconds, P7D seven days",
    "bool_parsing": "write 1 or 0, true or false",
}
"""What is said of a fault where Pydantic's own words would not help."""

Duration = Annotated[timedelta, Field(gt=timedelta(0))]
DurationOrNone = Annotated[timedelta, Field(ge=timedelta(0))]


class UnknownSettingError(Exception):
    """A variable with our prefix that is no setting: most often a typing error."""


class InvalidSettingError(Exception):
    """A setting has a value that cannot be; names every such setting, and repeats no value."""


class Settings(BaseSettings):
    """Every setting of the service; docs/configuration.md lists them and is kept in step."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    demo: bool = Field(
        default=False,
        description="Demo mode: no identity, everything open. The only mode there is as yet.",
    )
    database_url: str = Field(
        default=f"sqlite:///{DEFAULT_DATABASE}",
        pattern=r"^(sqlite:///.|postgres(ql)?(\+psycopg)?://)",
        description="SQLite (embedded) or PostgreSQL (production), as an SQLAlchemy URL.",
        repr=False,
    )
    database_pool: Annotated[int, Field(ge=1, le=200)] = Field(
        default=20,
        description="Connections per process; also how many requests touch the database at once.",
    )
    # The server of PostgreSQL counts in milliseconds and reads 0 as "for ever".
    lock_timeout: Annotated[timedelta, Field(ge=timedelta(milliseconds=1))] = Field(
        default=timedelta(seconds=10),
        description="How long each single wait for another request (a lock, a connection) lasts"
        " before the answer is 503; a request can wait more than once.",
    )
    public_url: AnyHttpUrl = Field(
        default=AnyHttpUrl("https://gidsfunctie.example"),
        description="Where clients reach the service; stands in OpenAPI and in problem types.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(
        default=8000, description="Port to listen on."
    )
    log_level: str = Field(
        default="INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="Least serious log lines that are written.",
    )
    body_limit: Annotated[int, Field(ge=1024)] = Field(
        default=65536, description="Largest request body, in bytes."
    )
    catalogue_poll: Duration = Field(
        default=timedelta(milliseconds=400),
        description="How often a process looks whether the catalogue has changed.",
    )
    waiting_poll: Duration = Field(
        default=timedelta(seconds=60),
        description="How often each process gives free places to who waits, and forgets answers"
        " whose day has passed.",
    )
    session_length: Duration = Field(
        default=timedelta(hours=1), description="How long a guidance session takes."
    )
    session_gap: DurationOrNone = Field(
        default=timedelta(days=7), description="Least time between two sessions the planner books."
    )
    planning_lead: DurationOrNone = Field(
        default=timedelta(hours=24), description="A place nearer than this is not offered."
    )
    planning_horizon: Duration = Field(
        default=timedelta(weeks=12), description="How far ahead the planner looks for places."
    )
    otel: bool = Field(
        default=False,
        description="Send OpenTelemetry traces and metrics, configured by the OTEL_* variables.",
    )

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return self.database_url.startswith("sqlite")


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        UnknownSettingError: a variable starts with GIDS_ and is no setting.
        InvalidSettingError: a setting has a value that cannot be.

    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(
        name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known
    )
    if unknown:
        message = f"unknown settings: {', '.join(unknown)}"
        raise UnknownSettingError(message)
    try:
        return Settings()
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        told = "; ".join(
            f"{PREFIX}{str(fault['loc'][0]).upper()}: {_SAID.get(fault['type'], fault['msg'])}"
            for fault in faults
        )
        raise InvalidSettingError(told) from None  # its cause holds the values
