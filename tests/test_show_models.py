"""Models, the map of the system and regimens, printed."""

import xml.etree.ElementTree as ElementTree

from titer.library import models, relapsed_myeloma_models
from titer.library.signals import SIGNALS
from titer.model import system_map
from titer.model.declare import STATUSES
from titer.show.models import (
    STATUS_MEANING,
    equation_lines,
    model_page,
    own_numbers,
    reflow,
    status_counts,
)
from titer.show.system_map import map_svg, map_text


def test_every_status_has_a_meaning():
    assert set(STATUS_MEANING) == set(STATUSES)


def test_status_counts_add_up_to_all_parameters():
    counts = status_counts(models().values())
    assert sum(counts.values()) == sum(len(m.parameters) for m in models().values()) > 50
    assert len(own_numbers(models().values())) == counts["calibrated"] + counts["assumed"]


def test_equations_name_every_state_and_no_prefix():
    looked = 0
    for model in models().values():
        lines = equation_lines(model)
        for state in model.states:
            looked += 1
            assert any(line.startswith(f"d {state.name}/dt = ") for line in lines)
        assert not any(f"{model.key}.{p.name}" in line for line in lines for p in model.parameters)
    assert looked > 10


def test_an_output_is_written_by_its_name_in_other_equations():
    lines = equation_lines(models()["lenalidomide"])
    assert "d auc/dt = conc" in lines
    assert "modulates ikaros.loss by degradation" in lines


def test_pages_hold_every_parameter_and_source():
    looked = 0
    for model in models().values():
        page = model_page(model)
        for parameter in model.parameters:
            looked += 1
            assert f"| {parameter.name} |" in page
        assert all(source.citation in page for source in model.sources.values())
    assert looked > 50


def test_reflow_keeps_every_word():
    for model in models().values():
        assert " ".join(reflow(model.doc, 60)).split() == model.doc.split()


def test_the_map_is_sound_xml_with_one_line_per_use():
    chosen = relapsed_myeloma_models()
    uses = system_map(chosen, SIGNALS)
    root = ElementTree.fromstring(map_svg(chosen, SIGNALS))
    paths = root.findall("{http://www.w3.org/2000/svg}path")
    expected = sum(
        bool(use.provider) + len(use.readers) + len({m.split(" on ")[0] for m in use.modulators}) for use in uses
    )
    assert len(paths) == expected > 15


def test_styles_of_the_map_stay_inside_the_map():
    style = map_svg(relapsed_myeloma_models(), SIGNALS).split("<style>")[1].split("</style>")[0]
    rules = [rule for rule in style.split("}") if rule]
    assert len(rules) > 5
    assert all(rule.startswith(".titer-map ") for rule in rules)


def test_a_signal_without_provider_is_told_to_rest():
    alone = [models()["lenalidomide"]]
    assert "nobody: stays at its resting value 1" in map_text(alone, SIGNALS)
