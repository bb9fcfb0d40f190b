"""C-reactive protein: made by the liver as plasma IL-6 rises (Rao 2023, baseline corrected).

Answers:  CRP over hours to weeks of an infection or injury of a tissue.
Not for:  IL-6 of hundreds of pg/mL, as after endotoxin or in sepsis: the source is linear in IL-6, the liver is not.
Assumed:  the liver's level follows plasma IL-6 at once, as in the source. At rest CRP is 2 mg/L; the source's basal
          release (7.8 mg/L/h) would give 51, which suits patients in hospital and not healthy people.
Conflict: loss and return to the liver empty plasma with a half-life of 4.4 h. Labelled CRP has one of 19 h in people
          (turnover: abstract), so CRP falls too early once IL-6 has gone.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import CRP_TURNOVER_1993, CYTOKINES_COLAUS_2011, RAO_2023
from titer.model import Equations, Model, Parameter, Population, State
from titer.model.expression import maximum


def equations(t, x, p, s):
    """Release of what IL-6 makes the liver hold, above what keeps the resting level."""
    loss = p.degradation + p.return_to_liver
    release = maximum(loss * p.crp_rest + p.release * p.yield_per_il6 * s.il6_rise, 0.0)
    return Equations(
        rates={"crp": release - loss * x.crp},
        signals={"crp": x.crp},
    )


# fmt: off
PARAMETERS = (
    Parameter("crp_rest", 2.0, "mg/L", "CRP at rest", "rao: kbasal_CRP 0 in place of 7.82 leaves 1.97", "derived", omega2=1.24, note="spread from the quartiles 0.6 and 2.7 of 6,085 adults (colaus: abstract)"),
    Parameter("yield_per_il6", 41.105, "(mg/L)/(pg/mL)", "CRP of the liver for IL-6 in plasma", "rao: k_livercrp x Liver / 21000 g/mol", "derived"),
    Parameter("release", 0.0368503, "1/h", "release from the liver to blood", "rao: kCRP_LivertoBlood", "fixed"),
    Parameter("return_to_liver", 0.037875, "1/h", "return from blood to the liver", "rao: kCRP_BloodtoLiver", "fixed"),
    Parameter("degradation", 0.12, "1/h", "degradation in blood", "rao: kdeg_CRP", "fixed"),
)
# fmt: on

MODEL = Model(
    key="acute_phase",
    name="acute_phase_rao2023",
    title="C-reactive protein",
    doc=__doc__,
    time="h",
    sources={"rao": RAO_2023, "colaus": CYTOKINES_COLAUS_2011, "turnover": CRP_TURNOVER_1993},
    population=Population("adults; tuned by its authors to the mean course of COVID-19"),
    states=(State("crp", "mg/L", "C-reactive protein in plasma", start="crp_rest"),),
    parameters=PARAMETERS,
    equations=equations,
    reads=("il6_rise",),
    provides=("crp",),
)
