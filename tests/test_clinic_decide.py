"""Decisions case by case: every kind of rule, their precedence, what is not known, several drugs and toxicities."""

from dataclasses import replace

import numpy as np
import pytest

from clinic_protocols import COUNT, LENALIDOMIDE, NEUTROPHILS, PLATELETS, WORDS, at_least, below, falls, weekly
from clinic_walk import EVERYTHING, Walk, walk
from titer.clinic.chart import Chart
from titer.clinic.conditions import AllOf, AnyOf, Compare, Happened
from titer.clinic.protocol import CycleRule, EscalateRule, Ladder, Protocol, ReduceRule, StopRule
from titer.clinic.rulebook import RuleBook, without
from titer.clinic.therapy import Action

NONE, HOLD, STAY, SAME, LOWER = Action.NONE, Action.HOLD, Action.STAY_HELD, Action.RESUME, Action.RESUME_LOWER
STOP, REDUCE, RAISE, DELAY, START = Action.STOP, Action.REDUCE, Action.ESCALATE, Action.DELAY_CYCLE, Action.START_CYCLE
LEN, DEX = "lenalidomide", "dexamethasone"
NAN = np.nan
FINE = {"anc": 3.0, "platelets": 200.0, "neuropathy": 0.0, "rash": 0.0}
DEXAMETHASONE = Ladder(DEX, "mg", (40.0, 20.0, 10.0), "", WORDS["source"], at_floor="stop")


def protocol(*rules, ladders=(LENALIDOMIDE, DEXAMETHASONE)):
    return Protocol("invented", rules, ladders, weekly())


def grade(relation, limit, signal="neuropathy"):
    return Compare(signal, relation, limit, "grade")


def actions(patient, day, **values):
    """Of one patient: drug → action, and the rules that were named."""
    rows = patient.visit(day, **{name: [value] for name, value in (FINE | values).items()})
    return {row[1]: row[2] for row in rows}, [row[3] for row in rows if row[3]]


# ---- precedence: of two things that could be done, which is --------------------------------------------------------

STOPS = StopRule(name="stops", drugs=(LEN,), when=Happened("vte"), **WORDS)
REDUCES = ReduceRule(name="reduces", drug=LEN, when=below("platelets", 60.0), **WORDS)
ESCALATES = EscalateRule(name="escalates", drug=LEN, when=at_least("platelets", 50.0), to=25.0, **WORDS)
NEEDS = CycleRule(name="needs", needs=at_least("anc", 1.5), **WORDS)


@pytest.mark.parametrize(
    ("rules", "day", "values", "action", "named"),
    [
        ((STOPS, NEUTROPHILS), 7, {"anc": 0.5, "vte": 3}, STOP, "stops"),
        ((STOPS, NEEDS), 28, {"anc": 0.5, "vte": 3}, STOP, "stops"),
        ((REDUCES, NEEDS), 28, {"anc": 1.2}, DELAY, "needs"),
        ((NEUTROPHILS, REDUCES), 7, {"anc": 0.5, "platelets": 55}, HOLD, "neutropenia"),
        ((REDUCES, NEUTROPHILS), 7, {"anc": 0.5, "platelets": 55}, HOLD, "neutropenia"),
        ((NEUTROPHILS, ESCALATES), 7, {"anc": 0.5}, HOLD, "neutropenia"),
        ((REDUCES, ESCALATES), 7, {"platelets": 55}, REDUCE, "reduces"),
        ((ESCALATES, REDUCES), 7, {"platelets": 55}, REDUCE, "reduces"),
        ((ESCALATES, NEUTROPHILS), 7, {}, RAISE, "escalates"),
        ((NEUTROPHILS, PLATELETS, STOPS), 7, {}, NONE, ""),
        ((NEUTROPHILS, PLATELETS), 7, {"anc": 0.5, "platelets": 20}, HOLD, "neutropenia"),
        ((PLATELETS, NEUTROPHILS), 7, {"anc": 0.5, "platelets": 20}, HOLD, "thrombocytopenia"),
    ],
)
def test_the_first_that_applies_is_the_decision(rules, day, values, action, named):
    patient = Walk(protocol(*rules), [[20.0]], (LEN,))
    values = dict(values)
    events = {"vte": [values.pop("vte", NAN)]}
    rows = patient.visit(day, events=events, **{name: [value] for name, value in (FINE | values).items()})
    assert [(row[2], row[3]) for row in rows if row[2] != START] == [(action, named)]


@pytest.mark.parametrize("later", [{"anc": 3.0}, {"anc": 0.5}])
def test_a_held_drug_that_meets_a_stop_rule_stops(later):
    patient = Walk(protocol(NEUTROPHILS, STOPS), [[25.0]], (LEN,))
    assert actions(patient, 0, anc=0.5)[0] == {LEN: HOLD}
    rows = patient.visit(7, events={"vte": [5]}, **{name: [value] for name, value in (FINE | later).items()})
    assert [(row[2], row[3], row[4], row[5], row[7]) for row in rows] == [(STOP, "stops", "vte", 2.0, 0.0)]
    assert patient.visit(14, anc=[0.1], platelets=[9.0]) == []
    assert not patient.therapy.held.any()


def test_resuming_comes_before_reducing_which_then_has_its_turn():
    patient = Walk(protocol(NEUTROPHILS, REDUCES), [[25.0]], (LEN,))
    found = [actions(patient, 7 * i, anc=anc, platelets=55)[0][LEN] for i, anc in enumerate([0.5, 0.5, 3, 3, 3])]
    assert found == [HOLD, STAY, SAME, REDUCE, NONE]
    assert patient.therapy.dose.tolist() == [[20.0]]


# ---- stop for good ---------------------------------------------------------------------------------------------------


def test_a_hold_longer_than_allowed_stops_for_good_even_if_it_has_just_recovered():
    rule = replace(NEUTROPHILS, longest_day=14)
    assert walk(protocol(rule), 25, anc=[0.5, 0.5, 1.2])[0] == [HOLD, STAY, SAME]
    found, doses = walk(protocol(rule), 25, anc=[0.5, 0.5, 0.5, 1.2])
    assert (found, doses) == ([HOLD, STAY, STAY, STOP], [0, 0, 0, 0])


def test_only_the_rule_that_held_counts_its_own_longest_hold():
    short = replace(PLATELETS, longest_day=7)
    found, _ = walk(protocol(short, NEUTROPHILS), 25, anc=[0.5] * 4, platelets=[200.0] * 4)
    assert found == [HOLD, STAY, STAY, STAY]


def test_toxicity_at_the_floor_stops_where_the_ladder_says_so():
    ladder = Ladder(LEN, "mg", (4.0, 3.0), "", WORDS["source"], at_floor="stop")
    stops = protocol(replace(PLATELETS, first_dose=3.0), ladders=(ladder,))
    stays = protocol(replace(PLATELETS, first_dose=3.0), ladders=(replace(ladder, at_floor="stay"),))
    platelets = [20.0, 40.0, 20.0, 40.0, 20.0]
    patient = Walk(stops, [[4.0]], (LEN,))
    found = [[row[2] for row in patient.visit(7 * i, platelets=[p])] for i, p in enumerate(platelets)]
    assert found == [[HOLD], [LOWER], [STOP], [], []]
    assert walk(stays, 4, platelets=platelets) == ([HOLD, LOWER, HOLD, SAME, HOLD], [0, 3, 0, 3, 0])


def test_a_hold_that_costs_no_level_does_not_stop_at_the_floor():
    ladder = Ladder(LEN, "mg", (3.0,), "", WORDS["source"], at_floor="stop")
    first_free = protocol(NEUTROPHILS, ladders=(ladder,))
    patient = Walk(first_free, [[3.0]], (LEN,))
    found = [[row[2] for row in patient.visit(7 * i, anc=[a])] for i, a in enumerate([0.5, 2.0, 0.5, 2.0])]
    assert found == [[HOLD], [SAME], [STOP], []]


def test_a_rule_for_all_drugs_stops_every_one_of_them():
    everything = StopRule(name="stops", when=grade(">=", 4, "rash"), **WORDS)
    patient = Walk(protocol(everything, NEUTROPHILS), [[25.0, 40.0]], (LEN, DEX))
    assert actions(patient, 0) == ({LEN: NONE, DEX: NONE}, [])
    assert actions(patient, 7, rash=4.0) == ({LEN: STOP, DEX: STOP}, ["stops", "stops"])
    assert actions(patient, 14, anc=0.1) == ({}, [])


# ---- several drugs and toxicities ------------------------------------------------------------------------------------


def test_each_drug_is_held_by_its_own_rules_and_the_other_goes_on():
    nerves = replace(falls("nerves", DEX, "anc", 1.0), when=grade(">=", 2), until=grade("<=", 1))
    patient = Walk(protocol(NEUTROPHILS, nerves), [[25.0, 40.0]], (LEN, DEX))
    assert actions(patient, 0, anc=0.5)[0] == {LEN: HOLD, DEX: NONE}
    assert patient.given().tolist() == [[0.0, 40.0]]
    assert actions(patient, 7, anc=0.5, neuropathy=2)[0] == {LEN: STAY, DEX: HOLD}
    assert actions(patient, 14, anc=2.0, neuropathy=2)[0] == {LEN: SAME, DEX: STAY}
    assert actions(patient, 21, anc=2.0, neuropathy=1)[0] == {LEN: NONE, DEX: SAME}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_of_rules_of_different_drugs_never_matters(order):
    rules = (
        NEUTROPHILS,
        falls("dex", DEX, "platelets", 60.0),
        StopRule(name="s", drugs=(DEX,), when=grade(">=", 3), **WORDS),
    )
    course = [(0.5, 200, 0), (0.8, 50, 0), (2, 50, 1), (2, 90, 1), (0.4, 200, 3), (2, 40, 3)]

    def run(chosen):
        patient = Walk(protocol(*chosen), [[25.0, 40.0]], (LEN, DEX))
        return [actions(patient, 7 * i, anc=a, platelets=p, neuropathy=g) for i, (a, p, g) in enumerate(course)]

    assert run([rules[i] for i in order]) == run(rules)


# ---- levels ----------------------------------------------------------------------------------------------------------


def test_a_first_dose_is_the_level_after_the_first_hold_and_a_lower_one_for_who_takes_no_more():
    ladder = Ladder(LEN, "mg", (4.0, 3.0, 2.0, 1.0), "", WORDS["source"])
    anc = replace(NEUTROPHILS, when=below("anc", 0.5), until=at_least("anc", 0.5), first_dose=3.0)
    both = protocol(anc, replace(PLATELETS, first_dose=3.0), ladders=(ladder,))
    found, doses = walk(both, 4, anc=[0.4, 0.6, 0.4, 0.6, 3, 3], platelets=[200, 200, 200, 200, 20, 40])
    assert (found[1::2], doses[1::2]) == ([LOWER, LOWER, LOWER], [3, 2, 1])
    assert walk(both, 3, anc=[0.4, 0.6], platelets=[200, 200])[1] == [0, 2]
    doses = walk(both, 4, anc=[0.4, 0.6, 0.4, 0.6], platelets=[20, 40, 20, 40])[1]
    assert doses == [0, 3, 0, 2]


def test_a_reduction_acts_once_until_it_was_not_so_in_between():
    found, doses = walk(protocol(REDUCES), 25, platelets=[50, 50, NAN, 50, 70, 50, 50])
    assert found == [REDUCE, NONE, NONE, NONE, NONE, REDUCE, NONE]
    assert doses[-1] == 15


def test_a_reduction_by_half_and_by_a_rung_costs_the_lower_of_the_two_once():
    half = replace(REDUCES, name="half", when=below("platelets", 40.0), share=0.5)
    assert walk(protocol(REDUCES, half), 25, platelets=[50, 70, 30, 30]) == (
        [REDUCE, NONE, REDUCE, NONE],
        [20, 20, 10, 10],
    )
    assert walk(protocol(half, REDUCES), 4, platelets=[30, 70, 30]) == ([REDUCE, NONE, NONE], [2.5, 2.5, 2.5])
    free = protocol(replace(half, drug="other"), ladders=())
    assert walk(free, 40, drugs=("other",), platelets=[30, 70, 30])[1] == [20, 20, 10]


def test_a_reduction_at_the_floor_stops_where_the_ladder_says_so():
    rule = replace(REDUCES, drug=DEX)
    found, doses = walk(protocol(rule), 20, drugs=(DEX,), platelets=[50, 70, 50])
    assert (found, doses) == ([REDUCE, NONE, STOP], [10, 10, 0])


def test_an_escalation_happens_once_and_not_to_who_was_lowered():
    after = Compare("cycles_since_change", ">=", 3)
    rule = EscalateRule(name="up", drug=LEN, when=AllOf((after, at_least("anc", 1.0))), to=15.0, **WORDS)
    found, doses = walk(protocol(rule, PLATELETS), 10, days=28, anc=[2.0] * 6, platelets=[200.0] * 6)
    assert (found, doses) == ([NONE, NONE, NONE, RAISE, NONE, NONE], [10, 10, 10, 15, 15, 15])
    counts = {"anc": [2.0] * 7, "platelets": [20, 50, 200, 200, 200, 200, 200]}
    assert walk(protocol(rule, PLATELETS), 10, days=28, **counts)[1][-1] == 5
    brave = replace(rule, even_if_lowered=True)
    assert walk(protocol(brave, PLATELETS), 10, days=28, **counts)[1] == [0, 5, 5, 5, 15, 15, 15]


def test_a_raised_level_can_be_lowered_again_along_the_ladder():
    rule = EscalateRule(name="up", drug=LEN, when=Compare("cycle", ">=", 2), to=15.0, **WORDS)
    platelets = [200, 200, 200, 200, 200, 20, 50]
    assert walk(protocol(rule, PLATELETS), 10, platelets=platelets)[1] == [10, 10, 10, 10, 15, 0, 10]


def test_a_rule_may_ask_for_the_level_of_its_drug():
    high = replace(PLATELETS, name="at 10", when=AllOf((Compare("level", ">=", 10.0, "mg"), below("platelets", 50.0))))
    high = replace(high, until=at_least("platelets", 50.0))
    doses = walk(protocol(high, PLATELETS), 10, platelets=[40, 60, 40, 60, 25, 35, 60])[1]
    assert doses == [0, 5, 5, 5, 0, 2.5, 2.5]  # at 5 mg only below 30 holds


def test_a_rule_that_had_no_part_in_a_hold_must_be_known_not_to_fire():
    """Platelets of 40 are no reason to hold, so they are none to stay held, though a fall would last until 50."""
    platelets = replace(PLATELETS, until=at_least("platelets", 50.0))
    course = {"anc": [0.5, 2, 2, 2], "platelets": [40, NAN, 20, 40]}
    assert walk(protocol(NEUTROPHILS, platelets), 25, **course)[0] == [HOLD, STAY, STAY, STAY]
    course["platelets"] = [40, NAN, 40, 40]
    assert walk(protocol(NEUTROPHILS, platelets), 25, **course)[0] == [HOLD, STAY, SAME, NONE]


# ---- duration, history, what is not known ----------------------------------------------------------------------------


def test_a_condition_that_must_last_is_so_at_every_visit_of_its_days():
    rule = replace(NEUTROPHILS, when=AnyOf((below("anc", 0.5), below("anc", 1.0, for_day=7))))
    assert walk(protocol(rule), 25, anc=[0.9, 1.2, 0.9, 0.9, 1.0])[0] == [NONE, NONE, NONE, HOLD, SAME]
    assert walk(protocol(rule), 25, anc=[0.9, NAN, 0.9, 0.4])[0] == [NONE, NONE, HOLD, STAY]
    assert walk(protocol(rule), 25, anc=[0.4, 1.0])[0] == [HOLD, SAME]


def test_baseline_is_the_first_value_and_a_share_of_it_is_a_fraction():
    high = Compare("platelets", ">=", 100.0, COUNT, of="baseline")
    half = Compare("platelets", "<", 0.5, "", of="share of baseline")
    rule = replace(PLATELETS, when=AllOf((Compare("platelets", "<", 100.0, COUNT, of="baseline"), half)))
    other = replace(
        PLATELETS, name="high", when=AllOf((high, below("platelets", 50.0))), until=at_least("platelets", 50.0)
    )
    both = protocol(rule, other)
    assert walk(both, 25, platelets=[90, 46, 44])[0] == [NONE, NONE, HOLD]
    assert walk(both, 25, platelets=[110, 51, 49])[0] == [NONE, NONE, HOLD]
    assert walk(both, 25, platelets=[NAN, 90, 46, 44])[0] == [NONE, NONE, NONE, HOLD]


def test_an_event_counts_for_its_days_and_not_before_the_plan_began():
    chart = Chart(3)
    chart.open(40, np.array([True, True, False]), {}, {"vte": np.array([30.0, NAN, 30.0])})
    assert chart.truth(Happened("vte")).so.tolist() == [True, False, False]
    assert chart.truth(Happened("vte", 10)).so.tolist() == [True, False, False]
    assert chart.truth(Happened("vte", 9)).so.tolist() == [False, False, False]
    assert chart.truth(Happened("bleeding")).known.tolist() == [False, False, False]
    chart.open(41, np.ones(3, bool), {}, {"vte": np.array([30.0, NAN, 30.0])}, begun=np.array([35.0, 0.0, 0.0]))
    assert chart.truth(Happened("vte")).so.tolist() == [False, False, True]


@pytest.mark.parametrize("first", [True, False, None])
@pytest.mark.parametrize("second", [True, False, None])
def test_three_valued_logic(first, second):
    """Kleene's tables."""
    values = {True: 0.5, False: 2.0, None: NAN}
    chart = Chart(1)
    chart.open(0, np.array([True]), {"anc": np.array([values[first]]), "platelets": np.array([values[second]])})
    parts = (below("anc", 1.0), below("platelets", 1.0))

    def read(truth):
        return None if not truth.known[0] else bool(truth.so[0])

    both = False if False in (first, second) else None if None in (first, second) else True
    either = True if True in (first, second) else None if None in (first, second) else False
    assert read(chart.truth(AllOf(parts))) is both
    assert read(chart.truth(AnyOf(parts))) is either


def test_what_a_run_does_not_know_is_left_out_and_told():
    hot = Compare("temperature", ">=", 38.5, "degC")
    cool = Compare("temperature", "<", 38.0, "degC")
    fever = replace(
        NEUTROPHILS, name="fever", when=AllOf((below("anc", 1.5), hot)), until=AllOf((at_least("anc", 1.5), cool))
    )
    either = replace(NEUTROPHILS, when=AnyOf((below("anc", 1.0), hot)), until=AllOf((at_least("anc", 1.0), cool)))
    skin = StopRule(name="skin", when=grade(">=", 4, "rash"), **WORDS)
    known = ("anc", "platelets")
    book = RuleBook.of(protocol(fever, either, skin), (LEN,), known)
    assert [one.rule.name for one in book.holds[0]] == ["neutropenia"]
    assert book.stops == [[]]
    assert set(book.not_evaluated) == {"fever", "neutropenia", "skin"}
    assert book.not_evaluated["skin"] == "not known in this run: rash"
    patient = Walk(protocol(fever, either, skin), [[25.0]], (LEN,), known)
    assert actions(patient, 0, anc=0.5, rash=4.0)[0] == {LEN: HOLD}
    assert actions(patient, 7, anc=1.2)[0] == {LEN: SAME}
    assert RuleBook.of(protocol(fever, either, skin), (LEN,), EVERYTHING).not_evaluated == {}


def test_a_condition_is_shortened_as_what_fires_and_as_what_clears():
    low, hot, calm = below("anc", 1.0), Compare("temperature", ">=", 38.5, "degC"), grade("<=", 1)
    nested = AnyOf((AllOf((low, hot)), calm))
    assert without(nested, {"temperature"}, strict=True) == calm
    assert without(nested, {"temperature"}, strict=False) == AnyOf((low, calm))
    assert without(nested, {"temperature", "neuropathy"}, strict=True) is None
    assert without(nested, {"anc", "temperature", "neuropathy"}, strict=False) is None


# ---- day 1 of a cycle ------------------------------------------------------------------------------------------------


def cycles(rule, anc, start=(25.0, 40.0), first_day=28, **more):
    """Actions and levels from a first day on, one visit a week."""
    patient = Walk(protocol(rule, *more.pop("rules", ())), [list(start)], (LEN, DEX))
    found = []
    for i, value in enumerate(anc):
        rows = patient.visit(first_day + 7 * i, anc=[value], platelets=[200.0], seen=more.get("seen", [[True]] * 99)[i])
        found.append(({row[1]: row[2] for row in rows}, patient.given()[0].tolist()))
    return found, patient


def test_a_cycle_waits_for_every_drug_until_it_has_what_it_needs():
    found, patient = cycles(NEEDS, [1.0, 1.2, 2.0, 2.0])
    assert [one[0] for one in found] == [
        {LEN: DELAY, DEX: DELAY},
        {LEN: DELAY, DEX: DELAY},
        {LEN: START, DEX: START},
        {},
    ]
    assert [one[1] for one in found] == [[0, 0], [0, 0], [25, 40], [25, 40]]
    assert patient.therapy.delay.tolist() == [14]
    assert patient.therapy.plan_day(42).tolist() == [28]
    assert not patient.therapy.waiting.any()


def test_the_first_cycle_waits_only_where_a_rule_says_so():
    assert cycles(NEEDS, [1.0], first_day=0)[0] == [({}, [25.0, 40.0])]
    assert cycles(replace(NEEDS, first_cycle=1), [1.0], first_day=0)[0][0][0] == {LEN: DELAY, DEX: DELAY}
    assert cycles(replace(NEEDS, first_cycle=3), [1.0])[0] == [({}, [25.0, 40.0])]


def test_a_delay_longer_than_allowed_stops_its_drugs_and_the_others_begin():
    rule = replace(NEEDS, drugs=(LEN,), longest_day=14)
    found, patient = cycles(rule, [1.0, 1.0, 1.0, 1.0, 1.0])
    assert [one[0] for one in found] == [*[{LEN: DELAY, DEX: DELAY}] * 3, {LEN: STOP}, {}]
    assert [one[1] for one in found[2:]] == [[0, 0], [0, 40], [0, 40]]
    assert patient.therapy.delay.tolist() == [21]
    assert not patient.therapy.waiting.any()
    assert cycles(replace(rule, drugs=()), [1.0] * 5)[0][3][0] == {LEN: STOP, DEX: STOP}
    assert cycles(rule, [1.0, 1.0, 1.6])[0][2][0] == {LEN: START, DEX: START}


def test_a_long_delay_lowers_by_one_level_whatever_the_number_of_rules():
    rule = replace(NEEDS, drugs=(LEN,), lower_after_day=7)
    other = replace(rule, name="platelets too", needs=at_least("anc", 1.2))
    assert cycles(rule, [1.0, 2.0])[0][1] == ({LEN: START, DEX: START}, [25, 40])
    found, patient = cycles(rule, [1.0, 1.0, 2.0], rules=(other,))
    assert found[2] == ({LEN: START, DEX: START}, [20, 40])
    assert patient.therapy.level.tolist() == [[1, 0]]
    at_floor = replace(rule, drugs=(DEX,))
    assert cycles(at_floor, [1.0, 1.0, 2.0], start=(25.0, 10.0))[0][2][0] == {LEN: START, DEX: STOP}


def test_a_value_that_is_not_known_lets_a_cycle_begin_unless_a_rule_waits_for_it():
    assert cycles(NEEDS, [NAN])[0][0][0] == {LEN: START, DEX: START}
    waits = replace(NEEDS, wait_if_not_known=True)
    assert cycles(waits, [NAN])[0][0][0] == {LEN: DELAY, DEX: DELAY}
    found, _ = cycles(NEEDS, [1.0, NAN, 2.0])
    assert [one[0].get(LEN) for one in found] == [DELAY, DELAY, START]  # who waits goes on waiting
    absent, _ = cycles(NEEDS, [1.0, 1.0], seen=[[False], [True]])
    assert absent == [({}, [25, 40]), ({}, [25, 40])]
    missed, _ = cycles(waits, [1.0, 2.0], seen=[[False], [True]])
    assert [one[0].get(LEN) for one in missed] == [DELAY, START]


def test_a_drug_that_is_held_stays_held_while_its_cycle_waits_and_then_resumes_by_its_own_rule():
    patient = Walk(protocol(NEUTROPHILS, NEEDS), [[25.0, 40.0]], (LEN, DEX))
    assert actions(patient, 21, anc=0.5)[0] == {LEN: HOLD}
    rows = patient.visit(28, anc=[1.2], platelets=[200.0])
    assert [(row[1], row[2]) for row in rows] == [(LEN, DELAY), (DEX, DELAY), (LEN, STAY)]
    assert patient.therapy.held.tolist() == [[True, False]]
    rows = patient.visit(35, anc=[2.0], platelets=[200.0])
    assert [(row[1], row[2]) for row in rows] == [(LEN, START), (DEX, START), (LEN, SAME)]


def made(patient, day, **values):
    """(drug, action) of every row of a visit."""
    return [
        (row[1], row[2]) for row in patient.visit(day, **{name: [value] for name, value in (FINE | values).items()})
    ]


def test_a_toxicity_on_day_1_of_a_cycle_costs_a_level_although_the_cycle_waits_for_the_same_count():
    """Where all visits are on day 1, it would else never cost one."""
    patient = Walk(protocol(replace(NEUTROPHILS, first_resume="next lower"), NEEDS), [[25.0, 40.0]], (LEN, DEX))
    assert made(patient, 28, anc=0.4) == [(LEN, DELAY), (DEX, DELAY), (LEN, HOLD)]
    assert patient.given().tolist() == [[0, 0]]
    assert made(patient, 35, anc=1.2) == [(LEN, DELAY), (DEX, DELAY), (LEN, STAY)]
    assert made(patient, 42, anc=1.6) == [(LEN, START), (DEX, START), (LEN, LOWER)]
    assert patient.given().tolist() == [[20, 40]]


def test_a_reduction_counts_while_a_cycle_waits_and_an_escalation_does_not():
    patient = Walk(protocol(REDUCES, NEEDS), [[25.0]], (LEN,))
    assert made(patient, 28, anc=1.2, platelets=55) == [(LEN, DELAY), (LEN, REDUCE)]
    assert made(patient, 35, anc=1.2, platelets=55) == [(LEN, DELAY)]
    assert made(patient, 42, anc=2.0, platelets=55) == [(LEN, START), (LEN, NONE)]
    assert patient.given().tolist() == [[20]]
    eager = Walk(protocol(ESCALATES, NEEDS), [[20.0]], (LEN,))
    assert made(eager, 28, anc=1.2) == [(LEN, DELAY)]
    assert made(eager, 35, anc=2.0) == [(LEN, START), (LEN, RAISE)]


@pytest.mark.parametrize("resume", ["same level", "next lower"])
def test_a_long_delay_and_the_hold_of_the_same_fall_cost_one_level_together(resume):
    rule = replace(NEEDS, lower_after_day=7)
    patient = Walk(protocol(replace(NEUTROPHILS, first_resume=resume), rule), [[25.0]])
    assert made(patient, 28, anc=0.4) == [(LEN, DELAY), (LEN, HOLD)]
    assert made(patient, 35, anc=0.4) == [(LEN, DELAY), (LEN, STAY)]
    assert made(patient, 42, anc=2.0) == [(LEN, START), (LEN, LOWER)]
    assert patient.given().tolist() == [[20]]
    assert made(patient, 49, anc=0.4) == [(LEN, HOLD)]
    assert made(patient, 56, anc=2.0) == [(LEN, LOWER)]  # the second fall: nothing is owed any more
    assert patient.given().tolist() == [[15]]


def test_before_the_first_dose_nothing_is_held_while_the_cycle_waits():
    patient = Walk(protocol(replace(NEUTROPHILS, first_resume="next lower"), replace(NEEDS, first_cycle=1)), [[25.0]])
    assert made(patient, 0, anc=0.4) == [(LEN, DELAY)]
    assert made(patient, 7, anc=2.0) == [(LEN, START), (LEN, NONE)]
    assert patient.given().tolist() == [[25]]


def test_a_hold_that_only_its_cycle_prolongs_is_not_too_long():
    rule = replace(NEUTROPHILS, longest_day=7)
    patient = Walk(protocol(rule, NEEDS), [[25.0]])
    assert made(patient, 28, anc=0.4) == [(LEN, DELAY), (LEN, HOLD)]
    assert made(patient, 35, anc=1.2) == [(LEN, DELAY), (LEN, STAY)]
    assert made(patient, 42, anc=1.2) == [(LEN, DELAY), (LEN, STAY)]
    assert made(patient, 49, anc=2.0) == [(LEN, START), (LEN, SAME)]
    late = Walk(protocol(rule, NEEDS), [[25.0]])
    assert [made(late, 28 + 7 * i, anc=0.4)[-1] for i in range(3)] == [(LEN, HOLD), (LEN, STAY), (LEN, STOP)]


def test_whole_cycles_since_a_change_are_those_of_the_plan():
    rule = EscalateRule(name="up", drug=LEN, when=Compare("cycles_since_change", ">=", 2), to=25.0,
                        even_if_lowered=True, **WORDS)  # fmt: skip
    platelets = [200, 20, 40] + [200] * 10  # back on day 14: cycles 2 and 3 are whole, and over on day 84
    assert walk(protocol(rule, PLATELETS), 25, platelets=platelets)[1] == [25, 0, *[20] * 10, 25]


def test_a_rule_about_a_drug_that_is_stopped_matters_no_more():
    rule = replace(NEEDS, drugs=(LEN,))
    patient = Walk(protocol(rule, STOPS), [[25.0, 40.0]], (LEN, DEX))
    patient.visit(21, events={"vte": [20]}, anc=[2.0])
    assert patient.visit(28, anc=[0.5]) == []
    assert patient.given().tolist() == [[0.0, 40.0]]


# ---- what is written -------------------------------------------------------------------------------------------------


def test_a_decision_names_the_first_value_that_decided():
    hot = Compare("temperature", ">=", 38.5, "degC")
    rule = replace(NEUTROPHILS, when=AnyOf((below("anc", 0.5), AllOf((below("anc", 1.0), hot)), hot)))
    rule = replace(rule, until=AllOf((at_least("anc", 1.0), Compare("temperature", "<", 38.0, "degC"))))
    patient = Walk(protocol(rule), [[25.0]] * 3, (LEN,))
    rows = patient.visit(0, anc=[0.4, 0.8, 3.0], temperature=[37.0, 39.0, 39.0])
    assert [(row[4], row[5]) for row in rows] == [("anc", 0.4), ("anc", 0.8), ("temperature", 39.0)]
    rows = patient.visit(7, anc=[2.0, 0.8, 3.0], temperature=[37.0, 37.0, 38.2])
    assert [(row[2], row[4], row[5]) for row in rows] == [
        (SAME, "anc", 2.0),
        (STAY, "anc", 0.8),
        (STAY, "temperature", 38.2),
    ]
