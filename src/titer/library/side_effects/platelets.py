"""Platelets: a transit chain whose first step is slowed by the loss of Ikaros (chain of Srimani 2022).

Answers:  platelet counts over cycles for any drug that lowers Ikaros.
Not for:  feedback by thrombopoietin (none in the source), bleeding.
Assumed:  Srimani's effect, there linear in the amount of lenalidomide, is a power of the loss of Ikaros; slope and
          power reproduce its nadirs at 25, 15 and 10 mg. Marrow filled by tumour makes fewer platelets.
Conflict: at the typical baseline the source's chain dips to 0.75 and makes almost no grade 3 or 4, the label shows
          12% after about two lines and a trial 39% after three and more. Spread and a steep rise with earlier lines
          are calibrated to those; the rise also stands for the lower counts with which such patients start. Grade 3
          and 4 without lenalidomide (6% in the control arms) has causes that are not in the model, which predicts
          none.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import OUTCOMES, SRIMANI_2022, TITER
from titer.model import Covariate, Equations, Model, Output, Parameter, Population, State
from titer.model.expression import exp, maximum, minimum


def equations(t, x, p, s):
    """Precursors, two transits, blood; all fractions of rest."""
    loss = maximum(1 - s.ikaros, 0.0)
    effect = p.slope * loss**p.power
    room = (1 + p.crowding) / (1 + p.crowding * s.tumour_burden)
    made = p.k * room * s.factor("platelets.production")
    return Equations(
        rates={
            "precursors": made - (p.k + effect) * x.precursors,
            "t1": p.k * (x.precursors - x.t1),
            "t2": p.k * (x.t1 - x.t2),
            "circulating": p.k_loss * (x.t2 - x.circulating),
        },
        outputs={"effect": effect},
        signals={"platelets": p.baseline * x.circulating + s.transfused_platelets},
    )


def individual(p, c):
    """Own baseline; each earlier line makes the marrow more sensitive."""
    lines = minimum(maximum(c.prior_lines, 1.0), p.lines_most)
    return {
        "baseline": c.baseline_platelets,
        "slope": p.slope * exp(p.slope_line * (lines - p.lines_typical)),
    }


# fmt: off
PARAMETERS = (
    Parameter("baseline", 200.0, "10^9/L", "platelet count before treatment", "srimani: 203 at the observed mean", "estimated"),
    Parameter("k", 0.0408, "1/h", "transit rate", "srimani: k = exp(-3.20)", "estimated"),
    Parameter("k_loss", 0.0404, "1/h", "loss from blood", "srimani: kin = exp(-3.21)", "estimated"),
    Parameter("slope", 0.0615, "1/h", "effect at complete loss of Ikaros", "srimani: nadirs 0.745, 0.83, 0.88 at 25, 15, 10 mg; evidence.calibration.platelets", "calibrated", omega2=1.08),
    Parameter("power", 4.38, "", "steepness in the loss of Ikaros", "srimani: nadirs 0.745, 0.83, 0.88 at 25, 15, 10 mg; evidence.calibration.platelets", "calibrated"),
    Parameter("slope_line", 0.805, "", "log of the effect gained per earlier line above the typical number", "outcomes: IMID155 against IMID141; evidence.calibration.marrow", "calibrated"),
    Parameter("lines_typical", 1.4, "", "mean number of earlier lines in the source trial", "srimani: 1-3 lines, most one", "assumed"),
    Parameter("lines_most", 5.0, "", "earlier lines beyond which the effect grows no more", "titer: range of the outcome rows", "assumed"),
    Parameter("crowding", 0.2, "", "rise of production when the tumour is gone", "titer: sign known, size not", "assumed", cv=0.8),
)
# fmt: on

MODEL = Model(
    key="platelets",
    name="platelets_srimani2022",
    title="Platelets slowed by loss of Ikaros",
    doc=__doc__,
    time="h",
    sources={"srimani": SRIMANI_2022, "outcomes": OUTCOMES, "titer": TITER},
    population=Population("relapsed myeloma, TOURMALINE-MM1, first 6 cycles", n=720, at="srimani: platelet model"),
    states=(
        State("precursors", "", "megakaryocytes, fraction of rest", start=1.0),
        State("t1", "", "first transit, fraction of rest", start=1.0),
        State("t2", "", "second transit, fraction of rest", start=1.0),
        State("circulating", "", "platelets in blood, fraction of baseline", start=1.0),
    ),
    parameters=PARAMETERS,
    equations=equations,
    covariates=(
        Covariate("baseline_platelets", "10^9/L", "platelet count before treatment", 200.0),
        Covariate("prior_lines", "", "earlier lines of treatment", 1.4),
    ),
    individual=individual,
    outputs=(Output("effect", "1/h", "added loss of precursors"),),
    reads=("ikaros", "tumour_burden", "transfused_platelets"),
    provides=("platelets",),
)
