"""Promises that need more than a column constraint: the same ones, said to each engine."""

import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import SQLModel


def guard(model: type[SQLModel], *, postgresql: tuple[str, ...], sqlite: tuple[str, ...]) -> None:
    """Run these statements after the table is created, on the engine they are for."""
    table: sa.Table = model.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table classes
    for dialect, statements in (("postgresql", postgresql), ("sqlite", sqlite)):
        for statement in statements:
            ddl = sa.DDL(statement)  # type: ignore[no-untyped-call]  # untyped there
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
