"""The lenalidomide rules on hand-made blood counts, written from the labels' words."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from titer.clinic.ledger import Ledger, replay_schedule
from titer.clinic.rules import Action, Calendar, Ladder, Protocol, Therapy, VisitPhase, decide
from titer.errors import InputError
from titer.library.rules.lenalidomide import (
    EU,
    NEVER_ACT,
    PROTOCOLS,
    US,
    US_CALENDAR,
    US_LADDER,
    US_NEUTROPHILS,
    US_PLATELETS,
)

NONE, HOLD, STAY, SAME, LOWER = Action.NONE, Action.HOLD, Action.STAY_HELD, Action.RESUME, Action.RESUME_LOWER
NAN = np.nan


def walk(protocol, start, anc, platelets=None):
    """Actions and doses of one patient, one visit a week."""
    platelets = platelets or [150.0] * len(anc)
    therapy = Therapy.starting(protocol, [[start]])
    everyone = np.array([True])
    actions, doses = [], []
    for a, p in zip(anc, platelets, strict=True):
        made = decide(protocol, therapy, everyone, {"anc": np.array([a]), "platelets": np.array([p])})
        actions.append(Action(made.action[0, 0]))
        doses.append(0.0 if therapy.held[0, 0] else float(therapy.dose[0, 0]))
    return actions, doses


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
    therapy = Therapy.starting(US, [[25.0], [25.0]])
    low = {"anc": np.array([0.1, 0.1]), "platelets": np.array([9.0, 9.0])}
    made = decide(US, therapy, np.array([True, False]), low)
    assert made.action[:, 0].tolist() == [HOLD, NONE]
    assert therapy.held[:, 0].tolist() == [True, False]


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(float, (5, 9, 2), elements=st.floats(0.125, 4.0, width=16)))
def test_cohort_equals_one_by_one_and_laws_hold(courses):
    anc, platelets = courses[..., 0], courses[..., 1] * 20
    therapy = Therapy.starting(US, np.full((5, 1), 25.0))
    together, before = [], 25.0
    for week in range(anc.shape[1]):
        made = decide(US, therapy, np.ones(5, bool), {"anc": anc[:, week], "platelets": platelets[:, week]})
        together.append(made.action[:, 0].copy())
        assert (therapy.dose <= before).all()
        assert (therapy.dose >= 2.5).all()
        assert not (~therapy.held[:, 0] & ((anc[:, week] < 1) | (platelets[:, week] < 30))).any()
        before = therapy.dose.copy()
    for patient in range(5):
        alone, _ = walk(US, 25, anc[patient].tolist(), platelets[patient].tolist())
        assert alone == [actions[patient] for actions in together]


def test_no_rules_decide_nothing():
    therapy = Therapy.starting(NEVER_ACT, np.empty((3, 0)))
    assert decide(NEVER_ACT, therapy, np.ones(3, bool), {}).action.shape == (3, 0)
    assert US.without_actions().calendar is US.calendar
    assert US.without_actions().rules == ()


def test_blood_is_counted_as_the_label_asks():
    nobody, held = np.array([False]), np.array([True])
    planned = [day for day in range(0, 200, 7) if US_CALENDAR.due(day, nobody)[0]]
    assert planned == [0, 7, 14, 21, 28, 35, 42, 49, 56, 70, 84, 112, 140, 168, 196]
    assert all(US_CALENDAR.due(day, held)[0] for day in range(0, 200, 7))


# --- a valid declaration is silent; one thing broken gives exactly that error ---


def test_every_protocol_of_the_library_is_valid_and_has_its_wording():
    assert len(PROTOCOLS) == 3
    for protocol in PROTOCOLS.values():
        for rule in protocol.rules:
            assert rule.wording
            assert rule.source.citation
    assert US.drugs == ("lenalidomide",)
    assert US.signals == ("platelets", "anc")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"signal": "platelet"}, "did you mean 'platelets'"),
        ({"unit": "1/uL"}, "threshold of platelets is in '1/uL'"),
        ({"hold_below": 30_000.0}, "holds below 30000 and resumes at 30"),
        ({"resume_at": 20.0}, "holds below 30 and resumes at 20"),
        ({"hold_below": -1.0}, "holds below -1"),
        ({"hold_below": NAN}, "holds below nan"),
    ],
)
def test_a_broken_rule_is_refused_for_what_is_broken(change, words):
    with pytest.raises(InputError) as caught:
        replace(US_PLATELETS, **change)
    assert words in str(caught.value)


@pytest.mark.parametrize("rungs", [(), (5.0, 10.0), (10.0, 10.0), (5.0, 0.0)])
def test_a_broken_ladder_is_refused(rungs):
    with pytest.raises(InputError, match="ladder of lenalidomide"):
        replace(US_LADDER, rungs=rungs)


def test_a_rule_that_lowers_needs_a_ladder_and_names_are_unique():
    with pytest.raises(InputError, match="has no ladder"):
        Protocol("x", (US_NEUTROPHILS,), (), US_CALENDAR)
    with pytest.raises(InputError, match="more than once"):
        Protocol("x", (US_PLATELETS, US_PLATELETS), (US_LADDER,), US_CALENDAR)


@pytest.mark.parametrize("phases", [(), ((7, 7),), ((0, 7), (0, 14)), ((0, 10),), ((0, 7), (30, 7)), ((0, 0),)])
def test_a_broken_calendar_is_refused(phases):
    with pytest.raises(InputError, match="calendar"):
        Calendar(tuple(VisitPhase(*phase) for phase in phases), 7, "", US_CALENDAR.source)


# --- the ledger ---


def booked():
    ledger = Ledger(np.array([4, 9]), ("lenalidomide", "dexamethasone"), US)
    therapy = Therapy.starting(US, [[25.0], [25.0]])
    for week, (anc, platelets) in enumerate([([3, 0.9], [150, 150]), ([3, 0.7], [20, 150]), ([3, 1.1], [33, 150])]):
        seen = np.array([True, week != 1])
        values = {"anc": np.array(anc, float), "platelets": np.array(platelets, float)}
        ledger.add_decisions(7 * week, seen, decide(US, therapy, seen, values), values)
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
        (4, 14, "resume_lower", "thrombocytopenia"),
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
    ladder = Ladder("x", "mg", (20.0, 10.0), "", US_LADDER.source)
    assert ladder.next_lower([25, 20, 15, 10, 5]).tolist() == [20, 10, 10, 10, 5]
