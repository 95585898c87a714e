"""What a crowd asks: by whom, what came of it, and what is asked how often."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self
from uuid import UUID

from app.domain.access import caller_id
from app.services.tokens import DEMO_CALLERS
from tests import identity

NOTHING = 0
"""Stands for the status when no answer came."""

BUSY = 503


@dataclass(frozen=True)
class Adviser:
    """Somebody who asks: with which token, and how the service knows them."""

    token: str
    id: UUID
    actor: str

    @classmethod
    def of_demo(cls, token: str) -> Self:
        """Be one of the demo."""
        known = DEMO_CALLERS[token]
        return cls(token, known.id, known.actor)

    @classmethod
    def named(cls, name: str) -> Self:
        """Be one of the tests' own issuer."""
        who = caller_id(identity.ISSUER, name)
        return cls(identity.adviser(name), who, f"{identity.ISSUER} {name}")


COLLEAGUES = (Adviser.of_demo("demo-adviser"), Adviser.of_demo("demo-adviser-2"))
"""Who does the work, and who takes it over now and then."""


@dataclass
class Deed:
    """One thing asked, sent once or, by who is patient, until it was answered."""

    kind: str
    method: str
    path: str
    body: Mapping[str, Any]
    by: Adviser
    key: str | None = None
    started: float = math.inf
    ended: float = math.inf
    statuses: list[int] = field(default_factory=list)
    answer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether it was acknowledged."""
        return self.statuses[-1] in {200, 201, 204}

    @property
    def outcome(self) -> str:
        """What came of it: the status, and for a refusal its name."""
        problem = self.answer.get("type", "").rpartition("/")[2]
        return f"{self.kind} {self.statuses[-1]} {problem}".rstrip()


class Referred(NamedTuple):
    """A referral, of whom, and where to."""

    intake: str
    provision: str
    id: str


@dataclass
class InHand:
    """What one worker, or a crowd that gets in each other's way, has in hand."""

    intakes: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    openings: list[tuple[str, str]] = field(default_factory=list)
    """Intakes, and a provision that is open to each besides."""
    referred: list[Referred] = field(default_factory=list)
    consents: list[tuple[str, str]] = field(default_factory=list)
    """Intakes, and a consent given for each."""


@dataclass(frozen=True)
class Mix:
    """What is asked how often, in which regions, about how many of the latest intakes."""

    regions: Sequence[str]
    name: str = ""
    without_region: float = 0.1
    deeds: Mapping[str, int] = field(
        default_factory=lambda: {
            "intake": 4,
            "book": 10,
            "move": 8,
            "conclude": 6,
            "refer": 2,
            "hold": 2,
            "details": 1,
            "consent": 2,
            "withdraw": 1,
            "erase": 1,
            "status": 6,
            "outcome": 1,
        }
    )
    close: float = 0.08
    recent: int = 4
    early: float = 2
    """How much more than a late place an early one is wanted; 1 is not at all."""
    modes: Sequence[str] = ("phone", "video")
