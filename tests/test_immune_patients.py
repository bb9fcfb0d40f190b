"""Patients with myeloma who have an immune core: infections, fevers, killing by their own cells."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import duckdb
import numpy as np
import pytest

from titer.api import read_trial
from titer.clinic.bodies import EngineBodies, rules_not_evaluated
from titer.decisions.arm import system_of
from titer.decisions.compare import Comparison, compare_regimens
from titer.decisions.replay import replay_run
from titer.decisions.response import follow_response, prepare
from titer.decisions.trial import run_trial
from titer.errors import ModelError, UnitError
from titer.interop.adam.export import export_adam
from titer.library import load_plan, load_protocol, models, read_regimen, relapsed_myeloma_models, threats
from titer.library.sources import TITER
from titer.library.threats._exposures import BACTERIA
from titer.model import Challenge, Equations, Model, Parameter, Population
from titer.patients.exposure import Exposure, draw_exposures
from titer.show.publish import publish_comparison

RD = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg weekly"
N, CYCLES = 120, 4
DEEP = {"neutrophils.half_block": 0.25}  # marrow that half of the usual loss of Ikaros blocks: deep neutropenia
KEYS = ("fever_day", "febrile_neutropenia_day", "flu_like_day", "fatigue_day", "anc_lowest", "pfs_day")


@cache
def compared(chunk: int = N, deep: bool = False, rtol: float = 1e-5) -> Comparison:
    return compare_regimens(
        [RD, "dexamethasone 40 mg weekly"],
        n=N,
        cycles=CYCLES,
        protocol="none",
        chunk=chunk,
        immune=True,
        overrides=DEEP if deep else None,
        rtol=rtol,
    )


def test_encounters_come_at_the_rate_and_size_declared():
    people, days = np.arange(2000), 1000.0
    row, day, amount = draw_exposures(BACTERIA, 3, people, days)
    expected = BACTERIA.rate.value * days
    per_person = np.bincount(row, minlength=len(people))
    # A Poisson count: mean and variance are equal; 2,000 people know the mean to 0.4% (2 standard errors).
    assert per_person.mean() == pytest.approx(expected, rel=0.006)
    assert per_person.var() == pytest.approx(expected, rel=0.1)
    assert np.median(amount) == pytest.approx(BACTERIA.amount.value, rel=0.02)
    assert np.log(amount).std() == pytest.approx(BACTERIA.amount.log_sd, rel=0.02)
    assert (np.diff(day)[np.diff(row) == 0] > 0).all()


def test_a_longer_span_and_other_people_change_no_encounter():
    few = draw_exposures(BACTERIA, 1, [7], 100.0)
    many = draw_exposures(BACTERIA, 1, [3, 7, 9], 400.0)
    own = (many[0] == 1) & (many[1] < 100.0)
    assert len(few[0]) >= 2
    assert np.array_equal(few[1], many[1][own])
    assert np.array_equal(few[2], many[2][own])


@pytest.mark.parametrize(("value", "at"), [(0.0, "titer: x"), (1.0, "nowhere: x")])
def test_an_exposure_without_size_or_source_is_refused(value, at):
    rate = Parameter("rate", value, "1/day", "encounters", at, "assumed")
    with pytest.raises(ModelError, match="exposure 'bad'"):
        Exposure("bad", "threat", rate, BACTERIA.amount, BACTERIA.sources)


def test_a_spread_that_would_not_be_drawn_is_refused():
    for wrong in ({"rate": replace(BACTERIA.rate, cv=0.5)}, {"amount": replace(BACTERIA.amount, cv=None, sd=10.0)}):
        with pytest.raises(ModelError, match="would not be drawn"):
            replace(BACTERIA, **wrong)


def test_an_encounter_counts_in_any_unit():
    regimen = read_regimen("dexamethasone 40 mg weekly")
    system, kernel = system_of([regimen], [load_protocol("none")], immune=True)
    per_litre = replace(BACTERIA.amount, value=1e3 * BACTERIA.amount.value, unit="1/L")
    hourly = replace(BACTERIA.rate, value=BACTERIA.rate.value / 24, unit="1/h")
    ends = []
    for exposure in (BACTERIA, replace(BACTERIA, rate=hourly, amount=per_litre)):
        bodies = EngineBodies(
            kernel, system.typical()[None], regimen, patients=[7], exposures=(exposure,), n_days=60.0, seed=1
        )
        bodies.advance(60.0, None)
        ends.append(bodies.ensemble.states[0])
    # 1e-4: at a relative tolerance of 1e-6 a step, dose and moment differ by a rounding
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-4, atol=1e-9)
    untouched = EngineBodies(kernel, system.typical()[None], regimen, patients=[7])
    untouched.advance(60.0, None)
    assert not np.allclose(untouched.ensemble.states[0], ends[0], rtol=1e-4, atol=1e-9)


def test_an_amount_in_a_unit_that_nothing_takes_is_refused():
    regimen = read_regimen("dexamethasone 40 mg weekly")
    system, kernel = system_of([regimen], [load_protocol("none")], immune=True)
    grams = replace(BACTERIA, amount=replace(BACTERIA.amount, unit="g"))
    with pytest.raises(UnitError, match="'g'"):
        EngineBodies(kernel, system.typical()[None], regimen, patients=[7], exposures=(grams,), n_days=60.0)


def test_a_threat_that_has_a_number_twice_is_refused():
    threat = threats()["virus"]
    with pytest.raises(ModelError, match="more than once"):
        replace(threat, numbers=(*threat.numbers, threat.numbers[0]))


def test_every_patient_is_followed_to_an_end():
    for arm in (*compared().arms, *compared(deep=True).arms):
        assert "failed" not in arm.statuses
        assert sum(arm.statuses.values()) == N


def test_a_patient_depends_on_nobody_else():
    whole, parts = compared(), compared(chunk=50)
    for one, other in zip(whole.arms, parts.arms, strict=True):
        for name in KEYS:
            assert np.array_equal(one.outcomes[name], other.outcomes[name], equal_nan=True)


def test_neutropenia_lets_bacteria_grow_into_a_fever():
    """The chain drug, marrow, neutrophils, bacterium, cytokines, temperature, without a drawn number in it."""
    deep, alone = compared(deep=True).arms
    usual = compared().arms[0]
    assert deep.figures["febrile_neutropenia"].value > usual.figures["febrile_neutropenia"].value
    assert deep.figures["febrile_neutropenia"].value > 0.1  # in deep neutropenia it is common, not an exception
    assert alone.figures["febrile_neutropenia"].value == 0
    lowest = np.concatenate([arm.outcomes["anc_lowest"] for arm in (deep, usual, alone)])
    ill = ~np.isnan(np.concatenate([arm.outcomes["fever_day"] for arm in (deep, usual, alone)]))
    assert ill[lowest < 0.5].mean() > 5 * ill[lowest >= 1.0].mean()


def test_febrile_neutropenia_is_a_fever_with_low_neutrophils():
    arm = compared(deep=True).arms[0]
    ill = ~np.isnan(arm.outcomes["febrile_neutropenia_day"])
    assert ill.any()
    assert (arm.outcomes["fever_day"][ill] <= arm.outcomes["febrile_neutropenia_day"][ill]).all()
    # Weekly reports cannot miss a plateau of neutropenia by much: assay noise and a rise within the week.
    assert (arm.outcomes["anc_lowest"][ill] < 1.5).all()


@pytest.mark.parametrize("day", ["fever_day", "flu_like_day", "fatigue_day"])
def test_illnesses_do_not_depend_on_the_tolerance(day):
    rough, fine = (one.arms[0].outcomes[day] for one in (compared(deep=True), compared(deep=True, rtol=1e-7)))
    both = [~np.isnan(one) for one in (rough, fine)]
    # A patient on the margin between clearing and not may fall on either side.
    assert (both[0] != both[1]).mean() <= 0.02
    shared = both[0] & both[1]
    moved = np.abs(rough[shared] - fine[shared])
    assert np.median(moved) < 0.01


def test_killing_by_cells_gives_the_response_of_the_calibrated_equation():
    """`effectors` stands in for `killing`, to which the disease was calibrated; it is not fitted to any response."""
    plain = compare_regimens([RD], n=N, cycles=CYCLES, protocol="none")
    with_cells = compared().arms[0].figures["orr"].value
    # 6 of the 120 patients may lie on the other side of a partial response.
    assert with_cells == pytest.approx(plain.arms[0].figures["orr"].value, abs=0.05)


def test_patients_without_the_core_stay_as_they_are():
    keys = [model.key for model in relapsed_myeloma_models()]
    assert "killing" in keys
    assert not {"effectors", "antigen", "fever"} & set(keys)
    with_core = [model.key for model in relapsed_myeloma_models(immune=True)]
    assert "killing" not in with_core
    assert {"effectors", "antigen", "fever", "illness", "coactivation", "steroid"} <= set(with_core)
    assert "illness" in models()


@pytest.mark.parametrize("immune", [False, True])
def test_rules_about_fever_are_evaluated_where_there_is_a_temperature(immune):
    regimen = read_regimen("lenalidomide 20 mg days 1-21 of 28")
    protocol = load_protocol("lymphoma")
    about_fever = {rule.name for rule in protocol.rules if "temperature" in str(getattr(rule, "when", ""))}
    system, kernel = system_of([regimen], [protocol], immune=immune)
    told = rules_not_evaluated(kernel, system.typical()[None], regimen, load_plan("lymphoma", immune=immune))
    assert about_fever
    assert bool(about_fever & set(told)) is not immune


def test_a_trial_of_patients_with_a_core_counts_fevers(tmp_path):
    study = tmp_path / "study.toml"
    study.write_text(
        f"""
name = "core"
patients = 60
follow_up_month = 4
immune = true
[set]
"neutrophils.half_block" = 0.25
[[arms]]
name = "with"
regimen = "{RD}"
protocol = "none"
[[arms]]
name = "without"
regimen = "dexamethasone 40 mg weekly"
protocol = "none"
""",
        encoding="utf-8",
    )
    treated, alone = (figures["febrile_neutropenia"] for figures in run_trial(read_trial(study)).figures)
    assert treated.value > 0.1 > alone.value == 0


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("immune") / "run"
    publish_comparison(folder, [RD], n=40, cycles=3, protocol="lymphoma", immune=True, overrides=DEEP)
    return folder


def test_a_stored_run_replays(stored):
    replay = replay_run(stored)
    assert replay.passed
    assert "temperature" in replay.differences


def test_fevers_are_adverse_events_and_a_time(stored, tmp_path):
    export_adam(stored, tmp_path / "adam", form="parquet")

    def counted(column, file, where="true"):
        return dict(duckdb.sql(f"select {column}, count(*) from '{file}' where {where} group by all").fetchall())

    events, told = counted("event", stored / "events" / "*.parquet"), counted("AEDECOD", tmp_path / "adam/adae.parquet")
    assert told["Fever"] == events["fever"]
    assert told["Febrile neutropenia"] == events["febrile_neutropenia"] > 0
    assert told["Flu like symptoms"] == events["flu_like"] > 0
    assert told["Fatigue"] == events["fatigue"] > 0
    graded = counted("AETOXGR", tmp_path / "adam/adae.parquet", "AEDECOD in ('Flu like symptoms', 'Fatigue')")
    assert graded == {"2": events["flu_like"] + events["fatigue"]}
    censored = counted("CNSR", tmp_path / "adam/adtte.parquet", "PARAMCD = 'TTFEBNEU'")
    assert sum(censored.values()) == 40
    assert censored[0] == told["Febrile neutropenia"]


def test_the_report_says_that_patients_have_a_core_and_what_they_met(stored):
    report = (stored / "report.html").read_text(encoding="utf-8")
    assert "Immune core" in report
    assert "encounters with bacteria" in report  # among the numbers that were assumed
    assert "flu-like score, 0 to 28, from which an illness is moderate" in report
    assert "Flu-like illness, grade 2+" in report
    assert "Nobody gets antibiotics" in report
    assert "Not modelled: infection" not in report


def lengths_of(score, tired):
    """Hours of flu-like illness and of fatigue after two days on which both scores are held."""
    levels = Model(
        key="levels",
        name="levels_test",
        title="Held scores",
        doc="",
        time="h",
        sources={"titer": TITER},
        population=Population("nobody"),
        states=(),
        parameters=tuple(Parameter(name, 0.0, "", name, "titer: test", "assumed") for name in ("score", "tired")),
        equations=lambda t, x, p, s: Equations({}, signals={"symptom_score": p.score, "fatigue": p.tired}),
        provides=("symptom_score", "fatigue"),
    )
    held = {"levels.score": score, "levels.tired": tired}
    found = follow_response(prepare([levels, models()["illness"]]), np.array([0.0, 2.0]), changed=held).series
    return found["illness.flu_like_h"][0, -1], found["illness.fatigue_h"][0, -1]


def test_an_illness_and_a_fatigue_last_as_long_as_they_are_moderate():
    assert lengths_of(5.99, 1.99) == (0, 0)
    assert lengths_of(6.0, 1.99) == pytest.approx((48, 0))
    assert lengths_of(5.99, 2.0) == pytest.approx((0, 48))


def test_volunteers_given_endotoxin_have_a_flu_like_illness_and_no_lasting_fatigue():
    """2 ng/kg give scores of 6 to 12 (remembered) and make ill for 2-4 h."""
    body = prepare([models()[key] for key in ("endotoxin", "fever", "symptoms", "illness")])
    days = np.linspace(0, 2, 481)
    found = follow_response(body, days, challenges=[Challenge(0.0, "endotoxin", 2.0)]).series
    assert 2 < found["illness.flu_like_h"].max() < 4
    assert found["illness.fatigue_h"].max() == 0


def test_infections_in_neutropenia_make_ill_and_tired():
    """From bacteria to cytokines, fever, illness and fatigue, without a drawn number in it."""
    deep, alone = compared(deep=True).arms
    usual = compared().arms[0]
    fevers = ~np.isnan(deep.outcomes["fever_day"])
    for name in ("flu_like", "fatigue"):
        assert deep.figures[name].value > usual.figures[name].value
        assert deep.figures[name].value > 0.1 > alone.figures[name].value  # common in deep neutropenia only
        ill = ~np.isnan(deep.outcomes[f"{name}_day"])
        assert fevers[ill].mean() > 0.8  # few feel much without reaching 38 degC
    assert compared(deep=True).as_json()["regimens"][0]["fatigue"]["low"] > 0


def test_a_rule_may_stop_a_drug_for_fatigue(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        """
[protocol]
name = "stop for fatigue"
extends = "none"
source = "a test"
[[stop]]
name = "fatigue"
drugs = ["lenalidomide"]
when = "fatigue"
""",
        encoding="utf-8",
    )
    alone = "lenalidomide 25 mg days 1-21 of 28"
    outcomes = compare_regimens([alone], n=40, cycles=3, protocol=own, immune=True, overrides=DEEP).arms[0].outcomes
    tired, stopped = outcomes["fatigue_day"], outcomes["toxicity_stop_day"]
    assert np.isfinite(stopped).sum() > 0
    assert (stopped >= tired)[np.isfinite(stopped)].all()  # false where a patient was never tired
