"""The catalogue: reviewed YAML, read, checked and turned into values for the rule."""

from app.catalogue.assembly import build, digest
from app.catalogue.faults import CatalogueError, Fault
from app.catalogue.files import PACKAGE_FOLDER, load, read_files, read_yaml
from app.catalogue.records import Record
from app.catalogue.vocabulary import Vocabulary, vocabulary

__all__ = [
    "PACKAGE_FOLDER",
    "CatalogueError",
    "Fault",
    "Record",
    "Vocabulary",
    "build",
    "digest",
    "load",
    "read_files",
    "read_yaml",
    "vocabulary",
]
