"""Assembled systems as SBML: valid, the same when read back, the same when another engine runs them."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sbml_runs import run_roadrunner
from titer.cli import run
from titer.decisions.response import follow_response, prepare
from titer.engine import Ensemble, compile_kernel
from titer.engine.textbook import system_of
from titer.errors import InputError, ModelError, StorageError
from titer.interop.sbml import planned_challenges, read_sbml, sbml_text, with_values, write_sbml
from titer.interop.sbml.check import require_sound
from titer.interop.sbml.mathml import number_element
from titer.interop.sbml.names import flat_of, sid_of
from titer.interop.sbml.units import unit_definition, unit_ids
from titer.library import core_models, models, read_regimen, relapsed_myeloma_models, threats
from titer.library.signals import SIGNALS
from titer.model import Challenge, assemble
from titer.model.expression import absolute, both, either, equal, exp, log, maximum, minimum, negate, sqrt, where

ASSEMBLED = ("relapsed myeloma", *threats())


@cache
def library_system(name):
    """A model alone by its key, the myeloma system, or the core under a threat; units are checked elsewhere."""
    if name == "relapsed myeloma":
        members = relapsed_myeloma_models()
    else:
        members = core_models(threats()[name]) if name in threats() else [models()[name]]
    return assemble(members, SIGNALS, units=False)


def random_places(system, n=7):
    """Positive states and parameters around the typical ones, and a day."""
    draw = np.random.default_rng(4)
    typical = system.typical() * draw.lognormal(0.0, 0.3, (n, len(system.parameters)))
    start = np.abs(system.start_values(typical)) + 1e-3 if system.states else np.empty((n, 0))
    return 3.3, start * draw.lognormal(0.0, 1.0, start.shape), typical


@pytest.mark.parametrize("name", [*models(), *ASSEMBLED])
def test_a_system_is_the_same_when_it_is_read_back(name, tmp_path):
    system = library_system(name)
    write_sbml(tmp_path / "a.xml", system)
    back = read_sbml(tmp_path / "a.xml")
    assert (back.states, back.parameters, back.output_names) == (system.states, system.parameters, system.output_names)
    assert (back.units, back.doses, back.signals) == (system.units, system.doses, dict(system.signals))
    assert np.array_equal(back.typical(), system.typical())
    day, states, parameters = random_places(system)
    pairs = []
    with np.errstate(all="ignore"):  # a random place may lie outside of a logarithm's domain, for both alike
        if system.states:
            pairs.append((back.start_values(parameters), system.start_values(parameters)))
            pairs.append((back.derivative(day, states, parameters), system.derivative(day, states, parameters)))
        there, here = back.observe(day, states, parameters), system.observe(day, states, parameters)
    pairs += [(np.asarray(there[output]), np.asarray(here[output])) for output in here]
    for ours, original in pairs:  # digits are kept and the order of operations too: rounding alone is let through
        np.testing.assert_allclose(ours, original, rtol=1e-12, atol=0)
    assert sbml_text(back) == (tmp_path / "a.xml").read_text(encoding="utf-8")


def test_the_round_trip_looked_at_the_whole_library():
    assert len(models()) > 20
    assert len(threats()) == 8


@pytest.mark.parametrize("name", ["lenalidomide", "virus"])
def test_what_is_declared_of_numbers_comes_back(name, tmp_path):
    system = library_system(name)
    write_sbml(tmp_path / "a.xml", system)
    looked = 0
    for ours, original in zip(read_sbml(tmp_path / "a.xml").models, system.models, strict=True):
        assert set(ours.parameters) == set(original.parameters)  # value, unit, meaning, place, status, spread, note
        assert (ours.states, ours.outputs, ours.doses) == (original.states, original.outputs, original.doses)
        assert (ours.doc, dict(ours.sources)) == (original.doc, dict(original.sources))
        looked += len(ours.parameters)
    assert looked > 10


def test_libsbml_has_nothing_worse_than_warnings_about_units():
    import libsbml

    looked = 0
    for name in ("lenalidomide", "relapsed myeloma", "virus"):
        document = libsbml.readSBMLFromString(sbml_text(library_system(name)))
        document.checkConsistency()  # every category
        found = [document.getError(k) for k in range(document.getNumErrors())]
        assert [e.getMessage() for e in found if e.isError() or e.isFatal()] == []
        looked += document.getModel().getNumRules()
    assert looked > 100


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<ci>ikaros__protein</ci>", "<ci>nowhere</ci>", "<ci>"),
        ('units="unit_1_per_h"', 'units="furlong"', "UnitDefinition"),
        ("</model>", "", "tag mismatch"),
    ],
)
def test_a_text_that_libsbml_finds_errors_in_is_not_written(old, new, told):
    text = sbml_text(library_system("ikaros"))
    assert old in text
    with pytest.raises(InputError, match=f"libSBML finds errors.*{told}"):
        require_sound(text.replace(old, new, 1))


def rates_of_every_operation(t, x, p):
    bent = where(either(both(x.a > 1.0, negate(x.b >= p.k)), x.b < -1.0), exp(-x.a), log(p.k + 1.0))
    cut = minimum(x.a, maximum(x.b, 0.25)) + absolute(x.a - x.b) - sqrt(p.k)
    return {"a": bent * cut / (1.0 + t), "b": where(equal(x.a, x.b), 1.0, -(x.a**1.5)) + 4.725e-12 * (x.a <= 2.0)}


def test_every_operation_of_equations_survives(tmp_path):
    system = system_of("m", {"a": 1.0, "b": 0.5}, {"k": 2.0}, rates_of_every_operation)
    write_sbml(tmp_path / "a.xml", system)
    back = read_sbml(tmp_path / "a.xml")
    day, states, parameters = random_places(system, 50)
    assert np.array_equal(back.derivative(day, states, parameters), system.derivative(day, states, parameters))
    assert back.rates == system.rates  # the trees themselves


@pytest.mark.parametrize(
    "value", [0.1, 1 / 3, 4.725e-12, -2.0, 1e22, 2.2250738585072014e-300, 123456789.123456789, 0.0]
)
def test_a_number_keeps_every_digit(value, tmp_path):
    system = system_of("m", {"a": value}, {"k": value}, lambda t, x, p: {"a": p.k * value + x.a * (value + 1.0)})
    write_sbml(tmp_path / "a.xml", system)
    back = read_sbml(tmp_path / "a.xml")
    assert back.rates == system.rates
    assert (back.typical()[0], back.start_values(back.typical())[0, 0]) == (value, value)


def test_a_number_that_is_not_finite_is_refused():
    with pytest.raises(ModelError, match="inf"):
        number_element(float("inf"))


def test_names_go_to_identifiers_and_back():
    names = [n for m in ("lenalidomide", "virus", "relapsed myeloma") for n in library_system(m).units]
    assert len(names) > 200
    assert all(flat_of(sid_of(name)) == name for name in names)
    assert len({sid_of(name) for name in set(names)}) == len(set(names))


@pytest.mark.parametrize("name", ["a__b", "a_.b", "_a", "a.b.c", "2a", "a-b", "ä", ""])
def test_a_name_that_has_no_way_back_is_refused(name):
    with pytest.raises(InputError, match="identifier"):
        sid_of(name)


def kinds_of(unit):
    rows = unit_definition(unit, "u").iter("unit")
    return [(row.get("kind"), row.get("exponent"), row.get("multiplier")) for row in rows]


def test_a_unit_is_a_factor_and_powers():
    assert unit_ids(["pg/mL", "1/h", "%", "", "10^9/L", "pg/mL"]) == {
        "pg/mL": "pg_per_mL",
        "1/h": "unit_1_per_h",
        "%": "percent",
        "": "dimensionless",
        "10^9/L": "unit_10_9_per_L",
    }
    assert kinds_of("1/h") == [("second", "-1", "3600.0")]
    assert kinds_of("pg/mL") == [("dimensionless", "1", "1e-09"), ("metre", "-3", "1.0"), ("kilogram", "1", "1.0")]
    assert ("item", "1", "1.0") in kinds_of("cell/mL")
    assert kinds_of("IU") == [("dimensionless", "1", "1.0")]


def test_one_persons_values_are_written_and_said_so(tmp_path):
    system = library_system("lenalidomide")
    values = system.typical()
    place = system.parameter_index("lenalidomide.cl")
    values[place] *= 1.5
    own = with_values(system, values)
    assert np.array_equal(own.typical(), values)
    text = sbml_text(own)
    assert text.count("one person's value") == 2  # the note, and the annotation it is read back from
    write_sbml(tmp_path / "a.xml", own)
    assert read_sbml(tmp_path / "a.xml").typical()[place] == values[place]
    with pytest.raises(InputError, match="shape"):
        with_values(system, values[:-1])


def test_a_system_that_was_read_is_not_assembled_again(tmp_path):
    write_sbml(tmp_path / "a.xml", library_system("ikaros"))
    with pytest.raises(ModelError, match="cannot be assembled again"):
        assemble(read_sbml(tmp_path / "a.xml").models, SIGNALS)


def test_an_output_with_the_name_of_a_state_is_refused():
    system = system_of(
        "m", {"a": 1.0}, {"k": 2.0}, lambda t, x, p: {"a": -p.k * x.a}, outputs=lambda t, x, p: {"a": 3 * x.a}
    )
    with pytest.raises(InputError, match=r"'m\.a' has the name of a state"):
        sbml_text(system)


def test_texts_with_marks_of_xml_come_back_as_they_are(tmp_path):
    told = "a < b & \"c\" > 'd'</titer:model><!-- ]]> é µ"
    model = replace(models()["ikaros"], title=told, doc=f"{told}\n\n  and more\n")
    model = replace(model, states=tuple(replace(state, meaning=told) for state in model.states))
    write_sbml(tmp_path / "a.xml", assemble([model], SIGNALS, units=False))
    back = read_sbml(tmp_path / "a.xml").models[0]
    assert (back.title, back.doc, back.states) == (model.title, model.doc, model.states)


def test_what_several_equations_share_is_written_once():
    text = sbml_text(library_system("virus"))
    assert len(text) < 1_500_000  # the same equations written out in full would take many times as much
    assert text.count('<assignmentRule variable="part__') == text.count('<parameter id="part__') > 10


# ---- run by another engine

ELSEWHERE = {
    "lenalidomide on neutrophils": (
        ("lenalidomide", "ikaros", "neutrophils"),
        [Challenge(float(day), "lenalidomide", 25.0) for day in range(21)],
        28.0,
    ),
    "endotoxin as an infusion": (("endotoxin",), [Challenge(0.0, "endotoxin", 2.0, hours=4.0)], 1.0),
    "antigen among antibodies, by roots": (
        ("adaptive",),
        [Challenge(0.0, "protein", 1e4), Challenge(0.0, "maturation-signal", 350.0)],
        20.0,
    ),
    "virus in the core": ("virus", [Challenge(0.0, "threat", 1e6)], 40.0),
    "bacteria in the core": ("extracellular-bacterium", [Challenge(1.0, "threat", 100.0)], 10.0),
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_another_engine_gets_the_same_course_from_the_file(case):
    members, doses, days = ELSEWHERE[case]
    members = core_models(threats()[members]) if isinstance(members, str) else [models()[key] for key in members]
    times = np.linspace(0.0, days, 41)[1:] + 0.013  # beside every dose, not on it
    kernel = prepare(members)
    ours = follow_response(kernel, times, challenges=doses, rtol=1e-9, atol=1e-11)
    system = assemble(members, SIGNALS, units=False)
    text = sbml_text(with_values(system, ours.parameters[0]), doses=doses)
    theirs = run_roadrunner(text, times, [sid_of(name) for name in kernel.output_names])
    for name in kernel.output_names:
        here, there = ours.series[name][0], theirs[sid_of(name)]
        # two engines at tolerances of 1e-9 and 1e-10 a step; what a course ends at is relative to its peak
        np.testing.assert_allclose(there, here, rtol=0, atol=2e-6 * np.abs(here).max() + 1e-12, err_msg=name)


def test_every_operation_means_the_same_to_another_engine():
    system = system_of(
        "m",
        {"a": 1.0, "b": 0.5},
        {"k": 2.0},
        rates_of_every_operation,
        outputs=lambda t, x, p: {"both": x.a + 2.0 * x.b},
    )
    times = np.linspace(0.1, 3.0, 20)
    body = Ensemble(compile_kernel(system), system.typical()[None], rtol=1e-9, atol=1e-11)
    here = body.advance(3.0, times=times)[0, :, 0]
    there = run_roadrunner(sbml_text(system), times, ["m__both"])["m__both"]
    # 1e-6: both engines step over the kinks of `where`, `min` and `max` by their error control alone
    np.testing.assert_allclose(there, here, rtol=1e-6, atol=1e-6)


def test_doses_of_one_moment_add_up_and_the_first_one_counts():
    system = library_system("lenalidomide")
    twice = [Challenge(0.0, "lenalidomide", 10.0), Challenge(0.0, "lenalidomide", 15.0)]
    found = [
        run_roadrunner(sbml_text(system, doses=doses), [0.02, 0.5], ["lenalidomide__central"])["lenalidomide__central"]
        for doses in (twice, [Challenge(0.0, "lenalidomide", 25.0)])
    ]
    assert found[0][0] > 1.0
    np.testing.assert_allclose(found[0], found[1], rtol=1e-8)  # one and the same course, at 1e-10 a step


def test_overlapping_infusions_add_up():
    system = library_system("endotoxin")
    halves = [Challenge(0.0, "endotoxin", 1.0, hours=4.0), Challenge(0.0, "endotoxin", 1.0, hours=4.0)]
    text, whole = (sbml_text(system, doses=d) for d in (halves, [Challenge(0.0, "endotoxin", 2.0, hours=4.0)]))
    found = [run_roadrunner(one, [0.1, 0.3], ["endotoxin__tnf"])["endotoxin__tnf"] for one in (text, whole)]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-7)  # CVODE stops at different moments in the two


def test_a_start_that_is_a_parameter_follows_it_in_the_file():
    system = library_system("nk")
    text = sbml_text(system)
    k = next(i for i, start in enumerate(system.starts) if start.op == "symbol")
    state, parameter = sid_of(system.states[k]), sid_of(str(system.starts[k].value))
    own = 1.5 * system.typical()[system.parameter_index(flat_of(parameter))]
    found = run_roadrunner(text, [1e-9], [state], changed={parameter: own})
    assert found[state][0] == pytest.approx(own, rel=1e-6)  # a nanoday later


def test_doses_of_a_regimen_come_in_the_units_of_the_system():
    system = library_system("lenalidomide")
    planned = planned_challenges(system, read_regimen("lenalidomide 25 mg days 1-21 of 28"), 28)
    assert [(one.day, one.amount) for one in planned] == [(float(day), 25.0) for day in range(21)]
    assert sbml_text(system, doses=planned).count("<event ") == 21


@pytest.mark.parametrize("days", [0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_a_regimen_over_no_length_that_can_be_is_refused(days):
    with pytest.raises(InputError, match="a run of"):
        planned_challenges(library_system("lenalidomide"), read_regimen("lenalidomide 25 mg daily"), days)


def test_a_file_that_cannot_be_written_whole_leaves_the_earlier_one(tmp_path, monkeypatch):
    path, text = tmp_path / "a.xml", sbml_text(library_system("ikaros"))
    path.write_text("earlier")

    def full(self, content, **_):
        self.write_bytes(content.encode()[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StorageError, match="No space left"):
        write_sbml(path, library_system("ikaros"))
    assert len(text) > 100
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"earlier"]


def test_an_agent_that_nothing_takes_and_a_negative_dose_are_refused():
    system = library_system("lenalidomide")
    with pytest.raises(InputError, match="nothing in the system takes 'thalidomide'"):
        sbml_text(system, doses=[Challenge(0.0, "thalidomide", 1.0)])
    for day, amount in ((0.0, -1.0), (-1.0, 1.0), (0.0, float("nan"))):
        with pytest.raises(InputError, match="lenalidomide on day"):
            sbml_text(system, doses=[Challenge(day, "lenalidomide", amount)])


# ---- the command


def test_show_writes_a_file_with_the_doses_of_a_regimen(tmp_path, capsys):
    path = tmp_path / "anc.xml"
    assert run(["show", "neutrophils", "--sbml", str(path), "--regimen", "len 25 mg d1-21/28", "--days", "28"]) == 0
    assert "lenalidomide, ikaros" in " ".join(capsys.readouterr().out.split())
    text = path.read_text(encoding="utf-8")
    assert text.count("<event ") == 21
    # the typical adult of this model has a clearance that its covariates give
    assert "lenalidomide__cl" in text


def test_show_writes_the_core_with_the_threats_usual_dose(tmp_path, capsys):
    for name, events in (("virus", 1), ("immune", 0)):
        path = tmp_path / f"{name}.xml"
        assert run(["show", name, "--sbml", str(path)]) == 0
        assert path.read_text(encoding="utf-8").count("<event ") == events
    assert "time in days" in capsys.readouterr().out


def test_show_refuses_what_is_no_model_and_doses_without_a_file(tmp_path, capsys):
    assert run(["show", "us-label", "--sbml", str(tmp_path / "a.xml")]) == 2
    assert "no model that could be written" in capsys.readouterr().err
    assert run(["show", "virus", "--regimen", "len 25 mg daily"]) == 2
    assert "without --sbml" in capsys.readouterr().err
    assert run(["show", "virus", "--toml", "--sbml", str(tmp_path / "a.xml")]) == 2
    assert "both given" in capsys.readouterr().err
    assert run(["show", "nk", "--sbml", str(tmp_path / "no" / "folder.xml")]) == StorageError.exit_code
    assert "writing failed" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
