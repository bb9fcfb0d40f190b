"""Numbers in model files are those that the calibration scripts wrote, and rows stay what they were called."""

from __future__ import annotations

import json

import pytest

from titer.evidence.calibration.fitting import RESULTS, Free, Target, changed_models, fit
from titer.evidence.expectations import EXPECTATIONS
from titer.evidence.outcomes import find_outcome
from titer.library import models, sources
from titer.model import Source

FILES = sorted(RESULTS.glob("*.json"))
BODIES = {file.stem: json.loads(file.read_text()) for file in FILES}
NUMBERS = [(script, name, value) for script, body in BODIES.items() for name, value in body["numbers"].items()]


def test_every_calibration_left_its_result():
    assert {file.stem for file in FILES} == {"platelets", "myeloma", "marrow", "thrombosis", "survival", "vaccine"}
    assert len(NUMBERS) > 20


@pytest.mark.parametrize(("script", "name", "value"), NUMBERS)
def test_the_model_holds_the_fitted_number(script, name, value):
    """Written by hand to three digits."""
    flat, _, field = name.partition(":")
    key, _, parameter = flat.partition(".")
    held = models()[key].parameter(parameter)
    assert getattr(held, field or "value") == pytest.approx(value, rel=0.006)
    assert field or held.status == "calibrated"
    assert field or held.at.endswith(f"evidence.calibration.{script}")


def test_every_calibrated_parameter_has_a_fitted_number():
    fitted = {name for _, name, _ in NUMBERS}
    for model in models().values():
        for parameter in model.parameters:
            assert parameter.status != "calibrated" or f"{model.key}.{parameter.name}" in fitted


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_rows_are_named_and_their_role_is_said(file):
    rows = BODIES[file.stem]["rows"]
    assert any(row["role"] == "calibration" for row in rows)
    for row in rows:
        assert row["role"] in ("calibration", "prediction")
        for one in row["rows"].split("+"):
            assert one == "srimani" or isinstance(getattr(sources, one, None), Source) or find_outcome(one)


def test_changed_models_change_values_and_spreads_only_where_named():
    before = list(models().values())
    after = {m.key: m for m in changed_models(before, {"myeloma.growth": 1.0, "myeloma.growth:omega2": 0.5})}
    assert after["myeloma"].parameter("growth").value == 1.0
    assert after["myeloma"].parameter("growth").omega2 == 0.5
    assert after["platelets"] == models()["platelets"]


def test_fit_finds_the_numbers_behind_exact_targets():
    targets = [Target((), "s", name, 0.01, relative=True, value=value) for name, value in (("a", 6.0), ("b", 1.5))]
    found = fit(
        [Free("x", 1.0, 5.0), Free("y", 1.0, 5.0)],
        targets,
        lambda n: {("s", "a"): n["x"] * n["y"], ("s", "b"): n["x"] / n["y"]},
        rounds=20,
        step=1e-4,
        tell=lambda line: None,
    )
    assert found["x"] == pytest.approx(3.0, rel=1e-3)
    assert found["y"] == pytest.approx(2.0, rel=1e-3)


def test_a_target_without_prediction_counts_as_missed():
    target = Target((), "s", "median", 0.1, relative=True, value=10.0)
    assert target.residual(float("nan")) == 5.0
    assert target.residual(10.0) == 0.0


def test_the_report_calls_calibrated_rows_calibrated():
    """What `titer validate` calls a prediction was not used by any script here, and the other way round."""
    used = {
        (row["rows"], row["simulation"], row["figure"])
        for body in BODIES.values()
        for row in body["rows"]
        if row["role"] == "calibration" and row["rows"].startswith("IMID")
    }
    declared = {("+".join(e.rows), e.simulation, e.figure): e.role for e in EXPECTATIONS}
    assert {key for key, role in declared.items() if role == "calibration"} == used & set(declared)
    assert len(used & set(declared)) >= 15
