"""The words of a text as the search looks them up: names, texts and questions alike."""

import re

from app.catalogue import Vocabulary
from app.domain.wording import words

_JOINED = re.compile(r"\w+(?:[-+&]\w+)+")
_JOINERS = frozenset("-+&")
_SITE = re.compile(r"\b(\w+)\.(nl|com|eu|org)\b", re.IGNORECASE)
"""A website is one name: nobody who says bol.com works in bulbs."""
_STRUCK_THROUGH = str.maketrans("łŁøØđĐ", "lLoOdD")
"""Letters that Unicode does not take apart into a letter and a mark."""


def tokens(text: str) -> list[str]:
    """Return the words of a text without case and accents; zij-instroom and A+O joined as well."""
    plain = _plain(text)
    found = [word.casefold() for word in words(plain)]
    if not _JOINERS.isdisjoint(plain):
        found += ("".join(words(one)).casefold() for one in _JOINED.findall(plain))
    return found


def whole_name(name: str) -> str:
    """Return how a name is looked up as a whole: one word, or its words with spaces between."""
    plain = _plain(name)
    if _JOINED.fullmatch(plain):
        return tokens(name)[-1]
    return " ".join(words(plain)).casefold()


def silent_words(vocabulary: Vocabulary) -> frozenset[str]:
    """Return the words that say nothing about what someone looks for, as they are looked up."""
    fillers = vocabulary.fillers
    return frozenset(
        word for said in (*fillers.nl, *fillers.en, *fillers.pl) for word in tokens(said)
    )


def _plain(text: str) -> str:
    plain = text if text.isascii() else text.translate(_STRUCK_THROUGH)
    return _SITE.sub(r"\1\2", plain) if "." in plain else plain
