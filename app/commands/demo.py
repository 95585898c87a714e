"""A demo: everything that a service needs, made up."""

from collections.abc import Callable
from datetime import datetime

from app.catalogue import read_files
from app.commands import schema
from app.config import Settings
from app.db import opened
from app.domain.access import NO_REGION
from app.main import require_servable
from app.services.advisers import demo_advisers, import_advisers
from app.services.catalogue import import_catalogue, read_knowledge
from app.services.desks import demo_desks, import_desks
from app.services.tokens import DEMO_CALLERS

Say = Callable[[str], None]

WELCOME = """
Gidsfunctie, demo mode: everybody knows these tokens, so keep nobody's real data here.

  Workbench      http://{host}:{port}/
  API document   http://{host}:{port}/v1/openapi.json
  A first check  curl -s http://{host}:{port}/v1/provision-checks \\
                   -H 'Content-Type: application/json' \\
                   -d '{{"originSector": "schoonmaak", "employment": "employee"}}'
  An intake      curl -s http://{host}:{port}/v1/intakes \\
                   -H 'Authorization: Bearer demo-adviser' -H 'Idempotency-Key: first' \\
                   -H 'Content-Type: application/json' \\
                   -d '{{"originSector": "bouw", "employment": "self_employed", "region": "AM22"}}'
  Tokens         {tokens}
  Mail           {mail}

State is in {database}. Ctrl-C stops.
"""


def set_up(settings: Settings, say: Say, *, now: datetime) -> str:
    """Make the database and fill it; say which one it is. Doing it again changes nothing.

    Raises:
        SchemaError, UnsafeDatabaseError, AuditHeadError, KeySettingError: this database is no
            demo's, or of another release.

    """
    schema.upgrade(settings, say, now=now)
    with opened(settings) as database:
        require_servable(settings, database)
        with database.write(NO_REGION) as session:
            import_catalogue(session, read_files(), now=now)
            catalogue = read_knowledge(session).catalogue
            import_advisers(session, demo_advisers(catalogue.regions.values()), demo=True)
            import_desks(session, demo_desks(catalogue, now=now))
        return database.engine.url.render_as_string(hide_password=True)


def welcome(settings: Settings, database: str) -> str:
    """Say where everything is, and what to try first."""
    kept = f"is sent to nobody: each letter is a file in {settings.mail_folder / 'new'}"
    return WELCOME.format(
        host=settings.host,
        port=settings.port,
        tokens=" ".join(DEMO_CALLERS),
        database=database,
        mail=kept if settings.smtp_url is None else "goes out by GIDS_SMTP_URL",
    )
