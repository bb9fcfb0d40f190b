"""Fever and symptoms: what cytokines do to temperature, how far it can go, and what is felt."""

from functools import cache

import numpy as np
import pytest

from titer.decisions.response import follow_response, prepare
from titer.decisions.scenario import find_scenario
from titer.library import models
from titer.library.immune.fever import MODEL
from titer.library.sources import TITER
from titer.model import Challenge, Equations, Model, Parameter, Population
from titer.patients.cohort import Cohort

RISES = ("tnf_rise", "il6_rise", "il10_rise", "ifn_alpha_rise", "il1b_rise")
PER_MU = 2020 / 36  # pg/mL of interferon alfa-2a in plasma at the peak, per million units i.m. (Roferon-A)
HUGE = 1e9  # pg/mL


def levels():
    """Cytokines held at a level, in place of the models that make them."""
    return Model(
        key="levels",
        name="levels_test",
        title="Held levels",
        doc="",
        time="h",
        sources={"titer": TITER},
        population=Population("nobody"),
        states=(),
        parameters=tuple(Parameter(name, 0.0, "pg/mL", name, "titer: test", "assumed") for name in (*RISES, "below")),
        equations=lambda t, x, p, s: Equations({}, signals={name: getattr(p, name) - p.below for name in RISES}),
        provides=RISES,
    )


@cache
def kernel(method="stiff"):
    return prepare([levels(), models()["fever"], models()["symptoms"]], method=method)


def held(days=4.0, method="stiff", changed=None, cohort=None, **rises):
    """Temperature, score and fatigue over some days under held rises; shape (n_times,) of the first person."""
    values = {f"levels.{name}": value for name, value in rises.items()} | (changed or {})
    found = follow_response(kernel(method), np.linspace(0, days, 41), changed=values, cohort=cohort).series
    return {name: found[name][0] for name in ("temperature", "symptom_score", "fatigue")}


def rise_of(name, rise):
    temperature = held(**{name: rise})["temperature"]
    return temperature[-1] - temperature[0]


def test_nobody_has_a_fever_or_symptoms_at_rest():
    found = follow_response(kernel(), np.array([0.0, 300.0]), cohort=Cohort(np.arange(200), {}, {})).series
    assert found["temperature"][:, 1] == pytest.approx(found["temperature"][:, 0], abs=1e-9)  # rounding
    assert np.all(found["symptom_score"] == 0)
    assert np.all(found["fatigue"] == 0)


def test_temperature_under_held_tnf_is_the_closed_form():
    """Half of TNF's part at its half-level: 0.5 (39.5 - 36.825) 1.5/2, approached with 1.69321 h."""
    days = np.linspace(0, 4.0, 41)
    wanted = 0.5 * (39.5 - 36.825) * 0.75
    expected = 36.825 + wanted * (1 - np.exp(-days * 24 / 1.69321))
    assert held(tnf_rise=185.0)["temperature"] == pytest.approx(expected, abs=1e-5)  # solver tolerance


def test_interferon_gives_the_fever_of_its_doses():
    """1.5 degC at 5.2 MU, the middle of 3-9 MU; little at 0.3 MU, which has no side effects; more at 18 MU."""
    assert rise_of("ifn_alpha_rise", 5.2 * PER_MU) == pytest.approx(1.5, abs=0.01)
    assert rise_of("ifn_alpha_rise", 0.3 * PER_MU) == pytest.approx(0.2, abs=0.05)  # one digit in the docstring
    assert 1.0 < rise_of("ifn_alpha_rise", 3 * PER_MU) < rise_of("ifn_alpha_rise", 9 * PER_MU) < 2.0
    assert rise_of("ifn_alpha_rise", 18 * PER_MU) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("name", [name for name in RISES if name != "il10_rise"])
def test_more_of_a_pyrogen_never_cools(name):
    found = [rise_of(name, level) for level in (0.0, 1e-3, 0.01, 0.1, 10.0, 1e3, HUGE)]
    assert found[0] == 0.0
    assert np.all(np.diff(found) > 0)


def test_il10_cools_a_little():
    assert -0.1 < rise_of("il10_rise", HUGE) < 0


def test_levels_below_rest_do_nothing():
    """A drug against TNF brings it below rest; the source would take that as fever."""
    temperature = held(below=5.0)["temperature"]
    assert temperature == pytest.approx(36.825, abs=1e-9)  # rounding of the integration


def test_huge_cytokines_end_at_the_ceiling_and_the_worst_score():
    found = held(days=20.0, **{name: HUGE for name in RISES if name != "il10_rise"})
    assert found["temperature"].max() == pytest.approx(42.0, abs=1e-3)
    assert 27.0 < found["symptom_score"].max() <= 28.0 + 1e-6
    assert found["fatigue"].max() <= 5.0
    uncapped = held(changed={"fever.ceiling": 100.0}, **{name: HUGE for name in RISES if name != "il10_rise"})
    assert uncapped["temperature"].max() == pytest.approx(45.8, abs=0.1)  # why there is a ceiling


def test_the_straight_line_near_zero_stays_close_to_the_source():
    """At any rise the set point is within 0.002 degC of Dobreva's for each of TNF and IL-6, as declared."""
    for name, part, half in (("tnf_rise", 1.5, 185.0), ("il6_rise", 2.66637, 560.0)):
        for level in (1e-6, 1e-4, 1e-3, 5e-3, 0.01, 1.0):
            ratio = (level / half) ** 0.75
            published = 0.5 * (39.5 - 36.825) * part * ratio / (1 + ratio)
            assert rise_of(name, level) == pytest.approx(published, abs=0.002)


@pytest.mark.parametrize("level", [0.0, 1e-12, 1e-3, 100.0])
def test_the_stiff_method_is_not_hurt_by_the_slope_at_zero(level):
    """Its Jacobian is evaluated at rest, where the source's power has no slope. Both methods keep 1e-6 a step."""
    explicit, stiff = (held(method=method, tnf_rise=level, il6_rise=level) for method in ("explicit", "stiff"))
    assert np.all(np.isfinite(stiff["temperature"]))
    assert stiff["temperature"] == pytest.approx(explicit["temperature"], abs=1e-4)


def test_rises_that_pass_through_zero_are_integrated_by_both_methods():
    """From rest into endotoxin and back: the rises start at exactly 0."""
    parts = [models()[key] for key in ("endotoxin", "fever", "symptoms")]
    days, given = np.linspace(0, 3, 145), [Challenge(0.5, "endotoxin", 2.0)]
    explicit, stiff = (
        follow_response(prepare(parts, method=method), days, challenges=given).series["temperature"]
        for method in ("explicit", "stiff")
    )
    assert explicit.max() > 38.5
    assert stiff == pytest.approx(explicit, abs=1e-3)


def test_an_influenza_like_course_has_a_fever_only_with_interferon():
    """Cytokines of Rao 2023 reach 37.3 degC by the map of Dobreva 2021 alone, as was found before."""
    asked = find_scenario("influenza-like")
    known = models()
    course = prepare([*(known[key] for key in asked.models), known["fever"]], outputs=["temperature"])
    days = np.arange(0.0, asked.days, 0.25)

    def temperature(**off):
        return follow_response(
            course,
            days,
            challenges=asked.challenges,
            settle_days=asked.settle_days,
            changed={**asked.changed, **{f"fever.{name}": value for name, value in off.items()}},
        ).series["temperature"][0]  # fmt: skip

    assert temperature(ifn_part=0.0, il1b_part=0.0).max() == pytest.approx(37.3, abs=0.05)
    assert 38.5 < temperature().max() < 39.5
    # Far longer than people have it: told in the docstring.
    hot = days[temperature() >= 38.0]
    assert (hot[0], hot[-1]) == pytest.approx((2, 24), abs=0.5)
    assert len(hot) * 0.25 == pytest.approx(22, abs=0.5)
    assert "22 days" in MODEL.doc


@cache
def after_endotoxin():
    parts = [models()[key] for key in ("endotoxin", "fever", "symptoms")]
    days = np.arange(0, 7.0, 0.1 / 24)
    return days, follow_response(prepare(parts), days, challenges=[Challenge(0.0, "endotoxin", 2.0)]).series


def test_symptoms_of_endotoxin_last_two_to_four_hours_and_are_gone_by_night():
    """Sizes and times are those of the docstring, to the digits printed there."""
    days, series = after_endotoxin()
    hours, score = 24 * days, series["symptom_score"][0]
    assert score.max() == pytest.approx(9, abs=0.5)  # remembered: 6-12
    assert np.ptp(hours[score > score.max() / 2]) == pytest.approx(3.1, abs=0.1)  # volunteers: 2-4 h
    assert hours[score.argmax()] == pytest.approx(2.5, abs=0.1)  # volunteers: as ill at 1.5 as at 3 h
    assert score[days > 0.5].max() < 0.1 * score.max()


def test_illness_follows_the_questionnaire_after_its_peak_but_not_before_and_long_after_it():
    """22 volunteers, 5.8 of 30 at rest. Two means of so few differ by a tenth of the rise by chance alone."""
    days, series = after_endotoxin()
    asked = np.array([1.5, 3.0, 5.0, 7.0])
    volunteers = np.array([18.9, 19.8, 11.8, 10.4]) - 5.8
    found = np.interp(asked, 24 * days, series["symptom_score"][0])
    early, highest, falling, late = found / found[1] - volunteers / volunteers[1]
    assert highest == 0.0
    assert abs(falling) < 0.1
    assert early == pytest.approx(-0.5, abs=0.1)  # told as a conflict
    assert late == pytest.approx(-0.15, abs=0.05)


def test_fatigue_outlasts_the_score():
    days, series = after_endotoxin()
    tired, score = series["fatigue"][0], series["symptom_score"][0]
    assert days[tired.argmax()] > days[score.argmax()]
    half_gone = days[days > days[tired.argmax()]][np.argmax(tired[days > days[tired.argmax()]] < tired.max() / 2)]
    assert 1.0 < half_gone < 3.0  # days; it follows within 24-72 h, as assumed
    assert 0 < tired.max() < 5


def test_those_with_more_il6_feel_iller():
    """IL-6 and mood explain 28.5% of the spread of how ill volunteers feel: IL-6 alone explains some, and less."""
    parts = [models()[key] for key in ("endotoxin", "fever", "symptoms")]
    found = follow_response(
        prepare(parts),
        np.arange(0, 0.5, 0.2 / 24),
        challenges=[Challenge(0.0, "endotoxin", 2.0)],
        cohort=Cohort(np.arange(200), {}, {}),
    ).series
    with_il6 = np.corrcoef(found["il6"].max(axis=1), found["symptom_score"].max(axis=1))[0, 1]
    assert with_il6**2 == pytest.approx(0.2, abs=0.05)  # "a fifth" in the docstring


def test_what_is_remembered_is_marked_so():
    assert not MODEL.sources["ifn"].confirmed
    assert MODEL.sources["roferon"].confirmed
