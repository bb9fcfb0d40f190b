"""The clinic's clock on bodies with a closed form: laws of the ledger, and what each step writes down."""

from dataclasses import replace

import numpy as np
import pytest

from clinic_bodies import ClosedFormBodies
from clinic_protocols import EU, NEVER_ACT, US
from titer.clinic.conditions import Compare
from titer.clinic.course import BLOOD_COUNT, ClinicPlan, End, WatchedEvent, follow
from titer.clinic.doses import Doses, Reason
from titer.clinic.ledger import dose_totals, replay_schedule
from titer.clinic.prescription import Prescription
from titer.clinic.therapy import Action, Therapy
from titer.dosing.parse import parse_regimen
from titer.errors import InputError
from titer.library.rules.assays import ASSAYS
from titer.library.rules.imwg import IMWG_2016

DRUGS = ["lenalidomide", "dexamethasone"]
REGIMEN = parse_regimen("lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28", DRUGS)
PLAN = ClinicPlan(US, ASSAYS, IMWG_2016)
DAYS = 28 * 8
N = 60
NEVER = Compare("anc", "<", 1e-9, "10^9/L")
WITH = {"hazards": {"death": 1e-9}}  # somebody may die, and nobody does


def run(plan=PLAN, patients=range(N), regimen=REGIMEN, days=DAYS, seed=5, **body):
    bodies = ClosedFormBodies(np.array(patients), seed=seed, **body)
    return follow(bodies, np.array(patients), regimen, plan, days, seed), bodies


def same(left, right):
    np.testing.assert_array_equal(left, right)


def assert_same_course(left, right, rows=slice(None)):
    for name in left.true:
        same(left.true[name], right.true[name][rows])
        same(left.observed[name], right.observed[name][rows])
    same(left.end_day, right.end_day[rows])
    same(left.response.progression_day, right.response.progression_day[rows])


def test_rules_act_on_this_cohort():
    course, _ = run()
    actions = course.ledger.tables()["decisions"]["action"]
    assert Action.STOP not in actions or (course.end == End.PROGRESSION).any()
    assert {Action.HOLD, Action.RESUME, Action.RESUME_LOWER, Action.NONE} <= {Action(a) for a in actions}


def test_rules_that_never_act_give_exactly_the_run_without_rules():
    silent = replace(US, rules=tuple(replace(rule, when=NEVER) for rule in US.rules))
    with_rules, _ = run(replace(PLAN, protocol=silent))
    without, _ = run(replace(PLAN, protocol=NEVER_ACT))
    assert_same_course(with_rules, without)
    left, right = with_rules.ledger.tables(), without.ledger.tables()
    assert len(left["decisions"]["action"]) > N
    assert set(left["decisions"]["action"]) == {Action.NONE}
    for name in ("patient", "minute", "planned", "given"):
        same(left["doses"][name], right["doses"][name])
    same(right["doses"]["planned"], right["doses"]["given"])


def test_replaying_the_ledger_gives_the_same_trajectories():
    course, bodies = run(replace(PLAN, stop_at_progression=False))
    schedule = replay_schedule(course.ledger.tables()["doses"], course.patients)
    assert schedule.start[-1] < len(course.ledger.tables()["doses"]["given"])  # some were held
    again = ClosedFormBodies(course.patients, seed=5)
    row = np.repeat(np.arange(N), np.diff(schedule.start))
    zero = np.zeros(len(row), int)
    again.run(DAYS, Doses(row, schedule.component, zero, schedule.minute, schedule.amount, schedule.amount, zero, zero))
    for name, value in bodies.look().items():
        np.testing.assert_allclose(again.look()[name], value, rtol=1e-12)  # only the order of rounding differs


@pytest.mark.parametrize("patients", [[17], [3, 44], list(range(20))])
def test_a_patient_has_the_same_course_alone_and_in_a_cohort(patients):
    cohort, _ = run()
    part, _ = run(patients=patients)
    assert_same_course(part, cohort, patients)
    whole, own = cohort.ledger.tables(), part.ledger.tables()
    for table in ("decisions", "doses"):
        mine = np.isin(whole[table]["patient"], patients)
        assert mine.sum() > 0
        for name in own[table]:
            same(own[table][name], whole[table][name][mine])


def test_hold_withholds_only_the_drug_under_the_rule_and_resumes_at_the_level_decided():
    course, _ = run()
    tables = course.ledger.tables()
    decisions, doses = tables["decisions"], tables["doses"]
    lenalidomide = doses["drug"] == 0
    same(doses["given"][~lenalidomide], doses["planned"][~lenalidomide])
    checked = 0
    for i in np.flatnonzero(decisions["action"] != Action.NONE):
        patient, day = decisions["patient"][i], decisions["day"][i]
        week = lenalidomide & (doses["patient"] == patient) & (doses["minute"] // 1440 // 7 == day // 7)
        held = decisions["action"][i] in (Action.HOLD, Action.STAY_HELD)
        same(doses["given"][week], np.full(week.sum(), 0.0 if held else decisions["dose_after"][i]))
        checked += int(week.sum())
    assert checked > 100


def test_visits_follow_the_calendar_and_the_hold():
    course, _ = run(replace(PLAN, stop_at_progression=False))
    planned = np.array([US.calendar.planned(int(day)) for day in course.days])
    decisions = course.ledger.tables()["decisions"]
    ever_held = np.isin(course.patients, decisions["patient"][decisions["action"] == Action.HOLD])
    for signal in BLOOD_COUNT:
        visited = ~np.isnan(course.observed[signal])
        assert visited[:, planned].all()
        assert not visited[~ever_held][:, ~planned].any()
    assert visited[ever_held][:, ~planned].any()
    assert (np.isnan(course.observed["m_protein"]) == (course.days % 28 != 0)).all()


def test_decisions_see_what_the_laboratory_reports():
    course, _ = run()
    decisions = course.ledger.tables()["decisions"]
    column, tick = np.searchsorted(course.patients, decisions["patient"]), decisions["day"] // 7
    same(decisions["seen_anc"].astype(np.float32), course.observed["anc"][column, tick])
    exact, _ = run(replace(PLAN, exact=True))
    seen = ~np.isnan(exact.observed["anc"])
    same(exact.observed["anc"][seen], exact.true["anc"][seen])


def test_therapy_ends_at_progression_and_nothing_is_given_after():
    course, bodies = run(growth=0.01)
    ended = course.end == End.PROGRESSION
    assert 5 < ended.sum() < N
    same(course.end_day[ended], course.response.progression_seen_day[ended])
    assert (course.response.progression_day[ended] < course.end_day[ended]).all()
    doses = course.ledger.tables()["doses"]
    end = course.end_day[np.searchsorted(course.patients, doses["patient"])]
    assert (doses["minute"] < end * 1440).all()
    same(bodies.stopped_at(), course.end_day)
    late = course.days[None, :] > course.end_day[:, None]
    assert all(np.isnan(values[late]).all() for values in course.true.values())
    _, everyone = run(replace(PLAN, stop_at_progression=False), growth=0.01)
    assert bodies.segments < everyone.segments


def test_stopping_at_progression_is_a_decision_about_every_drug():
    course, _ = run(growth=0.01)
    decisions, words = course.ledger.tables()["decisions"], course.ledger.words
    stops = decisions["action"] == Action.STOP
    ended = course.patients[course.end == End.PROGRESSION]
    same(np.sort(decisions["patient"][stops]), np.repeat(ended, len(DRUGS)))
    for code in range(len(DRUGS)):
        own = stops & (decisions["drug"] == code)
        row = np.searchsorted(course.patients, decisions["patient"][own])
        same(decisions["day"][own], course.end_day[row])
        seen = course.observed["m_protein"][row, decisions["day"][own] // 7]
        same(decisions["value"][own].astype(np.float32), seen)
        same(decisions["seen_m_protein"][own].astype(np.float32), seen)
    assert {words["rule"][code] for code in decisions["rule"][stops]} == {"progression (IMWG 2016)"}
    assert {words["signal"][code] for code in decisions["signal"][stops]} == {"m_protein"}
    assert (decisions["dose_after"][stops] == 0).all()
    assert set(decisions["dose_before"][stops & (decisions["drug"] == 1)]) == {40.0}
    assert np.isnan(decisions["seen_m_protein"][~stops]).all()  # no rule looked at it
    last = course.ledger.story(int(ended[0]))[-2:]
    assert all(line.startswith(f"day {course.end_day[ended[0]]:g}: stop ") for line in last)
    assert all("(progression (IMWG 2016): m_protein " in line for line in last)
    kept, _ = run(replace(PLAN, stop_at_progression=False), growth=0.01)
    assert Action.STOP not in kept.ledger.tables()["decisions"]["action"]


def test_a_drug_whose_plan_is_over_is_not_stopped():
    regimen = parse_regimen("lenalidomide 10 mg daily + dexamethasone 40 mg weekly for 8 weeks", DRUGS)
    course, _ = run(regimen=regimen, growth=0.01)
    decisions = course.ledger.tables()["decisions"]
    stops = (decisions["action"] == Action.STOP) & (decisions["day"] >= 56)
    assert set(decisions["drug"][stops]) == {0}


def test_decisions_are_in_order_of_time_and_of_patients():
    course, _ = run(growth=0.01)
    decisions = course.ledger.tables()["decisions"]
    order = np.lexsort((decisions["patient"], decisions["day"]))
    same(order, np.arange(len(order)))


def test_stopping_some_changes_nothing_for_the_others():
    stopped, _ = run(growth=0.01)
    kept, _ = run(replace(PLAN, stop_at_progression=False), growth=0.01)
    others = stopped.end == End.COMPLETED
    assert 0 < others.sum() < N
    for name in stopped.true:
        same(stopped.true[name][others], kept.true[name][others])


def test_death_ends_therapy_on_its_day_and_other_events_do_not():
    events = (WatchedEvent("vte", "vte.cumulative_hazard"), WatchedEvent("death", "death.cumulative_hazard", True))
    course, _ = run(replace(PLAN, events=events), hazards={"vte": 0.002, "death": 0.002})
    dead, clotted = ~np.isnan(course.event_day["death"]), ~np.isnan(course.event_day["vte"])
    assert dead.any()
    assert (clotted & ~dead).any()
    same(course.end[dead], np.full(dead.sum(), End.EVENT))
    same(course.end_day[dead], course.event_day["death"][dead])
    assert (course.end_day[~dead & (course.end == End.COMPLETED)] == DAYS).all()


@pytest.mark.parametrize("body", [{"hazards": {"death": 0.002}}, {"fail_at": {3: 30.5, 8: 3.0}}])
def test_nobody_takes_a_dose_after_death_or_failure(body):
    """Doses are made a week ahead; those of the rest of the week are not in the book."""
    course, _ = run(replace(PLAN, events=(WatchedEvent("death", "death.cumulative_hazard", True),)), **WITH | body)
    ended = np.isin(course.end, (End.EVENT, End.FAILED))
    assert 0 < ended.sum() < N
    doses = course.ledger.tables()["doses"]
    planned = Prescription([REGIMEN], US, DAYS).plans[0].minute
    for row in range(N):
        own = doses["minute"][doses["patient"] == row]
        until = course.end_day[row] * 1440
        same(own, planned[planned < until])


def test_a_drug_whose_plan_is_over_is_decided_about_no_more():
    regimen = parse_regimen("lenalidomide 25 mg days 1-21 of 28 for 2 cycles + dexamethasone 40 mg weekly", DRUGS)
    course, _ = run(replace(PLAN, stop_at_progression=False), regimen=regimen, slope=0.12)
    decisions = course.ledger.tables()["decisions"]
    assert decisions["day"].max() < 56
    last = decisions["action"][decisions["day"] == 49]
    assert np.isin(last, (Action.HOLD, Action.STAY_HELD)).any()
    unplanned = [tick for tick, day in enumerate(course.days) if day >= 56 and not US.calendar.planned(int(day))]
    assert len(unplanned) > 5
    assert np.isnan(course.observed["anc"][:, unplanned]).all()  # a hold that is over asks for no visit
    later = parse_regimen("lenalidomide 25 mg daily for 8 weeks then 10 mg daily", DRUGS)
    again, _ = run(regimen=later)
    assert again.ledger.tables()["decisions"]["day"].max() > 56


def test_progression_free_time_ends_at_progression_death_or_last_assessment():
    events = (WatchedEvent("death", "death.cumulative_hazard", True),)
    course, _ = run(replace(PLAN, events=events), hazards={"death": 0.002}, growth=0.01)
    day, happened = course.progression_free()
    dead, progressed = course.end == End.EVENT, course.end == End.PROGRESSION
    same(happened, dead | progressed)
    same(day[dead], course.event_day["death"][dead])
    same(day[progressed], course.response.progression_day[progressed])
    same(day[~happened], np.full((~happened).sum(), DAYS))
    assert min(dead.sum(), progressed.sum(), (~happened).sum()) > 0


def test_dose_totals_add_up_to_the_ledger():
    course, _ = run()
    doses = course.ledger.tables()["doses"]
    edges = np.arange(0, DAYS + 1, 28)
    planned, given = dose_totals(doses, course.patients, 0, edges)
    own = doses["drug"] == 0
    assert planned.shape == (N, 8)
    assert planned.sum() == doses["planned"][own].sum()
    assert given.sum() == doses["given"][own].sum() < planned.sum()
    mine = own & (doses["patient"] == 7) & (doses["minute"] >= 28 * 1440) & (doses["minute"] < 56 * 1440)
    assert (planned[7, 1], given[7, 1]) == (doses["planned"][mine].sum(), doses["given"][mine].sum())


def test_a_failed_patient_is_marked_and_the_others_are_whole():
    course, _ = run(fail_at={3: 30.0})
    whole, _ = run()
    assert (course.end[3], course.end_day[3]) == (End.FAILED, 30.0)
    others = np.arange(N) != 3
    for name in course.true:
        same(course.true[name][others], whole.true[name][others])


def test_european_rules_hold_less_often_in_the_same_patients():
    us, eu = run()[0], run(replace(PLAN, protocol=EU))[0]

    def holds(course):
        return int((course.ledger.tables()["decisions"]["action"] == Action.HOLD).sum())

    assert 0 < holds(eu) < holds(us)


def test_a_regimen_without_the_ruled_drug_is_followed_without_decisions():
    course, _ = run(regimen=parse_regimen("dexamethasone 40 mg days 1,8,15,22 of 28", DRUGS))
    tables = course.ledger.tables()
    assert len(tables["decisions"]["action"]) == 0
    same(tables["doses"]["given"], tables["doses"]["planned"])


def test_a_lowered_dose_stays_lowered_when_the_plan_rises():
    regimen = parse_regimen("lenalidomide 10 mg daily for 12 weeks then 15 mg daily", DRUGS)
    course, _ = run(regimen=regimen, days=28 * 5, slope=0.06)
    doses, decisions = (course.ledger.tables()[k] for k in ("doses", "decisions"))
    lowered = np.unique(decisions["patient"][(decisions["level_after"] > 0) & (decisions["day"] < 84)])
    late = np.isin(doses["patient"], lowered) & (doses["minute"] >= 84 * 1440)
    assert (doses["given"][late] < 10).all()
    untouched = ~np.isin(doses["patient"], decisions["patient"][decisions["action"] != 0])
    same(doses["given"][untouched], doses["planned"][untouched])


def test_several_doses_a_day_share_the_level_of_the_ladder():
    """The label's ladder is in mg per day: after 25 mg a day comes 20, and 12.5 mg twice daily becomes 10 twice."""
    once, _ = run(regimen=parse_regimen("lenalidomide 25 mg days 1-21 of 28", DRUGS), days=28 * 4, slope=0.06)
    twice, _ = run(regimen=parse_regimen("lenalidomide 12.5 mg twice daily days 1-21 of 28", DRUGS), slope=0.06)
    levels = np.array([25, 20, 15, 10, 5, 2.5])
    for course, n_a_day in ((once, 1), (twice, 2)):
        doses, decisions = (course.ledger.tables()[k] for k in ("doses", "decisions"))
        seen = np.unique(doses["given"][doses["given"] > 0]) * n_a_day
        assert len(seen) > 2
        assert set(seen) <= set(levels)
        lowered = decisions["level_after"] == 1
        assert lowered.any()
        same(decisions["dose_after"][lowered], np.full(lowered.sum(), 20.0))
        same(np.unique(decisions["dose_before"][decisions["level_before"] == 0]), [25.0])


def test_a_dose_every_other_day_keeps_the_level_of_its_day():
    course, _ = run(regimen=parse_regimen("lenalidomide 15 mg every 48 h", DRUGS), slope=0.08, days=28 * 5)
    given = course.ledger.tables()["doses"]["given"]
    assert {15.0, 10.0} <= set(given.tolist()) <= {0.0, 15.0, 10.0, 5.0, 2.5}


def test_a_level_between_two_parts_of_a_day_keeps_their_proportion():
    regimen = parse_regimen("lenalidomide 15 mg daily", DRUGS)
    evening = replace(regimen.components[0], amount=5.0, times=(720,))
    plan = Prescription([replace(regimen, components=(*regimen.components, evening))], US, 7)
    therapy = Therapy.starting(plan.first_levels(0, 1), len(US.rules))
    assert therapy.dose.tolist() == [[20.0]]
    therapy.cap[0, 0], therapy.level[0, 0] = 10.0, 2
    made = plan.doses(0, 1, therapy, np.ones(1, bool))
    assert (made.given.tolist(), made.reason.tolist()) == ([7.5, 2.5], [Reason.LOWERED] * 2)


@pytest.mark.parametrize("patients", [[31, 4], [3, 3], [0, 1, 5, 2]])
def test_patients_come_in_increasing_order(patients):
    with pytest.raises(InputError, match=f"patient {patients[-1]} comes after patient {patients[-2]}") as caught:
        run(patients=patients)
    assert caught.value.where == f"place {len(patients)} of the cohort"


@pytest.mark.parametrize("days", [0, -28, 30])
def test_a_course_lasts_whole_weeks(days):
    with pytest.raises(InputError, match="a course of"):
        run(days=days)


def test_ladder_and_regimen_share_a_unit():
    component = replace(REGIMEN.components[0], unit="IU")
    with pytest.raises(InputError, match="given in IU and lowered in mg"):
        run(regimen=replace(REGIMEN, components=(component,)))


def test_progress_is_told_at_every_tick():
    told = []
    follow(ClosedFormBodies(np.arange(2)), np.arange(2), REGIMEN, PLAN, 28, 1, on_tick=lambda i, n: told.append((i, n)))
    assert told == [(i, 5) for i in range(5)]
