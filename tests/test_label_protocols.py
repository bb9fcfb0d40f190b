"""What each label does to a patient with written counts, from the labels' words."""

import re
from dataclasses import fields

import pytest

from label_patients import actions, walk, weekly_dose
from titer.cli import run
from titer.clinic.combine import combine, without
from titer.clinic.condition_text import parse_condition as condition
from titer.clinic.course import End
from titer.clinic.protocol import CycleRule, EscalateRule, HoldRule, Protocol, Rule, StartRule, StopRule, SupportRule
from titer.clinic.protocol_file import parse_protocol, write_protocol
from titer.dosing.regimen import Component
from titer.errors import InputError
from titer.library import load_plan, load_protocol, protocols
from titer.library.rules import dexamethasone, lenalidomide_eu, lenalidomide_us, pomalidomide, support
from titer.library.rules.protocols import PROTOCOLS

LEN = "lenalidomide 25 mg daily"
POM = "pomalidomide 4 mg daily"
THAL = "thalidomide 200 mg daily"


def doses(name, regimen, weeks, **values):
    return weekly_dose(walk(PROTOCOLS[name], regimen, weeks, **values), regimen.split()[0])


# Lenalidomide in combination


@pytest.mark.parametrize(
    ("name", "anc", "expected"),
    [
        ("us-label", [3, 0.9, 1.0, 0.9, 1.0, 0.9, 1.0], [25, 0, 25, 0, 20, 0, 15]),
        ("eu-label", [3, 0.9, 1.0, 0.9, 1.0, 0.9, 1.0], [25] * 7),
        ("eu-label", [3, 0.4, 0.5, 0.4, 0.5, 0.4, 0.5], [25, 0, 25, 0, 15, 0, 10]),
        ("eu-label-newer", [3, 0.4, 0.5, 0.4, 0.5, 0.4, 0.5], [25, 0, 25, 0, 20, 0, 15]),
        ("none", [3, 0.1, 0.1], [25] * 3),
    ],
)
def test_neutropenia_holds_and_lowers(name, anc, expected):
    assert doses(name, LEN, len(anc), anc=anc) == expected


@pytest.mark.parametrize(
    ("name", "levels"), [("us-label", [25, 20, 15, 10, 5, 2.5, 2.5]), ("eu-label", [25, 15, 10, 5, 5])]
)
def test_every_platelet_fall_costs_a_level_down_to_the_floor(name, levels):
    platelets = [200] + [29, 30] * (len(levels) - 1)
    assert doses(name, LEN, len(platelets), platelets=platelets)[::2] == levels


def test_a_platelet_fall_together_with_neutropenia_costs_one_level():
    assert doses("us-label", LEN, 3, anc=[3, 0.5, 1.2], platelets=[200, 20, 40]) == [25, 0, 20]


@pytest.mark.parametrize(
    ("name", "facts", "level", "given_days"),
    [
        ("us-label", {"crcl": 60}, 25, 14),
        ("us-label", {"crcl": 59}, 10, 14),
        ("us-label", {"crcl": 29}, 15, 7),
        ("us-label", {"crcl": 10, "dialysis": 1}, 5, 14),
        ("us-label-planned-start", {"crcl": 29}, 25, 14),
        ("eu-label", {"crcl": 55}, 25, 14),
        ("eu-label", {"crcl": 49}, 10, 14),
        ("eu-label", {"crcl": 29}, 15, 7),
        ("eu-label", {"crcl": 55, "dialysis": 1}, 5, 14),
    ],
)
def test_the_start_depends_on_the_kidneys(name, facts, level, given_days):
    course = walk(PROTOCOLS[name], LEN, 2, facts=facts)
    given = course.ledger.tables()["doses"]["given"]
    assert weekly_dose(course, "lenalidomide")[0] == level
    assert (given > 0).sum() == given_days


@pytest.mark.parametrize(("age", "dose"), [(75, 40), (76, 20)])
@pytest.mark.parametrize("name", ["us-label", "eu-label", "pomalidomide-us"])
def test_dexamethasone_starts_at_20_mg_above_75_years(name, age, dose):
    assert doses(name, "dexamethasone 40 mg weekly", 2, facts={"age": age}) == [dose, dose]


def test_an_older_patient_is_never_given_more_than_planned():
    assert doses("us-label", "dexamethasone 8 mg weekly", 1, facts={"age": 80}) == [8]


def test_the_european_text_waits_for_counts_at_the_start_only():
    assert doses("eu-label", LEN, 4, anc=[0.9, 1.0, 0.9, 0.9]) == [0, 25, 25, 25]
    assert doses("eu-label", LEN, 2, platelets=[74, 75]) == [0, 25]
    assert doses("eu-label", LEN, 2, platelets=[40], facts={"marrow_infiltrated": 1}) == [25, 25]
    assert doses("eu-label-newer", LEN, 2, platelets=[60]) == [25, 25]
    assert doses("us-label", LEN, 2, platelets=[60]) == [25, 25]


def test_a_patient_whose_marrow_is_not_known_waits_for_the_higher_limit():
    unknown = {"marrow_infiltrated": float("nan")}
    assert doses("eu-label", LEN, 3, platelets=[40, 74, 75], facts=unknown) == [0, 0, 25]
    assert doses("eu-label", LEN, 2, platelets=[40], facts={"marrow_infiltrated": 0}) == [0, 0]


def test_ten_mg_for_the_kidneys_become_15_after_two_cycles_without_response():
    course = walk(PROTOCOLS["eu-label"], "lenalidomide 25 mg days 1-21 of 28", 13, facts={"crcl": 40})
    assert [(day, dose) for day, action, _, dose in actions(course, "lenalidomide") if action == "escalate"] == [
        (56, 15)
    ]
    answered = walk(PROTOCOLS["eu-label"], LEN, 13, facts={"crcl": 40}, m_protein=[30] * 3 + [5])
    assert max(weekly_dose(answered, "lenalidomide")) == 10


def test_the_newer_european_text_goes_up_again_after_two_good_cycles():
    platelets = [200, 20, 40] + [200] * 20
    course = walk(PROTOCOLS["eu-label-newer"], LEN, 22, platelets=platelets, facts={"crcl": 90})
    changes = [(action, dose) for _, action, _, dose in actions(course, "lenalidomide") if action != "start cycle"]
    assert changes == [("hold", 25), ("resume lower", 20), ("escalate", 25)]
    low = walk(PROTOCOLS["eu-label-newer"], LEN, 22, platelets=[min(p, 99) for p in platelets], facts={"crcl": 90})
    assert weekly_dose(low, "lenalidomide")[-1] == 20


# Other toxicity, rash, allergy: values that a run may have or not


@pytest.mark.parametrize(
    ("name", "regimen", "lower"), [("us-label", LEN, 20), ("eu-label", LEN, 15), ("pomalidomide-us", POM, 3)]
)
def test_other_grade_3_toxicity_holds_until_grade_2_and_costs_a_level(name, regimen, lower):
    before = float(regimen.split()[1])
    assert doses(name, regimen, 5, other_toxicity=[0, 2, 3, 3, 2]) == [before, before, 0, 0, lower]


@pytest.mark.parametrize(("name", "regimen"), [("us-label", LEN), ("eu-label", LEN), ("pomalidomide-us", POM)])
def test_grade_4_rash_stops_for_good(name, regimen):
    course = walk(PROTOCOLS[name], f"{regimen} + dexamethasone 40 mg weekly", 4, rash=[0, 4, 0, 0])
    assert weekly_dose(course, regimen.split()[0])[1:] == [0, 0, 0]
    assert weekly_dose(course, "dexamethasone") == [40] * 4
    assert course.not_evaluated["severe skin reaction"]  # of it, the event is not known, and the grade is


def test_rules_on_what_a_run_does_not_know_are_listed():
    course = walk(PROTOCOLS["us-label"], LEN, 2)
    assert {"other toxicity", "allergy", "severe skin reaction", "start on dialysis"} <= set(course.not_evaluated)
    assert not {"neutropenia", "thrombocytopenia"} & set(course.not_evaluated)


# Maintenance


@pytest.mark.parametrize("name", ["maintenance-us", "maintenance-eu"])
def test_maintenance_goes_to_15_mg_after_three_quiet_cycles(name):
    quiet = doses(name, "lenalidomide 10 mg days 1-28 of 28", 14)
    assert quiet == [10] * 12 + [15] * 2
    held = doses(name, "lenalidomide 10 mg days 1-28 of 28", 14, anc=[3] * 4 + [0.4, 0.5] + [3] * 20)
    assert held == [10] * 4 + [0] + [5] * 9


def test_a_dose_that_was_raised_and_lowered_again_is_called_what_it_is():
    anc = [3] * 13 + [0.4, 0.6, 0.4, 0.6, 3]
    course = walk(PROTOCOLS["maintenance-us"], "lenalidomide 10 mg days 1-28 of 28", 18, anc=anc)
    table, words = course.ledger.tables()["doses"], course.ledger.words["reason"]
    told = {(float(given), words[reason]) for given, reason in zip(table["given"], table["reason"], strict=True)}
    assert told == {(10.0, "planned"), (15.0, "raised"), (0.0, "held"), (5.0, "lowered")}


@pytest.mark.parametrize("name", ["maintenance-us", "maintenance-eu"])
def test_maintenance_waits_for_both_counts(name):
    assert doses(name, "lenalidomide 10 mg daily", 3, anc=[0.9, 1.0], platelets=[80, 74, 75]) == [0, 0, 10]


# del(5q)


@pytest.mark.parametrize(
    ("platelets", "expected"),
    [
        ([120, 49, 40, 50], [10, 0, 0, 5]),  # within four weeks from 100 or more
        ([90, 46, 44, 49, 50], [10, 10, 0, 0, 5]),  # within four weeks from 60 to 100: half of baseline, back to 50
        ([50, 26, 24, 29, 30], [10, 10, 0, 0, 5]),  # from below 60: back to 30
        ([120] * 5 + [40, 29, 25, 30], [10] * 6 + [0, 0, 5]),  # later: below 30, back to 30
        ([120, 49, 50, 29, 30], [10, 0, 5, 0, 2.5]),  # at 5 mg the later limits hold
    ],
)
def test_del5q_platelets(platelets, expected):
    assert doses("del5q-us", "lenalidomide 10 mg daily", len(platelets), platelets=platelets) == expected


@pytest.mark.parametrize(
    ("anc", "expected"),
    [
        ([2, 0.74, 0.9, 1.0], [10, 0, 0, 5]),
        ([0.9, 0.5, 0.49, 0.5], [10, 10, 0, 5]),
        ([2] * 5 + [0.6, 0.4, 0.4, 0.5], [10] * 7 + [0, 5]),  # later: below 0.5 at two weekly visits
    ],
)
def test_del5q_neutrophils(anc, expected):
    assert doses("del5q-us", "lenalidomide 10 mg daily", len(anc), anc=anc) == expected


def test_del5q_counts_platelets_that_a_support_rule_gives_as_transfused():
    """Below 50 with transfusions is held; the treatment is called by its product, the event by what happened."""
    product = Component("platelet_concentrate", 1.0, unit="dose_unit", route="iv", n_days=1)
    give = SupportRule(name="platelets", when=condition("platelets < 48 10^9/L"), give=product, wording="invented",
                       source=lenalidomide_us.TABLE_1)  # fmt: skip
    with_it = combine("with", PROTOCOLS["del5q-us"], Protocol("give", (give,), (), PROTOCOLS["del5q-us"].calendar))
    platelets = [120] * 5 + [47] * 3
    for protocol, expected in ((with_it, [10] * 6 + [0, 0]), (PROTOCOLS["del5q-us"], [10] * 8)):
        course = walk(protocol, "lenalidomide 10 mg daily", 8, platelets=platelets)
        assert weekly_dose(course, "lenalidomide") == expected
        assert ("thrombocytopenia" in course.not_evaluated) == (protocol is not with_it)


def test_del5q_fever_holds_at_once():
    anc, temperature = [2] * 5 + [0.4, 0.5], [37] * 5 + [38.5, 37]
    assert doses("del5q-us", "lenalidomide 10 mg daily", 7, anc=anc, temperature=temperature) == [10] * 5 + [0, 5]


def test_del5q_in_europe_waits_for_25_platelets_over_a_week_or_50():
    start = [100, 20, 30, 30, 40]
    assert doses("del5q-eu", "lenalidomide 10 mg daily", 5, platelets=start) == [10, 0, 0, 5, 5]
    assert doses("del5q-eu", "lenalidomide 10 mg daily", 3, platelets=[100, 20, 50]) == [10, 0, 5]


# Trials


def test_lymphoma_rules():
    regimen = "lenalidomide 20 mg daily"
    assert doses("lymphoma", regimen, 3, platelets=[200, 49, 50]) == [20, 0, 15]
    assert doses("lymphoma", regimen, 4, anc=[2, 0.9, 0.9, 1.0]) == [20, 20, 0, 15]
    assert doses("lymphoma", regimen, 3, anc=[2, 0.4, 1.0]) == [20, 0, 15]
    assert doses("lymphoma", regimen, 3, anc=[2, 0.9, 1.0], temperature=[37, 39, 37]) == [20, 0, 15]


def test_mpr_cycle_waits_up_to_two_weeks():
    regimen = "lenalidomide 10 mg days 1-21 of 28"
    late = walk(PROTOCOLS["mpr"], regimen, 9, anc=[3] * 4 + [1.0, 1.0, 1.1])
    assert weekly_dose(late, "lenalidomide") == [10, 10, 10, 0, 0, 0, 10, 10, 10]
    over = walk(PROTOCOLS["mpr"], regimen, 9, anc=[3] * 4 + [1.0] * 5)
    assert weekly_dose(over, "lenalidomide") == [10, 10, 10] + [0] * 6
    assert over.therapy_end[0] != 0


# Pomalidomide


def test_pomalidomide_resumes_at_3_mg_then_one_mg_less_and_stops_at_1_mg():
    anc = [3] + [0.4, 0.5] * 5
    course = walk(PROTOCOLS["pomalidomide-us"], POM, len(anc), anc=anc)
    assert weekly_dose(course, "pomalidomide") == [4, 0, 3, 0, 2, 0, 1, 0, 0, 0, 0]
    assert actions(course, "pomalidomide")[-1][1] == "stop"


def test_a_later_febrile_neutropenia_or_platelet_fall_costs_1_mg():
    fever = {"temperature": [37, 37, 37, 38.6, 37, 37]}
    assert doses("pomalidomide-us", POM, 6, anc=[3, 0.4, 0.6, 0.9, 0.9, 0.9], **fever) == [4, 0, 3, 0, 2, 2]
    platelets = [200, 200, 200, 24, 50, 50]
    assert doses("pomalidomide-us", POM, 6, anc=[3, 0.4, 0.6, 3], platelets=platelets) == [4, 0, 3, 0, 2, 2]
    assert doses("pomalidomide-us", POM, 3, anc=[3, 0.4, 0.6], facts={"dialysis": 1}) == [3, 0, 2]


@pytest.mark.parametrize("fall", [{"anc": [3] * 8 + [0.4, 0.6, 3]}, {"platelets": [200] * 8 + [20, 60, 200]}])
def test_pomalidomide_is_lowered_for_a_fall_that_is_seen_on_day_1_of_a_cycle(fall):
    """After eight weeks every visit is one, and the cycle waits for the same counts."""
    regimen = "pomalidomide 4 mg days 1-21 of 28"
    assert doses("pomalidomide-us", regimen, 12, **fall) == [4, 4, 4, 0, 4, 4, 4, 0, 0, 3, 3, 3]


def test_pomalidomide_in_europe_waits_for_an_anc_of_1():
    assert doses("pomalidomide-eu", POM, 4, anc=[3, 0.4, 0.9, 1.0]) == [4, 0, 0, 3]


def test_pomalidomide_waits_for_50_platelets_after_a_fall_below_25_only():
    assert doses("pomalidomide-us", POM, 4, platelets=[200, 24, 49, 50]) == [4, 0, 0, 3]
    assert doses("pomalidomide-us", POM, 3, anc=[3, 0.4, 0.5], platelets=[200, 30, 30]) == [4, 0, 3]


def test_pomalidomide_fever_holds_below_an_anc_of_1():
    assert doses("pomalidomide-us", POM, 4, anc=[3, 0.9, 0.9, 0.9], temperature=[37, 38.5, 38.5, 37]) == [4, 0, 0, 3]


def test_pomalidomide_cycle_needs_both_counts():
    regimen = "pomalidomide 4 mg days 1-21 of 28"
    course = walk(PROTOCOLS["pomalidomide-us"], regimen, 7, platelets=[200] * 4 + [49, 50])
    assert weekly_dose(course, "pomalidomide") == [4, 4, 4, 0, 0, 4, 4]


@pytest.mark.parametrize(
    ("facts", "dose"),
    [
        ({"dialysis": 1}, 3),
        ({"child_pugh": 2}, 3),
        ({"child_pugh": 3}, 2),
        ({"strong_cyp1a2_inhibitor": 1}, 2),
        ({"dialysis": 1, "strong_cyp1a2_inhibitor": 1}, 2),
        ({"child_pugh": 0, "dialysis": 0}, 4),
    ],
)
def test_pomalidomide_starts(facts, dose):
    assert doses("pomalidomide-us", POM, 1, facts=facts) == [dose]


def test_kaposi_day_1_needs_more_than_the_days_after():
    regimen = "pomalidomide 5 mg days 1-21 of 28"
    course = walk(PROTOCOLS["kaposi-us"], regimen, 7, anc=[3, 0.6, 0.6, 0.6, 0.9, 1.0])
    assert weekly_dose(course, "pomalidomide") == [5, 5, 5, 0, 0, 5, 5]


# Thalidomide


def test_thalidomide_and_neuropathy():
    assert doses("thalidomide-us", THAL, 4, neuropathy=[0, 1, 1, 0]) == [200, 0, 0, 200]
    assert doses("thalidomide-eu", THAL, 4, neuropathy=[0, 1, 2, 1]) == [200, 200, 0, 100]
    assert doses("thalidomide-eu", THAL, 4, neuropathy=[0, 3, 0, 0]) == [200, 0, 0, 0]


@pytest.mark.parametrize("name", ["thalidomide-us", "thalidomide-eu"])
def test_thalidomide_and_neutrophils(name):
    assert doses(name, THAL, 4, anc=[0.74, 0.75, 0.7, 0.8]) == [0, 200, 0, 200]


def test_thalidomide_in_europe_for_the_elderly_and_for_twelve_cycles():
    assert doses("thalidomide-eu", THAL, 1, facts={"age": 76}) == [100]
    course = doses("thalidomide-eu", THAL, 74)
    assert course == [200] * 72 + [0] * 2


def test_twelve_cycles_are_a_treatment_completed_and_not_a_toxicity():
    assert walk(PROTOCOLS["thalidomide-eu"], THAL, 74).therapy_end[0] == End.COMPLETED
    assert walk(PROTOCOLS["thalidomide-eu"], THAL, 4, neuropathy=[0, 3]).therapy_end[0] == End.TOXICITY


# Support and composition


def test_growth_factor_is_given_only_where_it_was_added():
    with_it = walk(PROTOCOLS["us-label-g-csf"], LEN, 3, anc=[3, 0.9, 1.2])
    assert weekly_dose(with_it, "filgrastim") == [0, 300, 0]
    assert not any(protocol.of_kind(SupportRule) for protocol in (PROTOCOLS["us-label"], PROTOCOLS["eu-label"]))


def test_protocols_are_put_together():
    both = combine("both", lenalidomide_us.US, dexamethasone.US, support.ASPIRIN)
    assert both.drugs == ("lenalidomide", "dexamethasone")
    assert len(both.rules) == len(lenalidomide_us.US.rules) + 2
    assert combine("once", both, lenalidomide_us.US).rules == both.rules
    assert both.calendar == lenalidomide_us.CALENDAR
    weekly = combine("pom", lenalidomide_us.US, calendar=pomalidomide.CALENDAR)
    assert weekly.calendar == pomalidomide.CALENDAR


def test_protocols_that_clash_are_refused():
    with pytest.raises(InputError, match="rule 'thrombocytopenia' says different things"):
        combine("clash", lenalidomide_us.US, lenalidomide_eu.EU)
    with pytest.raises(InputError, match="the ladder of lenalidomide says different things"):
        combine("clash", without(lenalidomide_us.US, kinds=(Rule,)), without(lenalidomide_eu.EU, kinds=(Rule,)))
    with pytest.raises(InputError, match="made of nothing"):
        combine("nothing")
    with pytest.raises(InputError) as caught:
        without(lenalidomide_us.US, "neutropenias")
    assert "'neutropenia'" in caught.value.hint


def test_the_default_and_its_kin():
    us = PROTOCOLS["us-label"]
    assert load_plan().protocol == us
    assert us.drugs == ("lenalidomide", "dexamethasone")
    assert len(us.of_kind(StartRule)) == 4
    planned = PROTOCOLS["us-label-planned-start"]
    assert planned.rules == tuple(rule for rule in us.rules if not isinstance(rule, StartRule))
    assert {type(rule) for p in PROTOCOLS.values() for rule in p.rules} >= {
        HoldRule,
        StopRule,
        StartRule,
        CycleRule,
        EscalateRule,
        SupportRule,
    }


def test_every_rule_has_words_a_source_and_a_mark_where_it_is_from_memory():
    looked = 0
    for protocol in PROTOCOLS.values():
        for one in (*protocol.rules, *protocol.ladders):
            looked += 1
            assert len(one.wording) > 10, one
            assert len(one.source.citation) > 10, one
            assert not (getattr(one, "note", "").startswith("words from memory") and one.source.confirmed), one
    assert looked > 100


def test_every_file_of_rules_says_what_it_answers():
    import titer.library.rules as folder

    for module in (lenalidomide_us, lenalidomide_eu, pomalidomide, dexamethasone, support):
        assert all(f"\n{word}:" in module.__doc__ for word in ("Answers", "Not for", "Assumed"))
    assert folder.__doc__


# Loading and showing


def test_a_protocol_is_loaded_by_name_or_file(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(write_protocol(PROTOCOLS["eu-label"]), encoding="utf-8")
    assert load_protocol(" EU-label ") == load_protocol(path) == load_protocol(str(path)) == PROTOCOLS["eu-label"]
    assert load_plan(path).protocol == PROTOCOLS["eu-label"]
    with pytest.raises(InputError) as caught:
        load_plan("us-labell")
    assert "'us-label'" in caught.value.hint
    path.write_text('[protocol]\nextends = "us-label"\n[[stop]]\nname = "x"\ndrugs = ["lemalidomide"]\nwhen = "vte"\n')
    with pytest.raises(InputError, match="drug 'lemalidomide' is not known"):
        load_plan(path)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_show_prints_every_rule_with_its_source(name, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert run(["show", name]) == 0
    shown = re.sub(r"\s+", " ", capsys.readouterr().out)
    for one in (*PROTOCOLS[name].rules, *PROTOCOLS[name].ladders):
        assert re.sub(r"\s+", " ", one.source.citation) in shown
        assert re.sub(r"\s+", " ", one.wording[:40]) in shown
    for rule in PROTOCOLS[name].rules:
        assert f" {'' if rule.source.confirmed else '? '}{rule.name} " in shown


def test_show_prints_a_file_to_start_from(capsys, tmp_path):
    assert run(["show", "us-label", "--toml"]) == 0
    text = capsys.readouterr().out
    assert parse_protocol(text) == PROTOCOLS["us-label"]
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    assert run(["show", str(path)]) == 0
    assert "neutropenia" in capsys.readouterr().out
    assert run(["show", "lenalidomide", "--toml"]) == 2


def test_list_names_every_protocol(capsys):
    assert run(["list", "protocols"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in protocols())


def test_every_key_of_a_file_is_a_field_of_what_it_describes_and_is_on_the_page():
    from pathlib import Path

    from titer.clinic import protocol_fields as known
    from titer.clinic.protocol import Calendar, Ladder
    from titer.dosing.regimen import Component

    page = (Path(__file__).parent.parent / "docs" / "protocol_files.md").read_text(encoding="utf-8")
    pairs = [*known.RULES.values(), (Ladder, known.LADDER), (Calendar, known.CALENDAR), (Component, known.COMPONENT)]
    for kind, keys in pairs:
        assert set(keys) == {one.name for one in fields(kind)}
        assert [key for key in keys if f"`{key}`" not in page] == []
    assert [table for table in known.TABLES if f"[{table}]" not in page] == []
    assert [key for key in known.PROTOCOL if f"`{key}`" not in page and f"`{key} =" not in page] == []
