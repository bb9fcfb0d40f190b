"""Protocols in files: what is written reads back equal, what is wrong is refused with its line."""

import string
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from label_patients import walk
from test_condition_text import CONDITIONS
from titer.clinic.conditions import Compare
from titer.clinic.protocol import (
    Calendar,
    CycleRule,
    EscalateRule,
    HoldRule,
    Ladder,
    Protocol,
    ReduceRule,
    StartRule,
    StopRule,
    SupportRule,
    VisitPhase,
)
from titer.clinic.protocol_file import LARGEST_FILE, NO_SOURCE, parse_protocol, read_protocol, write_protocol
from titer.dosing.regimen import Component
from titer.errors import InputError, TiterError
from titer.library.rules.protocols import PROTOCOLS
from titer.model.declare import Source

EXAMPLE = Path(__file__).parent.parent / "examples" / "protocol.toml"
HEAD = """[protocol]
name = "own"
source = "our study, section 6"

[calendar]
phases = [{from_day = 0, every_day = 7}]
while_held_every_day = 7

[[ladder]]
drug = "lenalidomide"
unit = "mg"
rungs = [25, 15, 10, 5]
"""
HOLD = """
[[hold]]
name = "neutropenia"
drug = "lenalidomide"
when = "anc < 1.0 10^9/L"
until = "anc >= 1.0 10^9/L"
"""
OWN = HEAD + HOLD
DRUGS = ("lenalidomide", "dexamethasone", "filgrastim")


def read(text, **options):
    return parse_protocol(text, file="own.toml", known=PROTOCOLS, **options)


def test_two_notations_give_one_ledger():
    ladder = Ladder("lenalidomide", "mg", (25.0, 15.0, 10.0, 5.0), "no wording given", Source("our study, section 6"))
    rule = HoldRule(
        name="neutropenia",
        drug="lenalidomide",
        when=Compare("anc", "<", 1.0, "10^9/L"),
        until=Compare("anc", ">=", 1.0, "10^9/L"),
        wording="no wording given",
        source=Source("our study, section 6"),
    )
    calendar = Calendar((VisitPhase(0, 7),), 7, "no wording given", Source("our study, section 6"))
    declared = Protocol("own", (rule,), (ladder,), calendar)
    anc = [3, 0.9, 1.2, 0.4, 0.8, 1.0, 0.9, 1.1, 2]
    tables = [
        walk(protocol, "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg weekly", 12, anc=anc).ledger.tables()
        for protocol in (declared, read(OWN))
    ]
    for name, columns in tables[0].items():
        for column, values in columns.items():
            np.testing.assert_array_equal(tables[1][name][column], values)
    assert len(tables[0]["doses"]["given"]) > 60


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_protocol_of_the_library_reads_back_as_itself(name):
    assert parse_protocol(write_protocol(PROTOCOLS[name])) == PROTOCOLS[name]


def test_a_rule_of_ones_own_is_read():
    rule = read(OWN).rules[0]
    assert rule == HoldRule(
        name="neutropenia",
        drug="lenalidomide",
        when=Compare("anc", "<", 1.0, "10^9/L"),
        until=Compare("anc", ">=", 1.0, "10^9/L"),
        wording="no wording given",
        source=Source("our study, section 6"),
    )


def test_a_label_is_extended_and_changed_by_name():
    text = '[protocol]\nname = "x"\nextends = "us-label"\nwithout = ["other toxicity"]\n'
    text += '[[hold]]\nname = "neutropenia"\nwhen = "anc < 500 /uL"\nuntil = "anc >= 500 /uL"\n'
    own, label = read(text), PROTOCOLS["us-label"]
    assert [r.name for r in own.rules] == [r.name for r in label.rules if r.name != "other toxicity"]
    old, new = (next(r for r in p.rules if r.name == "neutropenia") for p in (label, own))
    assert new.when == Compare("anc", "<", 0.5, "10^9/L")
    assert (new.drug, new.first_resume, new.later_resume) == (old.drug, old.first_resume, old.later_resume)
    assert (own.calendar, own.ladders) == (label.calendar, label.ladders)


def test_a_missing_source_is_marked_and_so_is_a_change_of_a_label():
    alone = read(OWN.replace('source = "our study, section 6"\n', "")).rules[0]
    assert alone.source == Source(f"own.toml: {NO_SOURCE}", confirmed=False)
    changed = read('[protocol]\nextends = "us-label"\n[[hold]]\nname = "neutropenia"\nlongest_day = 28\n')
    rule = next(r for r in changed.rules if r.name == "neutropenia")
    assert NO_SOURCE in rule.source.citation
    assert "REVLIMID" in rule.source.citation
    assert not rule.source.confirmed
    assert rule.wording.startswith("no wording given; the rule that this changes: Fall to")


def test_a_protocol_without_a_name_has_that_of_its_file(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(OWN.replace('name = "own"\n', ""), encoding="utf-8")
    assert read_protocol(path).name == "ours"


def test_the_example_is_read_and_says_what_it_changes():
    own = read_protocol(EXAMPLE, known=PROTOCOLS)
    assert {type(rule) for rule in own.rules} >= {HoldRule, StopRule, StartRule, CycleRule, SupportRule}
    assert own.name != PROTOCOLS["us-label"].name
    assert parse_protocol(write_protocol(own)) == own


def test_texts_over_several_lines_do_not_confuse_the_lines_of_errors():
    text = OWN.replace('source = "our study, section 6"', 'source = """\\\n[[hold]]\\\nour study"""')
    with pytest.raises(InputError) as caught:
        read(text.replace("anc < 1.0 10^9/L", "ank < 1.0 10^9/L"))
    line = text.splitlines().index('when = "anc < 1.0 10^9/L"') + 1
    assert caught.value.where.startswith(f"own.toml, line {line}, [[hold]] 'neutropenia', when: character 1 ")


# Bad input: what is written, words of the error, words of where it is.

BAD = {
    "not TOML": ("[protocol\n", "is not TOML", ""),
    "nothing": ("", "[calendar] is missing", "own.toml"),
    "unknown table": (OWN + "[[holds]]\n", "table 'holds' is not known", "line 19"),
    "table that is no table": ('hold = "x"\n' + HEAD, "not written as a table", "line 1"),
    "single table twice": (OWN + "[[calendars]]\n", "table 'calendars' is not known", "line 19"),
    "unknown key": (OWN + 'untill = "vte"\n', "key 'untill' is not known", "line 19, [[hold]] 'neutropenia', untill"),
    "missing key": (OWN.replace('until = "anc >= 1.0 10^9/L"\n', ""), "key 'until' is missing", "line 14"),
    "unknown signal": (OWN.replace('"anc <', '"anz <'), "'anz' is not known", "line 17, [[hold]] 'neutropenia', when"),
    "threshold in a wrong unit": (OWN.replace("< 1.0 10^9/L", "< 1.0 g/L"), "'g/L' cannot be turned into", "when"),
    "threshold without a unit": (OWN.replace("< 1.0 10^9/L", "< 1.0"), "has no unit", "character 7"),
    "condition that is a number": (OWN.replace('"anc < 1.0 10^9/L"', "1.0"), "a condition is a text", "when"),
    "until inside when": (OWN.replace(">= 1.0", ">= 0.5"), "hold", "line 14"),
    "doubled name": (OWN + HOLD, "two rules called 'neutropenia'", "line 21"),
    "no rule": (HEAD, "has no rule", "own.toml"),
    "no rule and rules": (OWN.replace('name = "own"', "no_rules = true"), "there are rules", "line 2"),
    "unreachable rung": (
        OWN + '[[escalate]]\nname = "up"\ndrug = "lenalidomide"\nwhen = "cycle >= 4"\nto = 20\n',
        "no rung of the ladder",
        "line 19",
    ),
    "no ladder": (
        OWN.replace('drug = "lenalidomide"\nunit', 'drug = "dexamethasone"\nunit'),
        "has no ladder",
        "line 14",
    ),
    "ladder that rises": (OWN.replace("[25, 15", "[15, 25"), "ladder of lenalidomide", "line 12, [ladder], rungs"),
    "ladder twice": (OWN + HEAD[HEAD.index("[[ladder]]") :], "two ladders", "line 20"),
    "negative dose": (OWN.replace("10, 5]", "10, -5]"), "-5 cannot be used", "rungs"),
    "negative days": (OWN + "longest_day = -7\n", "-7 cannot be used", "line 19"),
    "days that are no number": (OWN + 'longest_day = "7 d"\n', "cannot be used", "longest_day"),
    "calendar of odd days": (OWN.replace("every_day = 7}", "every_day = 10}"), "calendar with phases", "line 5"),
    "calendar that starts late": (OWN.replace("from_day = 0", "from_day = 7"), "calendar with phases", "line 5"),
    "phase with an unknown key": (OWN.replace("every_day = 7}", "every_days = 7}"), "key 'every_days'", "phases"),
    "resume in other words": (OWN + 'first_resume = "lower"\n', "'lower' cannot be used", "first_resume"),
    "not a truth": (
        OWN + '[[cycle]]\nname = "c"\nneeds = "vte"\nwait_if_not_known = 1\n',
        "neither true nor false",
        "line 22",
    ),
    "number that is infinite": (OWN + "first_dose = inf\n", "inf cannot be used", "first_dose"),
    "share above one": (
        OWN + '[[reduce]]\nname = "r"\ndrug = "lenalidomide"\nwhen = "vte"\nshare = 1.5\n',
        "1.5 cannot be used",
        "share",
    ),
    "unknown protocol": (OWN.replace('name = "own"', 'extends = "us-labell"'), "no protocol 'us-labell'", "line 2"),
    "left out what is not there": (
        OWN.replace('name = "own"', 'extends = "us-label"\nwithout = ["neutropenias"]'),
        "no rule 'neutropenias'",
        "line 3",
    ),
    "left out of nothing": (OWN.replace('name = "own"', 'without = ["x"]'), "nothing to leave rules out of", "line 2"),
    "another kind of rule": (
        '[protocol]\nextends = "us-label"\n[[stop]]\nname = "neutropenia"\nwhen = "vte"\n',
        "another kind of rule",
        "line 4",
    ),
    "order of some rules": (OWN.replace('name = "own"', 'name = "own"\norder = []'), "not of all rules", "line 3"),
    "name of blanks": (OWN.replace('"neutropenia"', '"  "'), "is not a name", "line 15"),
    "source that is a number": (OWN + "source = 7\n", "is not a text", "source"),
    "source with an unknown key": (OWN + 'source = {citatoin = "x"}\n', "key 'citatoin' is not known", "source"),
    "support without a drug": (
        OWN + '[[support]]\nname = "s"\nwhen = "vte"\ngive = {amount = 5}\n',
        "key 'drug' is missing",
        "give",
    ),
    "support on days that do not rise": (
        OWN
        + '[[support]]\nname = "s"\nwhen = "vte"\n'
        + 'give = {drug = "filgrastim", amount = 5, unit = "ug", days = [3, 1]}\n',
        "days are [3, 1]",
        "give",
    ),
    "support without a unit": (
        OWN + '[[support]]\nname = "s"\nwhen = "vte"\ngive = {drug = "filgrastim", amount = 300}\n',
        "key 'unit' is missing",
        "give",
    ),
    "number with a comma": (OWN.replace("< 1.0 10^9/L", "< 1,000 /uL"), "'1,000 /uL' has two numbers", "character 7"),
    "count as graded": (OWN.replace("< 1.0 10^9/L", "< 1.0 10e9/L"), "'1.0 10e9/L' has two numbers", "character 7"),
    "grade that does not exist": (
        OWN + '[[stop]]\nname = "s"\nwhen = "neuropathy >= grade 7"\n',
        "neuropathy is compared with 7",
        "line 21, [[stop]] 's', when",
    ),
    "flag above one": (OWN + '[[stop]]\nname = "s"\nwhen = "dialysis >= 5"\n', "dialysis is compared with 5", "when"),
    "share of a level": (
        OWN + '[[reduce]]\nname = "s"\ndrug = "lenalidomide"\nwhen = "level < 50% of baseline"\n',
        "level is not measured",
        "when",
    ),
    "and that nothing meets": (
        OWN + '[[stop]]\nname = "s"\nwhen = "vte or (anc < 1 10^9/L and anc > 2 10^9/L)"\n',
        "no value of anc is all that it asks for",
        "line 19, [[stop]] 's'",
    ),
    "hold that never passes": (
        OWN.replace('"anc < 1.0 10^9/L"', '"anc < 1.0 10^9/L or vte"'),
        "held for what never passes",
        "line 14",
    ),
    "resumed where it is held, after some days": (
        OWN.replace('until = "anc >= 1.0 10^9/L"', 'until = "anc >= 0.5 10^9/L for 7 d"'),
        "some values of anc hold",
        "line 14",
    ),
    "lowered after it is stopped": (
        OWN + '[[cycle]]\nname = "c"\nneeds = "anc >= 1 10^9/L"\ndrugs = ["lenalidomide"]\n'
        "longest_day = 7\nlower_after_day = 14\n",
        "lowers after a delay of more than 14 days and stops after 7",
        "line 19",
    ),
    "start that is never reached": (
        OWN
        + "".join(
            f'[[start]]\nname = "{n}"\ndrug = "lenalidomide"\nwhen = "crcl < {n} mL/min"\ndose = 10\n' for n in (60, 30)
        ),
        "never reached",
        "line 24, [[start]] '30'",
    ),
    "start that looks at what comes later": (
        OWN + '[[start]]\nname = "s"\ndrug = "lenalidomide"\nwhen = "anc < 1 10^9/L"\ndose = 10\n',
        "before the first dose",
        "line 19",
    ),
    "unknown drug": (OWN.replace('drug = "len', 'drug = "lem'), "drug 'lemalidomide' is not known", "line 16"),
    "too large": ("#" * (LARGEST_FILE + 1), "200,001 characters", ""),
    "nested too deeply": ("x = " + "[" * 20_000, "is not TOML", ""),
    "number of too many digits": ("x = " + "9" * 10_000, "is not TOML", ""),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_its_place(case):
    text, what, where = BAD[case]
    with pytest.raises(InputError) as caught:
        read(text, drugs=DRUGS)
    assert what in caught.value.what
    assert where in caught.value.where


def test_misspelt_words_get_the_nearest():
    for text, hint in (
        (OWN + 'untill = "vte"\n', "'until'"),
        (OWN.replace('name = "own"', 'extends = "us-labell"'), "'us-label'"),
        (OWN.replace('drug = "len', 'drug = "lem'), "'lenalidomide'"),
        (OWN + "[[holds]]\n", "'hold'"),
    ):
        with pytest.raises(InputError) as caught:
            read(text, drugs=DRUGS)
        assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), (b"\xff\xfe", "not UTF-8"), (b"#" * (LARGEST_FILE + 1), "larger than a protocol")],
)
def test_files_that_are_no_protocol_are_refused(tmp_path, content, words):
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_protocol(path)


LADDER = Ladder("lenalidomide", "mg", (25.0, 10.0, 2.5), "levels", Source("a source"))
DAY = st.integers(0, 999)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
NAME = st.text(string.ascii_letters + string.digits + " '\"\\µ≥é#[]=", min_size=1, max_size=30).filter(
    lambda text: text == text.strip()
)
SOURCES = st.builds(Source, NAME, TEXT, st.booleans())
GIVEN = st.builds(
    Component,
    NAME,
    st.floats(1e-6, 1e9),
    unit=NAME,
    days=st.sampled_from([(1,), (1, 3)]),
    cycle_length=st.integers(3, 28),
    times=st.sampled_from([(0,), (0, 720)]),
    n_days=st.none() | st.integers(1, 99),
)
DRUG = st.just("lenalidomide")
HOLD_PAIRS = st.sampled_from(
    [
        (Compare("anc", "<", low, "10^9/L"), Compare("anc", ">=", high, "10^9/L"))
        for low, high in ((1.0, 1.0), (0.5, 1.0), (0.1, 7.3))
    ]
)
FACTS = st.floats(1, 100).map(lambda age: Compare("age", ">", age, "year"))


@st.composite
def rules(draw):
    home = {"name": draw(NAME), "wording": draw(TEXT), "source": draw(SOURCES), "note": draw(TEXT)}
    resume = st.sampled_from(["same level", "next lower"])
    when, until = draw(HOLD_PAIRS)
    timed = {"longest_day": st.none() | DAY}
    kind = draw(st.sampled_from([HoldRule, StopRule, ReduceRule, EscalateRule, CycleRule, SupportRule, StartRule]))
    free = CONDITIONS.filter(lambda one: kind not in (CycleRule, SupportRule) or not _asks_a_drug(one))
    parts = {
        HoldRule: {"drug": DRUG, "when": st.just(when), "until": st.just(until), "first_resume": resume} | timed,
        StopRule: {"drugs": st.sampled_from([(), ("lenalidomide",)]), "when": free},
        ReduceRule: {"drug": DRUG, "when": free, "share": st.none() | st.floats(0.01, 0.99)},
        EscalateRule: {
            "drug": DRUG,
            "when": free,
            "to": st.sampled_from(LADDER.rungs),
            "even_if_lowered": st.booleans(),
        },
        CycleRule: {"needs": free, "first_cycle": st.integers(1, 9), "wait_if_not_known": st.booleans()} | timed,
        SupportRule: {"when": free, "give": GIVEN, "only_held": st.sampled_from([(), ("lenalidomide",)])},
        StartRule: {"drug": DRUG, "when": FACTS, "dose": st.floats(0, 50), "every_day": st.integers(1, 3)},
    }[kind]
    return kind(**home, **{key: draw(value) for key, value in parts.items()})


def _asks_a_drug(condition):
    return any(word in repr(condition) for word in ("'level'", "'cycles_since_change'"))


@st.composite
def protocols(draw):
    chosen = draw(st.lists(rules(), max_size=5, unique_by=lambda rule: rule.name))
    phases = (VisitPhase(0, 7), *([VisitPhase(28, 14)] if draw(st.booleans()) else []))
    calendar = Calendar(phases, 7, draw(TEXT), draw(SOURCES))
    return draw(NAME), tuple(chosen), calendar, draw(st.sampled_from([7, 28]))


@settings(max_examples=150, deadline=None)
@given(protocols())
def test_every_protocol_reads_back_as_itself(parts):
    name, chosen, calendar, response = parts
    try:
        protocol = Protocol(name, chosen, (LADDER,), calendar, response)
    except InputError:  # two start rules of which one hides the other, and the like
        return
    assert parse_protocol(write_protocol(protocol)) == protocol


VALUES = st.recursive(
    st.none().map(lambda _: "nan")
    | st.sampled_from(
        ["true", "-1", "7", "1e400", '"anc < 1 10^9/L"', '"vte"', '"us-label"', "1979-05-27", '""', "inf"]
    )
    | TEXT.map(lambda text: '"' + "".join(c for c in text if c.isalnum()) + '"'),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda some: "[" + ", ".join(some) + "]")
        | inner.map(lambda one: "{drug = " + one + "}")
    ),
    max_leaves=4,
)
KEYS_TEXT = """
name drug drugs when until needs give dose to rungs unit phases source note extends without order
no_rules while_held_every_day share longest_day wording strengths
"""
KEYS = st.sampled_from(KEYS_TEXT.split())
TABLE_NAMES = ["[protocol]", "[calendar]", "[[ladder]]", "[[hold]]", "[[stop]]", "[[reduce]]", "[[escalate]]"]
TABLE_NAMES += ["[[cycle]]", "[[support]]", "[[start]]", "[hold]", "[[protocol]]", "[hold.x]"]
LINES = st.one_of(st.sampled_from(TABLE_NAMES), st.builds("{} = {}".format, KEYS, VALUES))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(LINES, max_size=14).map("\n".join), st.sampled_from(["", HEAD, OWN, '[protocol]\nextends = "us-label"\n'])
)
def test_any_file_is_a_protocol_or_an_error_of_ours(text, before):
    try:
        protocol = read(before + text)
    except TiterError:
        return
    assert parse_protocol(write_protocol(protocol)) == protocol


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 6000), st.text(max_size=4), st.integers(0, 3))
def test_a_damaged_file_is_a_protocol_or_an_error_of_ours(place, inserted, removed):
    whole = write_protocol(PROTOCOLS["eu-label"])
    at = place % len(whole)
    with suppress(TiterError):
        read(whole[:at] + inserted + whole[at + removed :])


@pytest.mark.parametrize("name", ["neutropaenia", "Neutropenia", "neutropenias"])
def test_a_rule_called_nearly_as_one_that_is_extended_is_refused(name):
    from titer.library.rules.lenalidomide_us import US

    text = f'''[protocol]
name = "own"
extends = "us-label"
[[hold]]
name = "{name}"
drug = "lenalidomide"
when = "anc < 0.75 10^9/L"
until = "anc >= 0.75 10^9/L"
'''
    with pytest.raises(InputError) as caught:
        parse_protocol(text, known={"us-label": US})
    assert "nearly as 'neutropenia'" in caught.value.what
    assert "clearly different name" in caught.value.right
    other = parse_protocol(text.replace(name, "low neutrophils"), known={"us-label": US})
    assert len(other.rules) == len(US.rules) + 1
    beside = text.replace('extends = "us-label"', 'extends = "us-label"\nwithout = ["neutropenia"]')
    assert len(parse_protocol(beside, known={"us-label": US}).rules) == len(US.rules)


def test_names_of_rules_of_one_protocol_are_no_slips_of_each_other():
    from titer.clinic.protocol_file import nearly_equal

    for one, other in (
        ("mild renal", "moderate renal"), ("hypercalcaemia", "hypocalcaemia"), ("neutropenia 2", "neutropenia 3"),
        ("neutropenia with fever", "neutropenia"), ("renal us", "renal eu"), ("lymphopenia", "neutropenia"),
    ):  # fmt: skip
        assert not nearly_equal(one, other)
    assert nearly_equal("low-platelets", "lowplatelets")
