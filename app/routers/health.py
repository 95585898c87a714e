"""Whether the service lives, and whether it can work."""

from typing import Literal

from fastapi import APIRouter

from app.dependencies import DatabaseDep, KnowledgeDep
from app.migrate import require_head
from app.schemas.base import Answer

router = APIRouter(prefix="/health", tags=["health"])


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(Answer):
    """The database answers, its schema is at head, and a catalogue holds."""

    status: Literal["ready"] = "ready"
    catalogue_version: int


@router.get("/live")
async def check_alive() -> Alive:
    """Say that the process answers; touches nothing else."""
    return Alive()


@router.get("/ready")
def check_ready(database: DatabaseDep, knowledge: KnowledgeDep) -> Ready:
    """Say that requests can be handled: database, schema and catalogue."""
    require_head(database.engine)
    return Ready(catalogue_version=knowledge.version)
