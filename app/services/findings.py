"""What the rule found, as JSON: in the answer to a check, and kept with an intake.

Most of an answer is what provisions say, of which many say the same to many people. Those parts
are written once and remembered with the catalogue; an answer joins them.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from pydantic_core import from_json, to_json

from app.domain.catalogue import Catalogue, Memory, Provision
from app.domain.intake import Finding, SkillFinding
from app.domain.questions import Question, open_questions
from app.domain.resolve import OrganisationMatch, Resolution
from app.domain.rule import Assessment, ProvisionCheck
from app.domain.skills import ProfileFit
from app.domain.terms import Verdict
from app.domain.verdicts import Reason, Told


def write_check(finding: Finding, catalogue: Catalogue) -> bytes:
    """Write the answer to a check, as the contract names things."""
    check = finding.check
    written = _Written(catalogue.memory, check.on)
    questions = open_questions(check, finding.assumed, catalogue)
    members = _members(
        {
            **_lists(check, written),
            "outcome": to_json(check.outcome),
            "referrals": written.assessments(check.referrals),
            "questions": to_json([_question(one) for one in questions]),
            **_understood(finding, catalogue),
        }
    )
    return b"{%b}" % members


def describe(finding: Finding, catalogue: Catalogue) -> dict[str, Any]:
    """Return what is kept with an intake: the same, but for what changes in its life."""
    lists = _lists(finding.check, _Written(catalogue.memory, finding.check.on))
    members = _members({**lists, **_understood(finding, catalogue)})
    kept: dict[str, Any] = from_json(b"{%b}" % members)
    return kept


def describe_reasons(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    """Write down why a provision is open."""
    return [{"code": reason.code, "detail": reason.detail} for reason in reasons]


def describe_questions(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    """Write down what is to be asked; of an unknown answer the reason's detail is the question."""
    return [{"code": reason.code, "question": reason.detail} for reason in reasons]


class _Written:
    """Writes what provisions say, and remembers the parts: what begins an object, and its end.

    It begins otherwise from the day on which what it says is no longer verified recently.
    """

    def __init__(self, memory: Memory, on: date) -> None:
        self._on = on
        self._refused: dict[tuple[str, bool], bytes] = memory.about("provisions refused, as JSON")
        self._opened: dict[tuple[str, bool], bytes] = memory.about("provisions open, as JSON")

    def refusals(self, refused: Iterable[Assessment]) -> bytes:
        """Write a list of provisions that are not for this person."""
        return _list(
            [
                self._begun(provision, self._refused, _named_alone) + (told.written or _write(told))
                for provision, told in refused
            ]
        )

    def assessments(self, opened: Iterable[Assessment]) -> bytes:
        """Write a list of provisions that are open, or may be."""
        return _list(
            [
                self._begun(provision, self._opened, _about) + (told.written or _write(told))
                for provision, told in opened
            ]
        )

    def _begun(
        self,
        provision: Provision,
        known: dict[tuple[str, bool], bytes],
        about: Callable[[Provision], Mapping[str, Any]],
    ) -> bytes:
        key = provision.id, provision.verified_recently(self._on)
        begun = known.get(key)
        if begun is None:
            begun = known[key] = _begin(provision, about(provision), self._on)
        return begun


def _write(told: Told) -> bytes:
    """Write it once for all who are told this: the end of an object that a provision began."""
    why: dict[str, Any] = {"reasons": describe_reasons(told.reasons)}
    if told.verdict is not Verdict.refused:
        asked = describe_questions(told.to_confirm)
        why = {"side": told.side, "verdict": told.verdict, **why, "toConfirm": asked}
    told.written = b"," + to_json(why)[1:]
    return told.written


def _begin(provision: Provision, more: Mapping[str, Any], on: date) -> bytes:
    """Write an object that goes on with what the provision says to somebody."""
    source = {"document": provision.source.document, "section": provision.source.section}
    proof = {
        "source": source,
        "verifiedOn": provision.verified_on,
        "verifiedRecently": provision.verified_recently(on),
    }
    named = {"provisionId": provision.id, "name": provision.name}
    return to_json({**named, **more, **proof})[:-1]


def _named_alone(_provision: Provision) -> dict[str, Any]:
    return {}


def _about(provision: Provision) -> dict[str, Any]:
    return {
        "provider": provision.provider,
        "receiver": provision.receiver,
        "viaEmployer": provision.via_employer,
        "services": provision.services,
    }


def _members(members: Mapping[str, bytes]) -> bytes:
    return b",".join([b'"%b":%b' % (name.encode(), value) for name, value in members.items()])


def _list(items: Iterable[bytes]) -> bytes:
    return b"[%b]" % b",".join(items)


def _lists(check: ProvisionCheck, written: _Written) -> dict[str, bytes]:
    """Write what follows from the coded answers alone."""
    return {
        "purpose": to_json(check.purpose),
        "neededServices": to_json(check.needed_services),
        "signposts": written.assessments(check.signposts),
        "alsoAvailable": written.assessments(check.also_available),
        "refusals": written.refusals(check.refusals),
    }


def _understood(finding: Finding, catalogue: Catalogue) -> dict[str, bytes]:
    """Write what was said, and how it was understood."""
    target = finding.target
    return {
        "origin": to_json(_sector(finding.origin, catalogue)),
        "target": to_json(_sector(target, catalogue) if target else None),
        "organisation": to_json(_organisation(finding, catalogue)),
        "municipality": to_json(_municipality(finding, catalogue)),
        "region": to_json(finding.region),
        "skills": to_json(_skills(finding.skills, catalogue)),
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "code": question.code,
        "question": question.text,
        "field": question.field,
        "answers": question.answers
        and [{"value": one.value, "label": one.label} for one in question.answers],
        "settles": question.settles,
    }


def _sector(resolution: Resolution, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "said": resolution.said,
        "sectorId": resolution.sector,
        "name": catalogue.sectors[resolution.sector].name if resolution.sector else None,
        "matchedBy": resolution.matched_by,
        "alternatives": [
            {"sectorId": one, "name": catalogue.sectors[one].name}
            for one in resolution.alternatives
        ],
    }


def _organisation(finding: Finding, catalogue: Catalogue) -> dict[str, Any] | None:
    """Describe the organisation as given, else the one that was named as the origin."""
    given: OrganisationMatch | Resolution | None = finding.organisation
    if given is None and finding.origin.organisation is not None:
        given = finding.origin
    if given is None:
        return None
    found = given.organisation
    return {
        "said": given.said,
        "organisationId": found,
        "name": catalogue.organisations[found].name if found else None,
        "matchedBy": given.matched_by,
        "alternatives": [
            {"organisationId": one, "name": catalogue.organisations[one].name}
            for one in (finding.organisation.alternatives if finding.organisation else ())
        ],
    }


def _municipality(finding: Finding, catalogue: Catalogue) -> dict[str, Any] | None:
    given = finding.municipality
    if given is None:
        return None
    return {
        "said": given.said,
        "code": given.code,
        "name": catalogue.municipalities[given.code].name if given.code else None,
        "region": given.region,
        "matchedBy": given.matched_by,
        "alternatives": [
            {
                "code": one,
                "name": catalogue.municipalities[one].name,
                "region": catalogue.municipalities[one].region,
            }
            for one in given.alternatives
        ],
    }


def _skills(skills: SkillFinding, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "recognised": [
            {
                "said": match.said,
                "skillId": match.skill,
                "name": catalogue.skills[match.skill].name if match.skill else None,
                "matchedBy": match.matched_by,
            }
            for match in skills.recognised
        ],
        "suggested": _names(skills.suggested, catalogue),
        "profiles": [_fit(fit, skills.closing, catalogue) for fit in skills.fits],
        "adjacentSectors": [
            {
                "sectorId": one.sector,
                "name": catalogue.sectors[one.sector].name,
                "strength": one.strength,
                "why": one.why,
                "profiles": [_fit(fit, (), catalogue) for fit in one.fits],
            }
            for one in skills.adjacent
        ],
    }


def _fit(fit: ProfileFit, closing: tuple[str, ...], catalogue: Catalogue) -> dict[str, Any]:
    profile = catalogue.profiles[fit.profile]
    return {
        "profileId": profile.id,
        "occupation": profile.occupation,
        "esco": profile.esco,
        "sectorId": profile.sector,
        "carriesOver": _names(fit.carries_over, catalogue),
        "missing": _names(fit.missing, catalogue),
        "usefulMissing": _names(fit.useful_missing, catalogue),
        "steps": [{"role": step.role, "learning": step.learning} for step in profile.steps],
        "closedBy": list(closing) if fit.missing or fit.useful_missing else [],
    }


def _names(skills: tuple[str, ...], catalogue: Catalogue) -> list[dict[str, str]]:
    return [{"skillId": one, "name": catalogue.skills[one].name} for one in skills]
