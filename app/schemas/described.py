"""What stands below a field as its docstring, as the description of what the contract publishes.

Pydantic's `use_attribute_docstrings` does the same when a class is made: it reads and parses the
source of every class at every start, an eighth of it, for the few who ask for a schema.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic_core import CoreSchema

Docstrings = dict[str, str | None]
"""By field; None for a field without one."""


class Described(BaseModel):
    """A model whose schema says of its fields what their docstrings say."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the properties, but those that are described otherwise."""
        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema)["properties"]
        docstrings: Docstrings = {}
        for one in reversed(cls.__mro__):
            docstrings |= _by_class(one.__module__).get(one.__qualname__, {})
        for name, field in cls.model_fields.items():
            if field.description is None and (docstring := docstrings.get(name)):
                properties[field.alias or name]["description"] = docstring
        return schema


@cache
def _by_class(module: str) -> dict[str, Docstrings]:
    """Return the docstrings of the fields of each class of a module of ours."""
    if not module.startswith("app."):
        return {}
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {one.name: dict(_fields(one)) for one in tree.body if isinstance(one, ast.ClassDef)}


def _fields(of: ast.ClassDef) -> Iterator[tuple[str, str | None]]:
    for statement, below in pairwise([*of.body, ast.Pass()]):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id, _text(below)


def _text(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Expr(ast.Constant(str(text))):
            return inspect.cleandoc(text)
    return None
