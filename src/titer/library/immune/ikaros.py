"""Ikaros: the pool of IKZF1 and IKZF3 that immunomodulatory drugs degrade.

Answers:  the fraction of Ikaros left at any time, for any drug that raises its loss.
Not for:  differences between cell types, isoforms, or Ikaros against Aiolos.
Assumed:  one turnover rate; made at a constant rate, lost in proportion to what is there.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import TITER
from titer.model import Equations, Model, Parameter, Population, State


def equations(t, x, p, s):
    """Turnover with a loss that drugs multiply."""
    return Equations(
        rates={"protein": p.turnover * (s.factor("ikaros.production") - x.protein * s.factor("ikaros.loss"))},
        signals={"ikaros": x.protein},
    )


# fmt: off
PARAMETERS = (
    Parameter("turnover", 0.04, "1/h", "normal turnover", "titer: 0.03-0.05 /h, so that 95% is lost in 4-6 h and comes back within about a day", "assumed"),
)
# fmt: on

MODEL = Model(
    key="ikaros",
    name="ikaros_titer",
    title="Turnover of Ikaros and Aiolos",
    doc=__doc__,
    time="h",
    sources={"titer": TITER},
    population=Population("adults"),
    states=(State("protein", "", "Ikaros and Aiolos, fraction of normal", start=1.0),),
    parameters=PARAMETERS,
    equations=equations,
    provides=("ikaros",),
)
