"""A trial from study file to verdict: data cuts, looks, endpoints as they were known, workers, and repeated trials."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from clinic_bodies import ClosedFormBodies
from titer.clinic.conditions import Compare
from titer.clinic.course import End, WatchedEvent, follow
from titer.clinic.protocol import CycleRule
from titer.clinic.response import Response
from titer.decisions.repeat import repeat_trial
from titer.decisions.trial import LIGHT_TABLES, WHOLE_TABLES, arms_of_chunk, run_trial
from titer.decisions.trial_job import TrialJob, _auc_per_dose
from titer.engine import BOLUS, Ensemble, make_events
from titer.errors import InputError
from titer.library import load_plan, read_regimen
from titer.library.rules.ctcae import ctcae
from titer.model.declare import Source
from titer.patients.individuals import individual_parameters
from titer.show.publish_trial import draw_trial
from titer.trials.analysis import NO_RATIO, Cut, Judgement, Look, Verdict, _decision, cut_by_events, judge, taking_part
from titer.trials.chunks import Chunk, Workers
from titer.trials.columns import ChunkTables, Words
from titer.trials.design import candidates, design_of
from titer.trials.digest import content_digest
from titer.trials.endpoints import ILLNESSES, burden, doses_until_crossover, endpoints
from titer.trials.enrolment import Enrolment, enrol
from titer.trials.followed import Followed, join_light
from titer.trials.looks import boundaries
from titer.trials.store import ResultStore
from titer.trials.study_file import parse_study
from titer.trials.summary import FIGURES, first_event
from titer.trials.survival import TestResult

GRADES = {test: ctcae(test, "5") for test in ("anc", "platelets", "haemoglobin")}
STUDY = """
name = "small"
patients = 44
follow_up_month = 9
[[arms]]
name = "d"
regimen = "dexamethasone 40 mg days 1-4,9-12,17-20 of 28"
at_progression = { crossover = "Rd" }
[[arms]]
name = "Rd"
regimen = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28"
[eligibility.criteria]
kidneys = "crcl >= 50 mL/min"
[randomisation]
strata = ["prior_lines >= 2"]
[accrual]
duration_month = 6
[dropout]
per_year = 0.15
[visits]
missed = 0.05
[adherence]
missed_dose = 0.05
[analysis]
cut_events = 20
"""


@pytest.fixture(scope="module")
def design():
    return design_of(parse_study(STUDY))


@pytest.fixture(scope="module")
def trial(design):
    return run_trial(design)


@pytest.fixture(scope="module")
def digest(design, tmp_path_factory):
    """Of the tables of the whole trial, written in one chunk."""
    folder = tmp_path_factory.mktemp("whole")
    with ResultStore(folder) as store:
        run_trial(design, store=store, chunk=1000)
        store.finish({})
    return content_digest(folder)


# ---------------------------------------------------------------- what was known on a day

N, REGIMEN = 120, read_regimen("lenalidomide 25 mg days 1-21 of 28")
EVENTS = (WatchedEvent("vte", "a hazard"), WatchedEvent("death", "a hazard", terminal=True))
PLAN = replace(load_plan("us-label"), events=EVENTS, after_progression=read_regimen("lenalidomide 10 mg daily"))


def course_of(days, plan=PLAN, leave_day=None):
    numbers = np.arange(N)
    bodies = ClosedFormBodies(numbers, hazards={"vte": 1 / 900, "death": 1 / 700}, growth=0.006, fail_at={5: 100.0})
    leaving = np.where(numbers % 9 == 0, 150.0, np.inf) if leave_day is None else leave_day
    return follow(bodies, numbers, REGIMEN, plan, days, 1, leave_day=leaving)


def assert_same_endpoints(left, right, skipped=()):
    assert set(left) == set(right)
    for name in set(left) - set(skipped):
        np.testing.assert_array_equal(left[name], right[name], err_msg=name)


def test_endpoints_at_a_cut_are_those_of_a_run_that_ended_there():
    """The strongest test of the data cut: nothing of the later course may leak into it."""
    long, short = course_of(28 * 24), course_of(28 * 10)
    cut = Followed.of_course(long).until(28 * 10)
    there, here = endpoints(cut, GRADES, "lenalidomide"), endpoints(short, GRADES, "lenalidomide")
    # What is given at the last visit is given in one run only; a plan's end is the run's end in the other.
    skipped = {"relative_dose_intensity", "cumulative_dose", "therapy_end_day"}
    assert_same_endpoints(there, here, skipped)
    assert np.allclose(there["relative_dose_intensity"], here["relative_dose_intensity"], atol=0.02, equal_nan=True)
    assert (there["pfs_event"].sum(), there["os_event"].sum()) != (0, 0)
    assert (cut.end == End.FAILED).sum() == 1


NEEDS = CycleRule(
    name="day 1 counts",
    needs=Compare("anc", ">=", 2.0, "10^9/L"),
    wording="Invented for tests.",
    source=Source("Author 2020"),
)


def waiting_course(days=28 * 24):
    protocol = replace(PLAN.protocol, rules=(*PLAN.protocol.rules, NEEDS))
    return course_of(days, replace(PLAN, protocol=protocol))


def test_waiting_lowers_dose_intensity_by_the_calendar():
    """By hand: 28 days of 10 mg planned, half of it given; the next cycle waits from day 28 until day 63."""
    known = replace(
        Followed.of_course(course_of(28 * 10)).select([0, 1]),
        doses={
            "patient": np.repeat([0, 1], 28),
            "drug": Words(np.zeros(56, np.int8), ["lenalidomide"]),
            "minute": np.tile(np.arange(28) * 1440, 2),
            "planned": np.full(56, 10.0),
            "given": np.tile([10.0, 0.0], 28),
        },
        decisions={
            "patient": np.array([0] * 10),
            "day": np.repeat([28, 35, 42, 49, 56], 2),
            "drug": Words(np.tile(np.array([0, 1], np.int8), 5), ["lenalidomide", "dexamethasone"]),
            "action": Words(np.zeros(10, np.int8), ["delay cycle"]),
        },
        therapy_end_day=np.array([59.0, 59.0]),
        crossover_day=np.full(2, np.nan),
    )
    found = endpoints(known, GRADES, "lenalidomide")
    assert found["delay_day"].tolist() == [31.0, 0.0]  # four weeks, and three days of the fifth
    assert found["any_delay"].tolist() == [True, False]
    assert found["relative_dose_intensity"].tolist() == [pytest.approx(0.5 * 28 / 59), 0.5]


def test_days_of_waiting_are_those_of_the_course_and_of_the_cut():
    course = waiting_course()
    found = endpoints(course, GRADES, "lenalidomide")
    stays = np.isnan(course.crossover_day)
    assert found["any_delay"].sum() > 5
    assert (found["delay_day"] <= found["therapy_end_day"]).all()
    assert (np.abs(found["delay_day"] - course.delay_day)[stays] <= 7).all()
    cut = endpoints(Followed.of_course(course).until(28 * 10), GRADES, "lenalidomide")
    short = endpoints(waiting_course(28 * 10), GRADES, "lenalidomide")
    treated = cut["therapy_end_day"] == short["therapy_end_day"]
    assert treated.sum() > 60
    np.testing.assert_array_equal(cut["delay_day"][treated], short["delay_day"][treated])
    assert (cut["delay_day"] < found["delay_day"]).any()


def test_without_delays_dose_intensity_is_given_over_planned_to_the_bit():
    known = Followed.of_course(course_of(28 * 24))
    planned, given = doses_until_crossover(known, "lenalidomide")
    found = endpoints(known, GRADES, "lenalidomide")
    assert not found["any_delay"].any()
    np.testing.assert_array_equal(found["relative_dose_intensity"], given / planned)


def test_a_cut_beyond_the_end_changes_nothing():
    known = Followed.of_course(course_of(28 * 10))
    assert known.until(np.inf) is known


def test_a_progression_counts_from_the_visit_that_confirms_it():
    known = Followed.of_course(course_of(28 * 24))
    confirmed, first = known.known_progression(), known.progression_day
    some = ~np.isnan(first)
    assert some.sum() > 10
    assert (confirmed[some] > first[some]).all()
    assert np.isnan(known.until(confirmed - 1).progression_day[some]).all()
    assert (known.until(confirmed).progression_day[some] == first[some]).all()
    # Whoever had neither progressed nor died by then is censored at the last assessment.
    before = endpoints(known.until(confirmed - 1), GRADES, "lenalidomide")
    assert not before["pfs_event"][some].any()
    assert (before["pfs_day"][some] >= first[some]).all()


def test_endpoints_of_the_first_line_end_with_it():
    course = course_of(28 * 24)
    found = endpoints(course, GRADES, "lenalidomide")
    crossed = ~np.isnan(course.crossover_day)
    assert crossed.sum() > 10
    assert (found["hold_day"][crossed & found["any_hold"]] < course.crossover_day[crossed & found["any_hold"]]).all()
    without = endpoints(course_of(28 * 24, replace(PLAN, after_progression="follow")), GRADES, "lenalidomide")
    for name in ("relative_dose_intensity", "cumulative_dose", "anc_worst_grade", "hold_day", "best_response"):
        np.testing.assert_array_equal(found[name], without[name], err_msg=name)


def test_endpoints_say_what_the_course_says():
    course = course_of(28 * 12)
    found, (pfs, happened) = endpoints(course, GRADES, "lenalidomide"), course.progression_free()
    assert (found["best_response"] == course.response.best).all()
    assert (found["pfs_day"] == pfs).all()
    assert (found["pfs_event"] == happened).all()
    assert (found["os_event"] == (course.end == End.EVENT)).all()
    assert (found["vgpr_or_better"] == (course.response.best >= Response.VERY_GOOD_PARTIAL)).all()
    severe = found["anc_worst_grade"] >= 3
    assert (severe == ~np.isnan(found["anc_g3_day"])).all()
    assert (found["anc_weeks_g3"] <= found["anc_weeks_g2"]).all()
    assert ((found["anc_weeks_g3"] > 0) == (found["anc_weekly_worst_grade"] >= 3)).all()


def test_burden_adds_up_to_the_weeks_of_the_patients():
    course = course_of(28 * 12)
    found = endpoints(course, GRADES, "lenalidomide")
    told = burden(Followed.of_course(course), GRADES["anc"])
    assert told["g2"].sum() == found["anc_weeks_g2"].sum()
    assert told["g3"].sum() == found["anc_weeks_g3"].sum()
    assert (told["once"] <= told["treated"]).all()
    assert len(told["weeks"]) == 12


def test_selected_patients_keep_their_endpoints():
    known = Followed.of_course(course_of(28 * 12))
    some = np.arange(N) % 3 == 1
    part, whole = (endpoints(one, GRADES, "lenalidomide") for one in (known.select(some), known))
    assert_same_endpoints(part, {name: values[some] for name, values in whole.items()})


# ---------------------------------------------------------------- tables


def with_waiting(design):
    """The same trial, whose new cycles need more neutrophils."""
    plans = [
        replace(arm.plan, protocol=replace(arm.plan.protocol, rules=(*arm.plan.protocol.rules, NEEDS)))
        for arm in design.arms
    ]
    return replace(design, arms=tuple(replace(arm, plan=plan) for arm, plan in zip(design.arms, plans, strict=True)))


@pytest.mark.parametrize("waits", [False, True], ids=["no cycle waits", "cycles wait"])
def test_what_is_read_from_tables_is_what_was_run(design, waits):
    design = with_waiting(design) if waits else design
    job = TrialJob(design)
    chunk = Chunk(0, 0, len(job))
    tables = job.run(chunk)
    for number, (name, known) in enumerate(arms_of_chunk(ChunkTables(tables), WHOLE_TABLES, job.days)):
        arm = design.arms[number]
        rows = np.flatnonzero(job.everybody.arm == number)
        cohort = candidates(design, job.everybody.patients[rows])
        parameters = individual_parameters(job.system, cohort, design.study.seed)
        course = job._course(arm, cohort, parameters, job.everybody.dropout_day[rows], lambda share: None)
        assert name == arm.name
        direct = endpoints(course, job.grades, "dexamethasone")
        assert_same_endpoints(endpoints(known, job.grades, "dexamethasone"), direct)
        stored = tables["patients"][number]
        assert (stored["os_day"] == direct["os_day"]).all()
        assert (stored["delay_day"] == direct["delay_day"]).all()
        assert waits == direct["any_delay"].any()
    entry = np.concatenate([group["entry_day"] for group in tables["entry"]])
    assert sorted(entry.tolist()) == job.everybody.entry_day.tolist()


@pytest.mark.parametrize(
    ("chunk", "workers"),
    [(11, Workers()), (7, Workers(2, "threads")), (20, Workers(2, "processes"))],
    ids=["chunks", "threads", "processes"],
)
def test_rows_depend_neither_on_chunks_nor_on_workers(design, trial, digest, chunk, workers, tmp_path):
    with ResultStore(tmp_path) as store:
        again = run_trial(design, store=store, chunk=chunk, workers=workers)
        store.finish({})
    assert content_digest(tmp_path) == digest
    assert again.as_json() == trial.as_json()


def test_a_cluster_gives_the_same_trial(design, trial, tmp_path):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
        ) as cluster,
        ResultStore(tmp_path) as store,
    ):
        workers = Workers(kind="dask", address=cluster.scheduler_address)
        assert run_trial(design, store=store, chunk=15, workers=workers).as_json() == trial.as_json()


def test_a_trial_that_was_killed_goes_on_and_ends_with_the_same_bytes(trial, digest, tmp_path):
    """`kill -9` of the whole program while chunks are being written."""
    study, out = tmp_path / "study.toml", tmp_path / "out"
    study.write_text(STUDY)
    command = [sys.executable, "-m", "titer", "trial", str(study), "--out", str(out), "--chunk", "6", "--resume"]
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal, limit = out / "unfinished" / "chunks", time.monotonic() + 120
    while len(list(journal.glob("[0-9]*.json"))) < 2 and program.poll() is None and time.monotonic() < limit:
        time.sleep(0.01)
    program.send_signal(signal.SIGKILL)
    assert program.wait() == -signal.SIGKILL
    assert not (out / "manifest.json").exists()
    subprocess.run(command, check=True, capture_output=True)
    assert content_digest(out) == digest
    assert json.loads((out / "trial.json").read_text()) == trial.as_json()


def test_a_trial_that_was_stopped_goes_on(design, trial, tmp_path):
    def stop(done, total, told):
        if done > 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), ResultStore(tmp_path) as store:
        run_trial(design, store=store, chunk=10, progress=stop)
    with ResultStore(tmp_path) as store:
        again = run_trial(design, store=store, chunk=10, resume=True)
        store.finish({})
    assert again.as_json() == trial.as_json()


# ---------------------------------------------------------------- the trial as a whole


def test_the_flow_of_patients_adds_up(trial, design):
    flow = trial.flow
    assert flow["screened"] == flow["excluded"] + flow["randomised"]
    assert flow["randomised"] == design.study.patients == sum(arm["randomised"] for arm in flow["arms"])
    assert flow["excluded_by"]["kidneys"] == flow["excluded"]
    for arm in flow["arms"]:
        assert arm["entered_by_cut"] == sum(arm["treatment"].values()) == sum(arm["observation"].values())
        assert arm["analysed"] <= arm["entered_by_cut"] <= arm["randomised"]
    assert flow["arms"][0]["crossed_over"] > 0
    assert flow["arms"][1]["crossed_over"] == 0


def test_the_data_are_cut_when_the_events_are_known(trial):
    cut, columns = trial.judgement.last.cut, trial.outcomes.columns
    assert cut.events >= 20
    assert columns["pfs_event"][trial.outcomes.analysed].sum() == cut.events
    seen_to = trial.enrolment.entry_day + columns["end_day"]
    assert seen_to[trial.outcomes.entered].max() <= cut.day


def test_every_figure_has_a_name_that_study_files_may_use(trial):
    for figures in trial.figures:
        own = {name for name in figures if not name.endswith(("_dose", "_auc")) or name == "cumulative_dose"}
        assert own == set(FIGURES) - ILLNESSES.keys()  # illnesses: of patients with an immune core only


def test_the_patients_of_a_trial_are_followed_to_the_end_in_its_tables(design, tmp_path):
    with ResultStore(tmp_path) as store:
        run_trial(design, store=store)
        store.finish({})
    from titer.trials.stored import read_table

    whole, cut = (read_table(tmp_path, name, ["end_day"]).to_pydict()["end_day"] for name in ("patients", "analysis"))
    assert sum(whole) > sum(cut)
    assert read_table(tmp_path, "assessments").num_rows > 44


def test_exposure_is_the_area_that_the_engine_integrates(design):
    job = TrialJob(design)
    cohort = candidates(design, np.arange(12))
    parameters = individual_parameters(job.system, cohort, 1)
    dosing = job.system.doses["lenalidomide"]
    state, dose = job.system.state_index(dosing.state), 25.0
    share = parameters[:, job.system.parameter_index("lenalidomide.bioavailability")]
    events = make_events(12, np.arange(12), np.zeros(12), BOLUS, np.full(12, state), dose * share)
    ensemble = Ensemble(job.kernel, parameters, rtol=1e-9, atol=1e-12)
    ensemble.advance(20.0, events)
    area = ensemble.states[:, job.system.state_index("lenalidomide.auc")]
    # Twenty days are a hundred half-lives; the engine's tolerance is what is left.
    assert np.allclose(_auc_per_dose(job.system, parameters, "lenalidomide") * dose, area, rtol=1e-6)
    assert _auc_per_dose(job.system, parameters, "dexamethasone") is None


def test_rules_that_could_not_be_evaluated_are_told(trial):
    assert trial.not_evaluated
    assert set(trial.not_evaluated) <= {"d", "Rd"}
    assert trial.as_json()["not_evaluated"] == {arm: dict(told) for arm, told in trial.not_evaluated.items()}


# ---------------------------------------------------------------- looks, on records with a closed form


def record_of(days, ends, entry, arm):
    """A light record: assessed every week; progression happens and is known on `days` where finite."""
    n = len(days)
    weeks = np.arange(0, ends.max() + 1, 7)
    row, week = np.nonzero(weeks[None, :] < np.where(np.isfinite(days), days, ends)[:, None])
    progressed = np.flatnonzero(np.isfinite(days))
    row, day = np.concatenate([row, progressed]), np.concatenate([weeks[week], days[progressed]])
    order = np.argsort(day, kind="stable")
    stays, nothing = np.full(n, np.inf), np.full(n, np.nan)
    known = Followed(
        patients=np.arange(n),
        days=np.arange(0, 7 * 200, 7),
        true={},
        observed={},
        doses={"patient": np.empty(0, np.int64)},
        decisions={"patient": np.empty(0, np.int64)},
        assessments={
            "row": row[order],
            "day": day[order],
            "response": np.full(len(row), Response.STABLE, np.int8),
            "progressed": (np.arange(len(row)) >= len(row) - len(progressed))[order],
        },
        event_day={},
        response_day=nothing,
        progression_day=np.where(np.isfinite(days), days, np.nan),
        therapy_end_day=ends,
        therapy_end=np.zeros(n, np.int8),
        crossover_day=nothing,
        end_day=ends,
        end=np.zeros(n, np.int8),
    )
    return known, Enrolment(np.arange(n), entry, np.zeros(n, np.int64), arm, stays, n, {}, 0)


def drawn(seed, n=80, ratio=1.0, mean=200.0):
    """Exponential times to progression, entries over half a year."""
    rng = np.random.default_rng(seed)
    arm, entry = np.arange(n) % 2, np.sort(rng.integers(0, 180, n))
    days = np.ceil(rng.exponential(np.where(arm == 1, mean / ratio, mean)))
    ends = np.full(n, 1400.0)
    return record_of(np.where(days <= ends, days, np.inf), ends, entry, arm)


def with_analysis(lines):
    arms = STUDY[STUDY.index("[[arms]]") : STUDY.index("[eligibility")]
    return design_of(parse_study(f'name = "s"\npatients = 80\nfollow_up_month = 46\n{arms}[analysis]\n{lines}\n'))


def test_a_large_benefit_stops_a_trial_early():
    found = judge(with_analysis("primary = 'ttp'\ncut_events = 60\nlooks = [0.5]"), *reversed(drawn(1, ratio=0.1)))
    assert found.stopped_early
    assert [look.decision for look in found.looks] == ["efficacy"]
    assert found.last.verdicts[0].success
    assert found.last.cut.events >= 30


def test_a_large_harm_stops_a_trial_and_is_no_success():
    found = judge(with_analysis("primary = 'ttp'\ncut_events = 60\nlooks = [0.5]"), *reversed(drawn(1, ratio=10.0)))
    assert found.last.decision == "harm"
    assert found.last.verdicts[0].rejected
    assert not found.last.verdicts[0].success


def test_no_benefit_stops_for_futility_where_the_study_says_so():
    lines = "primary = 'ttp'\ncut_events = 60\nlooks = [0.5]"
    assert judge(with_analysis(lines + "\nfutility = 0.2"), *reversed(drawn(2))).last.decision == "futility"
    assert judge(with_analysis(lines), *reversed(drawn(2))).last.decision == "final"


def test_events_that_never_come_are_told():
    found = judge(with_analysis("primary = 'ttp'\ncut_events = 80\nlooks = [0.9]"), *reversed(drawn(3, mean=1500.0)))
    assert [look.decision for look in found.looks] == ["final"]
    assert len(found.notes) == 2
    assert "never reached" in found.notes[0]


def test_a_calendar_cut_leaves_out_who_had_not_entered():
    record, enrolment = drawn(4)
    design = with_analysis("primary = 'ttp'\ncut_month = 3")
    found = judge(design, enrolment, record)
    part = taking_part(enrolment, record, found.last.cut)
    assert 0 < part.sum() < 80
    assert found.last.cut.day == 91
    assert (enrolment.entry_day[~part] > 91).all()


def test_the_test_rejects_a_true_null_as_often_as_planned():
    """Two looks, no difference: of 40 trials at 5%, at most 7 reject in 99.9% of samples (binomial)."""
    design = with_analysis("primary = 'ttp'\ncut_events = 60\nlooks = [0.5]\nspending = 'pocock'")
    rejected = 0
    for seed in range(40):
        record, enrolment = drawn(1000 + seed)
        rejected += judge(design, enrolment, record).last.verdicts[0].rejected
    assert rejected <= 7


def verdict(arm, z, boundary, power=0.5):
    return Verdict(arm, TestResult(z, 0.01), NO_RATIO, boundary, power)


def test_an_arm_that_crossed_its_boundary_has_crossed_it_for_good():
    """Of two arms one crosses at the first look and falls back while the trial waits for the other."""
    first = [verdict("b", 3.1, 2.9), verdict("c", 0.2, 2.9)]
    assert _decision(first, (), 0.0) == "go on"
    looks = (Look(0.5, Cut(100.0, 30, 30), tuple(first), "go on"),)
    then = [verdict("b", 2.0, 2.4), verdict("c", -2.5, 2.4)]
    assert _decision(then, looks, 0.0) == "efficacy"
    assert _decision([then[0], verdict("c", 0.1, 2.4, power=0.01)], looks, 0.05) == "efficacy"
    found = Judgement((*looks, Look(0.8, Cut(200.0, 48, 48), tuple(then), "efficacy")))
    assert [one.success for one in found.verdicts] == [True, False]
    assert [one.rejected for one in found.verdicts] == [True, True]
    assert found.verdicts[0] is first[0]


def test_a_look_spends_alpha_for_the_events_that_came():
    """Events that come in bunches: half are waited for, three quarters come on one day."""
    arm, entry = np.arange(80) % 2, np.zeros(80, np.int64)
    days = np.where(np.arange(80) < 45, 100.0, np.where(np.arange(80) < 60, 200.0, np.inf))
    record, enrolment = record_of(days, np.full(80, 1400.0), entry, arm)
    found = judge(with_analysis("primary = 'ttp'\ncut_events = 60\nlooks = [0.5, 0.6]"), enrolment, record)
    assert [look.fraction for look in found.looks] == [0.75, 1.0]
    assert found.looks[0].verdicts[0].boundary == pytest.approx(boundaries([0.75, 1.0], 0.025, "obrien-fleming")[0])
    assert "0.6 of the events fell on the day" in found.notes[0]


def test_cut_by_events_counts_every_event_of_its_day():
    assert cut_by_events(np.array([5.0, 5.0, 7.0]), 1) == Cut(5.0, 2, 1)
    assert not cut_by_events(np.array([5.0, np.inf]), 2).reached


def test_joined_records_are_in_the_order_of_patients():
    known = Followed.of_course(course_of(28 * 12))
    halves = [known.select(np.arange(N) % 2 == k) for k in (1, 0)]
    joined = join_light(halves)
    assert (joined.patients == known.patients).all()
    for name in ("best", "last_assessment"):
        np.testing.assert_array_equal(getattr(joined, name), getattr(known, name))
    np.testing.assert_array_equal(joined.known_progression(), known.known_progression())


FIXED = """
name = "fixed"
patients = 40
follow_up_month = 10
[[arms]]
name = "two cycles"
regimen = "lenalidomide 25 mg days 1-21 of 28 for 2 cycles"
[[arms]]
name = "on"
regimen = "lenalidomide 25 mg days 1-21 of 28"
at_progression = "stop"
[randomisation]
blocks = []
[dropout]
per_year = 0.5
"""


def test_a_regimen_that_was_given_whole_has_ended_treatment():
    trial = run_trial(design_of(parse_study(FIXED)))
    columns, own = trial.outcomes.columns, trial.enrolment.arm == 0
    flow = trial.flow["arms"][0]["treatment"]
    assert flow["on_treatment"] == flow["progression"] == 0
    assert flow["completed"] + flow["withdrawn"] + flow["event"] == own.sum()
    assert columns["therapy_end_day"][own].max() == 56
    assert columns["therapy_ended"][own].all()
    gone = own & (columns["end_day"] > 56) & (trial.outcomes.end == End.WITHDRAWN)
    assert gone.any()
    time, cause = first_event({name: values[gone] for name, values in columns.items()}, "vte")
    assert (cause == 2).all()  # who left after the last cycle is not censored in it
    assert (time == 56).all()
    assert trial.figures[0]["vte_by_6_month"].value == 0  # settled, as nobody is on treatment any more


def test_survival_is_not_told_of_an_arm_that_is_not_observed_after_progression():
    trial = run_trial(design_of(parse_study(FIXED)))
    assert "median_os_month" in trial.figures[0]
    assert not set(trial.figures[1]) & {"median_os_month", "survival_12_month", "survival_24_month"}
    test, ratio = trial.comparisons[1]["times"]["os"]
    assert "nobody of 'on' is observed" in test.reason == ratio.reason
    json.dumps(trial.as_json(), allow_nan=False)


def test_a_drug_of_the_crossover_is_no_dose_of_the_arm(trial):
    assert np.isnan(trial.outcomes.columns["lenalidomide_dose"][trial.enrolment.arm == 0]).all()
    assert trial.flow["arms"][0]["crossed_over"] > 0


def test_an_arm_without_patients_has_no_figures():
    text = FIXED.replace("patients = 40", "patients = 2").replace("follow_up_month = 10", "follow_up_month = 1")
    for seed in range(1, 20):
        design = design_of(parse_study(text.replace("follow_up", f"seed = {seed}\nfollow_up")))
        if len(set(enrol(design).arm)) == 1:
            break
    trial = run_trial(design)
    assert {} in trial.figures
    told = trial.as_json()
    assert told["verdicts"][0]["test"]["reason"] == "one arm has no patients"
    assert len(draw_trial(trial)) > 0


# ---------------------------------------------------------------- repeated trials


def test_repeated_trials_are_trials_and_the_first_is_the_trial_itself(design, trial):
    found = repeat_trial(design, 2, chunk=30)
    first = found.planned.trials[0].judgement
    assert [v.as_json() for v in first.last.verdicts] == [v.as_json() for v in trial.judgement.last.verdicts]
    told = found.as_json()
    assert told["planned"]["trials"] == told["null"]["trials"] == 2
    assert told["power"]["low"] <= told["power"]["value"] <= told["power"]["high"]
    again = repeat_trial(design, 2, chunk=500)
    assert again.as_json() == told


def test_a_single_arm_cannot_be_repeated(design):
    one = design_of(parse_study('name = "s"\npatients = 4\n[[arms]]\nname = "d"\nregimen = "dex 40 mg weekly"'))
    with pytest.raises(InputError, match="one arm"):
        repeat_trial(one, 3)
    with pytest.raises(InputError, match="0 trials"):
        repeat_trial(design, 0)


def test_the_null_treats_every_arm_as_the_reference(design):
    null = design.under_null()
    job = TrialJob(null, light=True)
    tables = job.run(Chunk(0, 0, len(job)))
    assert set(tables) == {*LIGHT_TABLES, "entry"}
    regimens = {group["regimen"].words[0] for group in tables["patients"]}
    assert regimens == {design.arms[0].regimen.text}
    assert (enrol(null).arm == enrol(design).arm).all()
