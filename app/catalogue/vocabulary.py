"""The words in which people look for provisions: what app/catalogue/search.yaml may hold.

They are no record of the catalogue: they explain words to this release's search and decide
nothing, so they come with the code instead of from the database.
"""

from functools import cache
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from app.catalogue.fields import Id, Many, Text
from app.catalogue.files import VOCABULARY_FILE, read_yaml
from app.domain.terms import BuildingBlock, Service


def _split(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


Listed = Annotated[tuple[Text, ...], BeforeValidator(_split)]
"""Single words, written as one text."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fillers(_Part):
    """Words without a meaning of their own, per language."""

    nl: Listed
    en: Listed
    pl: Listed


class Need(_Part):
    """Something people come for: words that mean the same to who looks for it.

    find: said, and looked for in the texts as well. say, en, pl: only said.
    services: what answers it where no text says so. of_employers: employers say it, not workers.
    """

    id: Id
    find: Many[Text]
    say: Many[Text] = ()
    en: Many[Text] = ()
    pl: Many[Text] = ()
    services: Many[Service] = ()
    of_employers: bool = False


class Vocabulary(_Part):
    """Everything the search knows besides the catalogue."""

    fillers: Fillers
    small_names: Listed
    vague: Listed
    parts: Listed
    same_as: dict[Text, Text]
    services: dict[Service, Many[Text]]
    building_blocks: dict[BuildingBlock, Many[Text]]
    needs: Many[Need]


@cache
def vocabulary() -> Vocabulary:
    """Read the words of this release.

    Raises:
        pydantic.ValidationError, yaml.YAMLError: the file is not what it must be.

    """
    return Vocabulary.model_validate(read_yaml(VOCABULARY_FILE.read_text("utf-8")))
