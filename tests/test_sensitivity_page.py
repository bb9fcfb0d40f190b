"""The page on global sensitivity: its table belongs to the library of today, its words to its table."""

import math
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from titer.library import threats

DOCS = Path(__file__).parent.parent / "docs"
AGAIN = "run: python docs/write_sensitivity.py"
WORDS_AGAIN = f"{AGAIN} --page"


@pytest.fixture(scope="module")
def writer():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS)
        import write_sensitivity

        yield write_sensitivity


@pytest.fixture(scope="module")
def sweep(writer):
    import sensitivity_sweep

    return sensitivity_sweep


@pytest.fixture(scope="module")
def table(writer):
    return writer.read_table()


def follow(sweep, key, factors, shares):
    threat = threats()[key]
    return sweep.results_of(sweep.kernel_of(threat), threat, sweep.ASKED[key], factors, shares)


def test_the_table_was_computed_with_the_numbers_of_the_library(writer, sweep, table):
    assert list(table) == list(sweep.ASKED)
    for key, one in table.items():
        own = [(factor.name, factor.parameter.value) for factor in writer.factors(key).values()]
        assert [(row["name"], row["value"]) for row in one["factors"]] == own, AGAIN
        assert len(own) > 200


def test_the_typical_person_answers_as_when_the_table_was_computed(sweep, table):
    # Four digits are stored. Equations that change any result by half a percent ask for a new sweep.
    for key, one in table.items():
        for name, value in sweep.typical_results(key).items():
            assert value == pytest.approx(one["typical"][name], abs=0.002), f"{key}, {name}: {AGAIN}"


def test_the_page_is_what_the_table_and_the_library_say(writer, table):
    assert writer.PAGE.read_text(encoding="utf-8") == writer.page(table), WORDS_AGAIN


def test_the_stored_table_is_written_as_it_is_read(writer, table):
    assert writer.TABLE.read_text(encoding="utf-8") == writer.table_text(table)


def test_the_picture_was_drawn_from_the_table(writer, table):
    # Paths of letters differ between versions of Matplotlib, so the table's digest is compared and not the drawing.
    text = writer.PICTURE.read_text(encoding="utf-8")
    assert text.endswith(f"<!-- table {writer.digest(table)} -->\n"), WORDS_AGAIN
    assert writer.picture(table).count("<path") > 100


def test_each_row_of_the_page_tells_the_status_of_its_number(writer, table):
    rows = [line for line in writer.PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert len(rows) == sum(len(writer.weighed(one)) for one in table.values()) > 20
    known = {name: factor.parameter for key in table for name, factor in writer.factors(key).items()}
    for row in rows:
        cells = [cell.strip() for cell in row.split("|")]
        assert known[cells[1].strip("`")].status == cells[4].strip("*")


def test_what_is_left_out_or_tied_exists(sweep):
    system = sweep.kernel_of(threats()["virus"]).system
    named = {*sweep.LEFT_OUT, *sweep.FOLLOWS, *sweep.FOLLOWS.values(), *sweep.SHARES, *sweep.DEGREES}
    assert named - set(system.parameters) == set()
    varied = {place for factor in sweep.factors_of(system) for place in factor.places}
    assert varied & set(sweep.LEFT_OUT) == set()
    declared = {f"{m.key}.{p.name}": p for m in system.models for p in m.parameters}
    for name in set(declared) - varied - set(sweep.LEFT_OUT):
        number = declared[name]
        assert number.structural or number.at == "definition" or number.value == 0, name


def test_an_own_multiple_acts_as_the_inverse_of_what_stands_for_it(sweep):
    # The reason why the multiples are left out; the tolerance is that of the integration.
    kernel, threat = sweep.kernel_of(threats()["virus"]), threats()["virus"]
    own = {p.name: p for m in kernel.system.models for p in m.parameters}
    pairs = [("innate.alertness", "innate.danger_rest"), ("cytokines.tnf_gain", "cytokines.tnf_basal")]
    assert all(own[name.split(".")[1]].value == 1 for name, _ in pairs)
    for multiple, number in pairs:
        varied = [sweep.Factor(name, (name,), None, None, 0.5, 2.0) for name in (multiple, number)]
        shares = np.array([[1.0, 0.5], [0.5, 0.0]])  # the multiple doubled, the number halved
        doubled, halved = sweep.results_of(kernel, threat, sweep.ASKED["virus"], varied, shares)
        np.testing.assert_allclose(doubled, halved, atol=1e-4)


def test_rest_stays_rest_whatever_the_numbers_are(sweep):
    # Without a challenge nothing may move; 1e-6 of each state is what the integration allows.
    from titer.engine import Ensemble

    kernel = sweep.kernel_of(threats()["virus"])
    factors = sweep.factors_of(kernel.system)
    people = sweep.people_of(kernel.system, factors, np.random.default_rng(3).random((64, len(factors))))
    rest, warm = (people[:, kernel.system.parameter_index(name)] for name in ("fever.rest", "symptoms.warm"))
    people = people[rest < warm]  # warmth is declared to be felt above everybody's rest only
    assert len(people) > 50
    ensemble = Ensemble(kernel, people, rtol=1e-8, atol=1e-10)
    start = ensemble.states.copy()
    ensemble.advance(30.0)
    np.testing.assert_allclose(ensemble.states, start, rtol=1e-6, atol=1e-6)


def test_the_words_agree_with_the_table(writer, table):
    shares = {}
    for key, one, name, _ in writer.asked_of(table):
        totals = {}
        for row in writer.weighed(one):
            status = writer.factors(key)[row["name"]].parameter.status
            totals[status] = totals.get(status, 0) + row["total"][name][0]
        shares[key, name] = totals.get("estimated", 0) / sum(totals.values())
    assert all(share < 0.05 for (key, _), share in shares.items() if key == "virus"), "little was measured"
    assert shares["extracellular-bacterium", "cleared"] > 0.2, "what was measured decides bacteria"
    virus = {row["name"]: row["effect"] for row in table["virus"]["factors"]}
    igg = sorted(virus, key=lambda name: -virus[name]["igg"])
    b_cells = min(igg.index(f"humoral.{name}") for name in ("half_b", "naive_b_rest"))
    assert max(igg.index(f"humoral.{name}") for name in ("divide_b", "divide_t")) < b_cells
    assert max(igg.index(f"antigen.{name}") for name in ("infectivity", "release", "ifn_alpha_typical")) < b_cells
    killing = ("antigen.effector_killing", "antigen.nk_killing")
    assert max(virus[name]["cleared"] for name in killing) < 0.35 * virus["antigen.clearance"]["cleared"]
    assert all(max(virus[name].values()) < writer.NOTHING for name in virus if name.startswith(("symptoms", "acute")))


def test_indices_are_shares_of_a_variance(writer, table):
    # A first-order index is part of the total, and first orders add up to 1 at most; both within their intervals,
    # and where a number does nothing within 0.001.
    for key, one in table.items():
        rows = writer.weighed(one)
        assert len(rows) == writer.MOST
        for name in writer.ASKED[key]:
            for row in rows:
                (total, wide), (first, narrow) = row["total"][name], row["first"][name]
                assert -0.01 <= total <= 1 + wide
                assert first <= total + wide + narrow + 0.001
            assert sum(row["first"][name][0] for row in rows) < 1 + sum(row["first"][name][1] for row in rows)
            assert 0.5 < one["explained"][name][0] <= 1 + one["explained"][name][1]


def test_a_smaller_screening_finds_the_same_numbers_on_top(writer, sweep, table):
    if find_spec("SALib") is None:
        pytest.skip("SALib is missing: pip install 'titer[docs]'")
    for key, one in table.items():
        factors = sweep.factors_of(sweep.kernel_of(threats()[key]).system)
        effects = sweep.screen(lambda shares, k=key, f=factors: follow(sweep, k, f, shares), factors, 5)
        for column, name in enumerate(sweep.ASKED[key]):
            known = [row["name"] for row in sorted(writer.weighed(one), key=lambda row: -row["total"][name][0])[:3]]
            first = [factors[at].name for at in np.argsort(-effects[:, column])[:20]]
            # Five trajectories are few: with twelve seeds, the second of the three came 16th at worst, of 240.
            assert len({*known} & {*first}) >= 2, f"{key}, {name}"


def test_the_screening_finds_what_it_must_in_a_function_that_is_known(sweep):
    if find_spec("SALib") is None:
        pytest.skip("SALib is missing: pip install 'titer[docs]'")
    factors = [sweep.Factor(name, (name,), None, None, 0.5, 2.0) for name in "abc"]
    effects = sweep.screen(lambda x: np.stack([4 * x[:, 0] + x[:, 1], x[:, 2]], axis=1), factors, 4)
    np.testing.assert_allclose(effects, [[4, 0], [1, 0], [0, 1]], atol=1e-12)
    assert sweep.most_influential(effects, 2) == [0, 2]
    # Variances of 4 a and b are 16 : 1.
    found, values = sweep.weigh(lambda x: 4 * x[:, :1] + x[:, 1:2], list("abc"), 512)
    assert values.shape == (512 * 5, 1)
    np.testing.assert_allclose(found[0]["ST"], [16 / 17, 1 / 17, 0], atol=0.02)  # 512 points


def test_ranges_are_even_in_the_logarithm_or_in_degrees(sweep):
    plain = sweep.Factor("innate.danger_rest", ("innate.danger_rest",), None, None, 0.5, 2.0)
    np.testing.assert_allclose(plain.moved(np.full(3, 3.0), np.array([0.0, 0.5, 1.0])), [1.5, 3.0, 6.0])
    warm = sweep.Factor("fever.rest", ("fever.rest",), None, None, -0.4, 0.4)
    np.testing.assert_allclose(warm.moved(np.full(3, 36.8), np.array([0.0, 0.5, 1.0])), [36.4, 36.8, 37.2])


def test_who_does_not_clear_the_threat_gets_the_last_day(sweep):
    kernel, threat = sweep.kernel_of(threats()["extracellular-bacterium"]), threats()["extracellular-bacterium"]
    name = "antigen.neutrophil_killing"
    gone = sweep.Factor(name, (name,), None, None, 0.01, 1.0)
    found = sweep.results_of(kernel, threat, ("cleared",), [gone], np.array([[0.0], [1.0]]))[:, 0]
    assert found[0] == pytest.approx(math.log10(sweep.DAYS[threat.key]))
    assert found[1] < math.log10(3.0)
