"""Running an event table: closed forms, another engine, the traps that others fell into, and the command.

The numbers in `MRGSOLVE` were made once with mrgsolve 2.0.2.9000 (R) and are kept here; the tests never call R:

    mod <- mcode("pk", "
    $PARAM CL=4, V=40, KA=1.2, F=0.8, LAG=0, SHARE=1
    $CMT DEPOT CENT
    $MAIN
    F_DEPOT = F;
    ALAG_DEPOT = LAG;
    F_CENT = SHARE;
    $ODE
    dxdt_DEPOT = -KA*DEPOT; dxdt_CENT = KA*DEPOT - CL/V*CENT;
    $TABLE double CONC = CENT/V;
    $CAPTURE CONC
    ", rtol=1e-12, atol=1e-14)
    r <- function(time, evid, amt=0, cmt=1, rate=0, ii=0, addl=0, ss=0, ...)
      data.frame(ID=1, time=time, evid=evid, amt=amt, cmt=cmt, rate=rate, ii=ii, addl=addl, ss=ss, ...)
    go <- function(d, ...) as.data.frame(mrgsim(mod, data=d, obsonly=TRUE, maxsteps=100000, ...))$CONC

    rate_with_f      go(rbind(r(0,1,100,2,rate=20,SHARE=0.5), r(c(1,2.5,4,8),0,SHARE=0.5)))
    reset_with_lag   go(rbind(r(0,1,100,1,LAG=1.5), r(5,0,LAG=1.5), r(6,4,50,1,LAG=1.5), r(c(6.5,7,8,12),0,LAG=1.5)))
    nocb             go(rbind(r(0,1,100,1,CL=4), r(c(4,8,12),0,CL=c(4,8,2)), r(24,0,CL=2)), nocb=TRUE)
    locf             the same with nocb=FALSE
    f_nocb           go(rbind(r(0,1,100,1,F=0.5), r(4,0,F=1), r(8,1,100,1,F=1), r(c(9,12),0,F=0.5)), nocb=TRUE)
    f_locf           go(rbind(r(0,1,100,1,F=0.5), r(4,0,F=0.5), r(8,1,100,1,F=1), r(c(9,12),0,F=1)), nocb=FALSE)
    ka_is_ke         go(rbind(r(0,1,100,1,KA=0.1), r(c(1,4,12,24),0,KA=0.1)))
    ss_infusion      go(rbind(r(0,1,120,2,rate=30,ii=12,ss=1), r(c(1,4,8,11),0)))
    ss_long_infusion go(rbind(r(0,1,200,2,rate=10,ii=12,ss=1), r(c(1,4,8,11),0)))
    ss_lag           go(rbind(r(0,1,100,1,ii=12,ss=1,LAG=2), r(c(1,3,8,11),0,LAG=2)))
    ss_addl          go(rbind(r(3,1,100,1,ii=8,addl=3,ss=1), r(c(4,10.5,12,40),0)))
    tie              go(rbind(r(0,1,100,2), r(0,0), r(4,0), r(4,1,50,2), r(4,0), r(5,0)))
    addl_before      go(rbind(r(0,1,100,2,ii=8.1,addl=2), r(c(8.1,16.2,20),0)), recsort=1)
    addl_after       the same with recsort=2
    reset_tie        go(rbind(r(0,1,100,2), r(6,0), r(6,3), r(6,0), r(6,1,40,2), r(7,0)))
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_models import PK, infused, oral
from titer.cli import run as run_command
from titer.engine.textbook import one_compartment, system_of
from titer.errors import InputError, ModelError, SolveError, TiterError
from titer.interop.event_run import simulate_table
from titer.interop.event_tables import event_table, read_event_table
from titer.interop.event_tables import steady as steady_module
from titer.library import models, relapsed_myeloma_models
from titer.model import Dosing

SIX_DIGITS = 1e-6
TIMES = np.array([0.5, 1.0, 4.0, 12.0, 24.0, 30.0])


def table_of(*rows, patient=1, **options):
    """Rows of a patient as dictionaries; what a row lacks is 0, or missing for CMT and further columns."""
    names = dict.fromkeys(name for row in rows for name in row)
    zero = {"AMT", "EVID", "RATE", "II", "ADDL", "SS"}
    columns = {name: [str(row.get(name, 0 if name in zero else ".")) for row in rows] for name in names}
    return event_table({"ID": [patient] * len(rows), **columns}, **options)


def dose(time, amount=100.0, cmt="oral", evid=1, **more):
    return {"TIME": time, "AMT": amount, "EVID": evid, "CMT": cmt, **more}


def look(*times, **more):
    return [
        {"TIME": time, "EVID": 0, **{k: v[i] if isinstance(v, list) else v for k, v in more.items()}}
        for i, time in enumerate(times)
    ]


def conc(table, **options):
    return simulate_table(PK, table, **options).outputs["pk.conc"]


# ---- closed forms -------------------------------------------------------------------------------------------------


def test_oral_dose_matches_closed_form():
    np.testing.assert_allclose(conc(table_of(dose(0), *look(*TIMES))), oral(TIMES), rtol=SIX_DIGITS)


def test_infusion_matches_closed_form():
    found = conc(table_of(dose(0, cmt="iv", RATE=25), *look(*TIMES)))
    np.testing.assert_allclose(found, infused(TIMES, 25.0, 4.0), rtol=SIX_DIGITS)


@pytest.mark.parametrize("interval", [8.0, 8.1, 0.1, 1 / 3])
def test_repeated_doses_match_closed_form(interval):
    found = conc(table_of(dose(0, II=interval, ADDL=3), *look(*TIMES)))
    expected = sum(oral(TIMES - interval * k) for k in range(4))
    np.testing.assert_allclose(found, expected, rtol=SIX_DIGITS)


def steady(t, interval=8.0, ka=1.2, k=0.1):
    """Concentration after a dose by mouth of an endless series."""
    t = np.asarray(t, float)
    series = np.exp(-k * t) / -np.expm1(-k * interval) - np.exp(-ka * t) / -np.expm1(-ka * interval)
    return 0.8 * 100 * ka / (40 * (ka - k)) * series


@pytest.mark.parametrize("start", [0.0, 3.0, -5.0])
def test_steady_state_matches_closed_form(start):
    found = conc(table_of(dose(start, SS=1, II=8), *look(*(TIMES + start))))
    np.testing.assert_allclose(found, steady(TIMES), rtol=1e-8)


def test_steady_state_of_a_slow_drug_is_not_taken_too_early():
    """A half-life of 29 days under daily doses: the change from one dose to the next is 2% of what is missing."""
    slow = {"pk.cl": 0.04, "pk.v": 40.0}
    found = conc(table_of(dose(0, cmt="iv", SS=1, II=24), *look(1.0, 24.0)), overrides=slow)
    expected = 100 / 40 * np.exp(-0.001 * np.array([1.0, 24.0])) / -np.expm1(-0.001 * 24)
    np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_steady_state_of_a_saturable_drug_is_that_of_many_doses():
    system = one_compartment(saturable=True)
    explicit = table_of(dose(0, 20.0, cmt="", II=12, ADDL=200), *look(2412.0, 2413.0, 2419.0))
    found = simulate_table(system, table_of(dose(0, 20.0, cmt="", II=12, SS=1), *look(12.0, 13.0, 19.0)))
    # The last explicit dose is at 2400 h, as the steady one at 0; the next ones are not given in either table.
    expected = simulate_table(system, explicit).outputs["pk.conc"]
    np.testing.assert_allclose(found.outputs["pk.conc"], expected, rtol=SIX_DIGITS)


def test_a_lag_longer_than_the_interval_keeps_the_doses_on_their_way():
    found = conc(
        table_of(dose(3, SS=1, II=8), *look(*(np.array([0.5, 4.0, 9.9, 12.0, 17.0, 30.0]) + 3))),
        overrides={"pk.lag": 18.0},
    )
    # Doses of the endless series taken 16 and 8 h before the record arrive 2 and 10 h after it, its own 18 h after it.
    since = [6.5, 2.0, 7.9, 2.0, 7.0, 12.0]
    np.testing.assert_allclose(found, steady(since), rtol=1e-8)


def test_areas_count_from_the_steady_record():
    run = simulate_table(PK, table_of(dose(0, SS=1, II=8), *look(0.0, 8.0)))
    assert run.outputs["pk.auc"][0] == pytest.approx(0.0, abs=1e-12)
    assert run.outputs["pk.auc"][1] == pytest.approx(0.8 * 100 / 4, rel=1e-6)


# ---- another engine -----------------------------------------------------------------------------------------------

SHARE, LAG, CL, F, KA = "pk.share", "pk.lag", "pk.cl", "pk.f", "pk.ka"
MRGSOLVE = {
    "rate_with_f": (
        [dose(0, cmt="iv", RATE=20, **{SHARE: 0.5}), *look(1, 2.5, 4, 8, **{SHARE: 0.5})],
        {},
        [0.47581290982, 1.10599608464, 0.951939651945, 0.638104231315],
    ),
    "reset_with_lag": (
        [
            dose(0, **{LAG: 1.5}),
            *look(5, **{LAG: 1.5}),
            dose(6, 50, evid=4, **{LAG: 1.5}),
            *look(6.5, 7, 8, 12, **{LAG: 1.5}),
        ],
        {},
        [1.50478366451, 0, 0, 0.439001223716, 0.690667168014],
    ),
    "nocb": (
        [dose(0, **{CL: 4}), *look(4, 8, 12, 24, **{CL: [4, 8, 2, 2]})],
        {"covariates": "nocb"},
        [1.44456065233, 0.65779526547, 0.538671774897, 0.295629976503],
    ),
    "locf": (
        [dose(0, **{CL: 4}), *look(4, 8, 12, 24, **{CL: [4, 8, 2, 2]})],
        {"covariates": "locf"},
        [1.44456065233, 0.98020633174, 0.440506795884, 0.241755893764],
    ),
    "f_nocb": (
        [dose(0, **{F: 0.5}), *look(4, **{F: 1}), dose(8, **{F: 1}), *look(9, 12, **{F: 0.5})],
        {"covariates": "nocb"},
        [0.902850407709, 2.20068500793, 2.21641943522],
    ),
    "f_locf": (
        [dose(0, **{F: 0.5}), *look(4, **{F: 0.5}), dose(8, **{F: 1}), *look(9, 12, **{F: 1})],
        {"covariates": "locf"},
        [0.902850407709, 2.20068500793, 2.21641943522],
    ),
    "ka_is_ke": (
        [dose(0, **{KA: 0.1}), *look(1, 4, 12, 24, **{KA: 0.1})],
        {},
        [0.180967483607, 0.536256036828, 0.722866108589, 0.435446175789],
    ),
    "ss_infusion": (
        [dose(0, 120, "iv", RATE=30, II=12, SS=1), *look(1, 4, 8, 11)],
        {},
        [2.15229359529, 3.53832165654, 2.37180793569, 1.75707853472],
    ),
    "ss_long_infusion": (
        [dose(0, 200, "iv", RATE=10, II=12, SS=1), *look(1, 4, 8, 11)],
        {},
        [3.932798047, 4.20939734807, 4.47004319396, 3.95944389361],
    ),
    "ss_lag": (
        [dose(0, II=12, SS=1, **{LAG: 2}), *look(1, 3, 8, 11, **{LAG: 2})],
        {},
        [1.03928927485, 2.16794075259, 1.71187607595, 1.26935121079],
    ),
    "ss_addl": (
        [dose(3, II=8, ADDL=3, SS=1), *look(4, 10.5, 12, 40)],
        {},
        [2.92786815358, 1.87129807361, 2.92786815765, 1.07980006318],
    ),
    "tie": (
        [dose(0, cmt="iv"), *look(0, 4), dose(4, 50, "iv"), *look(4, 5)],
        {},
        [2.5, 1.67580011508, 2.92580011508, 2.64737342182],
    ),
    "addl_before": (
        [dose(0, cmt="iv", II=8.1, ADDL=2), *look(8.1, 16.2, 20)],
        {"additional": "before"},
        [3.61214516555, 4.10689191326, 2.80854489128],
    ),
    "addl_after": (
        [dose(0, cmt="iv", II=8.1, ADDL=2), *look(8.1, 16.2, 20)],
        {"additional": "after"},
        [1.11214516555, 1.60689191326, 2.80854489128],
    ),
    "reset_tie": (
        [dose(0, cmt="iv"), *look(6), {"TIME": 6, "EVID": 3}, *look(6), dose(6, 40, "iv"), *look(7)],
        {},
        [1.37202909023, 0, 0.904837418034],
    ),
}


@pytest.mark.parametrize("name", MRGSOLVE)
def test_predictions_match_mrgsolve(name):
    rows, options, expected = MRGSOLVE[name]
    # 1e-8 relative: what mrgsolve's own steady state leaves open; elsewhere both agree to 1e-11.
    np.testing.assert_allclose(conc(table_of(*rows), **options), expected, rtol=1e-8, atol=1e-11)


# ---- traps that others fell into ----------------------------------------------------------------------------------


def test_addl_with_an_interval_that_is_no_whole_number_doubles_no_dose():
    """RxODE #405: 3 times 8.1 is not 24.3 in floating point, so a dose was given twice."""
    assert 3 * 8.1 != 24.3
    rows = [dose(0, cmt="iv", II=8.1, ADDL=3), *look(24.3, 24.3 + 1e-3)]
    before, after = conc(table_of(*rows))
    assert after - before == pytest.approx(100 / 40, rel=1e-3)
    counted = simulate_table(PK, table_of(*rows), overrides={"pk.cl": 0.0}).outputs["pk.conc"]
    np.testing.assert_allclose(counted, [3 * 2.5, 4 * 2.5], rtol=1e-12)


def test_the_table_decides_what_an_observation_sees_at_the_time_of_a_dose():
    """nonmem2rx #35: engines differ; here as in NONMEM the order of the records counts, to the last digit."""
    above = conc(table_of(*look(0), dose(0, cmt="iv"), *look(24.0)))
    below = conc(table_of(dose(0, cmt="iv"), *look(0), *look(24.0)))
    assert above[0] == 0
    assert below[0] == pytest.approx(2.5, rel=1e-12)
    assert above[1] == pytest.approx(below[1], rel=1e-12)


def test_a_visit_reads_the_trough_of_repeated_doses():
    """FeRx #933: what is looked at when a repeated dose is due is the level before it."""
    trough = conc(table_of(dose(0, cmt="iv", II=24, ADDL=5), *look(24.0)))
    assert trough[0] == pytest.approx(2.5 * np.exp(-2.4), rel=1e-9)
    peak = conc(table_of(dose(0, cmt="iv", II=24, ADDL=5), *look(24.0)), additional="before")
    assert peak[0] == pytest.approx(trough[0] + 2.5, rel=1e-9)


def test_reset_and_dose_with_a_lag_resets_now_and_doses_later():
    """mrgsolve #1396. A dose of before the reset that is still on its way never arrives."""
    table = table_of(dose(0, 100.0), dose(1, 50.0, evid=4), *look(1.0, 2.9, 3.5, 8.0))
    found = conc(table, overrides={"pk.lag": 2.0})
    np.testing.assert_allclose(
        found, oral(np.array([1.0, 2.9, 3.5, 8.0]) - 3.0, dose=50.0), rtol=SIX_DIGITS, atol=1e-15
    )


@pytest.mark.parametrize("carry", ["locf", "nocb"])
def test_bioavailability_from_a_column_is_that_of_the_doses_own_record(carry):
    """mrgsolve #1395: under the last value carried forward each dose took the share of the one before it."""
    rows = [dose(0, F1=0.5), dose(8, F1=1.0), dose(16, F1=0.25), *look(20.0, F1=0.25)]
    expected = sum(oral(20.0 - t, f=f) for t, f in ((0, 0.5), (8, 1.0), (16, 0.25)))
    system = models_with_one_drug()
    assert simulate_table(system, table_of(*rows), covariates=carry).outputs["pk.conc"][0] == pytest.approx(
        expected, rel=1e-8
    )


def models_with_one_drug():
    """The test model with its oral entry only, so that F1, ALAG1, CL, V and KA mean one thing each."""
    from dataclasses import replace

    return replace(PK, doses=PK.doses[:1])


@pytest.mark.parametrize(("carry", "shares"), [("locf", (0.5, 0.5, 1.0)), ("nocb", (0.5, 1.0, 1.0))])
def test_a_repeated_dose_takes_the_value_that_holds_when_it_is_taken(carry, shares):
    rows = [dose(0, II=8, ADDL=2, F1=0.5), *look(12.0, 20.0, F1=1.0)]
    expected = sum(oral(20.0 - 8 * k, f=f) for k, f in enumerate(shares))
    found = simulate_table(models_with_one_drug(), table_of(*rows), covariates=carry).outputs["pk.conc"]
    assert found[1] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("ka", [0.1, 0.1 + 1e-12, 0.1 - 1e-9, 0.1001])
def test_absorption_as_fast_as_elimination_is_no_division_by_zero(ka):
    """mrgsolve #1179."""
    found = conc(table_of(dose(0, KA=ka), *look(1.0, 10.0, KA=ka)))
    t = np.array([1.0, 10.0])
    np.testing.assert_allclose(found, 0.8 * 100 * 0.1 * t * np.exp(-0.1 * t) / 40, rtol=6e-3 if ka == 0.1001 else 1e-7)


def test_a_dose_is_not_scaled_by_the_number_of_patients():
    """hallowkm/RxODE #6."""
    n = 7
    columns = {
        "ID": np.repeat(np.arange(n), 2),
        "TIME": np.tile([0, 4], n),
        "AMT": np.tile([100, 0], n),
        "CMT": ["oral", ""] * n,
    }
    found = conc(event_table(columns))
    np.testing.assert_array_equal(found, found[0])
    assert found[0] == pytest.approx(float(oral(4.0)), rel=1e-9)


def test_bioavailability_shortens_an_infusion_and_leaves_its_rate():
    """As in NONMEM and mrgsolve (#954); the engine's own infusions keep their duration instead."""
    found = conc(table_of(dose(0, cmt="iv", RATE=20), *look(1.0, 2.5, 4.0)), overrides={"pk.share": 0.5})
    np.testing.assert_allclose(found, infused([1.0, 2.5, 4.0], 20.0, 2.5), rtol=SIX_DIGITS)


@pytest.mark.parametrize("evid", [3, 4])
def test_a_reset_cancels_what_is_still_to_come(evid):
    """mrgsolve 2.0 goes on with repeated doses after a reset; here nothing given before it reaches the patient."""
    more = {"EVID": 3} if evid == 3 else dose(0, 40.0, "iv", evid=4)
    table = table_of(dose(0, II=8, ADDL=20), dose(0, 500, "iv", RATE=5), {**more, "TIME": 10}, *look(11.0, 40.0))
    expected = np.zeros(2) if evid == 3 else np.exp(-0.1 * np.array([1.0, 30.0]))
    np.testing.assert_allclose(conc(table), expected, rtol=SIX_DIGITS, atol=1e-14)


def test_time_starts_anew_at_a_reset():
    table = table_of(dose(0), *look(4.0), dose(0, evid=4), *look(4.0))
    found = conc(table)
    assert found[0] == pytest.approx(found[1], rel=1e-9)


def test_a_patient_starts_at_the_first_record():
    """States that move by themselves begin to move there, as in NONMEM; before it nothing happens."""
    drifting = relapsed_myeloma_models(["lenalidomide"])
    early, late = (
        simulate_table(drifting, table_of(*look(start, start + 480.0)), outputs=["tumour_burden"]).outputs[
            "tumour_burden"
        ]
        for start in (0.0, 1000.0)
    )
    assert early[0] == late[0] == 1.0
    assert early[1] > 1.01
    assert late[1] == pytest.approx(early[1], rel=1e-6)


# ---- covariates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("carry", "switch"), [("locf", 12.0), ("nocb", 4.0)])
def test_a_covariate_acts_from_its_record_or_since_the_one_before(carry, switch):
    rows = [dose(0, cmt="iv", WT=70), *look(4.0, WT=70), *look(12.0, 24.0, WT=140)]
    found = conc(table_of(*rows), covariates=carry)
    t = np.array([4.0, 12.0, 24.0])
    expected = 2.5 * np.exp(-0.1 * np.minimum(t, switch) - 0.2 * np.clip(t - switch, 0, None))
    np.testing.assert_allclose(found, expected, rtol=SIX_DIGITS)


@pytest.mark.parametrize(("carry", "weights"), [("locf", (70, 70, 140)), ("nocb", (70, 140, 140))])
def test_a_missing_covariate_is_never_zero(carry, weights):
    rows = [dose(0, cmt="iv", WT=70), *look(4.0), *look(12.0, WT=140)]
    filled = [{**row, "WT": weight} for row, weight in zip(rows, weights, strict=True)]
    run = simulate_table(PK, table_of(*rows), covariates=carry)
    np.testing.assert_array_equal(run.outputs["pk.conc"], conc(table_of(*filled), covariates=carry))
    assert any("1 missing cells" in note for note in run.notes)


def test_a_covariate_missing_at_the_edge_takes_the_nearest():
    first = conc(table_of(dose(0, cmt="iv"), *look(4.0, WT=140)))
    assert first[0] == pytest.approx(2.5 * np.exp(-0.8), rel=1e-9)


def test_a_covariate_that_a_patient_never_has_is_refused():
    with pytest.raises(InputError, match="patient 1 has no value") as caught:
        conc(table_of(dose(0, cmt="iv"), *look(4.0), {"TIME": 5.0, "WT": "."}))
    assert "column WT" in caught.value.where


def test_a_covariate_that_the_table_lacks_is_told_or_refused():
    table = table_of(dose(0), *look(4.0))
    run = simulate_table(PK, table)
    assert run.warnings == ("not in the table, so the model's default: weight 70 kg (pk_titer)",)
    with pytest.raises(InputError, match="the table has no weight 70 kg"):
        simulate_table(PK, table, defaults=False)


def test_a_dose_above_what_the_model_answers_for_is_told():
    run = simulate_table("lenalidomide", table_of(dose(0, 80.0, "lenalidomide"), *look(4.0)))
    assert any(
        "a dose of 80 mg of lenalidomide is more than its model answers for, 50 mg a day" in w for w in run.warnings
    )
    assert "amounts: lenalidomide in mg" in run.notes


@pytest.mark.parametrize(
    ("column", "value", "right"),
    [("WT", -99, "above 0"), ("WT", 0, "above 0"), ("CRCL", -99, "0 or more"), ("CRCL", -1, "0 or more"),
     ("FOOD", -99, "a value"), ("lenalidomide.cl", -999, "a value")],
)  # fmt: skip
def test_a_code_for_missing_is_no_value(column, value, right):
    table = event_table({"ID": [1, 1], "TIME": [0, 4], "AMT": [25, 0], column: [1, value]})
    with pytest.raises(InputError) as caught:
        simulate_table("lenalidomide", table)
    assert (caught.value.what, caught.value.right) == (f"{column} is {value}", right)
    assert (caught.value.where, caught.value.hint[:9]) == (f"event table, row 2, column {column}", "write '.'")


def test_a_zero_that_may_mean_missing_is_told():
    table = event_table({"ID": [1, 1], "TIME": [0, 4], "AMT": [25, 0], "CRCL": [0, 0]})
    assert any("CRCL holds 0" in one for one in simulate_table("lenalidomide", table).warnings)


def test_a_table_without_doses_or_without_observations_is_told():
    dose_column = event_table({"ID": [1], "TIME": [4], "DOSE": [25]})
    assert any("no record gives a dose" in one for one in simulate_table("lenalidomide", dose_column).warnings)
    doses = event_table({"ID": [1], "TIME": [4], "AMT": [25]})
    assert any("nothing to predict" in one for one in simulate_table("lenalidomide", doses).warnings)


@pytest.mark.parametrize(("evid", "told"), [(1, True), (4, False)])
def test_a_steady_state_that_ends_the_doses_into_another_compartment_is_told(evid, told):
    records = (dose(0, cmt="oral"), dose(0, cmt="iv"), dose(1, cmt="iv", SS=1, II=24, EVID=evid), *look(4.0))
    run = simulate_table(PK, table_of(*records))
    assert any("row 3, column SS" in one for one in run.warnings) is told


def test_columns_that_nothing_reads_are_named():
    run = simulate_table(PK, table_of(dose(0, RACE=2, WT=70), *look(4.0, RACE=2, WT=70)))
    assert "columns that no model reads: RACE" in run.notes
    assert "covariates read: WT = weight kg; last value carried forward" in run.notes


def test_names_of_nmtran_set_the_parameters_of_one_drug():
    columns = {"CL": 2.0, "V": 20.0, "KA": 0.7, "F1": 0.5, "ALAG1": 1.0}
    run = simulate_table(models_with_one_drug(), table_of(dose(0, **columns), *look(6.0, **columns)))
    assert run.outputs["pk.conc"][0] == pytest.approx(float(oral(5.0, ka=0.7, cl=2.0, v=20.0, f=0.5)), rel=1e-8)
    assert any("parameters set by columns: CL = pk.cl L/h" in note for note in run.notes)


def test_an_alias_that_fits_two_drugs_is_refused():
    pair = [models()["lenalidomide"], models()["dexamethasone"]]
    with pytest.raises(InputError, match=r"CL could set dexamethasone\.cl or lenalidomide\.cl"):
        simulate_table(pair, table_of(dose(0, cmt="lenalidomide", CL=9), *look(4.0, CL=9)))


def test_two_columns_for_one_thing_are_refused():
    with pytest.raises(InputError, match="both set 'weight'"):
        conc(table_of(dose(0, WT=70, WEIGHT=70), *look(4.0, WT=70, WEIGHT=70)))


def test_spread_is_the_same_at_each_change_of_a_covariate_and_keyed_by_patient():
    rows = [dose(0, cmt="iv", WT=70), *look(4.0, WT=70), *look(12.0, WT=140)]
    one, other = (conc(table_of(*rows, patient=patient), spread=True, seed=5) for patient in (3, 4))
    assert one[0] != other[0]
    k = -np.log(one[0] / 2.5) / 4
    assert one[1] == pytest.approx(one[0] * np.exp(-k * 8), rel=1e-7)
    later = conc(table_of(*rows, *look(13.0, WT=140), patient=3), spread=True, seed=5)
    assert later[2] / later[1] == pytest.approx(np.exp(-2 * k), rel=1e-7)


# ---- properties ---------------------------------------------------------------------------------------------------

SCHEDULES = st.lists(
    st.tuples(
        st.integers(0, 96).map(lambda quarter: quarter / 4),
        st.sampled_from([5.0, 50.0, 100.0]),
        st.sampled_from([0.0, 7.3, 12.0, 0.7]),
        st.integers(0, 6),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40, deadline=None)
@given(schedule=SCHEDULES)
def test_any_schedule_is_the_sum_of_its_doses(schedule):
    times = np.array([3.1, 9.9, 25.3, 60.7])
    rows, expected = [], np.zeros(len(times))
    for start, amount, interval, more, infuse in sorted(schedule):
        more = more if interval else 0
        rows.append(dose(start, amount, "iv" if infuse else "oral", II=interval, ADDL=more, RATE=25.0 if infuse else 0))
        for number in range(more + 1):
            since = times - start - number * interval
            expected += infused(since, 25.0, amount / 25.0) if infuse else oral(since, amount)
    rows = sorted([*rows, *look(*times)], key=lambda row: row["TIME"])
    np.testing.assert_allclose(conc(table_of(*rows)), expected, rtol=1e-6, atol=1e-9)


FAULTS = st.tuples(
    st.integers(0, 3),
    st.sampled_from(["TIME", "AMT", "EVID", "CMT", "RATE", "II", "ADDL", "SS", "WT"]),
    st.sampled_from(["0", "1", "2", "-1", "0.5", "24", "1e9", "1e-9", "9999", "oral", ".", "iv"]),
)


@settings(max_examples=60, deadline=None)
@given(faults=st.lists(FAULTS, min_size=1, max_size=3))
def test_a_changed_table_runs_to_finite_numbers_or_is_refused(faults):
    rows = [dose(0, II=8, ADDL=2, WT=70), *look(4.0, WT=70), dose(9, 50, "iv", RATE=25, WT=70), *look(30.0, WT=75)]
    for place, column, cell in faults:
        rows[place][column] = cell
    with contextlib.suppress(TiterError):
        found = conc(table_of(*rows))
        assert np.isfinite(found).all()
        assert (found >= -1e-9).all()


# ---- compartments -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cmt", ["oral", "ORAL", "depot", "pk.depot", "1", 1.0])
def test_a_compartment_has_a_name_and_a_number(cmt):
    assert conc(table_of(dose(0, cmt=cmt), *look(4.0)))[0] == pytest.approx(float(oral(4.0)), rel=1e-9)


def test_one_drug_needs_no_compartment():
    found = simulate_table("lenalidomide", table_of(dose(0, cmt="."), *look(4.0)))
    assert found.outputs["lenalidomide.conc"][0] > 0


@pytest.mark.parametrize(
    ("cmt", "what"),
    [
        ("3", "compartment '3' takes no doses"),
        ("9", "compartment '9'"),
        ("orla", "compartment 'orla'"),
        (".", "CMT is missing"),
    ],
)
def test_a_compartment_that_takes_no_doses_is_refused(cmt, what):
    with pytest.raises(InputError) as caught:
        conc(table_of(dose(0, cmt=cmt), *look(4.0)))
    assert what in caught.value.what
    assert "column CMT" in caught.value.where
    assert "1 or oral (into pk.depot); 2 or iv (into pk.central)" in caught.value.right


def test_numbers_can_be_given_another_meaning():
    table = table_of(dose(0, cmt="1"), *look(4.0))
    found = conc(table, compartments={1: "iv"})
    assert found[0] == pytest.approx(2.5 * np.exp(-0.4), rel=1e-9)
    with pytest.raises(InputError, match="which the system does not have"):
        conc(table, compartments={1: "oraly"})


# ---- several patients ---------------------------------------------------------------------------------------------


def mixed(patients):
    rows = []
    for patient in patients:
        start = -3.0 if patient == 5 else float(patient)
        rows += [(patient, start, 100.0, "oral", 8.1, 3, 0, 70.0 + patient), (patient, start + 5, 0, "", 0, 0, 0, 75.0)]
        rows += [(patient, start + 9, 50.0 + patient, "iv", 12, 2, int(patient % 2 == 0), 80.0)]
        rows += [(patient, start + 10 + patient / 7, 0, "", 0, 0, 0, 60.0), (patient, start + 40, 0, "", 0, 0, 0, 60.0)]
    names = ("ID", "TIME", "AMT", "CMT", "II", "ADDL", "SS", "WT")
    return event_table({name: [str(row[i]) for row in rows] for i, name in enumerate(names)})


def test_predictions_of_a_patient_do_not_depend_on_the_others():
    together = simulate_table(PK, mixed([1, 2, 3, 5, 8]))
    for patient in (2, 5, 8):
        alone = simulate_table(PK, mixed([patient]))
        mine = together.id == patient
        for name, values in alone.outputs.items():
            np.testing.assert_array_equal(together.outputs[name][mine], values)


def test_small_batches_give_the_same_predictions(monkeypatch):
    from titer.interop.event_tables import run

    whole = simulate_table(PK, mixed(range(9)))
    monkeypatch.setattr(run, "VALUES_AT_ONCE", 60)
    for name, values in simulate_table(PK, mixed(range(9))).outputs.items():
        np.testing.assert_array_equal(whole.outputs[name], values)


def test_rows_come_out_in_the_order_of_the_table():
    run = simulate_table(PK, mixed([3, 1, 2]))
    assert run.id.tolist() == [3, 3, 3, 1, 1, 1, 2, 2, 2]
    assert run.row.tolist() == [2, 4, 5, 7, 9, 10, 12, 14, 15]
    assert len(run) == 9


def test_records_of_another_kind_are_looked_at_too():
    run = simulate_table(PK, table_of(dose(0, cmt="iv"), {"TIME": 4, "EVID": 2}))
    assert run.evid.tolist() == [2]


def test_a_table_without_observations_gives_no_rows():
    assert len(simulate_table(PK, table_of(dose(0)))) == 0


# ---- refused ------------------------------------------------------------------------------------------------------


def test_a_model_that_never_settles_has_no_steady_state(monkeypatch):
    monkeypatch.setattr(steady_module, "MOST_INTERVALS", 300)
    kept = system_of(
        "pk",
        {"central": 0.0},
        {"k": 1.0},
        lambda t, x, p: {"central": 0 * p.k * x.central},
        dosing=Dosing("drug", "central"),
    )
    with pytest.raises(SolveError, match=r"'pk\.central' still changes after 300 doses") as caught:
        simulate_table(kept, table_of(dose(0, SS=1, II=8, cmt=""), *look(4.0)))
    assert "column SS" in caught.value.where


def test_an_infusion_that_never_ends_before_the_next_is_refused():
    table = table_of(dose(0, 100.0, "iv", RATE=1e-3, II=8, SS=1), *look(4.0))
    with pytest.raises(InputError, match="takes 4167 days to come in") as caught:
        conc(table)
    assert "column SS" in caught.value.where


def test_a_model_that_reads_the_clock_has_no_steady_state():
    chosen = [models()[key] for key in ("lenalidomide", "ikaros", "vte")]
    run = simulate_table(chosen, table_of(dose(0, SS=1, II=24, cmt="lenalidomide"), *look(4.0)))
    assert run.outputs["ikaros"][0] < 0.5  # the hazard of clots only counts, so it does not stand in the way
    forced = system_of(
        "pk",
        {"central": 0.0},
        {"k": 1.0},
        lambda t, x, p: {"central": t - p.k * x.central},
        dosing=Dosing("drug", "central"),
    )
    with pytest.raises(InputError, match="depends on the time itself"):
        simulate_table(forced, table_of(dose(0, SS=1, II=24, cmt=""), *look(4.0)))


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [("pk.f", -0.5, "override of 'pk.f'"), ("pk.lag", -1.0, "override of 'pk.lag'"), ("pk.f", -0.5, "0")],
)
def test_impossible_parameters_are_refused(column, value, what):
    with pytest.raises(InputError):
        conc(table_of(dose(0, **{column: value}), *look(4.0, **{column: value})))


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"covariates": "linear"}, "covariates 'linear'"),
        ({"additional": "never"}, "additional 'never'"),
        ({"outputs": ["pk.concentration"]}, "no output 'pk.concentration'"),
        ({"overrides": {"pk.clearance": 3.0}}, "no parameter 'pk.clearance'"),
    ],
)
def test_bad_options_are_refused(options, what):
    with pytest.raises((InputError, ModelError), match=what):
        conc(table_of(dose(0), *look(4.0)), **options)


def test_unknown_models_and_models_without_doses_are_refused():
    table = table_of(dose(0), *look(4.0))
    with pytest.raises(InputError, match="did you mean 'lenalidomide'"):
        simulate_table("lenalidomid", table)
    with pytest.raises(InputError, match="takes no doses"):
        simulate_table("ikaros", table)


def test_a_failed_integration_names_the_patient():
    explodes = system_of(
        "pk",
        {"central": 0.0},
        {"k": 1.0},
        lambda t, x, p: {"central": p.k * x.central**2},
        dosing=Dosing("drug", "central"),
    )
    with pytest.raises(SolveError, match="1 of 1 patients did not finish") as caught:
        simulate_table(explodes, table_of(dose(0, 10.0, cmt=""), *look(24.0), patient=17))
    assert "patient 17" in caught.value.where


def test_a_drug_a_model_and_the_whole_system_have_names():
    table = table_of(dose(0, 100.0, "aspirin"), *look(24.0))
    by_drug, by_model = (simulate_table([name, "vte"], table) for name in ("aspirin", "thromboprophylaxis"))
    assert by_drug.outputs["clotting"][0] == by_model.outputs["clotting"][0] < 0.7
    whole = simulate_table(["relapsed-myeloma", "lenalidomide"], table_of(dose(0, 25.0, "lenalidomide"), *look(24.0)))
    assert {"anc", "platelets", "haemoglobin", "m_protein", "vte_hazard"} <= set(whole.outputs)


def test_the_example_of_the_page_runs():
    page = (Path(__file__).parent.parent / "docs" / "event_tables.md").read_text(encoding="utf-8")
    names: dict = {}
    (program,) = re.findall(r"```python\n(.*?)```", page, re.S)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(program, names)
    assert said.getvalue().strip().endswith("ng/mL")
    assert len(names["run"]) == 2


# ---- the command --------------------------------------------------------------------------------------------------

DOSES = """ID,TIME,AMT,II,ADDL,EVID,CRCL,WT,DV
1,0,25,24,20,1,90,75,.
1,1,.,.,.,0,90,75,330
1,24,.,.,.,0,90,75,5
2,0,10,24,20,1,40,60,.
2,6,.,.,.,0,30,60,.
"""


@pytest.fixture
def doses(tmp_path):
    path = tmp_path / "doses.csv"
    path.write_text(DOSES)
    return path


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_command_writes_predictions(doses, tmp_path, capsys, ending):
    out = tmp_path / f"predictions.{ending}"
    assert run_command(["simulate", "lenalidomide", str(doses), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "2 patients, 2 dose records and 40 more by ADDL, 3 predictions; times in h" in said.out
    assert "CRCL = crcl mL/min, WT = weight kg" in said.out
    assert "Warning: not in the table, so the model's default: fed 0" in said.err
    expected = simulate_table("lenalidomide", read_event_table(doses)).columns()
    if ending == "csv":
        names, *rows = (line.split(",") for line in out.read_text().splitlines())
        assert names == list(expected)
        assert [float(row[5]) for row in rows] == expected["lenalidomide.conc [ng/mL]"].tolist()
        assert [row[4] for row in rows] == ["330", "5", "."]
    else:
        import pyarrow.parquet as pq

        table = pq.read_table(out)
        assert table.column_names == list(expected)
        assert table["lenalidomide.conc [ng/mL]"].to_pylist() == expected["lenalidomide.conc [ng/mL]"].tolist()
        assert table["DV"].to_pylist() == [330, 5, None]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_command_prints_rows_and_json(doses, capsys):
    assert run_command(["simulate", "lenalidomide+ikaros", str(doses), "--set", "lenalidomide.dc50=40"]) == 0
    assert "ikaros" in capsys.readouterr().out
    assert run_command(["simulate", "lenalidomide", str(doses), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["patients"], told["dose_records"], told["repeated_doses"], told["predictions"]) == (2, 2, 40, 3)
    assert told["units"]["lenalidomide.conc"] == "ng/mL"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["lenalidomid"], "did you mean 'lenalidomide'?"),
        (["lenalidomide", "--covariates", "linear"], "--covariates is 'linear'"),
        (["lenalidomide", "--cmt", "one=lenalidomide"], "--cmt one=lenalidomide"),
        (["lenalidomide", "--set", "cl"], "--set cl"),
        (["lenalidomide", "--out", "predictions.xlsx"], "no ending that says what to write"),
        (["lenalidomide", "--out", "nowhere/predictions.csv"], "there is no folder 'nowhere'"),
        (["lenalidomide", "--no-defaults"], "the table has no fed 0"),
        (["lenalidomide", "--time-unit", "weeks"], "'weeks' is no unit of time"),
    ],
)
def test_bad_input_leaves_with_exit_code_2(doses, capsys, arguments, what):
    model, *options = arguments
    assert run_command(["simulate", model, str(doses), *options]) == 2
    assert what in capsys.readouterr().err


def test_a_bad_row_is_named_with_its_column(doses, capsys):
    doses.write_text(DOSES.replace("2,6,.", "2,6,ten"))
    assert run_command(["simulate", "lenalidomide", str(doses)]) == 2
    assert "doses.csv, line 6, column AMT" in capsys.readouterr().err
