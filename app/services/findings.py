"""What the rule found, as a plain document: kept with the intake, and the same in every answer."""

from typing import Any

from app.domain.catalogue import Catalogue
from app.domain.intake import Finding, SkillFinding
from app.domain.resolve import OrganisationMatch, Resolution
from app.domain.rule import Assessment
from app.domain.skills import ProfileFit
from app.domain.verdicts import Reason


def describe(finding: Finding, catalogue: Catalogue) -> dict[str, Any]:
    """Write a finding down: JSON values only, named as the contract names them."""
    check = finding.check
    return {
        "purpose": check.purpose,
        "needed_services": list(check.needed_services),
        "origin": _sector(finding.origin, catalogue),
        "target": _sector(finding.target, catalogue) if finding.target else None,
        "organisation": _organisation(finding, catalogue),
        "municipality": _municipality(finding, catalogue),
        "region": finding.region,
        "signposts": [describe_assessment(one) for one in check.signposts],
        "also_available": [describe_assessment(one) for one in check.also_available],
        "refusals": [
            {
                "provision_id": one.provision.id,
                "name": one.provision.name,
                "reasons": describe_reasons(one.reasons),
            }
            for one in check.refusals
        ],
        "skills": _skills(finding.skills, catalogue),
    }


def describe_assessment(one: Assessment) -> dict[str, Any]:
    """Write down what one open provision says to a person."""
    return {
        "provision_id": one.provision.id,
        "name": one.provision.name,
        "provider": one.provision.provider,
        "receiver": one.provision.receiver,
        "via_employer": one.provision.via_employer,
        "side": one.side,
        "services": list(one.provision.services),
        "verdict": one.verdict,
        "reasons": describe_reasons(one.reasons),
        "to_confirm": describe_questions(one.to_confirm),
    }


def describe_questions(reasons: tuple[Reason, ...]) -> list[dict[str, str]]:
    """Write down what is to be asked; of an unknown answer the reason's detail is the question."""
    return [{"code": reason.code, "question": reason.detail} for reason in reasons]


def describe_reasons(reasons: tuple[Reason, ...]) -> list[dict[str, str]]:
    """Write down why."""
    return [{"code": reason.code, "detail": reason.detail} for reason in reasons]


def _sector(resolution: Resolution, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "said": resolution.said,
        "sector_id": resolution.sector,
        "name": catalogue.sectors[resolution.sector].name if resolution.sector else None,
        "matched_by": resolution.matched_by,
        "alternatives": [
            {"sector_id": one, "name": catalogue.sectors[one].name}
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
        "organisation_id": found,
        "name": catalogue.organisations[found].name if found else None,
        "matched_by": given.matched_by,
        "alternatives": [
            {"organisation_id": one, "name": catalogue.organisations[one].name}
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
        "matched_by": given.matched_by,
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
                "skill_id": match.skill,
                "name": catalogue.skills[match.skill].name if match.skill else None,
                "matched_by": match.matched_by,
            }
            for match in skills.recognised
        ],
        "suggested": _names(skills.suggested, catalogue),
        "profiles": [_fit(fit, skills.closing, catalogue) for fit in skills.fits],
        "adjacent_sectors": [
            {
                "sector_id": one.sector,
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
        "profile_id": profile.id,
        "occupation": profile.occupation,
        "esco": profile.esco,
        "sector_id": profile.sector,
        "carries_over": _names(fit.carries_over, catalogue),
        "missing": _names(fit.missing, catalogue),
        "useful_missing": _names(fit.useful_missing, catalogue),
        "steps": [{"role": step.role, "learning": step.learning} for step in profile.steps],
        "closed_by": list(closing) if fit.missing or fit.useful_missing else [],
    }


def _names(skills: tuple[str, ...], catalogue: Catalogue) -> list[dict[str, str]]:
    return [{"skill_id": one, "name": catalogue.skills[one].name} for one in skills]
