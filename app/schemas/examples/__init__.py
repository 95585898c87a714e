"""Requests and answers to show in the API document.

Read in order they are one story, told to an empty demo database on Monday 23 November 2026 at
10:00. tests/test_openapi_examples.py tells it to the real service, so an example cannot lie.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML without libyaml: the same loader, slower.
    from yaml import SafeLoader  # type: ignore[assignment]  # two classes, one use

FOLDER = Path(__file__).parent
FILES = (
    "catalogue",
    "intakes",
    "sessions",
    "holders",
    "problems",
    "persons",
    "desks",
    "webhooks",
    "referrals",
    "calendar",
    "callers",
    "drafts",
)


class Exchange(BaseModel):
    """One request to one operation, and the answer it gets.

    caller: whose token is sent; left out, that of somebody who may.
    parameters: by name, whatever their place (path, query, header).
    answer: a JSON document; a text for another media type (`accept`); null for no content.
    shortened: lists of the answer of which only the first items are shown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    operation: str
    name: str
    summary: str
    caller: str | None = None
    parameters: Mapping[str, str | int] = {}
    accept: str = "application/json"
    body: Any = None
    status: int = 200
    answer: Any
    shortened: tuple[str, ...] = ()


@cache
def exchanges() -> tuple[Exchange, ...]:
    """Return every exchange, in the order of the story."""
    return tuple(
        Exchange.model_validate(exchange)
        for name in FILES
        for exchange in yaml.load((FOLDER / f"{name}.yaml").read_text("utf-8"), SafeLoader)
    )
