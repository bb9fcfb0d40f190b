"""Rules that a run did without are told; so is a protocol that has no rule about a drug of the regimen."""

import numpy as np
import pytest

from titer.cli import run
from titer.decisions.arm import facts_of, run_arm
from titer.decisions.compare import compare_regimens
from titer.library import load_protocol, protocol_warnings, read_regimen
from titer.show.unevaluated import unevaluated_rules, unevaluated_sentence

ARM = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg weekly"
SMALL = ["-n", "4", "--cycles", "1"]


def test_what_is_said_before_a_run_is_what_the_run_finds():
    comparison = compare_regimens([ARM], n=2, cycles=1, protocol="del5q-us")
    setting, people = comparison.setting, comparison.people(2)
    course = run_arm(setting, people, setting.parameters(people), setting.regimens[0])
    assert unevaluated_rules(comparison) == {ARM: course.not_evaluated}
    assert "febrile neutropenia" in course.not_evaluated
    assert "crcl" in facts_of(people)
    assert not any("crcl" in why for why in course.not_evaluated.values())
    assert np.isfinite(course.end_day).all()


def test_rules_without_a_value_are_printed_under_the_figures(capsys):
    assert run(["compare", ARM, *SMALL]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Rules that this run did without, or in part: other toxicity (not known in this run: other_toxicity)" in told
    assert run(["compare", ARM, *SMALL, "--protocol", "none"]) == 0
    assert "did without" not in capsys.readouterr().out
    assert unevaluated_sentence({ARM: {}}) == ""


def test_a_protocol_about_other_drugs_is_told(capsys):
    assert run(["compare", ARM, *SMALL, "--protocol", "pomalidomide-us", "--json"]) == 0
    output = capsys.readouterr()
    assert "no rule of 'pomalidomide and dexamethasone US' is about lenalidomide" in output.err
    assert output.out.lstrip().startswith("{")


@pytest.mark.parametrize(("name", "regimen"), [("us-label", ARM), ("none", ARM), ("us-label", "aspirin 100 mg daily")])
def test_a_protocol_about_the_drugs_is_silent(name, regimen):
    assert protocol_warnings(load_protocol(name), read_regimen(regimen)) == []
