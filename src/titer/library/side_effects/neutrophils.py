"""Neutrophils: maturation blocked by the loss of Ikaros (structure and rates of Abbiati 2021).

The block holds back late precursors instead of killing early ones, so counts stay up for a week (reserve pool), fall on
days 8-14, reach a plateau, and come back within a week of stopping. States are fractions of their resting values; the
absolute neutrophil count is the circulating fraction times the patient's own baseline.

Answers:  neutrophil counts and grades over cycles for any drug that lowers Ikaros.
Not for:  cytotoxic drugs, demargination by dexamethasone (leukocytosis for a day after each dose).
Assumed:  marrow reserve of relapsed myeloma lies between Abbiati's normal and pretreated marrow by the number of
          earlier lines; the block depends on Ikaros as it did on the level of avadomide.
Numerics: release from the reserve is steepened by the power 20 in the source and reaches 1e17; it is capped at 50
          times the resting rate. The cap moves counts by less than 2.5% of baseline, nadirs by less than 1%
          (tests/test_library_marrow.py) and keeps the system mild.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import ABBIATI_2021, OUTCOMES, TITER
from titer.model import Covariate, Equations, Model, Output, Parameter, Population, State
from titer.model.expression import maximum, minimum


def equations(t, x, p, s):
    """Six pools from proliferation to blood; the step from t2 to t3 saturates and is blocked."""
    loss = maximum(1 - s.ikaros, 0.0)
    power = loss**p.steepness
    passing = 1 - p.max_block * power / (p.half_block**p.steepness + power)
    k_out = p.k_elimination / p.reserve_ratio
    k4 = (p.k_death + k_out) * p.reserve_ratio
    k3 = p.k_death + k4
    k2 = p.k_death + k3
    k1 = p.k_death + k2
    matured = k3 * (p.slack + 1) * passing * x.t2 / (p.slack + x.t2)
    release = minimum((s.marrow_release / maximum(x.circulating, p.least)) ** p.release_power, p.release_cap)
    growth = k1 * (1 / maximum(x.t2, p.least)) ** p.feedback
    # What multiplies production acts on cells that have matured: precursors that grow by more than they lose would grow
    # without bound, since the feedback on them is weak (power 0.013).
    stored = k4 * x.t3 / p.reserve_ratio * s.factor("anc.production")
    return Equations(
        rates={
            "proliferating": growth * x.proliferating - k1 * x.proliferating,
            "t1": k1 * x.proliferating - (k2 + p.k_death) * x.t1,
            "t2": k2 * x.t1 - matured - p.k_death * x.t2,
            "t3": matured - (k4 + p.k_death) * x.t3,
            "reserve": stored - (p.k_death + k_out * release) * x.reserve,
            "circulating": k_out * release * p.reserve_ratio * x.reserve - p.k_elimination * x.circulating,
        },
        outputs={"block": 1 - passing},
        signals={"anc": p.baseline * x.circulating, "neutrophil_supply": x.circulating},
    )


def individual(p, c):
    """Own baseline; marrow reserve by the number of earlier lines."""
    spent = minimum(c.prior_lines, p.lines_spent) / p.lines_spent
    return {
        "baseline": c.baseline_anc,
        "slack": p.slack_normal + (p.slack_pretreated - p.slack_normal) * spent,
        "reserve_ratio": p.reserve_normal + (p.reserve_pretreated - p.reserve_normal) * spent,
        "feedback": p.feedback_normal + (p.feedback_pretreated - p.feedback_normal) * spent,
    }


# fmt: off
PARAMETERS = (
    Parameter("baseline", 3.2, "10^9/L", "neutrophil count before treatment", "titer: relapsed myeloma 3.0-3.5", "assumed"),
    Parameter("k_elimination", 0.0231, "1/h", "loss from blood, half-life 30 h", "abbiati: kelim = ln 2/30", "fixed"),
    Parameter("k_death", 0.001, "1/h", "death of precursors", "abbiati: kd", "fixed"),
    Parameter("release_power", 20.0, "", "steepness of release from the reserve", "abbiati: b", "fixed", structural=True),
    Parameter("release_cap", 50, "", "largest release, multiple of rest", "titer: numerical, see Numerics", "assumed"),
    Parameter("least", 0.01, "", "smallest count that feedback sees, fraction of baseline", "titer: numerical", "assumed"),
    Parameter("slack", 0.267, "", "half-saturation of the blocked step, multiple of resting precursors", "abbiati: f, after two lines", "derived", cv=0.5, note="spread assumed; the source's two populations differ sixfold"),
    Parameter("slack_normal", 0.6, "", "the same in normal marrow", "abbiati: f, glioblastoma", "estimated"),
    Parameter("slack_pretreated", 0.1, "", "the same in pretreated marrow", "abbiati: f, lymphoma", "estimated"),
    Parameter("reserve_ratio", 2.667, "", "reserve over circulating pool", "abbiati: R, after two lines", "derived"),
    Parameter("reserve_normal", 3.0, "", "the same in normal marrow", "abbiati: R, glioblastoma", "estimated"),
    Parameter("reserve_pretreated", 2.5, "", "the same in pretreated marrow", "abbiati: R, lymphoma", "estimated"),
    Parameter("feedback", 0.0133, "", "power of the feedback on proliferation", "abbiati: g, after two lines", "derived"),
    Parameter("feedback_normal", 0.02, "", "the same in normal marrow", "abbiati: g, glioblastoma", "estimated"),
    Parameter("feedback_pretreated", 0.01, "", "the same in pretreated marrow", "abbiati: g, lymphoma", "estimated"),
    Parameter("lines_spent", 3.0, "", "earlier lines after which marrow counts as pretreated", "titer: choice", "assumed"),
    Parameter("max_block", 0.9, "", "largest block", "abbiati: Emax", "fixed"),
    Parameter("half_block", 0.567, "", "loss of Ikaros with half of the block", "outcomes: IMID139, IMID154; evidence.calibration.marrow", "calibrated", cv=0.181),
    Parameter("steepness", 4.4, "", "steepness of the block in the loss of Ikaros", "titer: as steep as the fall of platelets, evidence.calibration.platelets", "assumed", structural=True),
)
# fmt: on

MODEL = Model(
    key="neutrophils",
    name="neutrophils_abbiati2021",
    title="Neutrophils with a maturation block by loss of Ikaros",
    doc=__doc__,
    time="h",
    sources={"abbiati": ABBIATI_2021, "outcomes": OUTCOMES, "titer": TITER},
    population=Population(
        "glioblastoma (normal marrow) and lymphoma (pretreated marrow) on avadomide", at="abbiati: parameters"
    ),
    states=(
        State("proliferating", "", "dividing precursors, fraction of rest", start=1.0),
        State("t1", "", "first maturing precursors, fraction of rest", start=1.0),
        State("t2", "", "precursors before the block, fraction of rest", start=1.0),
        State("t3", "", "precursors after the block, fraction of rest", start=1.0),
        State("reserve", "", "marrow reserve, fraction of rest", start=1.0),
        State("circulating", "", "circulating neutrophils, fraction of baseline", start=1.0),
    ),
    parameters=PARAMETERS,
    equations=equations,
    covariates=(
        Covariate("baseline_anc", "10^9/L", "neutrophil count before treatment", 3.2),
        Covariate("prior_lines", "", "earlier lines of treatment", 2.0),
    ),
    individual=individual,
    outputs=(Output("block", "", "fraction of maturation that is blocked"),),
    reads=("ikaros", "marrow_release"),
    provides=("anc", "neutrophil_supply"),
)
