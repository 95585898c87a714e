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

Say = Callable[[str], None]


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
