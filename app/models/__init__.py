"""Tables and the constraints that keep the promises; no rules here."""

from sqlmodel import SQLModel

from app.models.adviser import Adviser, AvailabilityException, AvailabilityWindow
from app.models.catalogue import CatalogueRecord, CatalogueState
from app.models.idempotency import KeptAnswer
from app.models.intake import Intake, Referral
from app.models.session import GuidanceSession
from app.models.session_log import SessionLogCounter, SessionLogEntry

metadata = SQLModel.metadata

__all__ = [
    "Adviser",
    "AvailabilityException",
    "AvailabilityWindow",
    "CatalogueRecord",
    "CatalogueState",
    "GuidanceSession",
    "Intake",
    "KeptAnswer",
    "Referral",
    "SessionLogCounter",
    "SessionLogEntry",
    "metadata",
]
