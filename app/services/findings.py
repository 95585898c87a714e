"""What the rule found, as JSON: in the answer to a check, and kept with an intake.

Most of an answer is what provisions say, of which many say the same to many people. That is
written once and remembered with the catalogue; an answer joins it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pydantic_core import from_json, to_json

from app.domain.catalogue import Catalogue, Provision
from app.domain.intake import Finding, SkillFinding
from app.domain.questions import Question, open_questions
from app.domain.resolve import OrganisationMatch, Resolution
from app.domain.rule import Assessment, ProvisionCheck
from app.domain.skills import AdjacentSector, ProfileFit
from app.domain.terms import Verdict
from app.domain.verdicts import Reason


def write_check(finding: Finding, catalogue: Catalogue) -> bytes:
    """Write the answer to a check, as the contract names things."""
    check = finding.check
    asked = [_question(one) for one in open_questions(check, finding.assumed, catalogue)]
    return _written(
        {"outcome": check.outcome.value, **_understood(finding, catalogue), "questions": asked},
        {"referrals": check.referrals, **_lists(check)},
        _skills(finding.skills, catalogue),
        on=check.on,
    )


def describe(finding: Finding, catalogue: Catalogue) -> dict[str, Any]:
    """Return what is kept with an intake: the same, but for what changes in its life."""
    lists, skills = _lists(finding.check), _skills(finding.skills, catalogue)
    written = _written(_understood(finding, catalogue), lists, skills, on=finding.check.on)
    kept: dict[str, Any] = from_json(written)
    return kept


def describe_reasons(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    """Write down why a provision is open."""
    return [{"code": reason.code, "detail": reason.detail} for reason in reasons]


def describe_questions(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    """Write down what is to be asked; of an unknown answer the reason's detail is the question."""
    return [{"code": reason.code, "question": reason.detail} for reason in reasons]


def _written(
    said: Mapping[str, Any], lists: Mapping[str, Iterable[Assessment]], skills: bytes, *, on: date
) -> bytes:
    """Join what this person is told alone, what provisions say, and how the skills count."""
    pieces = [to_json(said)[:-1]]
    for name, assessments in lists.items():
        told = [one.written or _write(one, on) for one in assessments]
        pieces += (b',"%b":[' % name.encode(), b",".join(told), b"]")
    return b"".join((*pieces, b',"skills":', skills, b"}"))


def _write(one: Assessment, on: date) -> bytes:
    """Write it once for all who are told this by this provision on this day."""
    provision, told = one.provision, one.told
    named: dict[str, Any] = {"provisionId": provision.id, "name": provision.name}
    why: dict[str, Any] = {"reasons": describe_reasons(told.reasons)}
    if told.verdict is not Verdict.refused:
        asked = describe_questions(told.to_confirm)
        named |= _about(provision)
        why = {"side": told.side, "verdict": told.verdict, **why, "toConfirm": asked}
    source = {"document": provision.source.document, "section": provision.source.section}
    proof = {
        "source": source,
        "verifiedOn": provision.verified_on,
        "verifiedRecently": provision.verified_recently(on),
    }
    one.written = to_json({**named, **proof, **why})
    return one.written


def _about(provision: Provision) -> dict[str, Any]:
    return {
        "provider": provision.provider,
        "receiver": provision.receiver,
        "viaEmployer": provision.via_employer,
        "services": provision.services,
    }


def _lists(check: ProvisionCheck) -> dict[str, Iterable[Assessment]]:
    return {
        "signposts": check.signposts,
        "alsoAvailable": check.also_available,
        "refusals": check.refusals,
    }


def _understood(finding: Finding, catalogue: Catalogue) -> dict[str, Any]:
    """Describe what was said, how it was understood, and what follows from that."""
    # Values of enums, not their members: those take `to_json` longer than all the rest.
    target = finding.target
    return {
        "purpose": finding.check.purpose.value,
        "neededServices": [one.value for one in finding.check.needed_services],
        "origin": _sector(finding.origin, catalogue),
        "target": _sector(target, catalogue) if target else None,
        "organisation": _organisation(finding, catalogue),
        "municipality": _municipality(finding, catalogue),
        "region": finding.region,
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
        "matchedBy": resolution.matched_by and resolution.matched_by.value,
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
        "matchedBy": given.matched_by and given.matched_by.value,
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
        "matchedBy": given.matched_by and given.matched_by.value,
        "alternatives": [
            {
                "code": one,
                "name": catalogue.municipalities[one].name,
                "region": catalogue.municipalities[one].region,
            }
            for one in given.alternatives
        ],
    }


def _skills(skills: SkillFinding, catalogue: Catalogue) -> bytes:
    recognised = [
        {
            "said": match.said,
            "skillId": match.skill,
            "name": catalogue.skills[match.skill].name if match.skill else None,
            "matchedBy": match.matched_by and match.matched_by.value,
        }
        for match in skills.recognised
    ]
    told = to_json({"recognised": recognised, "suggested": _names(skills.suggested, catalogue)})
    profiles = _fits(skills.fits, skills.closing, catalogue)
    adjacent = b",".join([_adjacent(one, catalogue) for one in skills.adjacent])
    return b'%b,"profiles":%b,"adjacentSectors":[%b]}' % (told[:-1], profiles, adjacent)


def _adjacent(one: AdjacentSector, catalogue: Catalogue) -> bytes:
    name = catalogue.sectors[one.sector].name
    told = {"sectorId": one.sector, "name": name, "strength": one.strength, "why": one.why}
    return b'%b,"profiles":%b}' % (to_json(told)[:-1], _fits(one.fits, (), catalogue))


def _fits(fits: Iterable[ProfileFit], closing: tuple[str, ...], catalogue: Catalogue) -> bytes:
    """Write ways into a sector; what closes the gap is of this person, the rest of many."""
    closed_by = to_json(closing)
    pieces = []
    for fit in fits:
        known = catalogue.memory.about(("way in, as JSON", fit.profile, fit.carries_over))
        begun = known.get("begun")
        if begun is None:
            written = to_json(_fit(fit, catalogue))[:-1]
            begun = catalogue.memory.keep(known, "begun", written)
        gap = fit.missing or fit.useful_missing
        pieces.append(b'%b,"closedBy":%b}' % (begun, closed_by if gap else b"[]"))
    return b"[%b]" % b",".join(pieces)


def _fit(fit: ProfileFit, catalogue: Catalogue) -> dict[str, Any]:
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
    }


def _names(skills: tuple[str, ...], catalogue: Catalogue) -> list[dict[str, str]]:
    return [{"skillId": one, "name": catalogue.skills[one].name} for one in skills]
