"""Looking up a provision in the catalogue; finding them by words is app/services/search.py."""

from app.domain.catalogue import Provision
from app.domain.errors import NotFound
from app.domain.intake import Knowledge


def find_provision(knowledge: Knowledge, provision_id: str) -> Provision:
    """Look a provision up by its id.

    Raises:
        NotFound: there is none.

    """
    provision = knowledge.catalogue.provisions.get(provision_id)
    if provision is None:
        raise NotFound
    return provision
