"""Filgrastim (G-CSF) under the skin: more neutrophils made, and an early release from the marrow's reserve.

A site that follows the level in the body over hours multiplies the neutrophils that mature, and lifts the count above
which the marrow keeps back its reserve.

Answers:  how far daily filgrastim lifts neutrophils, also while their maturation is blocked, and the fall after the last
          dose.
Not for:  pegfilgrastim, stem-cell mobilisation, clearance by the neutrophils themselves (levels fall as counts rise),
          doses above 480 ug daily.
Assumed:  patients respond as healthy people did, with peaks of 5 times the resting count at 30 ug daily and 15 times at
          300 ug, through one saturable curve. How a marrow blocked by loss of Ikaros responds was not measured: here
          the drug multiplies what still passes the block.
Conflict: 1. Donors on 5 ug/kg (about 350 ug) for 12 days had 10 times their count, the healthy on 300 ug 15 times.
          2. After a single 300 ug the healthy peaked at about 15 h; the model has 5.6 times the count by then and peaks
          at 37 h. Four days after the last of 14 doses it is still at 2.9 times, where most are said to be
          back (from memory): the neutrophils of the marrow model live longer (half-life 30 h) than those measured.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import BENSINGER_1993, CHATTA_1994, FILGRASTIM_2020, TITER
from titer.model import Anchor, Dosing, Equations, Model, Output, Parameter, Population, State


def equations(t, x, p, s):
    """Absorption, elimination, a site that follows; both actions have one curve."""

    rise = p.most * x.site / (p.half + x.site)
    return Equations(
        rates={
            "depot": -p.ka * x.depot,
            "central": p.ka * x.depot - p.k_loss * x.central,
            "site": p.k_site * (x.central - x.site),
        },
        outputs={"amount": x.central},
        signals={"marrow_release": 1 + p.ahead * rise},
        modulates={"anc.production": 1 + rise},
    )


# fmt: off
PARAMETERS = (
    Parameter("ka", 0.31, "1/h", "absorption from under the skin", "pk: tmax about 4 h with the half-life of 3.5 h", "derived"),
    Parameter("k_loss", 0.198, "1/h", "loss from the body", "pk: elimination half-life about 3.5 h", "derived", cv=0.3, note="spread assumed"),
    Parameter("k_site", 0.06, "1/h", "rate at which the marrow follows the level, half-life 12 h", "titer: quick against the life of neutrophils, which then sets rise and fall", "assumed"),
    Parameter("most", 17.5, "", "largest rise, added multiples of the resting count", "healthy: peak 5-fold at 30 ug and 15-fold at 300 ug daily", "derived"),
    Parameter("ahead", 1.3, "", "rise that the marrow lets out over rise that it makes", "titer: above 1.2, so that little of what is made is kept back", "assumed"),
    Parameter("half", 28.0, "ug", "amount with half of it", "healthy: peak 5-fold at 30 ug and 15-fold at 300 ug daily", "derived"),
)
ANCHORS = (
    Anchor("tmax", "amount", "time_of_max", ((0.0, "filgrastim", 300.0),), 24.0, 4.0, "h", 0.1, "pk: abstract"),
    Anchor("half_life", "amount", "half_life", ((0.0, "filgrastim", 300.0),), 48.0, 3.5, "h", 0.1, "pk: abstract"),
)
# fmt: on

MODEL = Model(
    key="filgrastim",
    name="filgrastim_titer",
    title="Filgrastim: release and production of neutrophils",
    doc=__doc__,
    time="h",
    sources={
        "healthy": CHATTA_1994,
        "donors": BENSINGER_1993,
        "pk": FILGRASTIM_2020,
        "titer": TITER,
    },
    population=Population("healthy volunteers, 20-30 and 70-80 years", n=38, at="healthy: abstract"),
    states=(
        State("depot", "ug", "drug under the skin"),
        State("central", "ug", "drug in the body"),
        State("site", "ug", "drug that the marrow follows"),
    ),
    parameters=PARAMETERS,
    equations=equations,
    outputs=(Output("amount", "ug", "drug in the body"),),
    provides=("marrow_release",),
    modulates=("anc.production",),
    doses=(Dosing("filgrastim", "depot", unit="ug", route="sc"),),
    anchors=ANCHORS,
)
