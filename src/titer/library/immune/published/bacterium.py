"""An extracellular bacterium and the neutrophils that kill it: a critical concentration decides (Li 2002, Li 2004).

Neutrophils kill in proportion to bacteria and to their own concentration, so bacteria fall only where there are more
than growth/killing of them per mL, whatever the inoculum. Alone it is the experiment in suspension; with `tissue`, which
senses the bacteria as danger and sends neutrophils, it is the infection of a healthy or a neutropenic host.

Answers:  whether neutrophils of a given concentration hold a bacterium back, and how fast it falls or grows.
Not for:  macrophages and complement (no rates were found), abscesses, antibiotics, the bistable margin (Malka 2012).
Assumed:  killing as in stirred suspension with serum, and one body of bacteria in all of the tissue, which 3.4e8 CFU/mL
          fill. In fibrin gel the critical concentration is ten times as high (4e6 per mL; `killing` 1.2e-7 mL/cell/h);
          IgG that binds the bacterium then has to make good for it. Less than 1 CFU/mL counts as cleared and grows no
          more. Without that limit no infection ends: resting tissue holds 4e4 neutrophils per mL, a tenth of the
          critical concentration, and even a healthy host is left with 1.9 CFU/mL that keep as many neutrophils there
          as hold them.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import LI_2002, LI_2004, RAO_2023, SMITH_2011, TITER
from titer.model import Dosing, Equations, Model, Output, Parameter, Population, State
from titer.model.expression import log, maximum, where


def equations(t, x, p, s):
    """Logistic growth, killing by the concentration of neutrophils, danger on a logarithmic scale."""
    neutrophils = p.resting_neutrophils * s.tissue_neutrophils
    opsonised = 1 + p.opsonin_gain * s.antibody / (p.half_opsonin + s.antibody)
    killing = p.killing * opsonised
    growth = where(x.bacteria > p.least, p.growth * (1 - x.bacteria / p.capacity), 0.0)
    return Equations(
        rates={"bacteria": (growth - killing * neutrophils) * x.bacteria},
        outputs={"neutrophils": neutrophils, "critical": p.growth / killing},
        signals={"danger": p.k_v * log(1 + p.sensed * maximum(x.bacteria, 0.0))},
    )


# fmt: off
PARAMETERS = (
    Parameter("growth", 0.48, "1/h", "growth of Staphylococcus epidermidis", "li: 8e-3 /min", "estimated"),
    Parameter("killing", 1.2e-6, "mL/cell/h", "killing by a neutrophil in suspension", "li: 2e-8 mL per neutrophil and min", "estimated"),
    Parameter("capacity", 3.4e8, "CFU/mL", "bacteria that the tissue holds", "smith: K, pneumococcus in mouse lungs", "assumed"),
    Parameter("least", 1.0, "CFU/mL", "bacteria below which none grows", "titer: counts as cleared", "assumed"),
    Parameter("resting_neutrophils", 40376.0, "cell/mL", "neutrophils at rest", "rao: 8.14e7 in 2016 mL after 500 days without a challenge", "derived"),
    Parameter("opsonin_gain", 4.0, "", "largest rise of killing by IgG", "titer: killing 2-10 times faster", "assumed"),
    Parameter("half_opsonin", 10.0, "nmol/L", "IgG with half of it", "titer: scale that nobody published", "assumed"),
    Parameter("k_v", 0.003, "", "danger sensed per e-fold of bacteria", "rao: workbook, k_v, as for virus", "assumed"),
    Parameter("sensed", 1.0, "mL/CFU", "inverse of the bacteria that begin to be sensed", "titer: as one copy of virus per mL", "assumed"),
)
# fmt: on

MODEL = Model(
    key="bacterium",
    name="bacterium_li2002",
    title="An extracellular bacterium against a concentration of neutrophils",
    doc=__doc__,
    time="h",
    sources={"li": LI_2002, "gel": LI_2004, "rao": RAO_2023, "smith": SMITH_2011, "titer": TITER},
    population=Population("human neutrophils with Staphylococcus epidermidis in suspension", at="li: abstract"),
    states=(State("bacteria", "CFU/mL", "bacteria"),),
    parameters=PARAMETERS,
    equations=equations,
    outputs=(
        Output("neutrophils", "cell/mL", "concentration of neutrophils"),
        Output("critical", "cell/mL", "concentration of neutrophils above which bacteria fall"),
    ),
    reads=("tissue_neutrophils", "antibody"),
    provides=("danger",),
    doses=(Dosing("bacteria", "bacteria", unit="CFU/mL", route="tissue"),),
)
