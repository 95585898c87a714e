"""Settings, read once at the entry point and passed inward."""

import json
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.terms import Role

PREFIX = "GIDS_"
DEFAULT_DATABASE = Path("var") / "gids.db"

EXAMPLE = "gidsfunctie.example"
"""A name that nobody can have (RFC 2606): in addresses until the settings say where this is."""

_SAID = {
    "time_delta_parsing": "write a duration as in ISO 8601: PT10S is ten seconds, P7D seven days",
    "literal_error": "write a role that a token may carry, such as adviser or catalogue-editor",
    "bool_parsing": "write 1 or 0, true or false",
}
"""What is said of a fault where Pydantic's own words would not help."""

Duration = Annotated[timedelta, Field(gt=timedelta(0))]
DurationOrNone = Annotated[timedelta, Field(ge=timedelta(0))]
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN = re.compile(
    rf"(https://{_LABEL}(\.{_LABEL})*|http://(localhost|127\.0\.0\.1))(:[1-9][0-9]*)?"
)


def _as_a_browser_writes_it(origin: str) -> str:
    # Origins are compared as text, so another way to write one would let nobody read: with the
    # port that goes without saying, or an address in other digits.
    if not _ORIGIN.fullmatch(origin) or str(AnyHttpUrl(origin)) != f"{origin}/":
        told = "write an origin as a browser does: https://name, with its port unless that is 443"
        raise PydanticCustomError("origin", told)
    return origin


Origin = Annotated[str, AfterValidator(_as_a_browser_writes_it)]
"""As a browser writes it. A page that came over plain HTTP could be anybody's, save from here."""


def _without_query(address: AnyHttpUrl) -> AnyHttpUrl:
    if "?" in str(address) or "#" in str(address):
        raise PydanticCustomError("base", "write an address without ? and #: more comes after it")
    return address


Base = Annotated[AnyHttpUrl, AfterValidator(_without_query)]
"""What other addresses begin with."""

DEMO_ENCRYPTION_KEYS = SecretStr("demo:ZGVtbyBvbmx5IGRlbW8gb25seSBkZW1vIG9ubHkgISE=")
DEMO_SIGNING_KEY = SecretStr("ZGVtbyBzaWduaW5nIGtleSwgZGVtbyBzaWduaW5nISE=")
"""Known to everybody, and so refused outside demo mode."""


TokenRole = Literal[
    Role.adviser, Role.werkcentrum, Role.catalogue_editor, Role.policy, Role.operator
]
"""What a token may name; a chatbot shows an API key."""


Callee = Annotated[str, Field(pattern=r"^(AM[0-9]{2}|desks)$")]
"""Whose hosts may be called: those of the werkcentrum of a region, or of receiving desks."""


class Issuer(BaseModel):
    """An OpenID Connect issuer whose access tokens are accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    issuer: Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")]
    audience: Annotated[str, Field(min_length=1)]
    jwks_uri: AnyHttpUrl | None = None
    """Left out, it is read from the issuer's discovery document."""
    jwks: dict[str, Any] | None = None
    """The keys themselves, for an issuer that cannot be reached from here."""
    roles_claim: str = "roles"
    """A path through the claims, such as realm_access.roles."""
    region_claim: str = "region"
    organisation_claim: str = "organisation"
    longest_token: Duration = timedelta(hours=24)
    """How far away the end of a token may be: what is stolen is of no use for longer."""
    roles: tuple[TokenRole, ...] = ()
    """Which roles its tokens may carry. Of this and the next two: empty is any."""
    regions: tuple[Annotated[str, Field(pattern=r"^AM[0-9]{2}$")], ...] = ()
    """Which regions its werkcentra may be of."""
    organisations: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Which organisations its advisers may be of, named as in the claim."""
    client_id: Annotated[str, Field(min_length=1)] | None = None
    """As what this service signs people in for the workbench; left out, nobody can."""
    client_secret: SecretStr | None = None
    scopes: str = "openid profile email offline_access"
    """What is asked for when somebody signs in."""
    resource: str | None = None
    """Which resource the access token is asked for (RFC 8707), where the issuer needs it."""
    name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    """What people choose when there are several; left out, its address."""


class UnknownSettingError(Exception):
    """A variable with our prefix that is no setting: most often a typing error."""


class InvalidSettingError(Exception):
    """A setting has a value that cannot be; names every such setting, and repeats no value."""


class Settings(BaseSettings):
    """Every setting of the service; docs/configuration.md lists them and is kept in step."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        enable_decoding=False,
    )

    demo: bool = Field(
        default=False,
        description="Demo mode: fixed tokens that everybody knows, and keys that are no secret.",
    )
    database_url: str = Field(
        default=f"sqlite:///{DEFAULT_DATABASE}",
        pattern=r"^(sqlite:///.|postgres(ql)?(\+psycopg)?://)",
        description="SQLite (embedded) or PostgreSQL (production), as an SQLAlchemy URL.",
        repr=False,
    )
    database_pool: Annotated[int, Field(ge=1, le=200)] = Field(
        default=20,
        description="Connections per process, for requests and for logs that are being read.",
    )
    database_turns: Annotated[int, Field(ge=1, le=200)] = Field(
        default=6,
        description="Requests per process that are in a transaction at once; the others wait their"
        " turn. More of them take from each other what one core can do.",
    )
    # The server of PostgreSQL counts in milliseconds and reads 0 as "for ever".
    lock_timeout: Annotated[timedelta, Field(ge=timedelta(milliseconds=1))] = Field(
        default=timedelta(seconds=10),
        description="How long each single wait for another request (a lock, a connection) lasts"
        " before the answer is 503; a request can wait more than once.",
    )
    public_url: Base = Field(
        default=AnyHttpUrl(f"https://{EXAMPLE}"),
        description="Where clients reach the service; stands in OpenAPI and in problem types.",
    )
    contact_url: AnyHttpUrl = Field(
        default=AnyHttpUrl(f"https://{EXAMPLE}/contact"),
        description="Where people find who runs the service; stands in OpenAPI.",
    )
    contact_email: str = Field(
        default=f"api@{EXAMPLE}",
        pattern=r"^[^@\s<>]+@[^@\s<>]+$",
        description="Where they can write to; stands in OpenAPI.",
    )
    register_url: Base = Field(
        default=AnyHttpUrl(f"https://{EXAMPLE}/processing-register"),
        description="Where the processing register is published; what is told of the processing log"
        " names activities by addresses that begin so.",
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
    cors_origins: tuple[Origin, ...] = Field(
        default=(),
        description='Origins of web pages that may read answers, as JSON: `["https://desk.example"]`.',
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
    oidc_issuers: tuple[Issuer, ...] = Field(
        default=(),
        description="Issuers of access tokens, as JSON (docs/identity.md):"
        ' `[{"issuer": "https://login.example", "audience": "gidsfunctie"}]`.',
    )
    oidc_keys_fresh: Duration = Field(
        default=timedelta(minutes=10),
        description="How long the keys of an issuer are used before they are asked again.",
    )
    oidc_keys_stale: Duration = Field(
        default=timedelta(hours=24),
        description="How long they are used when the issuer cannot be reached.",
    )
    signed_in: Duration = Field(
        default=timedelta(hours=10),
        description="How long somebody stays signed in to the workbench at most.",
    )
    encryption_keys: SecretStr = Field(
        default=DEMO_ENCRYPTION_KEYS,
        description="Keys that wrap each person's own key: `id:base64` of 32 bytes, the present one"
        " first, older ones after it, with spaces between; `gids keys generate` makes one.",
    )
    signing_key: SecretStr = Field(
        default=DEMO_SIGNING_KEY,
        description="Signs the audit log and makes pseudonyms: base64 of 32 bytes.",
    )
    erasure_list: Path = Field(
        default=Path("var") / "erasures.log",
        description="File outside the database that tells what was let go (persons, contact"
        " details, consents), to be replayed after a backup is restored.",
    )
    retention_contact_details: Duration = Field(
        default=timedelta(days=90),
        description="How long name, telephone and e-mail are kept after a case was last touched.",
    )
    retention_intakes: Duration = Field(
        default=timedelta(days=730),
        description="How long an intake with all that hangs on it is kept after that.",
    )
    retention_drafts: Duration = Field(
        default=timedelta(days=30),
        description="How long a draft of an intake is kept after it was last saved.",
    )
    retention_processing_log: Duration = Field(
        default=timedelta(days=1825),
        description="How long the processing log is kept.",
    )
    retention_outbox: Duration = Field(
        default=timedelta(days=30),
        description="How long is kept that a message went out, or was given up.",
    )
    rate_anonymous: Annotated[int, Field(ge=1)] = Field(
        default=300, description="Requests per minute from one address that shows no token."
    )
    rate_identified: Annotated[int, Field(ge=1)] = Field(
        default=3000, description="Requests per minute of one caller with a token or a key."
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="Where mail goes out: `smtp://user:password@host:587` (STARTTLS) or"
        " `smtps://user:password@host:465`. Without it no mail is sent; in demo mode it is kept"
        " in a folder.",
    )
    mail_from: str = Field(
        default=f"gidsfunctie@{EXAMPLE}",
        pattern=r"^[^@\s<>]+@[^@\s<>]+$",
        description="Sender of the mail, where people can answer to.",
    )
    mail_folder: Path = Field(
        default=Path("var") / "mail",
        description="Folder (maildir) for mail in demo mode, when no SMTP server is set.",
    )
    callback_hosts: dict[Callee, tuple[str, ...]] = Field(
        default={},
        description="Which hosts may be called, as JSON: per region those of its werkcentrum, and"
        ' under `desks` those of receiving desks: `{"AM22": ["hooks.werkcentrum.example"]}`.',
    )
    event_source: str = Field(
        default=f"urn:nld:{EXAMPLE}:systeem:gidsfunctie",
        pattern=r"^urn:nld:[a-z0-9.:-]+$",
        description="Who the events come from (CloudEvents `source`): `urn:nld:kvknr:...`.",
    )
    deliver: bool = Field(
        default=False,
        description="Deliver what is in the outbox from the server processes too, beside or instead"
        " of `gids worker`.",
    )
    delivery_poll: Duration = Field(
        default=timedelta(seconds=1),
        description="How often a dispatcher looks for something to deliver when there was nothing.",
    )
    delivery_timeout: Duration = Field(
        default=timedelta(seconds=15),
        description="How long one delivery may take before it has failed for this time.",
    )
    delivery_threads: Annotated[int, Field(ge=1, le=64)] = Field(
        default=4, description="How many deliveries a process does at once."
    )
    desk_link: Duration = Field(
        default=timedelta(days=60),
        description="How long the link in a hand-over works.",
    )
    otel: bool = Field(
        default=False,
        description="Send OpenTelemetry traces and metrics, configured by the OTEL_* variables.",
    )

    @field_validator("cors_origins", "oidc_issuers", "callback_hosts", mode="before")
    @classmethod
    def _read_json(cls, value: object, info: ValidationInfo) -> object:
        """Read a list from its JSON; what is empty names nobody, and so compose may pass it on."""
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value or ("{}" if info.field_name == "callback_hosts" else "[]"))
        except (ValueError, RecursionError):
            # Not its cause: that holds the value.
            raise PydanticCustomError("json", "this is not JSON") from None

    @field_validator("smtp_url", mode="before")
    @classmethod
    def _nothing_is_none(cls, value: object) -> object:
        """Take `none`, and what is empty, for none: so that compose may pass it on."""
        return None if value in {"", "none"} else value

    @property
    def still_examples(self) -> list[str]:
        """Which settings name an address that leads nowhere, as they do unless told."""
        names = (
            "public_url",
            "contact_url",
            "contact_email",
            "register_url",
            "mail_from",
            "event_source",
        )
        return [PREFIX + name.upper() for name in names if EXAMPLE in str(getattr(self, name))]


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        UnknownSettingError: a variable starts with GIDS_ and is no setting.
        InvalidSettingError: a setting has a value that cannot be, or demo mode is on in a service
            that was set up for real.

    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(
        name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known
    )
    if unknown:
        message = f"unknown settings: {', '.join(unknown)}"
        raise UnknownSettingError(message)
    try:
        settings = Settings()
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        told = "; ".join(
            f"{PREFIX}{str(fault['loc'][0]).upper()}: {_SAID.get(fault['type'], fault['msg'])}"
            for fault in faults
        )
        raise InvalidSettingError(told) from None  # its cause holds the values
    keys = settings.encryption_keys, settings.signing_key
    if settings.demo and settings.oidc_issuers and keys != (DEMO_ENCRYPTION_KEYS, DEMO_SIGNING_KEY):
        raise InvalidSettingError(
            f"{PREFIX}DEMO: with an issuer and keys of its own the service is set up for real, and"
            " the tokens of demo mode would let everybody in: turn one of the two off"
        )
    return settings
