"""Pictures of courses: what is drawn, in which colour, and where names and marks stand."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text

from immune_fakes import BODY, THREAT
from titer.decisions.explore import explore
from titer.show.course_text import LABELS
from titer.show.courses import plot_exploration, spans_of
from titer.show.drawn import COLOUR_OF, PANELS, resting_text
from titer.show.style import to_png


def explored(**options):
    return explore(THREAT, core=[BODY], **options)


def panels_of(found):
    figure = plot_exploration(found)
    assert to_png(figure)  # warnings are errors
    return [axis.get_title(loc="left") for axis in figure.axes if axis.get_title(loc="left")]


def test_the_picture_marks_when_the_threat_is_gone_in_the_line_of_each_course():
    found = explored(drug="lenalidomide 25 mg daily", lead_days=2.0, again=[20.0], days=40.0)
    axes = plot_exploration(found).axes
    upright = {(line.get_xdata()[0], line.get_linestyle()) for one in axes for line in one.lines if is_upright(line)}
    told = [text.get_text() for one in axes for text in one.texts]
    for course, style, who in ((found.course, "-", ""), (found.with_drug, "--", " with drug")):
        for one in course.encounters:
            assert (one.cleared_day, style) in upright
            assert f"cleared{who}, day {one.cleared_day:.3g}" in told
    assert "again, day 20" in told
    weighed = explore(replace(THREAT, unit="mg"), core=[BODY])
    assert any(text.get_text().startswith("down to 1%, day") for text in plot_exploration(weighed).axes[0].texts)


def is_upright(line):
    return len(line.get_xdata()) == 2 and line.get_xdata()[0] == line.get_xdata()[1]


def test_marks_do_not_lie_on_each_other_nor_on_curves():
    """A drug that changes nothing, so that both courses are cleared on the same days."""
    figure = plot_exploration(explored(drug="aspirin 75 mg daily", again=[5.0]))
    axes = figure.axes[0]
    figure.canvas.draw()
    boxes = [Text.get_window_extent(text) for text in axes.texts if "day" in text.get_text()]  # without the line
    assert len(boxes) == 5  # again, and cleared twice in both courses
    assert all(box.y0 > axes.bbox.y1 for box in boxes)
    assert not any(one.overlaps(other) for nth, one in enumerate(boxes) for other in boxes[nth + 1 :])


def test_names_of_curves_stand_apart_at_the_right():
    figure = plot_exploration(explore("virus"))
    figure.canvas.draw()
    for axis in figure.axes:
        names = [text for text in axis.texts if text.get_text() in LABELS.values()]
        boxes = sorted((Text.get_window_extent(text) for text in names), key=lambda box: box.y0)
        assert all(box.x0 > axis.bbox.x1 for box in boxes)
        assert all(low.y1 < high.y0 + 1 for low, high in pairwise(boxes))


def test_what_stays_at_rest_is_named_and_not_drawn():
    hot, cool = explored(), explored(changed={"antigen.fever_yield": 0.0, "antigen.tnf_yield": 1e-3})
    assert {"Temperature, °C", "Cytokines in plasma, pg/mL"} <= set(panels_of(hot))
    assert panels_of(cool) == ["Threat", "Antibody, nmol/L"]
    assert "TNF (within half of rest); temperature (36.8\u00a0°C at most)" in resting_text([cool.course])
    assert resting_text([hot.course]) == ""


def test_the_axis_is_broken_where_it_is_quiet_between_two_encounters():
    assert spans_of(explored(again=[12.0])) == [(0.0, 22.0)]
    assert spans_of(explored(again=[100.0])) == [(0.0, 10.0), (99.5, 110.0)]
    panels_of(explored(again=[100.0]))


def test_no_two_quantities_have_one_colour_and_colour_blind_readers_tell_those_of_a_panel_apart():
    assert {name for panel in PANELS for name in panel.names} == set(COLOUR_OF)
    assert len({to_hex(colour) for colour in COLOUR_OF.values()}) == len(COLOUR_OF)
    # deuteranopia in linear RGB, Vienot 1999; a tenth of the way from black to white can be seen
    seen_by = np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]])
    for panel in PANELS:
        colours = [(seen_by @ np.array(to_rgb(COLOUR_OF[name])) ** 2.2).clip(0, 1) ** (1 / 2.2) for name in panel.names]
        gaps = [np.linalg.norm(one - other) for nth, one in enumerate(colours) for other in colours[nth + 1 :]]
        assert min(gaps, default=1.0) > 0.1, panel.title


def test_an_antibody_axis_shows_the_booster():
    figure = plot_exploration(explore("vaccine-protein", again=[30.0]))
    [axis] = [axis for axis in figure.axes if axis.get_title(loc="left") == "Antibody, nmol/L"]
    low, high = axis.get_ylim()
    assert high / low < 1e5


def test_antibody_that_no_assay_could_find_is_not_drawn():
    """1e-9 times the usual antibody: 1e-9 nmol/L or so at most, below the limit of 1e-6 nmol/L."""
    assert "Antibody, nmol/L" in panels_of(explored())
    assert "Antibody, nmol/L" not in panels_of(explored(changed={"antigen.igm_made": 1e-10}))
    assert "Antibody, nmol/L" not in panels_of(explored(changed={"antigen.igm_made": 0.0}))
