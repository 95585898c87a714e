"""What schemathesis cannot read in the document: which words mean something.

A cursor, a region or a provision can have the right form and still be none; the service says so
with a 400, which tests/test_api_lists.py and tests/test_api_hostile.py hold. Data that is meant to
be right is given real ones here, so that the check on accepting it keeps its meaning. For the same
reason each new request has a new key; tests/test_api_once.py holds what an old key does.
"""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import schemathesis

NUMBER = count(1)
REGION = "AM22"
PROVISION = "rijk-loopbaanscan"
TEXT_VERSION = "2026-11"


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Put a real thing where the schema only knows its form."""
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    query = case.query or {}
    if case.path != "/regions/{region}/session-log":
        query.pop("after", None)
    if "sector" in query:
        query["sector"] = "bouw"
    if "region" in query:
        query["region"] = REGION
    if "from" in query:
        query.pop("until", None)  # the schema cannot say which of two comes first
    if "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = f"key-{next(NUMBER)}"
    if "region" in (case.path_parameters or {}):
        case.path_parameters["region"] = REGION
    if isinstance(case.body, dict):
        _mean_something(case.body)


def _mean_something(body: dict[str, Any]) -> None:
    if "provisionId" in body:
        body["provisionId"] = PROVISION
    if "textVersion" in body:
        body["textVersion"] = TEXT_VERSION
    if body.get("region") is not None:
        body["region"] = REGION
        body.pop("municipality", None)
    for used in body.get("usedProvisions") or ():
        used["provisionId"] = PROVISION
        if used.get("usedOn") is not None:
            used["usedOn"] = min(used["usedOn"], "2026-01-01")
    scheduling = body.get("scheduling") or {}
    if scheduling.get("notBefore") is not None:
        soon = datetime.now(UTC) + timedelta(days=30)
        scheduling["notBefore"] = min(scheduling["notBefore"], soon.isoformat(timespec="seconds"))
