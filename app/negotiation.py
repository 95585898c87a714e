"""Which media types go in and out: what a client sends, and what it would rather have."""

import re
from collections.abc import Iterable, Sequence

from starlette.datastructures import Headers


def understood(headers: Headers, consumes: Iterable[str]) -> bool:
    """Whether a body with these headers can be read: media type, UTF-8, not compressed."""
    media_type, _, parameters = headers.get("content-type", "").lower().partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s\";]*)", parameters)
    return (
        media_type.strip() in consumes
        and (charset is None or charset[1] in {"utf-8", "utf8"})
        and headers.get("content-encoding", "identity").lower() == "identity"
    )


_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - a token in the sense of RFC 9110, 5.6.2
_RANGE = re.compile(
    rf"\s*(?P<type>{_TOKEN})/(?P<subtype>{_TOKEN})"
    rf"(?P<parameters>(?:\s*;\s*{_TOKEN}=(?:{_TOKEN}|\"[^\"]*\"))*)\s*"
)
_WEIGHT = re.compile(r";\s*q=([^;\s]*)", re.IGNORECASE)
_QUALITY = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


def negotiate(accept: str, offers: Sequence[str]) -> str | None:
    """Return the offer the Accept header likes best, the first one among equals.

    RFC 9110, 12.5.1: the most specific range that covers an offer gives its weight; 0 refuses.
    Other parameters of a range are not looked at. An empty header, or one that cannot be read,
    accepts everything. None means that no offer is acceptable.
    """
    if not accept:
        return offers[0]
    weights: dict[str, float] = {}
    for element in filter(str.strip, accept.split(",")):
        found = _RANGE.fullmatch(element)
        if found is None:
            return offers[0]
        quality = _WEIGHT.search(found["parameters"])
        if quality and not _QUALITY.fullmatch(quality[1]):
            return offers[0]
        weights[f"{found['type']}/{found['subtype']}".lower()] = float(quality[1]) if quality else 1
    if not weights:
        return offers[0]

    def weight(offer: str) -> float:
        ranges = (offer, offer.partition("/")[0] + "/*", "*/*")
        return next((weights[covering] for covering in ranges if covering in weights), 0)

    best = max(offers, key=weight)
    return best if weight(best) > 0 else None
