"""Supportive care: growth factor, transfusions, prophylaxis; and that nothing changes where none is given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from library_runs import run
from titer.clinic.protocol import SupportRule
from titer.engine.cascade import find_cascade
from titer.engine.generate import Plan, kernel_source
from titer.engine.kernel import stepping_method
from titer.library import drugs, models, read_regimen, relapsed_myeloma_models
from titer.library.rules import support
from titer.library.signals import SIGNALS
from titer.model import assemble

MODELS = models()
SUPPORT = ("filgrastim", "red_cells", "platelet_concentrate", "thromboprophylaxis")
NEW_SIGNALS = ("marrow_release", "transfused_haemoglobin", "transfused_platelets", "clotting")
HEALTHY = {"baseline_anc": 4.0, "prior_lines": 0.0}
DAY = 24.0


def daily(drug, amount, days, first=0):
    return [(DAY * (first + day), drug, amount) for day in range(days)]


def fold(doses, until_day):
    """Neutrophils of a healthy marrow, multiples of the resting count, hour by hour."""
    times = np.arange(0.0, DAY * until_day + 1)
    return run([MODELS["filgrastim"], MODELS["neutrophils"]], doses, times, HEALTHY)["anc"] / 4.0


def source_of(chosen):
    system = assemble(chosen, SIGNALS, units=False)
    method = stepping_method("explicit")
    return kernel_source(method.adapt(Plan(system, find_cascade(system), dict(system.outputs))), method, 8)


class AtRest:
    """Signals as a model sees them, with those of supportive care as plain numbers at rest."""

    def __init__(self, signals):
        self._signals = signals

    def __getattr__(self, name):
        return SIGNALS[name].rest if name in NEW_SIGNALS else getattr(self._signals, name)


def without_support(model):
    """The model as if supportive care had never been thought of."""
    return replace(
        model,
        reads=tuple(name for name in model.reads if name not in NEW_SIGNALS),
        equations=lambda t, x, p, s: model.equations(t, x, p, AtRest(s)),
    )


# ---- nothing changes without it -----------------------------------------------------------------------------------


def test_the_machine_code_is_the_same_where_no_support_can_be_given():
    """Not one operation more: every term of supportive care folds away, so results keep their bits."""
    plain = [without_support(model) for model in relapsed_myeloma_models()]
    assert source_of(relapsed_myeloma_models()) == source_of(plain)
    with_support = relapsed_myeloma_models(["lenalidomide", "dexamethasone", "filgrastim"])
    assert source_of(with_support) != source_of(plain)


def test_support_that_is_assembled_but_not_given_changes_nothing_beyond_the_tolerance():
    times = np.array([0.0, 7 * DAY, 14 * DAY, 28 * DAY])
    doses = daily("lenalidomide", 25.0, 21)
    plain = run(relapsed_myeloma_models(), doses, times)
    more = run(relapsed_myeloma_models(["lenalidomide", "dexamethasone", *sorted(set(drugs()))]), doses, times)
    looked = 0
    for name in ("anc", "platelets", "haemoglobin", "m_protein", "vte_hazard"):
        np.testing.assert_allclose(more[name], plain[name], rtol=3e-5)  # of the solver: other steps at rtol 1e-7
        looked += 1
    assert looked == 5


@pytest.mark.parametrize("name", NEW_SIGNALS)
def test_each_new_signal_has_one_provider_and_a_reader(name):
    assert [key for key, model in MODELS.items() if name in model.provides] != []
    assert [key for key, model in MODELS.items() if name in model.reads] != []
    for signal, provider in (("anc", "neutrophils"), ("haemoglobin", "haemoglobin"), ("platelets", "platelets")):
        assert [key for key, model in MODELS.items() if signal in model.provides] == [provider]


def test_two_drugs_of_one_model_are_assembled_once():
    keys = [model.key for model in relapsed_myeloma_models(["lenalidomide", "aspirin", "enoxaparin"])]
    assert keys.count("thromboprophylaxis") == 1


def test_every_supportive_rule_of_the_library_orders_a_drug_that_has_a_model():
    rules = [
        rule
        for protocol in (support.GROWTH_FACTOR, support.ASPIRIN, support.HEPARIN)
        for rule in protocol.rules
        if isinstance(rule, SupportRule)
    ]
    assert len(rules) >= 3
    assert {rule.give.drug for rule in rules} <= set(drugs())


@pytest.mark.parametrize(
    ("text", "unit"),
    [("filgrastim 300 ug days 1-5 of 28", "ug"), ("aspirin 100 mg daily", "mg"), ("enoxaparin 40 mg daily", "mg")],
)
def test_support_can_stand_in_a_regimen(text, unit):
    regimen = read_regimen(f"lenalidomide 25 mg days 1-21 of 28 + {text}")
    dosing = next(d for model in drugs().values() for d in model.doses if d.drug == regimen.components[1].drug)
    assert dosing.unit == unit


# ---- filgrastim ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dose", "peak"), [(30.0, 5.0), (300.0, 15.0)])
def test_daily_filgrastim_lifts_healthy_counts_as_published(dose, peak):
    """Peak over 14 days (Chatta 1994); both values are what the curve was solved for."""
    assert fold(daily("filgrastim", dose, 14), 15).max() == pytest.approx(peak, rel=0.02)


def test_the_figures_of_the_docstring_are_those_of_the_model():
    single, course = fold([(0.0, "filgrastim", 300.0)], 4), fold(daily("filgrastim", 300.0, 14), 18)
    assert single[15] == pytest.approx(5.6, abs=0.1)
    assert int(single.argmax()) == pytest.approx(37, abs=1)
    assert course[17 * 24] == pytest.approx(2.9, abs=0.1)
    doc = " ".join(MODELS["filgrastim"].doc.split())
    for figure in ("5.6 times", "37 h", "2.9 times"):
        assert figure in doc


def test_counts_are_back_within_weeks_and_the_reserve_is_not_left_full():
    course = fold(daily("filgrastim", 300.0, 5), 28)
    assert course[7 * 24 + 5 * 24] < 1.3
    assert course[28 * 24] == pytest.approx(1.0, abs=0.1)
    assert course.min() > 0.95


def test_more_filgrastim_never_means_fewer_neutrophils():
    peaks = [fold(daily("filgrastim", dose, 5), 6).max() for dose in (30.0, 100.0, 300.0, 480.0)]
    assert peaks == sorted(peaks)


def test_filgrastim_lifts_a_count_that_lenalidomide_holds_down():
    chosen = [MODELS[key] for key in ("lenalidomide", "ikaros", "filgrastim", "neutrophils")]
    times = np.arange(0.0, DAY * 29)
    treated = daily("lenalidomide", 25.0, 21)
    low = run(chosen, treated, times, {"prior_lines": 3.0})["anc"]
    lifted = run(chosen, treated + daily("filgrastim", 300.0, 5, first=14), times, {"prior_lines": 3.0})["anc"]
    at = 19 * 24
    assert low[at] < 1.6
    assert lifted[at] > 3 * low[at]
    np.testing.assert_allclose(lifted[: 14 * 24], low[: 14 * 24], rtol=1e-5)


# ---- transfusions -------------------------------------------------------------------------------------------------


def test_a_red_cell_unit_adds_ten_grams_and_is_gone_with_the_life_of_its_cells():
    times = np.array([0.0, 1.0, 60 * DAY])
    chosen = [MODELS["red_cells"], MODELS["haemoglobin"]]
    without = run(chosen, [], times)["haemoglobin"]
    given = run(chosen, [(0.0, "red_cells", 1.0)], times, {"weight": 70.0})["haemoglobin"]
    np.testing.assert_allclose(
        given - without, [0.0, 10 * np.exp(-1 / 24 / 60), 10 * np.exp(-1.0)], rtol=1e-5, atol=1e-4
    )


def test_a_heavier_body_gains_less_from_a_unit():
    times = np.array([0.0, 1.0])
    rise = [
        run([MODELS["red_cells"]], [(0.0, "red_cells", 1.0)], times, {"weight": weight})["transfused_haemoglobin"][1]
        for weight in (50.0, 70.0, 130.0)
    ]
    assert rise[0] / rise[1] == pytest.approx(70 / 50)
    assert rise[2] / rise[1] == pytest.approx(70 / 130)


def test_transfused_platelets_are_lost_within_days():
    times = np.array([0.0, 1.0, 2.5 * DAY, 10 * DAY])
    chosen = [MODELS["platelet_concentrate"], MODELS["platelets"]]
    given = run(chosen, [(0.0, "platelet_concentrate", 1.0)], times, {"weight": 70.0})["platelets"]
    added = given - run(chosen, [], times)["platelets"]
    np.testing.assert_allclose(added[1:], 40 * np.exp(-times[1:] / DAY / 2.5), rtol=1e-4, atol=1e-4)


# ---- prophylaxis --------------------------------------------------------------------------------------------------


def hazard(doses, covariates=None, until=28):
    times = np.arange(0.0, DAY * until + 1, 6.0)
    return run([MODELS["thromboprophylaxis"], MODELS["vte"]], doses, times, covariates)["vte_hazard"]


@pytest.mark.parametrize(("drug", "amount"), [("aspirin", 81.0), ("aspirin", 100.0), ("enoxaparin", 40.0)])
def test_daily_prophylaxis_lowers_the_hazard_by_the_published_ratio(drug, amount):
    ratio = hazard(daily(drug, amount, 28)) / hazard([])
    assert ratio[0] == 1.0
    last_week = ratio[-28:]
    assert last_week.mean() == pytest.approx(0.6, abs=0.03)
    assert last_week.min() >= 0.6


def test_the_hazard_ratio_has_one_home():
    assert MODELS["vte"].parameter("prophylaxis") is MODELS["thromboprophylaxis"].parameter("prophylaxis")


def test_who_has_prophylaxis_already_gains_nothing_more():
    already = {"thromboprophylaxis": 1.0}
    np.testing.assert_array_equal(hazard(daily("aspirin", 100.0, 28), already), hazard([], already))
    late = hazard(daily("aspirin", 100.0, 28))[-1]
    assert late == pytest.approx(hazard([], already)[-1], rel=0.03)


def test_two_agents_protect_no_more_than_the_better_one():
    both = hazard(daily("aspirin", 100.0, 28) + daily("enoxaparin", 40.0, 28))
    assert (both / hazard([])).min() >= 0.6


def test_protection_wears_off():
    ratio = hazard(daily("enoxaparin", 40.0, 7), until=10) / hazard([], until=10)
    assert ratio[-1] > 0.99
