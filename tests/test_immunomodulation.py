"""How drugs act on the immune system: loss of Ikaros and glucocorticoids as factors, beside what was seen in people."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from titer.decisions.explore import explore
from titer.decisions.response import follow_response, prepare, with_drugs
from titer.evidence.outcomes import find_outcome
from titer.evidence.pharmacokinetics import parameter
from titer.library import core_models, models, read_regimen, threats
from titer.library.immune import coactivation, effectors, steroid
from titer.library.immune._typical import RESTING
from titer.model import Challenge

CORE = ("innate", "lymphocytes", "nk", "cytokines")  # cells and cytokines at rest; no threat, no antibody
GIVEN = ("thalidomide", "pomalidomide", "lenalidomide", "dexamethasone")
LEN = "lenalidomide 25 mg days 1-21 of 28"
LEN_DEX = f"{LEN} + dexamethasone 40 mg weekly"
DAYS = np.arange(0.0, 168.01, 0.25)
LATE = DAYS >= 84.0  # cycles 4 to 6


@cache
def _body(killing):
    core = [model for model in core_models() if model.key in CORE]
    return prepare(with_drugs([*core, models()[killing]] if killing == "effectors" else [models()[killing]], GIVEN))


@cache
def course(regimen, killing="effectors"):
    """The typical person on a regimen: series by name."""
    found = follow_response(_body(killing), DAYS, regimen=read_regimen(regimen))
    return {name: values[0] for name, values in found.series.items()}


def change(series, name):
    """Mean of cycles 4 to 6 over the start."""
    return series[name][LATE].mean() / series[name][0]


def factors(module, key, **signals):
    """What a model without states puts on handles where signals have these values."""
    numbers = SimpleNamespace(**{p.name: p.value for p in models()[key].parameters})
    return module.equations(0.0, SimpleNamespace(), numbers, SimpleNamespace(**signals)).modulates


def value(node):
    """A number, also where an expression of numbers stands for it."""
    return float(getattr(node, "value", node))


def told(key):
    """The words of a model's file, on one line."""
    return " ".join(models()[key].doc.split())


# Loss of Ikaros


def test_without_a_drug_no_factor_is_on_anything():
    for module, key, signals in (
        (coactivation, "coactivation", {"ikaros": 1.0}),
        (steroid, "steroid", {"glucocorticoid": 0.0}),
    ):
        found = factors(module, key, **signals)
        assert set(found) == set(models()[key].modulates)
        assert [value(node) for node in found.values()] == pytest.approx([1.0] * len(found), abs=1e-15)


def test_il2_rises_as_under_a_drug_of_the_class_and_as_on_the_bench():
    """+144% with 16-20% of Aiolos left (IMID652, IMID655-656); +120, +159 and +187% in cells with 4 ug/mL of
    thalidomide (Shannon 1995), each over the loss of Ikaros that came with it. The number is their mean."""
    in_people = 1 - np.mean([find_outcome(row).value for row in ("IMID655", "IMID656")]) / 100
    in_culture = parameter("thalidomide", "max_loss") * 4000 / (parameter("thalidomide", "dc50") + 4000)
    at_complete_loss = (find_outcome("IMID652").value / 100 / in_people, np.mean([1.20, 1.59, 1.87]) / in_culture)
    coefficient = models()["coactivation"].parameter("il2")
    assert coefficient.value == pytest.approx(np.mean(at_complete_loss), abs=0.05)
    assert all(f"{size:.2f}" in coefficient.at for size in (*at_complete_loss, in_people, in_culture))
    assert "Shannon" in models()["coactivation"].sources["culture"].citation
    assert 1.20 <= value(factors(coactivation, "coactivation", ikaros=1 - in_culture)["il2.production"]) - 1 <= 1.87


def test_factors_of_lost_ikaros_are_within_what_the_notes_propose():
    found = {name: value(node) for name, node in factors(coactivation, "coactivation", ikaros=0.0).items()}
    assert 2.0 <= found["il2.production"] <= 3.0
    for handle in ("ifn_gamma.production", "th1.production", "effector_t.production"):
        assert 1.5 <= found[handle] <= 2.0
    assert 1.2 <= found["nk.effect"] <= 1.5
    assert 0.5 <= found["treg.production"] <= 0.8
    assert "nk.production" not in found  # killing, not growth


def test_pomalidomide_activates_by_mid_cycle_and_lets_go_in_the_rest_week():
    """T and NK cells were activated at mid-cycle of 21 of 28 days (Sehgal 2015); sizes were not printed."""
    series = course("pomalidomide 4 mg days 1-21 of 28")
    for name in ("coactivation.activation", "il2", "ifn_gamma", "effector_t"):
        start, middle, end = (np.interp(day, DAYS, series[name]) / series[name][0] for day in (0.0, 14.0, 27.9))
        assert middle > 1.2 * start, name
        assert end < 1 + 0.1 * (middle - 1), name  # nine tenths of the rise are gone within the week
    assert np.interp(1.0, DAYS, series["ikaros"]) < 0.6  # rapid decline of Ikaros in T and NK cells


def test_pomalidomide_every_day_at_half_the_dose_does_not_let_go():
    """Continuous dosing activated in another pattern, to a similar degree (Sehgal 2015)."""
    daily = course("pomalidomide 2 mg daily")["coactivation.activation"]
    cycled = course("pomalidomide 4 mg days 1-21 of 28")["coactivation.activation"]
    days = np.arange(84.0, 168.0, 0.25)
    swing = {name: np.ptp(np.interp(days, DAYS, series)) for name, series in (("daily", daily), ("cycled", cycled))}
    assert swing["daily"] < 0.5 * swing["cycled"]
    assert np.interp(days, DAYS, daily).mean() == pytest.approx(np.interp(days, DAYS, cycled).mean(), rel=0.1)


def test_lenalidomide_shifts_t_cells_to_type_1_also_with_weekly_dexamethasone():
    """QUIREDEX: type 1 and activation markers are restored under both drugs. Sizes were not printed."""
    alone, both = course(LEN), course(LEN_DEX)
    for name in ("il2", "ifn_gamma", "th1", "effector_t"):
        assert change(alone, name) > change(both, name) > 1.0, name
    assert change(both, "il2") > 1.5
    assert change(both, "th1") / change(both, "treg") > 1.1  # effector to regulatory cells


def test_t_cells_stay_flat_in_number_under_lenalidomide_and_dexamethasone():
    """Lymphocytes of blood: 1131 to 1222 /uL (IMID478)."""
    published = find_outcome("IMID478").value / 1131
    both = course(LEN_DEX)
    cells = np.mean([change(both, name) for name in ("th1", "effector_t", "treg")])
    assert cells == pytest.approx(published, rel=0.1)  # T cells of the tissue stand for lymphocytes of blood


def test_nk_cells_do_not_multiply_as_they_did_in_patients_and_the_file_says_so():
    """2.2 to 3.9 x10^5/mL in six cycles (Hsu 2011): a stated miss, since gains are on killing and not on growth."""
    assert change(course(LEN_DEX), "nk") == pytest.approx(1.0, abs=0.05)
    assert "2.2 to 3.9 x10^5/mL" in told("coactivation")


# Glucocorticoids


def test_a_full_steroid_takes_from_monocytes_and_t_cells_what_was_seen():
    full = {name: value(node) for name, node in factors(steroid, "steroid", glucocorticoid=1.0).items()}
    assert full["tnf.production"] == pytest.approx(0.21)  # Waage 1988: 21 +- 2% of control
    assert full["il2.production"] < 0.1  # Gillis 1979: none
    assert all(0 < one < 1 for one in full.values())
    assert "il10.production" not in full  # insensitive or raised


def test_t_cells_need_seven_times_the_level_that_monocytes_need():
    """IC50 on IL-2 and interferon gamma 20-50 nM, over a Kd of 5 nM."""
    for nanomolar in (20.0, 50.0):
        found = factors(steroid, "steroid", glucocorticoid=nanomolar / (5.0 + nanomolar))
        most = models()["steroid"].parameter("il2").value
        share = (1 - value(found["il2.production"])) / most
        assert 0.35 <= share <= 0.6  # half, somewhere in the published interval


def test_dexamethasone_takes_back_what_lenalidomide_gives_to_nk_cells():
    """Abolished in culture (Hsu 2011): donors' NK cells killed no better than without lenalidomide."""
    steroids = factors(steroid, "steroid", glucocorticoid=1.0)
    helped = factors(coactivation, "coactivation", ikaros=0.1)
    assert value(helped["nk.effect"]) == pytest.approx(53.3 / 38.5, rel=0.05)  # at nine tenths lost
    assert value(helped["nk.effect"]) * value(steroids["nk.effect"]) < 1.0
    assert value(helped["il2.production"]) * value(steroids["il2.production"]) < 1.0


def test_a_steroid_takes_from_antibody_what_the_file_tells():
    """Five days at half of the secretion; volunteers lost 22% (Butler 1973)."""
    less = 1 - value(factors(steroid, "steroid", glucocorticoid=1.0)["antibody.production"])
    lost = less * (1 - np.exp(-120 * models()["humoral"].parameter("igg_loss").value))
    assert f"five days at full action take {100 * lost:.0f}% of IgG here" in told("steroid")


# People who meet endotoxin

NAMES = ("tnf", "il6", "il8")
ENDOTOXIN_H = 24.5  # after the first of five doses, six hours apart: half an hour after the last
AT = np.arange(0.0, 49.0, 0.05) / 24
AFTER = (AT >= ENDOTOXIN_H / 24) & (AT <= (ENDOTOXIN_H + 24) / 24)


@cache
def volunteers():
    return prepare([models()[key] for key in ("endotoxin", "thalidomide", "dexamethasone", "steroid")])


def area_change(amount, changed=None, names=NAMES, above_rest=False, **doses):
    """Change of the area of each series from 0 to 24 h after endotoxin, in %, by doses of a drug before it."""
    challenge = Challenge(ENDOTOXIN_H / 24, "endotoxin", amount)
    given = [Challenge(hour / 24, drug, mg) for drug, schedule in doses.items() for hour, mg in schedule]
    runs = [
        follow_response(volunteers(), AT, challenges=[challenge, *more], changed=changed or {}).series
        for more in ((), given)
    ]
    without, with_drug = (
        {name: np.trapezoid(one[name][0][AFTER] - above_rest * one[name][0][0], AT[AFTER]) for name in names}
        for one in runs
    )
    return {name: 100 * (with_drug[name] / without[name] - 1) for name in names}


FIVE_DOSES = tuple((hour, 100.0) for hour in (0.0, 6.0, 12.0, 18.0, 24.0))
SHANNON = {"il6": -56.0, "tnf": -32.0, "il8": -30.0}


def test_thalidomide_before_endotoxin_lowers_tnf_and_il6_as_in_volunteers():
    """Shannon 2007: IL-6 -56% (significant), TNF -32% and IL-8 -30% (neither), 4 people against 19, at 4 ng/kg.

    The model answers for 2 ng/kg. No number was fitted to this, but that only the unbound share acts was decided with
    it in view: no independent test. The file says the same figures.
    """
    found = area_change(2.0, thalidomide=FIVE_DOSES)
    # 20 points: what a tenth of the unbound share moves it by (last of these tests).
    assert found["tnf"] == pytest.approx(SHANNON["tnf"], abs=20)
    assert found["il6"] == pytest.approx(SHANNON["il6"], abs=20)
    assert found["il8"] < SHANNON["il8"] - 30  # a stated miss, see the next test
    assert "gives {il6:.0f}, {tnf:.0f} and {il8:.0f}%: IL-8 is missed".format(**found) in told("thalidomide")
    theirs = area_change(4.0, thalidomide=FIVE_DOSES)
    assert "gives {il6:.0f}, {tnf:.0f} and {il8:.0f}%: then IL-6 is missed".format(**theirs) in told("thalidomide")


def test_il8_goes_with_the_monocytes_that_make_it_as_the_file_tells():
    """All that is made of a cytokine is lost again, so its area above rest over that of the cells is made by one."""
    made = ("tnf", "il6", "il8", "endotoxin.active")
    found = area_change(2.0, names=made, above_rest=True, thalidomide=FIVE_DOSES)
    left = {name: 1 + change / 100 for name, change in found.items()}
    by_each = {name: left[name] / left["endotoxin.active"] for name in ("il6", "il8")}
    assert by_each["il6"] > by_each["il8"] > 1
    words = told("thalidomide")
    assert f"above rest TNF falls by {-found['tnf']:.0f}%" in words
    assert f"leaves {-found['endotoxin.active']:.0f}% fewer active monocytes" in words
    assert f"makes {by_each['il8']:.1f} times the IL-8 and {by_each['il6']:.1f} times the IL-6" in words


def test_what_thalidomide_does_to_endotoxin_hangs_on_the_threshold_of_that_model():
    """A tenth of the unbound share more or less moves every fall by ten points and more; the file says so."""
    share = parameter("thalidomide", "unbound")
    less, more, all_of_it = (
        area_change(2.0, {"thalidomide.unbound": value}, thalidomide=FIVE_DOSES)
        for value in (0.9 * share, 1.1 * share, 1.0)
    )
    assert all(all_of_it[name] < more[name] < less[name] - 10 for name in NAMES)
    assert f"{more['il6']:.0f} or {less['il6']:.0f}% of IL-6, {more['tnf']:.0f} or {less['tnf']:.0f}% of TNF" in told(
        "thalidomide"
    )
    assert "endotoxin give {il6:.0f}, {tnf:.0f} and {il8:.0f}%".format(**all_of_it) in told("thalidomide")


def test_dexamethasone_before_endotoxin_lowers_cytokines_by_dose():
    """As prednisolone 3, 10 and 30 mg did two hours before 4 ng/kg (de Kruif 2007): about 0.5, 1.5 and 4.5 mg of it."""
    found = [area_change(4.0, dexamethasone=((ENDOTOXIN_H - 2, mg),)) for mg in (0.5, 1.5, 4.5)]
    for name in NAMES:
        low, middle, high = (one[name] for one in found)
        assert low > middle > high, name
        assert high < -10, name


# Patients with bowel disease


def test_300_mg_of_thalidomide_for_12_weeks_lowers_tnf_and_il12_and_leaves_il6_and_il1b():
    """Bauditz 2002, stimulated cells: TNF 42.3 (8.3) to 16.4 (6.3) and 62.8 (14.6) to 22.5 (9.2); IL-12 9.7 to 5.0."""
    series = course("thalidomide 300 mg daily")
    weeks = (DAYS >= 77) & (DAYS < 84)
    left = {name: series[name][weeks].mean() / series[name][0] for name in ("tnf", "il12", "il6", "il1b")}
    assert left["il12"] == pytest.approx(1 + find_outcome("IMID477").value / 100, abs=0.05)  # set by this row
    assert left["il6"] == pytest.approx(1.0, abs=0.05)
    assert left["il1b"] == pytest.approx(1.0, abs=0.05)
    # A stated miss: the action that meets the volunteers takes less than half of the TNF that fell in these patients.
    assert 16.4 / 42.3 + 0.3 < left["tnf"] < 0.8
    assert f"TNF of the core at rest is left at {100 * left['tnf']:.0f}%, a miss" in told("thalidomide")


# What the gains come to where they meet


@cache
def virus_under(drug):
    """Highest of each signal in a viral infection with a drug from day 0, over the highest without it."""
    found = explore("virus", days=30, drug=drug)
    return {
        name: found.with_drug.series[name].max() / found.course.series[name].max()
        for name in ("effector_t", "ifn_gamma", "il6", "tnf")
    }


def test_the_file_says_what_all_gains_come_to_in_a_viral_infection():
    """More than each gain alone, and unmeasured, so that the sizes must at least be said."""
    under, words = virus_under("pomalidomide 4 mg days 1-21 of 28"), told("coactivation")
    assert 2.0 < under["effector_t"] < under["ifn_gamma"] < 3.5
    sizes = (
        f"{under['effector_t']:.1f} times the cytotoxic cells and {under['ifn_gamma']:.1f} times the interferon gamma"
    )
    assert sizes in words
    assert f"IL-6 follows, by {100 * (under['il6'] - 1):.0f}%" in words


def test_drugs_without_a_threat_leave_no_memory_of_cytotoxic_cells():
    for name in ("lenalidomide", "pomalidomide"):
        kernel = prepare(with_drugs(core_models(threats()["virus"]), [name]))
        dose = {"lenalidomide": 25, "pomalidomide": 4}[name]
        regimen = read_regimen(f"{name} {dose} mg days 1-21 of 28")
        assert not follow_response(kernel, [0.0, 28.0, 365.0], regimen=regimen).series["lymphocytes.memory"].any()


def vaccine_igg(drug):
    """Change of peak IgG after the first and after the second dose of vaccine, a month apart, in %."""
    found = explore("vaccine-protein", again=[30.0], drug=drug)
    pairs = zip(found.course.encounters, found.with_drug.encounters, strict=True)
    return [100 * (under.peaks["igg"].value / plain.peaks["igg"].value - 1) for plain, under in pairs]


def test_dexamethasone_lowers_antibody_after_vaccine_and_lenalidomide_raises_it():
    """Directions of volunteers (Butler 1973) and patients (Noonan 2012); sizes are those that file and page tell."""
    daily, weekly = (vaccine_igg(f"dexamethasone {dose}") for dose in ("6 mg daily", "40 mg days 1,8,15,22 of 28"))
    assert daily == pytest.approx([-47, -28], abs=1)
    assert daily[1] < weekly[1] < -5
    first, second = vaccine_igg(LEN)
    assert f"is {first:.0f}% higher after one dose of vaccine and {second:.0f}% after two" in told("coactivation")


def test_tnf_in_a_viral_infection_rises_under_lenalidomide_and_falls_under_pomalidomide():
    """Co-activation outweighs an action that is over between doses; pomalidomide's lasts. The file says so."""
    above, below = (virus_under(drug)["tnf"] for drug in (LEN, "pomalidomide 4 mg days 1-21 of 28"))
    assert below < 0.8 < 1.0 < above < 1.2
    words = f"({100 * (above - 1):.0f}% above that without lenalidomide 25 mg, {100 * (1 - below):.0f}% below under"
    assert words in told("coactivation")


# Killing of tumour cells


def gallaher(nk, effector, treg, tumour):
    """The killing term as printed, in its own units."""
    n, c = nk / (150 + nk), effector / (375 + effector)
    return (5 * n + 5 * c + 8 * n * c) * (1 - 0.5 * tumour / (3 + tumour) - 0.5 * treg / (25 + treg))


def capacity(effects=(1.0, 1.0, 1.0), **cells):
    numbers = SimpleNamespace(**{p.name: p.value for p in models()["effectors"].parameters})
    return effectors.capacity(numbers, SimpleNamespace(**(vars(RESTING) | cells)), *effects)


def test_killing_at_rest_is_that_of_the_published_start():
    # The share that the tumour blocks is written with four digits.
    assert capacity() == pytest.approx(gallaher(227, 464, 42, 4), rel=1e-4)
    assert capacity(nk=2.0, effector_t=0.5, treg=3.0) == pytest.approx(gallaher(454, 232, 126, 4), rel=2e-4)


def test_better_killers_do_more_than_more_killers():
    for better, more in (((2.0, 1.0, 1.0), {"nk": 2.0}), ((1.0, 2.0, 1.0), {"effector_t": 2.0})):
        assert capacity(better) - capacity() > 2 * (capacity(**more) - capacity())


def test_a_tumour_that_blocks_nothing_any_more_would_be_killed_faster_as_told():
    assert gallaher(227, 464, 42, 0.0) / gallaher(227, 464, 42, 4.0) == pytest.approx(1.7, abs=0.05)
    assert "it would raise killing by seven tenths as the tumour vanishes" in told("effectors")


def test_fewer_regulatory_cells_let_more_be_killed():
    assert capacity(treg=0.5) > capacity() > capacity(treg=2.0) > 0


@pytest.mark.parametrize(
    ("regimen", "table"),
    [
        (LEN, 1.39),
        (LEN_DEX, 1.16),
        (f"{LEN} + dexamethasone 40 mg days 1-4,9-12,17-20 of 28", 0.89),
        ("dexamethasone 40 mg weekly", 0.84),
        ("dexamethasone 40 mg days 1-4,9-12,17-20 of 28", 0.68),
        ("pomalidomide 4 mg days 1-21 of 28 + dexamethasone 40 mg weekly", 1.16),
        ("thalidomide 200 mg daily", 1.25),
    ],
)
def test_killing_by_cells_is_near_the_calibrated_killing(regimen, table):
    """So that a patient with an immune core responds as one without; the table stands in the file."""
    by_cells = course(regimen)["immune_killing"][LATE].mean()
    calibrated = course(regimen, "killing")["immune_killing"][LATE].mean()
    assert by_cells == pytest.approx(table, abs=0.0051)  # printed with two digits
    assert f"{table:.2f}" in models()["effectors"].doc
    assert by_cells == pytest.approx(calibrated, abs=0.15)  # the drive to die changes by 0.07 at most, of 1
