"""Whole courses under every kind of rule: starts, cycles, supports, crossovers, stops, attendance."""

from dataclasses import replace

import numpy as np
import pytest

from clinic_protocols import (
    CALENDAR,
    LENALIDOMIDE,
    NEUTROPHILS,
    NEVER_ACT,
    PLATELETS,
    US,
    WORDS,
    at_least,
    below,
    weekly,
)
from clinic_runs import DAYS, SEED, N, decisions, doses, plan, reasons, regimen, replay, run
from titer.clinic.attendance import Attendance, Diary
from titer.clinic.conditions import Compare, Happened
from titer.clinic.course import ClinicPlan, End, WatchedEvent
from titer.clinic.doses import Reason
from titer.clinic.protocol import CycleRule, EscalateRule, Ladder, Protocol, StartRule, StopRule, SupportRule
from titer.clinic.response import Response
from titer.clinic.therapy import Action
from titer.dosing.regimen import Component
from titer.errors import InputError

LEN, DEX = "lenalidomide", "dexamethasone"
DEATH = WatchedEvent("death", "death.cumulative_hazard", terminal=True)
G_CSF = Component("filgrastim", 300.0, "ug", n_days=5)
POMALIDOMIDE = regimen("pomalidomide 4 mg days 1-21 of 28 + dexamethasone 20 mg weekly")


def protocol(*rules, ladders=(LENALIDOMIDE,), calendar=CALENDAR):
    return Protocol("invented", rules, ladders, calendar)


def same(left, right):
    np.testing.assert_array_equal(left, right)


# ---- starting doses --------------------------------------------------------------------------------------------------

RENAL = tuple(
    StartRule(
        name=f"crcl below {limit:g}",
        drug=LEN,
        when=Compare("crcl", "<", limit, "mL/min"),
        dose=dose,
        every_day=every,
        **WORDS,
    )
    for limit, dose, every in ((30.0, 15.0, 2), (60.0, 10.0, 1))
)
ELDERLY = StartRule(name="elderly", drug=DEX, when=Compare("age", ">", 75.0, "year"), dose=20.0, **WORDS)
FACTS = {"crcl": [90.0, 60.0, 59.0, 20.0, np.nan], "age": [80.0, 75.0, 76.0, 50.0, 50.0]}


def test_starting_doses_follow_the_facts_and_stand_in_the_ledger():
    course = run(looked_after=plan(protocol(*RENAL, ELDERLY)), patients=range(5), days=56, facts=FACTS)
    given = [doses(course, LEN, p) for p in range(5)]
    first = [int(np.flatnonzero(one["given"])[0]) for one in given]
    assert [float(one["given"].max()) for one in given] == [25, 25, 10, 15, 25]
    assert first == [0] * 5
    assert [len(one["given"]) for one in given] == [42] * 5
    days = given[3]["day"][given[3]["given"] > 0]
    assert days.tolist() == [*range(0, 21, 2), *range(28, 49, 2)]  # every 48 h, afresh in each cycle
    assert reasons(course, drug=LEN, patient=3) == {"starting dose"}
    assert reasons(course, drug=LEN, patient=0) == {"planned"}
    assert [float(doses(course, DEX, p)["given"].max()) for p in range(5)] == [20, 40, 20, 40, 40]
    rows = [(r["patient"], r["day"], r["drug"], r["rule"], r["signal"], r["value"], r["dose_before"], r["dose_after"])
            for r in decisions(course, action=Action.START_LOWER)]  # fmt: skip
    assert rows == [
        (0, 0, DEX, "elderly", "age", 80.0, 40.0, 20.0),
        (2, 0, LEN, "crcl below 60", "crcl", 59.0, 25.0, 10.0),
        (2, 0, DEX, "elderly", "age", 76.0, 40.0, 20.0),
        (3, 0, LEN, "crcl below 30", "crcl", 20.0, 25.0, 15.0),
    ]
    assert course.not_evaluated == {}


def test_without_facts_start_rules_are_listed_and_everybody_gets_the_plan():
    course = run(looked_after=plan(protocol(*RENAL, ELDERLY)), days=28)
    assert course.not_evaluated == {
        "crcl below 30": "not known in this run: crcl",
        "crcl below 60": "not known in this run: crcl",
        "elderly": "not known in this run: age",
    }
    assert reasons(course) == {"planned"}


def test_a_start_rule_never_raises_what_is_planned_now_or_later():
    rising = regimen("lenalidomide 5 mg daily for 4 weeks then 25 mg daily")
    course = run(rising, plan(protocol(RENAL[1])), range(2), 56, facts={"crcl": [50.0, 90.0]})
    assert sorted(set(doses(course, LEN, 0)["given"].tolist())) == [5, 10]
    assert sorted(set(doses(course, LEN, 1)["given"].tolist())) == [5, 25]
    assert decisions(course, action=Action.START_LOWER) == []


def test_a_reduced_start_goes_down_the_ladder_and_may_be_raised_again():
    up = EscalateRule(name="up", drug=LEN, when=Compare("cycle", ">=", 3), to=15.0, **WORDS)
    course = run(looked_after=plan(protocol(RENAL[1], up)), patients=range(2), facts={"crcl": [50.0, 90.0]}, days=84)
    own = doses(course, LEN, 0)
    same(np.unique(own["given"][own["day"] < 56]), [10.0])
    same(np.unique(own["given"][own["day"] >= 56]), [15.0])
    assert reasons(course, drug=LEN, patient=0) == {"starting dose"}
    assert reasons(course, drug=LEN, patient=1) == {"planned"}  # 25 mg is above 15 mg


def test_a_drug_that_is_not_given_at_all_and_the_end_of_therapy_without_any():
    never = replace(RENAL[0], dose=0.0, every_day=1)
    both = replace(ELDERLY, when=never.when, dose=0.0)
    course = run(looked_after=plan(protocol(never, both)), patients=range(2), facts={"crcl": [20.0, 90.0]}, days=56)
    assert len(doses(course, patient=0)["given"]) == 0
    assert (course.therapy_end_day[0], course.therapy_end[0]) == (0, End.COMPLETED)
    one = run(looked_after=plan(protocol(never)), patients=range(2), facts={"crcl": [20.0, 90.0]}, days=56)
    assert (doses(one, LEN, 0)["given"] == 0).all()
    assert reasons(one, drug=LEN, patient=0) == {"starting dose"}
    assert reasons(one, drug=DEX, patient=0) == {"planned"}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"crlc": [1.0] * N}, "did you mean 'crcl'"),
        ({"anc": [1.0] * N}, "'anc' is no fact"),
        ({"crcl": [1.0]}, "has shape (1,)"),
    ],
)
def test_facts_that_cannot_be_used_are_refused(facts, words):
    with pytest.raises(InputError) as caught:
        run(facts=facts)
    assert words in str(caught.value)


# ---- cycles that wait ------------------------------------------------------------------------------------------------

NEEDS = CycleRule(name="day 1 counts", needs=at_least("anc", 2.0), **WORDS)


def test_a_delayed_cycle_shifts_every_drug_of_that_patient_alone():
    needs = replace(NEEDS, needs=at_least("anc", 1.5))
    course = run(looked_after=plan(protocol(needs, calendar=weekly()), exact=True, stop_at_progression=False))
    late = course.delay_day > 0
    assert 5 < late.sum() < N
    planned = doses(run(looked_after=plan(NEVER_ACT, stop_at_progression=False)), patient=0)
    for patient in range(N):
        own = doses(course, patient=patient)
        delays = {(r["day"]) for r in decisions(course, action=Action.DELAY_CYCLE, patient=patient)}
        assert len(delays) * 7 == course.delay_day[patient]
        lag = np.array([sum(7 for day in delays if day <= when) for when in own["day"]])
        n = len(own["minute"])
        same(own["minute"] - lag * 1440, planned["minute"][:n])
        same(own["component"], planned["component"][:n])
        same(own["given"], planned["given"][:n])
        for day in delays:
            assert not ((own["day"] >= day) & (own["day"] < day + 7)).any()
            assert course.true["anc"][patient, day // 7] < 1.5
    starts = [r for r in decisions(course, action=Action.START_CYCLE) if r["day"]]
    assert {r["rule"] for r in starts} == {"day 1 counts"}
    assert all(r["value"] >= 1.5 for r in starts)
    assert {r["drug"] for r in starts} == {LEN, DEX}


def test_a_waiting_cycle_is_seen_every_week_and_visits_move_with_the_plan():
    course = run(looked_after=plan(protocol(NEEDS), exact=True, stop_at_progression=False), days=28 * 8)
    late = np.flatnonzero(course.delay_day > 0)
    for patient in late:
        days = sorted(r["day"] for r in decisions(course, action=Action.DELAY_CYCLE, drug=LEN, patient=patient))
        assert not np.isnan(course.observed["anc"][patient, np.array(days) // 7]).any()
        begun = [r["day"] for r in decisions(course, action=Action.START_CYCLE, drug=LEN, patient=patient)]
        shift = np.array([sum(7 for day in days if day < when) for when in begun])
        assert ((np.array(begun) - shift) % 28 == 0).all()


def test_every_week_of_waiting_is_in_the_ledger_also_without_a_visit():
    missed = Attendance(missed_visit=0.4)
    looked_after = plan(protocol(NEEDS), exact=True, stop_at_progression=False, attendance=missed)
    course = run(looked_after=looked_after, days=28 * 8)
    unseen = 0
    for patient in range(N):
        days = {r["day"] for r in decisions(course, action=Action.DELAY_CYCLE, patient=patient)}
        assert len(days) * 7 == course.delay_day[patient]
        unseen += int(np.isnan(course.observed["anc"][patient, np.array(sorted(days), int) // 7]).sum())
    assert unseen > 0


def test_an_endless_delay_stops_for_good_and_the_patient_is_followed_on():
    strict = replace(NEEDS, needs=at_least("anc", 50.0), longest_day=14)
    course = run(looked_after=plan(protocol(strict)), growth=0.0)
    assert (course.therapy_end == End.TOXICITY).all()
    assert (course.therapy_end_day == 28 + 21).all()
    assert (course.end == End.COMPLETED).all()
    assert doses(course)["day"].max() == 21
    assert not np.isnan(course.true["anc"]).any()
    assert np.isnan(course.observed["anc"][:, 8:]).all()  # nobody decides about them
    assert not np.isnan(course.observed["m_protein"][:, -1]).any()  # but the response is followed
    stops = decisions(course, action=Action.STOP)
    assert {(r["day"], r["rule"], r["drug"]) for r in stops} == {(49, "day 1 counts", LEN), (49, "day 1 counts", DEX)}


def test_a_cycle_that_is_no_whole_number_of_weeks_ends_with_the_cycles_asked():
    tens = regimen("lenalidomide 25 mg days 1-5 of 10")
    course = run(tens, plan(NEVER_ACT), range(2), 35, plan_days=30)
    assert doses(course, patient=0)["day"].tolist() == [*range(5), *range(10, 15), *range(20, 25)]
    assert course.therapy_end_day.tolist() == [30, 30]
    assert doses(run(tens, plan(NEVER_ACT), range(2), 35), patient=0)["day"].max() == 34
    short = replace(NEEDS, needs=at_least("anc", 50.0), longest_day=7)
    assert (
        run(tens, plan(protocol(short)), range(2), 35).therapy_end_day == 7 + 14
    ).all()  # decided in the week before


# ---- supportive treatment --------------------------------------------------------------------------------------------

GROWTH = SupportRule(name="growth factor", when=below("anc", 1.0), give=G_CSF, **WORDS)


def test_a_course_is_given_from_the_visit_and_not_again_while_it_runs():
    long = replace(GROWTH, give=replace(G_CSF, n_days=10))
    looked_after = plan(protocol(NEUTROPHILS, long, calendar=weekly()), exact=True)
    course = run(looked_after=looked_after, slope=0.08, weights=(1.0, 1.0, 0.0))
    gives = decisions(course, action=Action.GIVE)
    assert len(gives) > 10
    for patient in {r["patient"] for r in gives}:
        days = [r["day"] for r in gives if r["patient"] == patient]
        assert (np.diff(days) >= 14).all()  # ten days are not over at the next visit
        own = doses(course, "filgrastim", patient)
        expected = np.concatenate([np.arange(day, day + 10) for day in days])
        same(own["day"], expected[expected < DAYS])
    assert {(r["rule"], r["signal"], r["dose_after"]) for r in gives} == {("growth factor", "anc", 300.0)}
    assert all(r["value"] < 1.0 for r in gives)
    assert reasons(course, drug="filgrastim") == {"support"}
    assert course.components[-1] == long.give
    assert course.ledger.drugs == (LEN, DEX, "filgrastim")
    hold = decisions(course, action=Action.HOLD, patient=gives[0]["patient"])[0]
    assert (hold["day"], hold["drug"]) == (gives[0]["day"], LEN)


def test_support_can_wait_for_a_hold_and_ends_with_the_therapy():
    held = replace(GROWTH, when=below("anc", 3.0), only_held=(LEN,))
    aspirin = SupportRule(
        name="aspirin", when=Compare("cycle", ">=", 1), give=Component("aspirin", 100.0, route="oral"), **WORDS
    )
    course = run(
        looked_after=plan(protocol(NEUTROPHILS, held, aspirin, calendar=weekly())),
        slope=0.08,
        growth=0.01,
        weights=(1.0, 1.0, 0.0, 0.0),
    )
    holds = {(r["patient"], r["day"]) for a in (Action.HOLD, Action.STAY_HELD) for r in decisions(course, action=a)}
    gives = {(r["patient"], r["day"]) for r in decisions(course, action=Action.GIVE, drug="filgrastim")}
    assert gives
    assert gives <= holds
    assert [r["day"] for r in decisions(course, action=Action.GIVE, drug="aspirin")] == [0] * N
    ended = course.end == End.PROGRESSION
    assert ended.any()
    for patient in np.flatnonzero(ended)[:5]:
        assert doses(course, "aspirin", patient)["day"].tolist() == [*range(int(course.end_day[patient]))]


def test_a_treatment_without_a_model_is_given_and_told():
    course = run(looked_after=plan(protocol(NEUTROPHILS, GROWTH)), slope=0.08, lacks=("filgrastim",))
    assert course.not_evaluated == {"growth factor": "filgrastim is given without effect: this run has no model of it"}
    assert len(doses(course, "filgrastim")["given"]) > 0


def test_a_rule_may_ask_for_a_treatment_that_another_rule_gave():
    transfusion = SupportRule(
        name="transfusion",
        when=below("platelets", 120.0),
        give=Component("platelet_transfusion", 1.0, "unit", n_days=1),
        **WORDS,
    )
    stop = StopRule(name="transfused", drugs=(LEN,), when=Happened("platelet_transfusion"), **WORDS)
    course = run(looked_after=plan(protocol(transfusion, stop, calendar=weekly())), weights=(1.0, 1.0, 0.0))
    given = {r["patient"]: r["day"] for r in reversed(decisions(course, action=Action.GIVE))}
    stopped = {
        r["patient"]: (r["day"], r["value"]) for r in decisions(course, action=Action.STOP) if r["rule"] == "transfused"
    }
    assert len(stopped) > 5
    assert all(stopped[p] == (given[p] + 7, 7.0) for p in stopped)
    assert any(
        ": stop lenalidomide (transfused: platelet_transfusion 7 days ago)" in s
        for s in course.ledger.story(next(iter(stopped)))
    )


# ---- toxicity, progression, crossover, leaving -----------------------------------------------------------------------


def test_one_drug_stopped_leaves_the_other_and_no_dose_of_it_is_given_again():
    stop = StopRule(name="low", drugs=(LEN,), when=below("anc", 1.2), **WORDS)
    course = run(looked_after=plan(protocol(stop)), slope=0.06)
    stops = [r for r in decisions(course, action=Action.STOP) if r["rule"] == "low"]
    assert len(stops) > 5
    for row in stops:
        own = doses(course, LEN, row["patient"])
        after = own["day"] >= row["day"]
        assert (own["given"][after] == 0).all()
        assert (own["reason"][after] == Reason.STOPPED).all()
        assert (own["given"][~after] == 25).all()
        same(doses(course, DEX, row["patient"])["given"], 40.0)
        later = [r for r in decisions(course, drug=LEN, patient=row["patient"]) if r["day"] > row["day"]]
        assert later == []
    assert not (course.therapy_end == End.TOXICITY).any()


def test_progression_after_a_toxicity_stop_ends_observation_and_is_no_second_stop():
    stop = StopRule(name="low", when=below("anc", 1.8), **WORDS)
    course = run(looked_after=plan(protocol(stop)), slope=0.06, growth=0.02)
    both = (course.therapy_end == End.TOXICITY) & (course.end == End.PROGRESSION)
    assert both.sum() > 3
    assert (course.therapy_end_day[both] < course.end_day[both]).all()
    for patient in np.flatnonzero(both):
        assert len(decisions(course, action=Action.STOP, patient=patient)) == 2


def test_followed_after_progression_without_drugs():
    looked_after = plan(after_progression="follow", events=(DEATH,))
    body = {"growth": 0.02, "hazards": {"death": 0.003}, "days": 28 * 12}
    course = run(looked_after=looked_after, **body)
    ended = run(looked_after=replace(looked_after, after_progression="end"), **body)
    progressed = course.therapy_end == End.PROGRESSION
    same(course.therapy_end_day[progressed], course.response.progression_seen_day[progressed])
    same(course.response.progression_day, ended.response.progression_day)
    died = progressed & (course.end == End.EVENT)
    assert died.sum() > 3
    assert (course.end_day[died] > course.therapy_end_day[died]).all()
    for patient in np.flatnonzero(progressed):
        assert doses(course, patient=patient)["day"].max() < course.therapy_end_day[patient]
        alive = course.days <= course.end_day[patient]
        assert not np.isnan(course.true["m_protein"][patient, alive]).any()
        assert np.isnan(course.observed["anc"][patient, course.days > course.therapy_end_day[patient]]).all()
    before = ended.days[None, :] <= ended.end_day[:, None]
    for name in course.true:
        same(course.true[name][before], ended.true[name][before])


POM_LADDER = Ladder("pomalidomide", "mg", (4.0, 3.0, 2.0, 1.0), "", WORDS["source"])
SALVAGE = protocol(
    *US.rules,
    replace(NEUTROPHILS, name="pom neutropenia", drug="pomalidomide", later_resume="next lower"),
    StartRule(name="frail", drug="pomalidomide", when=Compare("age", ">", 75.0, "year"), dose=3.0, **WORDS),
    ladders=(LENALIDOMIDE, POM_LADDER),
)


def crossing(**more):
    looked_after = plan(SALVAGE, after_progression=POMALIDOMIDE, events=(DEATH,))
    facts = {"age": np.where(np.arange(N) % 2, 80.0, 60.0)}
    return run(looked_after=looked_after, growth=0.02, hazards={"death": 0.002}, facts=facts, days=28 * 12, **more)


def test_a_crossover_begins_on_the_day_of_progression_with_its_own_plan_and_start():
    course = crossing(weights=(1.0, 1.0, 8.0, 1.0))
    crossed = ~np.isnan(course.crossover_day)
    assert crossed.sum() > 10
    same(course.crossover_day[crossed], course.response.progression_seen_day[crossed])
    same(course.therapy_end_day[crossed], course.crossover_day[crossed])
    assert (course.therapy_end[crossed] == End.PROGRESSION).all()
    assert course.ledger.drugs == (LEN, DEX, "pomalidomide")
    assert [c.drug for c in course.components] == [LEN, DEX, "pomalidomide", DEX]
    for patient in np.flatnonzero(crossed):
        day = int(course.crossover_day[patient])
        assert doses(course, LEN, patient)["day"].max() < day
        own = doses(course, "pomalidomide", patient)
        assert own["day"].min() == day
        taken = own["given"][own["given"] > 0]
        assert not len(taken) or taken[0] == (3.0 if patient % 2 else 4.0)
        dex = doses(course, DEX, patient)
        same(dex["component"], np.where(dex["day"] < day, 1, 3))
        same(dex["day"][dex["day"] >= day], np.arange(day, own["day"].max() + 7, 7)[: (dex["day"] >= day).sum()])
        first = [(r["action"], r["drug"]) for r in decisions(course, patient=patient) if r["day"] == day]
        assert first[:2] == [(Action.STOP, LEN), (Action.STOP, DEX)]
        assert ((Action.START_LOWER, "pomalidomide") in first) == bool(patient % 2)
    held = decisions(course, drug="pomalidomide", action=Action.HOLD)
    assert held


def test_a_crossover_ends_at_the_next_progression_and_the_patient_is_followed_on():
    course = crossing()
    twice = (course.crossover_end == End.PROGRESSION) & ~np.isnan(course.crossover_day)
    assert twice.sum() > 5
    assert (course.crossover_end_day[twice] > course.crossover_day[twice]).all()
    alive = course.end == End.COMPLETED
    assert (twice & alive).any()
    for patient in np.flatnonzero(twice):
        assert doses(course, patient=patient)["day"].max() < course.crossover_end_day[patient]
    lines = course.assessments["line"]
    assert set(lines.tolist()) == {0, 1}
    first = course.assessments["row"][course.assessments["progressed"] & (lines == 0)]
    same(np.sort(first), np.flatnonzero(~np.isnan(course.crossover_day)))


def test_assessments_tell_the_best_response_so_far():
    course = run()
    table = course.assessments
    assert table["day"].tolist() == sorted(table["day"].tolist())
    for patient in range(N):
        own = table["row"] == patient
        seen = course.observed["m_protein"][patient]
        same(table["m_protein"][own].astype(np.float32), seen[~np.isnan(seen)])
        assert (np.diff(table["response"][own]) >= 0).all()
        best = table["response"][own][-1]
        assert best == course.response.best[patient] or course.response.best[patient] == Response.PROGRESSION
    same(
        table["day"][table["progressed"]],
        np.sort(course.response.progression_seen_day[~np.isnan(course.response.progression_day)]),
    )


def test_who_leaves_is_seen_no_more_and_nothing_of_them_is_known_after():
    leave = np.where(np.arange(N) < 10, 60.5, np.inf)
    leave[0] = 0.0
    looked_after = plan(events=(DEATH,))
    course, stayed = (run(looked_after=looked_after, leave_day=d, hazards={"death": 0.003}) for d in (leave, None))
    left = course.end == End.WITHDRAWN
    assert left[0]
    assert 5 < left.sum() < 10  # the others had died or progressed by then
    same(course.end_day[left], leave[left])
    same(course.therapy_end_day[left], leave[left])
    assert (course.therapy_end[left] == End.WITHDRAWN).all()
    assert np.isnan(course.event_day["death"][left]).all()
    for patient in np.flatnonzero(left):
        own, whole = doses(course, patient=patient), doses(stayed, patient=patient)
        same(own["minute"], whole["minute"][whole["minute"] < leave[patient] * 1440])
        assert np.isnan(course.true["anc"][patient, course.days >= leave[patient]]).all()
    others = ~left
    for name in course.true:
        same(course.true[name][others], stayed.true[name][others])


@pytest.mark.parametrize("days", [[1.0], [-1.0] * N, [np.nan] * N])
def test_days_of_leaving_that_cannot_be_used_are_refused(days):
    with pytest.raises(InputError, match="days of leaving"):
        run(leave_day=days)


def test_what_comes_after_progression_must_be_possible():
    with pytest.raises(InputError, match="after progression comes 'stop'"):
        plan(after_progression="stop")
    with pytest.raises(InputError, match="does not end the therapy"):
        plan(after_progression="follow", stop_at_progression=False)
    assert isinstance(plan(), ClinicPlan)


# ---- attendance, strengths -------------------------------------------------------------------------------------------


def test_missed_visits_are_not_seen_and_hold_nobody():
    often = plan(attendance=Attendance(missed_visit=0.3), stop_at_progression=False)
    course, whole = run(looked_after=often), run(looked_after=plan(stop_at_progression=False))
    due = ~np.isnan(whole.observed["anc"])
    came = ~np.isnan(course.observed["anc"])
    assert came[:, 0].all()
    assert 0.25 < (~came & due)[:, 1:].sum() / due[:, 1:].sum() < 0.35
    rows = {(r["patient"], r["day"]) for r in decisions(course)}
    assert rows == {(p, course.days[t]) for p, t in zip(*np.nonzero(came[:, :-1]), strict=True)}
    same(np.isnan(course.observed["m_protein"][:, 4]), np.isnan(course.observed["haemoglobin"][:, 4]))


def test_missed_doses_are_planned_and_not_given_and_differ_between_patients():
    alike = plan(NEVER_ACT, attendance=Attendance(missed_dose=0.2))
    spread = plan(NEVER_ACT, attendance=Attendance(missed_dose=0.2, missed_dose_spread=1.5))
    shares = []
    for looked_after in (alike, spread):
        course = run(looked_after=looked_after, growth=0.0)
        table = doses(course)
        missed = table["reason"] == Reason.MISSED
        assert (table["given"][missed] == 0).all()
        same(table["given"][~missed], table["planned"][~missed])
        shares.append([missed[table["patient"] == p].mean() for p in range(N)])
    assert abs(np.mean(shares[0]) - 0.2) < 0.02
    assert np.std(shares[1]) > 3 * np.std(shares[0])


def test_a_missed_dose_depends_on_patient_drug_and_minute_alone():
    likely = Attendance(missed_dose=0.3, missed_dose_spread=1.0)
    whole, part = Diary(likely, 1, np.arange(9), 5), Diary(likely, 1, np.array([2, 7]), 5)
    minutes = np.arange(20) * 1440 + 720
    every = whole.forgotten(np.arange(9), [LEN] * 20, minutes)
    assert 0.1 < every.mean() < 0.6
    same(part.forgotten(np.array([0, 1]), [LEN] * 5, minutes[8:13]), every[[2, 7], 8:13])
    assert (whole.forgotten(np.arange(9), [DEX] * 20, minutes) != every).any()
    assert Diary(Attendance(), 1, np.arange(9), 5).forgotten(np.arange(9), [LEN], minutes[:1]) is None


def test_blood_is_drawn_up_to_so_many_days_before_the_visit():
    patients, never = range(8), plan(NEVER_ACT, exact=True)
    window = Attendance(window_day=4)
    course = run(looked_after=replace(never, attendance=window), patients=patients, days=28)
    whole = run(looked_after=never, patients=patients, days=28)
    ago = Diary(window, SEED, np.arange(8), 5).drawn_days_ago
    assert set(np.concatenate([ago(week) for week in range(1, 5)]).tolist()) == {0, 1, 2, 3, 4}
    same(ago(0), 0)
    values = replay(whole, days=range(29))
    for week in range(5):
        for name in ("anc", "m_protein"):
            seen = course.observed[name][:, week]
            if not np.isnan(seen).all():
                np.testing.assert_allclose(seen, values[name][range(8), 7 * week - ago(week)], rtol=1e-6)  # float32
    assert not np.isnan(course.observed["m_protein"][:, [0, 4]]).any()
    for name in course.true:
        np.testing.assert_allclose(course.true[name], whole.true[name], rtol=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [
        {"missed_visit": 1.0},
        {"missed_dose": -0.1},
        {"missed_dose_spread": np.inf},
        {"window_day": 7},
        {"window_day": 1.5},
    ],
)
def test_attendance_out_of_range_is_refused(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        Attendance(**wrong)


def test_doses_are_rounded_down_to_what_capsules_can_make():
    capsules = replace(LENALIDOMIDE, rungs=(25.0, 12.5, 2.5), strengths=(5.0, 10.0, 25.0))
    course = run(looked_after=plan(protocol(PLATELETS, ladders=(capsules,))), slope=0.3)
    table = doses(course, LEN)
    assert set(table["given"].tolist()) == {0.0, 25.0, 10.0}  # 12.5 is 10, and 2.5 cannot be made
    rounded = table["reason"] == Reason.ROUNDED
    assert set(table["given"][rounded].tolist()) <= {10.0, 0.0}
    assert rounded.any()
    assert {"planned", "rounded", "held"} == reasons(course, drug=LEN)
    levels = {r["dose_after"] for r in decisions(course, drug=LEN)}
    assert 12.5 in levels


def test_reasons_of_doses_are_the_last_thing_that_changed_them():
    looked_after = plan(US, attendance=Attendance(missed_dose=0.1))
    course = run(looked_after=looked_after, slope=0.06)
    table = doses(course, LEN)
    for code, given in ((Reason.PLANNED, table["planned"]), (Reason.HELD, 0.0), (Reason.MISSED, 0.0)):
        own = table["reason"] == code
        assert own.any()
        same(table["given"][own], given[own] if code == Reason.PLANNED else 0.0)
    lowered = table["reason"] == Reason.LOWERED
    assert (table["given"][lowered] < table["planned"][lowered]).all()
    assert lowered.any()


def test_replaying_supports_crossovers_and_missed_doses_gives_the_same_trajectories():
    rules = (*SALVAGE.rules, GROWTH, NEEDS)
    both = replace(SALVAGE, rules=rules)
    looked_after = plan(both, after_progression=POMALIDOMIDE, attendance=Attendance(0.1, 3, 0.1, 0.5), events=(DEATH,))
    body = {"growth": 0.02, "weights": (1.0, 1.0, 8.0, 1.0, -0.05), "hazards": {"death": 0.001}, "slope": 0.05}
    course = run(looked_after=looked_after, days=28 * 10, facts={"age": np.full(N, 80.0)}, **body)
    told = {row["action"] for row in decisions(course)}
    assert {Action.GIVE, Action.DELAY_CYCLE, Action.HOLD, Action.RESUME_LOWER, Action.STOP, Action.START_LOWER} <= told
    assert {"missed", "held", "lowered", "support", "starting dose"} <= reasons(course)
    again = replay(course, **body)
    for name, values in course.true.items():
        seen = ~np.isnan(values)
        np.testing.assert_allclose(again[name][seen], values[seen], rtol=2e-6)  # float32
