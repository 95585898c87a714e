"""Looking up skills in the catalogue."""

from app.domain.catalogue import Skill
from app.domain.intake import Knowledge
from app.domain.skills import recognise
from app.domain.wording import normalise


def find_skills(knowledge: Knowledge, said: str) -> list[Skill]:
    """List the skills that may be meant: the recognised one, then those that hold the words."""
    known = knowledge.catalogue.skills
    recognised = [match.skill for match in recognise(knowledge.skills, [said]) if match.skill]
    words = normalise(said).split()
    resembling = [
        skill.id
        for skill in known.values()
        if words
        and any(
            all(word in normalise(name) for word in words) for name in (skill.name, *skill.aliases)
        )
    ]
    return [known[one] for one in dict.fromkeys((*recognised, *resembling))]
