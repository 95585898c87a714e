"""What schemathesis cannot read in the document: which words mean something.

A cursor, a region or a provision can have the right form and still be none; the service says so
with a 400, which tests/test_api_lists.py and tests/test_api_hostile.py hold. Data that is meant to
be right is given real ones here, so that the check on accepting it keeps its meaning. For the same
reason each new request has a new key; tests/test_api_once.py holds what an old key does.
"""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import schemathesis

NUMBER = count(1)
ONLY_WITH_ANOTHER = {
    "/intakes": ("draftId", "draftVersion"),
    "/sessions/{sessionId}/outcome": ("reason",),
}
REGION = "AM22"
PROVISION = "rijk-loopbaanscan"
TEXT_VERSION = "2026-11"
IN_A_QUERY = {
    "provision": PROVISION,
    "sector": "bouw",
    "region": REGION,
    "reference": "7K3M-9QX2",
}


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Put a real thing where the schema only knows its form."""
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    query = case.query or {}
    if case.path != "/regions/{region}/session-log":
        query.pop("after", None)
    query |= {name: real for name, real in IN_A_QUERY.items() if name in query}
    if "from" in query:
        query.pop("until", None)  # the schema cannot say which of two comes first
    if "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = f"key-{next(NUMBER)}"
    if case.path == "/drafts/{draftId}" and case.method == "PUT":
        case.path_parameters["draftId"] = str(uuid4())
        case.headers.pop("If-Match", None)  # nobody has seen a version of it
        case.headers["If-None-Match"] = "*"
    if "region" in (case.path_parameters or {}):
        case.path_parameters["region"] = REGION
    if isinstance(case.body, dict):
        _mean_something(case.body, case.path)


def _mean_something(body: dict[str, Any], path: str) -> None:
    if path == "/referrals/{referralId}/status":
        _be_a_step(body)
    for name in ONLY_WITH_ANOTHER.get(path, ()):
        body.pop(name, None)
    if "url" in body:
        body["url"] = f"https://localhost/{next(NUMBER)}"
    if "provisionId" in body:
        body["provisionId"] = PROVISION
    if "textVersion" in body:
        body["textVersion"] = TEXT_VERSION
        body.pop("recipient", None)
    _go_somewhere(body)
    if "organisation" in body and "channel" in body:
        _be_a_desk(body)
    if body.get("region") is not None:
        body["region"] = REGION
        body.pop("municipality", None)
    for used in body.get("usedProvisions") or ():
        used["provisionId"] = PROVISION
        if used.get("usedOn") is not None:
            used["usedOn"] = min(used["usedOn"], "2026-01-01")
    _soon(body.get("scheduling") or {})


def _soon(scheduling: dict[str, Any]) -> None:
    if scheduling.get("notBefore") is not None:
        soon = datetime.now(UTC) + timedelta(days=30)
        scheduling["notBefore"] = min(scheduling["notBefore"], soon.isoformat(timespec="seconds"))


def _go_somewhere(body: dict[str, Any]) -> None:
    """Name a provision where one is wanted, and nowhere else."""
    if body.get("purpose") == "invitations" and "textVersion" in body:
        body["data"] = ["email"]
    if body.get("outcome") == "guidance" or body.get("purpose") == "invitations":
        body.pop("provisionId", None)
    elif "textVersion" in body or body.get("outcome") == "warm_referral":
        body["provisionId"] = PROVISION


def _be_a_step(body: dict[str, Any]) -> None:
    """Give a reason where a referral ends, and nowhere else."""
    body.pop("answerBy", None)
    body.pop("reason", None)
    if reason := {"declined": "no_capacity", "withdrawn": "mistake"}.get(body.get("status", "")):
        body["reason"] = reason


def _be_a_desk(body: dict[str, Any]) -> None:
    """Take out what only an operator can allow, or two fields can say together."""
    for name in ("webhookUrl", "verifiedOn", "verifiedBy", "regions"):
        body.pop(name, None)
    body |= {"channel": "telephone", "telephone": "070 123 45 67", "provisions": [PROVISION]}
