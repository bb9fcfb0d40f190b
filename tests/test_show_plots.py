"""Plots: that they show the numbers they were given and are readable files."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from titer.show.comparison import CAPTIONS, Courses, Seen, captioned_svgs, draw_comparison, png_files, unique_labels
from titer.show.metrics import METRICS
from titer.show.plots import centiles, month_ticks, plot_bands, plot_benefit_risk, plot_dose_intensity, plot_survival
from titer.show.style import COLOURS, to_png, to_svg

REGIMENS = ["lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28", "lenalidomide 10 mg daily"]


def figure_of(value):
    return {"value": value, "low": value - 0.03, "high": value + 0.03}


def arm_of(regimen, value):
    return {"regimen": regimen} | {m.key: figure_of(value) for m in METRICS}


@pytest.fixture
def courses():
    rng = np.random.default_rng(1)
    days = np.arange(0, 337, 7.0)
    counts = {r: rng.lognormal(1.0, 0.4, (200, len(days))) for r in REGIMENS}
    pfs = {r: (np.minimum(rng.exponential(12.0, 200), 11.0), rng.random(200) < 0.7) for r in REGIMENS}
    doses = {r: rng.random((200, 12)) for r in REGIMENS}
    seen = Seen(days, counts)
    return Courses(seen, seen, seen, pfs, doses, "lenalidomide")


@pytest.fixture
def result():
    return {"regimens": [arm_of(r, 0.3 + 0.1 * i) for i, r in enumerate(REGIMENS)]}


def test_bands_draw_median_and_centiles_of_what_they_were_given():
    values = np.arange(101.0)[:, None] * np.ones(3)
    figure = plot_bands(np.array([0.0, 7.0, 14.0]), {"a": values}, ylabel="ANC, 10⁹/L")
    assert figure.axes[0].lines[0].get_ydata().tolist() == [50.0, 50.0, 50.0]
    edge = figure.axes[0].collections[0].get_paths()[0].vertices[:, 1]
    assert {edge.min(), edge.max()} == {5.0, 95.0}
    assert figure.axes[0].get_ylabel() == "ANC, 10⁹/L"


def test_centiles_skip_patients_who_left_and_times_with_too_few():
    values = np.full((100, 2), np.nan)
    values[:50, 0] = 3.0
    values[:5, 1] = 3.0
    assert centiles(values)[:, 0].tolist() == [3.0, 3.0, 3.0]
    assert np.isnan(centiles(values)[:, 1]).all()


def test_survival_curve_starts_at_100_and_counts_those_at_risk():
    time_month = np.array([1.0, 2.0, 3.0, 4.0])
    figure = plot_survival({"a": (time_month, np.ones(4, bool))})
    line = figure.axes[0].lines[0]
    assert line.get_ydata().tolist() == [100.0, 75.0, 50.0, 25.0, 0.0]
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert {"At risk", "4", "1"} <= texts


def test_survival_of_many_patients_is_thinned_but_keeps_its_ends():
    time_month = np.linspace(0.1, 20.0, 5000)
    line = plot_survival({"a": (time_month, np.ones(5000, bool))}).axes[0].lines[0]
    assert len(line.get_xdata()) < 300
    assert line.get_ydata()[-1] == 0.0


def test_benefit_risk_puts_each_regimen_where_its_figures_are(result):
    figure = plot_benefit_risk(result["regimens"], benefit="orr", harms=["vte"])
    points = [tuple(line.get_xydata()[0]) for line in figure.axes[0].lines if line.get_marker() in "os"]
    assert points == [(30.0, 30.0), (40.0, 40.0)]
    assert figure.axes[0].get_xlabel() == "Venous thromboembolism, %"


def test_benefit_risk_stands_a_figure_that_does_not_exist(result):
    missing = {"value": None, "low": None, "high": None}
    arms = [result["regimens"][0] | {"median_pfs_month": missing}, result["regimens"][1]]
    assert to_png(plot_benefit_risk(arms, benefit="median_pfs_month")).startswith(b"\x89PNG")


def test_dose_intensity_shows_the_mean_of_those_on_treatment():
    doses = np.array([[1.0, 0.5], [0.5, np.nan]])
    panel = plot_dose_intensity(np.array([1, 2]), {"a": doses}, drug="lenalidomide").axes[0]
    assert panel.lines[0].get_ydata().tolist() == [75.0, 50.0]
    heights = [[bar.get_height() for bar in level] for level in panel.containers]
    assert heights == [[50.0, 0.0], [50.0, 100.0], [0.0, 0.0]]


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7])
def test_any_number_of_regimens_can_be_drawn(n):
    days, rng = np.arange(0, 57, 7.0), np.random.default_rng(n)
    values = {f"regimen {i}": rng.random((30, len(days))) for i in range(n)}
    figure = plot_bands(days, values, ylabel="ANC")
    assert len(figure.axes) == n
    assert to_png(figure).startswith(b"\x89PNG")


def test_colours_differ():
    assert len(set(COLOURS)) == len(COLOURS) >= 6


@pytest.mark.parametrize(("end", "last"), [(0.9, 0.75), (5.5, 5.0), (22.1, 21.0), (60.0, 60.0), (200.0, 200.0)])
def test_month_ticks_are_few_and_end_inside(end, last):
    ticks = month_ticks(end)
    assert ticks[0] == 0.0
    assert ticks[-1] == last
    assert 3 <= len(ticks) <= 10


def test_a_regimen_compared_with_itself_keeps_both_courses():
    assert len(set(unique_labels(["a", "a", "b", "a"]))) == 4


def test_every_plot_has_a_caption_and_is_a_sound_file(result, courses):
    figures = draw_comparison(result, courses)
    assert set(figures) == set(CAPTIONS)
    for name, content in png_files(figures).items():
        assert name.endswith(".png")
        assert content.startswith(b"\x89PNG")
    for _, svg in captioned_svgs(figures):
        root = ElementTree.fromstring(svg)
        assert root.tag.endswith("svg")


def test_the_same_figure_gives_the_same_bytes(result):
    first, second = (plot_benefit_risk(result["regimens"]) for _ in range(2))
    assert to_svg(first) == to_svg(second)
    assert to_png(first) == to_png(second)
