"""Natural killer cells: renewal that type I interferon, IL-2 and IL-12 raise.

The source's cells are made at a constant rate, lost, and grow with what activates them: K' = P - d K + p a K / (a + e).
Its growth (p above d) has no end while activation lasts, which a drug that keeps IL-2 up for months would meet; here
the same term acts on the resting number. It is 1 + p/d = 2.4 times what is made without activation, 2.1 times rest.

Answers:  NK cells as a multiple of rest over days to months, in infection and under drugs that raise IL-2.
Not for:  killing (the models of what is killed read `nk` and its effect), NK subsets, counts in lymph nodes.
Assumed:  activation is a weighted mean of three cytokines of the tissue as multiples of rest, with a half-saturation of
          our own. At rest it already gives a tenth of the largest growth.
Conflict: in the source a is TNF bound to receptors, which nobody measures and which is nearly nothing at rest; NK cells
          are known for their answer to type I interferon, IL-2 and IL-12, and immunomodulators act through IL-2.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.immune._typical import RESTING, saturation
from titer.library.sources import COVID_LUNG, TITER
from titer.model import Equations, Model, Parameter, Population, State


def renewal(p, s):
    """NK cells made, multiple of what is made without any activation."""
    activation = (
        p.share_ifn * s.ifn_alpha_local + p.share_il2 * s.il2_local + (1 - p.share_ifn - p.share_il2) * s.il12_local
    )
    return 1 + p.growth / p.loss * saturation(activation, p.half_activation)


def equations(t, x, p, s):
    """Renewal against first-order loss."""
    made = s.factor("nk.production") * renewal(p, s) / renewal(p, RESTING)
    return Equations(
        rates={"cells": p.loss * (p.rest * made - x.cells)},
        signals={"nk": x.cells / p.rest},
    )


# fmt: off
PARAMETERS = (
    Parameter("rest", 71500.0, "1/mL", "NK cells of blood at rest", "lung: K0 = 7.15e-5 in 1e9 cells/mL", "fixed", cv=0.4, note="spread assumed; it cancels in the multiple of rest"),
    Parameter("loss", 0.0065, "1/h", "loss, half-life 4.4 days", "lung: d_K = 0.156 /day", "fixed"),
    Parameter("growth", 0.00895, "1/h", "largest growth by activation", "lung: p_K_A = 0.2148 /day", "fixed"),
    Parameter("half_activation", 10.0, "", "activation at half of it, multiple of rest", "titer: most of the growth at the tenfold and higher levels of an infection", "assumed"),
    Parameter("share_ifn", 0.4, "", "weight of type I interferon in activation", "titer: three cytokines known to activate NK cells, about equal", "assumed"),
    Parameter("share_il2", 0.3, "", "weight of IL-2; IL-12 has the rest", "titer: three cytokines known to activate NK cells, about equal", "assumed"),
)
# fmt: on

MODEL = Model(
    key="nk",
    name="nk_covidlung",
    title="Natural killer cells",
    doc=__doc__,
    time="h",
    sources={"lung": COVID_LUNG, "titer": TITER},
    population=Population("adults with COVID-19"),
    states=(State("cells", "1/mL", "NK cells of blood", start="rest"),),
    parameters=PARAMETERS,
    equations=equations,
    reads=("ifn_alpha_local", "il2_local", "il12_local"),
    provides=("nk",),
)
