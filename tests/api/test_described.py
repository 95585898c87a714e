from typing import Annotated

from pydantic import Field

from app.schemas.described import Described
from app.schemas.intake import IntakeIn
from app.schemas.provision_query import ProvisionQuery


class Told(IntakeIn):
    """Says one thing in another way, and one thing no more."""

    motivation: Annotated[str | None, Field(description="Otherwise.")] = None


def test_a_docstring_below_a_field_is_its_description_also_of_what_inherits_it():
    for model in (IntakeIn, Told):
        said = model.model_json_schema()["properties"]
        assert said["originSector"]["description"]
    assert Told.model_json_schema()["properties"]["motivation"]["description"] == "Otherwise."


def test_what_a_docstring_does_not_describe_has_no_description():
    assert issubclass(ProvisionQuery, Described)
    assert "description" not in ProvisionQuery.model_json_schema()["properties"]["service"]
