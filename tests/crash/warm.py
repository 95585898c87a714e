"""Makes, when it is imported, what every process of the service makes anew at its start.

The API document follows from the code, and the copy of the catalogue from its files: a process that
is forked afterwards finds both, so that a start costs a test what it is about and no more.
"""

import gc
import tempfile
from pathlib import Path

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.main import document
from app.openapi import Whereabouts
from app.services.catalogue import read_knowledge
from tests.conftest import fill


def warm() -> None:
    """Make both; the copy of a catalogue serves whoever has the same one, by its digest."""
    document(Whereabouts.of(Settings()))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'gids.db'}"
        fill(url)
        database = Database(Settings(database_url=url))
        with database.read(EVERY_REGION) as session:
            read_knowledge(session)
        database.dispose()
    gc.freeze()  # or each fork would go through all of it, at its first full collection


warm()
