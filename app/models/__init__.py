"""Tables and the constraints that keep the promises; no rules here."""

from sqlmodel import SQLModel

from app.models.adviser import Adviser, AvailabilityException, AvailabilityWindow
from app.models.api_key import ApiKey
from app.models.audit import AuditEntry, AuditHead
from app.models.catalogue import CatalogueChange, CatalogueRecord, CatalogueState
from app.models.consent import Consent
from app.models.desk import Desk
from app.models.draft import Draft
from app.models.holder import HolderChange
from app.models.idempotency import KeptAnswer
from app.models.intake import Intake, OutcomeChange
from app.models.outbox import OutboxMessage
from app.models.person import ContactDetails, PersonKey
from app.models.processing_log import ProcessingEntry, ProcessingStatus
from app.models.referral import Referral, ReferralChange
from app.models.session import GuidanceSession
from app.models.session_log import SessionLogCounter, SessionLogEntry
from app.models.subscription import Subscription

metadata = SQLModel.metadata

__all__ = [
    "Adviser",
    "ApiKey",
    "AuditEntry",
    "AuditHead",
    "AvailabilityException",
    "AvailabilityWindow",
    "CatalogueChange",
    "CatalogueRecord",
    "CatalogueState",
    "Consent",
    "ContactDetails",
    "Desk",
    "Draft",
    "GuidanceSession",
    "HolderChange",
    "Intake",
    "KeptAnswer",
    "OutboxMessage",
    "OutcomeChange",
    "PersonKey",
    "ProcessingEntry",
    "ProcessingStatus",
    "Referral",
    "ReferralChange",
    "SessionLogCounter",
    "SessionLogEntry",
    "Subscription",
    "metadata",
]
