"""Hold rules of the shape of labels on hand-made blood counts; declarations; the ledger."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from clinic_protocols import (
    CALENDAR,
    COUNT,
    EU,
    LENALIDOMIDE,
    NEUTROPHILS,
    NEVER_ACT,
    PLATELETS,
    US,
    WORDS,
    at_least,
    below,
    falls,
)
from clinic_walk import Walk
from clinic_walk import walk as walk_any
from titer.clinic.conditions import AllOf, AnyOf, Compare, Happened
from titer.clinic.ledger import Ledger, replay_schedule
from titer.clinic.protocol import (
    Calendar,
    CycleRule,
    EscalateRule,
    Ladder,
    Protocol,
    ReduceRule,
    StartRule,
    StopRule,
    SupportRule,
    VisitPhase,
)
from titer.clinic.therapy import Action
from titer.dosing.regimen import Component
from titer.errors import InputError

NONE, HOLD, STAY, SAME, LOWER = Action.NONE, Action.HOLD, Action.STAY_HELD, Action.RESUME, Action.RESUME_LOWER
NAN = np.nan


def walk(protocol, start, anc, platelets=None):
    """Actions and doses of one patient, one visit a week."""
    return walk_any(protocol, start, anc=anc, platelets=platelets or [150.0] * len(anc))


def test_normal_counts_change_nothing():
    assert walk(US, 25, [3, 2, 1.0, 1.5], [200, 100, 50, 30]) == ([NONE] * 4, [25.0] * 4)


def test_first_neutropenia_alone_resumes_at_the_starting_dose():
    assert walk(US, 25, [3, 0.9, 0.8, 1.0, 2]) == ([NONE, HOLD, STAY, SAME, NONE], [25, 0, 0, 25, 25])


def test_every_later_neutropenia_resumes_one_level_lower():
    actions, doses = walk(US, 25, [0.9, 1.0, 0.9, 1.0, 0.5, 0.6, 1.1])
    assert actions == [HOLD, SAME, HOLD, LOWER, HOLD, STAY, LOWER]
    assert doses == [0, 25, 0, 20, 0, 0, 15]


def test_every_platelet_fall_resumes_one_level_lower():
    actions, doses = walk(US, 25, [3] * 4, [29.9, 30, 29, 31])
    assert (actions, doses) == ([HOLD, LOWER, HOLD, LOWER], [0, 20, 0, 15])


def test_dose_goes_down_every_rung_and_never_below_the_floor():
    actions, doses = walk(US, 25, [3] * 16, [20, 40] * 8)
    assert doses[1::2] == [20, 15, 10, 5, 2.5, 2.5, 2.5, 2.5]
    assert actions[1::2] == [LOWER] * 5 + [SAME] * 3


@pytest.mark.parametrize(
    ("start", "rungs"), [(10, [5, 2.5, 2.5]), (15, [10, 5, 2.5]), (5, [2.5] * 3), (12.5, [10, 5, 2.5])]
)
def test_other_starting_doses_enter_the_same_ladder(start, rungs):
    assert walk(US, start, [3] * 6, [20, 40] * 3)[1][1::2] == rungs


def test_neutropenia_with_thrombocytopenia_resumes_one_level_lower_and_not_two():
    actions, doses = walk(US, 25, [0.5, 1.2], [20, 50])
    assert (actions, doses) == ([HOLD, LOWER], [0, 20])


def test_resumes_only_when_every_rule_is_clear():
    actions, doses = walk(US, 25, [0.5, 1.2, 0.9, 1.2], [20, 25, 40, 40])
    assert (actions, doses) == ([HOLD, STAY, STAY, LOWER], [0, 0, 0, 20])


def test_platelets_that_fall_while_held_count_as_other_toxicity():
    actions, doses = walk(US, 25, [0.9, 0.9, 1.0], [90, 25, 35])
    assert (actions, doses) == ([HOLD, STAY, LOWER], [0, 0, 20])


def test_first_neutropenia_after_a_reduction_does_not_raise_the_dose():
    assert walk(US, 25, [3, 3, 0.9, 1.0], [20, 40, 40, 40])[1] == [0, 20, 0, 20]


def test_thresholds_of_the_european_label():
    assert walk(EU, 25, [0.9, 0.5, 0.49, 0.5, 0.4, 0.6])[0] == [NONE, NONE, HOLD, SAME, HOLD, LOWER]
    assert walk(EU, 25, [3] * 8, [20, 40] * 4)[1][1::2] == [15, 10, 5, 5]


def test_missing_values_neither_hold_nor_release():
    assert walk(US, 25, [NAN, 0.9, NAN, 1.0])[0] == [NONE, HOLD, STAY, SAME]
    assert walk(US, 25, [0.9, 1.2, 1.2], [90, NAN, 90])[0] == [HOLD, STAY, SAME]


def test_those_not_seen_are_left_alone():
    patients = Walk(US, [[25.0], [25.0]])
    rows = patients.visit(0, seen=[True, False], anc=[0.1, 0.1], platelets=[9.0, 9.0])
    assert [(row[0], row[2]) for row in rows] == [(0, HOLD)]
    assert patients.therapy.held[:, 0].tolist() == [True, False]


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(float, (5, 9, 2), elements=st.floats(0.125, 4.0, width=16)))
def test_cohort_equals_one_by_one_and_laws_hold(courses):
    anc, platelets = courses[..., 0], courses[..., 1] * 20
    patients = Walk(US, np.full((5, 1), 25.0))
    together, before = [], 25.0
    for week in range(anc.shape[1]):
        rows = patients.visit(7 * week, anc=anc[:, week], platelets=platelets[:, week])
        together.append([row[2] for row in rows])
        dose, held = patients.therapy.dose, patients.therapy.held
        assert (dose <= before).all()
        assert (dose >= 2.5).all()
        assert not (~held[:, 0] & ((anc[:, week] < 1) | (platelets[:, week] < 30))).any()
        before = dose.copy()
    for patient in range(5):
        alone, _ = walk(US, 25, anc[patient].tolist(), platelets[patient].tolist())
        assert alone == [actions[patient] for actions in together]


def test_no_rules_decide_nothing():
    assert Walk(NEVER_ACT, np.full((3, 1), 25.0)).visit(0) == []
    assert US.without_actions().calendar is US.calendar
    assert US.without_actions().rules == ()


def test_blood_is_counted_as_the_label_asks():
    nobody, held = np.array([False]), np.array([True])
    planned = [day for day in range(0, 200, 7) if CALENDAR.due(day, nobody)[0]]
    assert planned == [0, 7, 14, 21, 28, 35, 42, 49, 56, 70, 84, 112, 140, 168, 196]
    assert all(CALENDAR.due(day, held)[0] for day in range(0, 200, 7))


# --- a valid declaration is silent; one thing broken gives exactly that error ---


def test_a_protocol_names_its_drugs_and_signals():
    assert US.drugs == ("lenalidomide",)
    assert US.signals == ("platelets", "anc")
    assert [rule.name for rule in US.of_kind(type(PLATELETS))] == ["thrombocytopenia", "neutropenia"]
    assert US.decided_drugs(["dexamethasone", "lenalidomide"]) == ("lenalidomide",)
    everything = StopRule(name="stroke", when=Happened("vte"), **WORDS)
    both = replace(US, rules=(*US.rules, everything))
    assert both.decided_drugs(["dexamethasone", "lenalidomide"]) == ("dexamethasone", "lenalidomide")
    assert both.for_drugs(["dexamethasone"]).rules == (everything,)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Compare("platelet", "<", 30.0, COUNT), "did you mean 'platelets'"),
        (lambda: Compare("platelets", "<", 30.0, "1/uL"), "the limit of platelets is in '1/uL'"),
        (lambda: Compare("platelets", "<", NAN, COUNT), "a finite limit"),
        (lambda: Compare("platelets", "!", 30.0, COUNT), "one of < <= > >="),
        (lambda: Compare("platelets", "<", 30.0, COUNT, for_day=-1), "0 days or more"),
        (lambda: Compare("platelets", "<", 0.5, COUNT, of="share of baseline"), "in '10^9/L'. Right: ''"),
        (lambda: Compare("vte", "<", 1.0), "'vte' is not a value"),
        (lambda: Happened("anc"), "'anc' is not an event"),
        (lambda: Happened("vte", -1), "'vte' within -1 days"),
        (lambda: AllOf(()), "'and' of nothing"),
        (lambda: AnyOf(()), "'or' of nothing"),
    ],
)
def test_a_broken_condition_is_refused_for_what_is_broken(make, words):
    with pytest.raises(InputError) as caught:
        make()
    assert words in str(caught.value)


LEN, GIVE = "lenalidomide", Component("filgrastim", 300.0, "ug", n_days=5)
WRONG = [
    ((PLATELETS, PLATELETS), "has rules ['thrombocytopenia'] more than once"),
    ((falls("x", LEN, "platelets", 30.0, 20.0),), "some values of platelets hold lenalidomide and resume it"),
    (
        (falls("x", LEN, "platelets", 30.0), falls("y", LEN, "platelets", 30.0, 50.0), falls("z", LEN, "anc", 1.0)),
        None,
    ),
    (
        (replace(NEUTROPHILS, when=AnyOf((below("anc", 1.0), below("platelets", 50.0))), until=at_least("anc", 0.8)),),
        "some values of anc hold lenalidomide",
    ),
    (
        (
            NEUTROPHILS,
            replace(PLATELETS, when=below("anc", 3.0), until=AllOf((at_least("anc", 1.0), below("anc", 2.0)))),
        ),
        "some values of anc",
    ),
    (
        (
            replace(NEUTROPHILS, when=at_least("anc", 4.0), until=below("anc", 1.0)),
            falls("low", LEN, "anc", 2.0, first_resume="same level"),
        ),
        "resumed where rule 'low's condition holds it",
    ),
    ((falls("x", "thalidomide", "anc", 1.0),), "changes the level of thalidomide, which has no ladder"),
    ((falls("x", "thalidomide", "anc", 1.0, later_resume="same level"),), None),
    ((falls("x", LEN, "anc", 1.0, first_dose=12.0),), "first_dose is 12 mg, which is no rung"),
    ((falls("x", LEN, "anc", 1.0, longest_day=-7),), "longest_day is -7"),
    ((EscalateRule(name="x", drug=LEN, when=at_least("anc", 1.0), to=30.0, **WORDS),), "to is 30 mg, which is no rung"),
    ((EscalateRule(name="x", drug="dexamethasone", when=at_least("anc", 1.0), to=30.0, **WORDS),), "has no ladder"),
    ((ReduceRule(name="x", drug="dexamethasone", when=below("anc", 1.0), **WORDS),), "has no ladder"),
    ((ReduceRule(name="x", drug="dexamethasone", when=below("anc", 1.0), share=0.5, **WORDS),), None),
    ((ReduceRule(name="x", drug=LEN, when=below("anc", 1.0), share=1.0, **WORDS),), "share is 1.0"),
    ((CycleRule(name="x", needs=at_least("anc", 1.0), first_cycle=0, **WORDS),), "first_cycle is 0"),
    ((CycleRule(name="x", needs=Compare("level", ">", 5.0, "mg"), **WORDS),), "asks for 'level' of no drug"),
    (
        (SupportRule(name="x", when=Compare("level", ">", 5.0, "mg"), give=GIVE, **WORDS),),
        "asks for 'level' of no drug",
    ),
    ((StartRule(name="x", drug=LEN, when=below("anc", 1.0), dose=5.0, **WORDS),), "looks at anc before the first dose"),
    (
        (StartRule(name="x", drug=LEN, when=Compare("age", ">", 75.0, "year"), dose=5.0, every_day=0, **WORDS),),
        "every 0",
    ),
    (
        tuple(
            StartRule(name=f"{limit}", drug=LEN, when=Compare("crcl", "<", limit, "mL/min"), dose=5.0, **WORDS)
            for limit in (60.0, 30.0)
        ),
        "it is never reached: rule '60.0' comes first",
    ),
    (
        tuple(
            StartRule(name=f"{limit}", drug=LEN, when=Compare("crcl", "<", limit, "mL/min"), dose=5.0, **WORDS)
            for limit in (30.0, 60.0)
        ),
        None,
    ),
]


@pytest.mark.parametrize(("rules", "words"), WRONG)
def test_a_protocol_that_cannot_do_what_it_says_is_refused(rules, words):
    if words is None:
        assert Protocol("x", rules, (LENALIDOMIDE,), CALENDAR).rules == rules
        return
    with pytest.raises(InputError) as caught:
        Protocol("x", rules, (LENALIDOMIDE,), CALENDAR)
    assert words in str(caught.value)


def test_a_protocol_has_one_ladder_of_a_drug_and_assesses_in_whole_weeks():
    with pytest.raises(InputError, match=r"has ladders .'lenalidomide'. more than once"):
        Protocol("x", (), (LENALIDOMIDE, LENALIDOMIDE), CALENDAR)
    with pytest.raises(InputError, match="every 30 days"):
        Protocol("x", (), (), CALENDAR, response_every_day=30)


@pytest.mark.parametrize("rungs", [(), (5.0, 10.0), (10.0, 10.0), (5.0, 0.0)])
def test_a_broken_ladder_is_refused(rungs):
    with pytest.raises(InputError, match="ladder of lenalidomide"):
        replace(LENALIDOMIDE, rungs=rungs)


@pytest.mark.parametrize("phases", [(), ((7, 7),), ((0, 7), (0, 14)), ((0, 10),), ((0, 7), (30, 7)), ((0, 0),)])
def test_a_broken_calendar_is_refused(phases):
    with pytest.raises(InputError, match="calendar"):
        Calendar(tuple(VisitPhase(*phase) for phase in phases), 7, "", CALENDAR.source)


# --- the ledger ---


def booked():
    ledger = Ledger(np.array([4, 9]), ("lenalidomide", "dexamethasone"), US, units=("mg", "mg"))
    patients = Walk(US, [[25.0], [25.0]])
    for week, (anc, platelets) in enumerate([([3, 0.9], [150, 150]), ([3, 0.7], [20, 150]), ([3, 1.1], [33, 150])]):
        values = {"anc": np.array(anc, float), "platelets": np.array(platelets, float)}
        patients.visit(7 * week, seen=[True, week != 1], **values)
        for block in patients.made:
            ledger.add_decisions(7 * week, block, values)
    return ledger


def test_ledger_holds_every_decision_also_no_change():
    ledger = booked()
    table, words = ledger.tables()["decisions"], ledger.words
    rows = [
        (int(p), int(d), words["action"][a], words["rule"][r] if r >= 0 else "", float(v))
        for p, d, a, r, v in zip(*(table[k] for k in ("patient", "day", "action", "rule", "value")), strict=True)
    ]
    assert [row[:4] for row in rows] == [
        (4, 0, "none", ""),
        (9, 0, "hold", "neutropenia"),
        (4, 7, "hold", "thrombocytopenia"),
        (4, 14, "resume lower", "thrombocytopenia"),
        (9, 14, "resume", "neutropenia"),
    ]
    assert rows[1][4] == 0.9
    assert np.isnan(rows[0][4])
    assert table["seen_anc"].tolist() == [3, 0.9, 3, 3, 1.1]
    assert table["dose_after"].tolist() == [25, 25, 25, 20, 25]
    assert [words["signal"][s] if s >= 0 else "" for s in table["signal"]] == [
        "",
        "anc",
        "platelets",
        "platelets",
        "anc",
    ]
    assert ledger.story(4) == [
        "day 7: hold lenalidomide (thrombocytopenia: platelets 20 10^9/L), 25 mg",
        "day 14: resume lower lenalidomide (thrombocytopenia: platelets 33 10^9/L), 25 -> 20 mg",
    ]


def test_empty_ledger_has_empty_columns():
    tables = Ledger(np.array([1]), ("lenalidomide",), NEVER_ACT).tables()
    assert set(tables) == {"decisions", "doses"}
    assert all(len(column) == 0 for table in tables.values() for column in table.values())


def test_schedule_of_a_ledger_has_the_doses_given_in_order():
    ledger = Ledger(np.array([4, 9]), ("lenalidomide",), US)
    for minute in (0, 1440):
        given = np.array([25.0, 0.0 if minute else 20.0])
        ledger.add_doses(
            np.array([0, 1]),
            {
                "component": np.zeros(2, int),
                "drug": np.zeros(2, int),
                "minute": np.full(2, minute),
                "planned": np.full(2, 25.0),
                "given": given,
                "duration": np.zeros(2, int),
                "reason": np.zeros(2, int),
            },
        )
    doses = ledger.tables()["doses"]
    schedule = replay_schedule(doses, np.array([9, 4]))
    assert schedule.start.tolist() == [0, 1, 3]
    assert schedule.minute.tolist() == [0, 0, 1440]
    assert schedule.amount.tolist() == [20, 25, 25]
    with pytest.raises(InputError, match="patient 4"):
        replay_schedule(doses, np.array([9]))


def test_next_lower_rung():
    ladder = Ladder("x", "mg", (20.0, 10.0), "", LENALIDOMIDE.source)
    assert ladder.next_lower([25, 20, 15, 10, 5]).tolist() == [20, 10, 10, 10, 5]
