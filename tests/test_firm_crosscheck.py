"""FIRM (Palsson 2013, BIOMD0000000608) beside the composed core: order of events, and where the two differ.

FIRM is a whole immune response of tuberculosis as one published file, mouse and human numbers mixed, chronic by design.
It is run by libRoadRunner, as others would run it, and read for direction and timing only: docs/immune_crosscheck.md.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sbml_runs import run_roadrunner
from titer.decisions.response import follow_response, prepare
from titer.library import core_models, threats
from titer.model import Challenge

FILE = Path(__file__).parent / "data" / "BIOMD0000000608.xml"
DAYS = np.arange(1.0, 401.0)
REGRESSION = {  # of the evidence, from the published file: highest value, its day
    "x_4": (4.92e10, 400),
    "x_5": (4.61e9, 249),
    "x_3": (7.65e7, 238),
    "x_2": (4.55e5, 197),
    "x_8": (3.35e4, 199),
    "x_39": (3521, 197),
    "x_35": (2071, 239),
    "x_10": (3.25e7, 163),
}
# what happens → its quantity in FIRM, its signal in the core
EVENTS = {
    "presenting cells": ("x_10", "dendritic"),
    "activated macrophages": ("x_2", "macrophages"),
    "IL-12": ("x_38", "il12"),
    "IFN-gamma": ("x_39", "ifn_gamma"),
    "Th1": ("x_8", "th1"),
    "cytotoxic T": ("x_26", "effector_t"),  # the last precursor: see the silent arms below
    "IL-10": ("x_35", "il10"),
}
SILENT = {"x_27": "cytotoxic T, kept for a tumour", "x_21": "plasma cells", "x_22": "antibody", "x_23": "antibody"}


@cache
def firm():
    names = tuple(dict.fromkeys((*REGRESSION, *(name for name, _ in EVENTS.values()), *SILENT)))
    # some states only decay from 0 and hold rounding noise: an absolute tolerance of 1e-9 keeps CVODE from chasing it
    return run_roadrunner(FILE, DAYS, names, rtol=1e-9, atol=1e-9)


@cache
def core(threat="intracellular-bacterium"):
    declared = threats()[threat]
    days = np.concatenate([[0.0], DAYS / 4])
    challenge = Challenge(0.0, "threat", declared.dose)
    found = follow_response(prepare(core_models(declared), method="stiff"), days, challenges=[challenge])
    return {name: values[0] for name, values in found.series.items()}, found.days


def half_risen(days, values):
    """First day at half of the way from the beginning to the highest value."""
    return float(days[np.argmax(values - values[0] >= 0.5 * (values.max() - values[0]))])


def both_orders():
    """Half-risen day of each event: (in FIRM, in the core)."""
    series, days = core()
    return {
        event: (half_risen(DAYS, firm()[theirs]), half_risen(days, series[ours]))
        for event, (theirs, ours) in EVENTS.items()
    }


@pytest.mark.parametrize("name", REGRESSION)
def test_firm_gives_its_published_course(name):
    value, day = REGRESSION[name]
    found = firm()[name]
    assert found.max() == pytest.approx(value, rel=0.005)  # three digits are given
    assert DAYS[found.argmax()] == pytest.approx(day, abs=1)  # as read at whole days


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("presenting cells", "IFN-gamma"),
        ("presenting cells", "Th1"),
        ("presenting cells", "cytotoxic T"),
        ("presenting cells", "IL-10"),
        ("IL-12", "Th1"),
        ("IL-12", "cytotoxic T"),
        ("IFN-gamma", "IL-10"),
        ("Th1", "IL-10"),
        ("activated macrophages", "Th1"),
    ],
)
def test_events_follow_each_other_as_in_firm(first, then):
    days = both_orders()
    assert days[first][0] < days[then][0]
    assert days[first][1] < days[then][1]


def test_the_two_differ_where_the_page_says_so():
    days = both_orders()
    # FIRM's macrophages are activated by IFN-gamma and make its IL-12; the core's come with danger, before any T cell
    for innate in ("activated macrophages", "IL-12"):
        assert days[innate][0] > days["IFN-gamma"][0]
        assert days[innate][1] < days["IFN-gamma"][1] - 3
    # FIRM's infection grows for months before anything answers
    assert all(theirs > 5 * ours for theirs, ours in days.values())


def test_firm_is_chronic_and_the_core_brings_the_bacterium_down():
    assert firm()["x_4"][-1] == firm()["x_4"].max()
    series, _ = core()
    assert series["antigen"][-1] < 0.1 * series["antigen"].max()
    assert series["infected_cells"][-1] < 0.9 * series["infected_cells"].max()


def test_arms_that_the_published_file_leaves_silent():
    assert all(np.abs(firm()[name]).max() < 1e-6 for name in SILENT)  # rounding noise; cells and pmol are 1e3 and more


def test_neither_makes_antibody_against_bacteria_inside_cells_and_the_core_does_against_a_virus():
    series, _ = core()
    against_virus, days = core("virus")
    assert series["antibody"].max() < 1e-6 * against_virus["antibody"].max()
    order = ("dendritic", "th1", "humoral.igg_plasma", "antibody")
    found = [half_risen(days, against_virus[name]) for name in order]
    assert found == sorted(set(found))  # innate, T cells, plasma cells, antibody, one after the other
