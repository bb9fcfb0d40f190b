"""The clinic with the engine: the laws of the ledger on compiled kernels."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from clinic_protocols import NEVER_ACT, US, WORDS, at_least, below
from clinic_system import clinic_system, own_parameters
from titer.clinic.attendance import Attendance, Diary
from titer.clinic.bodies import EngineBodies, run_course, scheduled_events
from titer.clinic.conditions import Compare
from titer.clinic.course import ClinicPlan, End, WatchedEvent, follow
from titer.clinic.doses import Doses
from titer.clinic.ledger import replay_schedule
from titer.clinic.plan import further_components
from titer.clinic.protocol import CycleRule, StartRule, SupportRule
from titer.clinic.therapy import Action
from titer.dosing.parse import parse_regimen
from titer.dosing.regimen import Component
from titer.engine import bolus, compile_kernel, infusion, merge
from titer.errors import InputError, ModelError
from titer.library.rules.assays import ASSAYS
from titer.library.rules.imwg import IMWG_2016
from titer.library.rules.myeloma import EVENTS

DRUGS = ["lenalidomide", "dexamethasone"]
REGIMEN = parse_regimen("lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28", DRUGS)
SIGNALS = ("anc", "platelets", "haemoglobin", "m_protein")
CLINIC = ClinicPlan(US, ASSAYS, IMWG_2016, EVENTS)
DAYS, N, SEED = 28 * 5, 40, 3
PATIENTS = np.arange(N)


@cache
def kernel(method="explicit"):
    return compile_kernel(clinic_system(), method)


def parameters(patients):
    return own_parameters(clinic_system(), patients, SEED)


def run(plan=CLINIC, patients=PATIENTS, method="explicit", **options):
    own = np.asarray(patients)
    return run_course(kernel(method), parameters(own), own, REGIMEN, plan, DAYS, SEED, **options)


def bodies(patients=PATIENTS, events=(), **options):
    return EngineBodies(kernel(), parameters(patients), REGIMEN, patients=patients, events=events, seed=SEED, **options)


def same_course(left, right, rows=slice(None)):
    for name in SIGNALS:
        np.testing.assert_array_equal(left.true[name], right.true[name][rows])
        np.testing.assert_array_equal(left.observed[name], right.observed[name][rows])
    np.testing.assert_array_equal(left.end_day, right.end_day[rows])
    for name in left.event_day:
        np.testing.assert_array_equal(left.event_day[name], right.event_day[name][rows])


def test_every_kind_of_thing_happens_in_this_cohort():
    course = run()
    actions = set(course.ledger.tables()["decisions"]["action"].tolist())
    assert {Action.HOLD, Action.STAY_HELD, Action.RESUME, Action.RESUME_LOWER, Action.NONE} <= actions
    assert {End.COMPLETED, End.PROGRESSION, End.EVENT} <= set(course.end.tolist())
    assert (~np.isnan(course.event_day["vte"])).any()


def test_rules_that_never_act_give_the_static_run_bit_for_bit():
    silent = replace(US, rules=tuple(replace(rule, when=Compare("anc", "<", 1e-9, "10^9/L")) for rule in US.rules))
    with_rules = run(replace(CLINIC, protocol=silent, stop_at_progression=False))
    without = run(replace(CLINIC, protocol=NEVER_ACT, stop_at_progression=False))
    same_course(with_rules, without)
    # the whole plan given to the engine at once, stopping at the same days and knowing no clinic
    static = bodies(events=EVENTS)
    schedule = replay_schedule(without.ledger.tables()["doses"], PATIENTS)
    ensemble, columns = static.ensemble, [kernel().output_names.index(name) for name in SIGNALS]
    whole = scheduled_events(static, schedule)
    for tick in range(1, len(without.days)):
        values = ensemble.advance(float(without.days[tick]), whole if tick == 1 else None)[:, 0, columns]
        alive = without.end_day >= without.days[tick]
        for k, name in enumerate(SIGNALS):
            np.testing.assert_array_equal(without.true[name][alive, tick], values[alive, k].astype(np.float32))


def test_replaying_the_ledger_gives_the_same_trajectories_within_tolerance():
    course = run()
    held = course.ledger.tables()["doses"]["given"] == 0
    assert held.any()
    again = bodies(rtol=1e-6)
    schedule = replay_schedule(course.ledger.tables()["doses"], PATIENTS)
    times = course.days.astype(float)
    columns = [kernel().output_names.index(name) for name in SIGNALS]
    values = again.ensemble.advance(times[-1], scheduled_events(again, schedule), times=times)[:, :, columns]
    for k, name in enumerate(SIGNALS):
        seen = ~np.isnan(course.true[name])
        # rtol 1e-6 a step, other steps because nothing stops at visits, float32 storage (6e-8)
        np.testing.assert_allclose(values[..., k][seen], course.true[name][seen], rtol=2e-5)


RENAL = StartRule(name="renal", drug="lenalidomide", when=Compare("crcl", "<", 60.0, "mL/min"), dose=15.0, **WORDS)
NEEDS = CycleRule(name="day 1", needs=at_least("anc", 1.2), lower_after_day=7, **WORDS)
GROWTH = SupportRule(
    name="growth factor", when=below("anc", 1.0), give=Component("filgrastim", 300.0, "ug", n_days=5), **WORDS
)
STEROID = SupportRule(
    name="steroid", when=below("platelets", 80.0), give=Component("dexamethasone", 4.0, n_days=3), **WORDS
)
EVERYTHING = replace(US, rules=(*US.rules, RENAL, NEEDS, GROWTH, STEROID))
SALVAGE = parse_regimen("dexamethasone 40 mg days 1-4 of 28 + lenalidomide 10 mg daily", DRUGS)
ADAPTIVE = replace(
    CLINIC, protocol=EVERYTHING, attendance=Attendance(0.1, 3, 0.1, 0.5), after_progression=SALVAGE, events=EVENTS
)
FACTS = {"crcl": np.where(PATIENTS % 3, 90.0, 45.0)}


def test_replaying_every_kind_of_change_gives_the_same_trajectories_within_tolerance():
    course = run(ADAPTIVE, facts=FACTS)
    words = {course.ledger.words["reason"][code] for code in course.ledger.tables()["doses"]["reason"]}
    assert words >= {"planned", "lowered", "held", "missed", "starting dose", "support"}
    actions = set(course.ledger.tables()["decisions"]["action"].tolist())
    assert actions >= {Action.DELAY_CYCLE, Action.START_CYCLE, Action.GIVE, Action.START_LOWER, Action.STOP}
    assert (~np.isnan(course.crossover_day)).any()
    assert course.not_evaluated == {"growth factor": "filgrastim is given without effect: this run has no model of it"}
    again = bodies(further=further_components(REGIMEN, ADAPTIVE))
    schedule = replay_schedule(course.ledger.tables()["doses"], PATIENTS)
    columns = [kernel().output_names.index(name) for name in SIGNALS]
    times = course.days.astype(float)
    values = again.ensemble.advance(times[-1], scheduled_events(again, schedule), times=times)[:, :, columns]
    for k, name in enumerate(SIGNALS):
        seen = ~np.isnan(course.true[name])
        np.testing.assert_allclose(values[..., k][seen], course.true[name][seen], rtol=2e-5)  # as above


def test_looking_back_into_the_week_changes_no_trajectory():
    window = replace(CLINIC, protocol=NEVER_ACT, exact=True, stop_at_progression=False)
    drawn = Attendance(window_day=6)
    plain, course = (run(replace(window, attendance=a)) for a in (Attendance(), drawn))
    for name in SIGNALS:
        np.testing.assert_array_equal(plain.true[name], course.true[name])
    ago = Diary(drawn, SEED, PATIENTS, len(course.days)).drawn_days_ago
    body = bodies()
    schedule = replay_schedule(plain.ledger.tables()["doses"], PATIENTS)
    place, days = kernel().output_names.index("anc"), np.arange(57.0)
    daily = body.ensemble.advance(56.0, scheduled_events(body, schedule), times=days)[:, :, place]
    seen = ~np.isnan(course.observed["anc"][:, :9])
    expected = np.stack([daily[PATIENTS, 7 * tick - ago(tick)] for tick in range(9)], axis=1)
    np.testing.assert_allclose(course.observed["anc"][:, :9][seen], expected[seen], rtol=2e-5)
    assert seen.all(axis=0).sum() > 3


@pytest.mark.parametrize("patients", [[17], [4, 31], list(range(20))])
def test_a_patient_has_the_same_course_alone_and_in_a_cohort(patients):
    cohort, part = run(), run(patients=patients)
    same_course(part, cohort, patients)
    for table, columns in part.ledger.tables().items():
        whole = cohort.ledger.tables()[table]
        mine = np.isin(whole["patient"], patients)
        for name in columns:
            order = np.lexsort((columns["patient"],))
            other = np.lexsort((whole["patient"][mine],))
            np.testing.assert_array_equal(columns[name][order], whole[name][mine][other])


def test_threads_change_nothing():
    patients = np.arange(200)
    same_course(run(patients=patients, threads=1), run(patients=patients, threads=2))


def test_explicit_and_stiff_methods_make_the_same_decisions():
    one, two = run(), run(method="stiff")
    left, right = (c.ledger.tables()["decisions"] for c in (one, two))
    for name in ("patient", "day", "action", "level_after"):
        np.testing.assert_array_equal(left[name], right[name])


def test_bioavailability_and_lag_act_on_the_doses_of_the_clinic():
    body = bodies(np.arange(2))
    clock = follow(bodies(np.arange(2)), np.arange(2), REGIMEN, replace(CLINIC, events=()), 28, SEED)
    events = scheduled_events(body, replay_schedule(clock.ledger.tables()["doses"], np.arange(2)))
    gut = clinic_system().state_index("drug.gut")
    own = events.target == gut
    assert set(events.value[own]) <= {20.0, 16.0}
    assert np.allclose(events.time[own] % 1, 0.02)
    assert set(events.value[~own]) == {40.0}
    assert np.allclose(events.time[~own] % 7, 0)


def test_infusions_enter_at_a_rate_that_sums_to_the_dose():
    regimen = parse_regimen("dexamethasone 40 mg iv over 2 h days 1,8 of 28", DRUGS)
    component = replace(regimen.components[0], route="")
    fixed = replace(regimen, components=(component,))
    body, again = (EngineBodies(kernel(), parameters(np.arange(2)), fixed, patients=[0, 1]) for _ in range(2))
    course = follow(body, np.arange(2), fixed, ClinicPlan(NEVER_ACT, ASSAYS, IMWG_2016), 28, SEED)
    events = scheduled_events(again, replay_schedule(course.ledger.tables()["doses"], np.arange(2)))
    assert np.allclose(np.abs(events.value), 40 * 12)
    assert np.isclose(np.sum(events.value), 0)
    assert np.allclose(np.diff(events.time.reshape(-1, 2), axis=1), 2 / 24)


def test_the_clinic_makes_the_events_that_bolus_and_infusion_make():
    """One place turns doses into events, whoever asks."""
    system, own = clinic_system(), np.arange(3)
    values = parameters(own)
    planned = Doses(
        row=np.array([0, 0, 2]),
        component=np.array([0, 1, 1], np.int32),
        drug=np.array([0, 1, 1], np.int8),
        minute=np.array([0, 720, 1440]),
        planned=np.array([25.0, 40.0, 40.0]),
        given=np.array([20.0, 40.0, 40.0]),
        duration=np.array([0, 90, 90], np.int32),
        reason=np.zeros(3, np.int8),
    )
    made = EngineBodies(kernel(), values, REGIMEN, patients=own).events(planned)
    swallowed = bolus(system, "lenalidomide", values, 0, 0.0, 20.0)
    dripped = infusion(system, "dexamethasone", values, [0, 2], [0.5, 1.0], 40.0, duration=1.5 / 24)
    expected = merge(swallowed, dripped)
    for name in ("start", "time", "kind", "target", "value"):
        np.testing.assert_array_equal(getattr(made, name), getattr(expected, name))


def test_event_days_cross_the_patients_own_draw():
    course = run(replace(CLINIC, stop_at_progression=False))
    from titer.patients import streams

    threshold = streams.exponential(SEED, PATIENTS, "event:vte", 1)[:, 0]
    happened = ~np.isnan(course.event_day["vte"])
    np.testing.assert_allclose(course.event_day["vte"][happened], threshold[happened] / 0.001, rtol=1e-6)
    assert (threshold[~happened] / 0.001 > course.end_day[~happened] - 1e-6).all()


def test_a_system_without_a_signal_or_state_is_refused():
    system = clinic_system()
    blind = compile_kernel(system, "explicit", outputs=["anc", "platelets", "m_protein"])
    typical = system.typical()
    with pytest.raises(InputError, match="does not provide 'haemoglobin'"):
        EngineBodies(blind, typical, REGIMEN, patients=[0])
    with pytest.raises(InputError, match="no drug 'thalidomide'"):
        EngineBodies(kernel(), typical, parse_regimen("thalidomide 100 mg daily", ["thalidomide"]), patients=[0])
    with pytest.raises(ModelError, match="no state 'stroke"):
        events = (WatchedEvent("stroke", "stroke.cumulative_hazard"),)
        EngineBodies(kernel(), typical, REGIMEN, patients=[0], events=events)


def test_a_patient_who_fails_is_marked_and_the_others_keep_their_bits():
    values = parameters(PATIENTS)
    values[5, clinic_system().parameter_index("tumour.growth")] = 600.0  # overflows in the second day
    broken = run_course(kernel(), values, PATIENTS, REGIMEN, CLINIC, DAYS, SEED)
    whole = run()
    assert broken.end[5] == End.FAILED
    assert 0 < broken.end_day[5] < 7
    others = PATIENTS != 5
    for name in SIGNALS:
        np.testing.assert_array_equal(broken.true[name][others], whole.true[name][others])


def test_a_signal_in_another_unit_than_rules_have_is_refused(monkeypatch):
    monkeypatch.setitem(kernel().system.units, "haemoglobin", "g/dL")
    with pytest.raises(InputError, match="gives haemoglobin in 'g/dL'"):
        bodies()
