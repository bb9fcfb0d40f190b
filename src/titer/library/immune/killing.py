"""Killing of tumour cells by NK and T cells: up with the loss of Ikaros, down with a glucocorticoid.

Answers:  a slow, relative measure of cellular immunity against a tumour, over weeks.
Not for:  counts of cells (lymphocytes stay flat under lenalidomide-dexamethasone), exhaustion, regulatory T cells.
Assumed:  loss of Ikaros de-represses IL-2 (class effect: IL-2 +144% at 24 weeks) and NK killing rises 1.2-1.5 fold; a
          glucocorticoid halves it at full action. Sizes are not identified by any trial read here; only the signs and
          the slow time scale are supported (QUIREDEX: activation grows between cycles 3 and 9, with weekly
          dexamethasone).
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import LIPSKY_2022, QUIREDEX, TITER
from titer.model import Equations, Model, Parameter, Population, State


def equations(t, x, p, s):
    """First-order approach to the level that Ikaros and the glucocorticoid allow."""
    drive = (1 + p.gain * (1 - s.ikaros)) * (1 - p.inhibition * s.glucocorticoid)
    return Equations(
        rates={"activity": p.turnover * (drive * s.factor("immune_killing.production") - x.activity)},
        signals={"immune_killing": x.activity * s.factor("immune_killing.effect")},
    )


# fmt: off
PARAMETERS = (
    Parameter("turnover", 0.035, "1/day", "adaptation rate, half-life 20 days", "quiredex: changes grow over cycles 3-9", "assumed"),
    Parameter("gain", 0.7, "", "rise at complete loss of Ikaros", "class: IL-2 +144% (IMID652); NK killing x1.2-1.5", "assumed"),
    Parameter("inhibition", 0.5, "", "fall at full glucocorticoid action", "titer: sign known, size not", "assumed"),
)
# fmt: on

MODEL = Model(
    key="killing",
    name="killing_titer",
    title="Killing of tumour cells by NK and T cells",
    doc=__doc__,
    time="day",
    sources={"class": LIPSKY_2022, "quiredex": QUIREDEX, "titer": TITER},
    population=Population("adults with myeloma"),
    states=(State("activity", "", "killing capacity, fraction of the untreated patient's", start=1.0),),
    parameters=PARAMETERS,
    equations=equations,
    reads=("ikaros", "glucocorticoid"),
    provides=("immune_killing",),
)
