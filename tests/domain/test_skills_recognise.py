"""What workers say they can do, understood without guessing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue import load
from app.domain.catalogue import Catalogue, Skill
from app.domain.skills import SkillIndex, recognise
from app.domain.terms import MatchedBy

REAL = load()
INDEX = SkillIndex.of(REAL)


def understood(said: str) -> str | None:
    return recognise(INDEX, [said])[0].skill


@pytest.mark.parametrize(
    ("said", "skill", "matched_by"),
    [
        ("schoonmaken", "schoonmaken", MatchedBy.exact),
        ("Schoonmaken ", "schoonmaken", MatchedBy.exact),
        ("met mensen omgaan", "met-mensen-omgaan", MatchedBy.exact),
        ("omgaan met mensen", "met-mensen-omgaan", MatchedBy.exact),
        ("voor-ouderen-zorgen", "voor-ouderen-zorgen", MatchedBy.exact),
        ("heftruckrijden", "heftruck-rijden", MatchedBy.exact),
        ("poetsen", "schoonmaken", MatchedBy.alias),
        ("rijbewijs C", "rijden-met-een-vrachtwagen", MatchedBy.alias),
        ("EHBO", "eerste-hulp-geven", MatchedBy.alias),
        ("heftruk rijden", "heftruck-rijden", MatchedBy.fuzzy),
        ("schoomaken", "schoonmaken", MatchedBy.fuzzy),
        ("http://data.europa.eu/esco/skill/onbekend", None, None),
        ("jongleren", None, None),
    ],
)
def test_the_answer_says_how_a_skill_was_understood(said, skill, matched_by):
    match = recognise(INDEX, [said])[0]
    assert (match.said, match.skill, match.matched_by) == (said, skill, matched_by)


def test_the_uri_of_a_skill_counts_as_its_name():
    skill = REAL.skills["lassen"]
    match = recognise(INDEX, [f" {skill.uri} "])[0]
    assert (match.skill, match.matched_by) == ("lassen", MatchedBy.exact)


@pytest.mark.parametrize(
    ("said", "skill"),
    [
        ("ik kan goed schoonmaken", "schoonmaken"),
        ("kantoren poetsen", "schoonmaken"),
        ("vloeren dweilen", "schoonmaken"),
        ("glazen wassen", "ramen-wassen"),
        ("ik heb ervaring met een heftruck", "heftruck-rijden"),
        ("op een heftruck rijden", "heftruck-rijden"),
        ("vrachtwagen besturen", "rijden-met-een-vrachtwagen"),
        ("groot rijbewijs", "rijden-met-een-vrachtwagen"),
        ("C en E rijbewijs", "rijden-met-een-vrachtwagen"),
        ("code 95", "code-95"),
        ("ik heb mijn rijbewijs", "autorijden"),
        ("laden/lossen", "laden-en-lossen"),
        ("orderpicken", "bestellingen-verzamelen"),
        ("dozen tillen", "zwaar-tillen"),
        ("nachtdiensten", "op-onregelmatige-tijden-werken"),
        ("goed met kinderen", "met-kinderen-werken"),
        ("omgaan met kinderen", "met-kinderen-werken"),
        ("goed met oudere mensen", "voor-ouderen-zorgen"),
        ("mensen wassen en aankleden", "mensen-verzorgen"),
        ("luisteren naar mensen", "goed-luisteren"),
        ("ik spreek goed Engels", "engels-spreken"),
        ("Nederlands praten", "nederlands-spreken"),
        ("koeien voeren", "dieren-verzorgen"),
        ("geiten melken", "melken"),
        ("op de trekker rijden", "trekker-rijden"),
        ("tomaten plukken", "oogsten"),
        ("heg knippen", "snoeien"),
        ("muren schilderen", "schilderen"),
        ("stopcontacten aansluiten", "elektra-aanleggen"),
        ("CNC frezen", "draaien-en-frezen"),
        ("auto's sleutelen", "autos-repareren"),
        ("fiets repareren", "fietsen-repareren"),
        ("eten koken", "koken"),
        ("brood bakken", "brood-en-gebak-bakken"),
        ("vlees uitbenen", "vlees-snijden"),
        ("InDesign", "paginas-opmaken"),
        ("photoshop", "beelden-bewerken"),
        ("excel", "werken-met-excel"),
        ("kassawerk", "afrekenen-aan-de-kassa"),
        ("bouwtekeningen lezen", "een-werktekening-lezen"),
        ("nieuwe collega's inwerken", "collegas-inwerken"),
        ("teamleider", "leidinggeven"),
        ("lasser geweest", "lassen"),
        ("programeren", "programmeren"),
        ("machines bedeinen", "machines-bedienen"),
    ],
)
def test_what_workers_say_they_can_do_is_understood(said, skill):
    assert understood(said) == skill


@pytest.mark.parametrize(
    "said",
    [
        "",
        "   ",
        "de",
        "goed",
        "met",
        "geen rijbewijs",
        "niet lassen",
        "ik kan niet koken",
        "nooit op een heftruck gereden",
        "leren lassen",
        "mijn man is lasser",
        "ik heb kinderen",
        "communicatie",
        "communicatie onderwijzen",
        "planten",
        "tellen",
        "bakken",
        "verlopen",
        "besturen",
        "wassen",
        "plassen",
        "draaien",
        "rijden",
        "paardrijden",
        "werken",
        "schilderij",
        "schilderijen verkopen",
        "isoleercel",
        "computervirus",
        "computerspelletjes",
        "bankzaken",
        "Engelsman",
        "plantage",
        "tractatie",
        "haar verven",
        "tanden schoonmaken",
        "schilderen en behangen",
        "Engels en Duits",
        "hard werken",
        "flexibel",
        "lassen " * 30,
    ],
)
def test_a_wrong_guess_is_worse_than_none(said):
    match = recognise(INDEX, [said])[0]
    assert (match.said, match.skill, match.matched_by) == (said, None, None)


def test_a_typing_error_that_fits_two_skills_is_left_open():
    skills = (Skill("a", "wandelen"), Skill("b", "wandeln"))
    index = SkillIndex.of(Catalogue(skills={one.id: one for one in skills}))
    assert recognise(index, ["wandlen"])[0].skill is None
    assert recognise(index, ["wandellen"])[0].skill == "a"


def test_everything_said_is_answered_in_order():
    said = ("lassen", "jongleren", "koken", "lassen")
    assert [match.said for match in recognise(INDEX, said)] == list(said)
    assert [match.skill for match in recognise(INDEX, said)] == ["lassen", None, "koken", "lassen"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5))
def test_whatever_is_said_the_answer_is_one_known_skill_or_none(said):
    matches = recognise(INDEX, said)
    assert [match.said for match in matches] == said
    assert matches == recognise(INDEX, said)
    for match in matches:
        assert (match.skill is None) == (match.matched_by is None)
        assert match.skill is None or match.skill in REAL.skills


def test_a_skill_as_the_catalogue_writes_it_is_understood_as_when_it_is_typed():
    for skill in REAL.skills.values():
        for label in (skill.name, skill.id, *skill.aliases):
            chosen, typed = recognise(INDEX, [label, f" {label} "])
            assert (chosen.skill, chosen.matched_by) == (typed.skill, typed.matched_by), label
