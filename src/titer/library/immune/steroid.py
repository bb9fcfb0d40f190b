"""Steroid: what a glucocorticoid does to cytokines, T cells, NK cells and antibody, as factors from 1 downwards.

Answers:  by how much the entry points of the immune core fall at a given action of a glucocorticoid, whichever it is.
Not for:  the body's own cortisol (no action at rest), cells that leave or enter blood, eosinophils, tolerance, IL-10,
          GM-CSF and type I interferon (left alone), the rebound that TNF shows a day after cortisol.
Assumed:  `glucocorticoid` is half where the receptor is half taken (5 nM free). What monocytes make falls in proportion
          to it; IL-2 and interferon gamma need seven times that level for half of their fall, as on the bench. All
          sizes but that of TNF are proposals of that order, IL-2's from cells that made none. Helper T cells of B cells
          are primed as others are.
          Antibody: five days at full action take 7% of IgG here, where volunteers lost 22%, some of it by a faster
          loss that is not included.
Conflict: 1. TNF of monocytes fell to 21% of control after 48 h with 1 uM of dexamethasone, but only to 49-72% where it
          came with the endotoxin or later; the first is used.
          2. IL-10 of whole blood falls or stays under glucocorticoids; in volunteers it rose eleven-fold under cortisol
          and by dose under prednisolone.
          3. Half of IL-12 is lost at 1-10 nM, less than TNF needs; the two are alike here.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import (
    BUTLER_1973,
    DE_KRUIF_2007,
    DEXAMETHASONE_BLOOD_1995,
    GILLIS_1979,
    HSU_2011,
    PALIOGIANNI_1993,
    TITER,
    VISSER_1998,
    WAAGE_1988,
)
from titer.model import Equations, Model, Parameter, Population

OF_MONOCYTES = ("tnf", "il6", "il1b", "il8", "il12")
OF_T_CELLS = ("il2", "ifn_gamma")
CELLS = {
    "th1.production": "priming",
    "effector_t.production": "priming",
    "effector_t.effect": "killing",
    "nk.production": "nk",
    "antibody.production": "secretion",
    "nk.effect": "killing",
}


def equations(t, x, p, s):
    """One factor for each handle."""
    action = s.glucocorticoid
    insensitive = action / (action + p.t_cell_ratio * (1 - action))  # the same level, where half needs more of it
    return Equations(
        rates={},
        modulates={
            **{f"{name}.production": 1 - getattr(p, name) * action for name in OF_MONOCYTES},
            **{f"{name}.production": 1 - getattr(p, name) * insensitive for name in OF_T_CELLS},
            **{handle: 1 - getattr(p, name) * action for handle, name in CELLS.items()},
        },
    )


# fmt: off
PARAMETERS = (
    Parameter("tnf", 0.79, "", "largest fall of TNF production", "monocytes: 21% of control at 1 uM", "derived"),
    Parameter("il6", 0.75, "", "largest fall of IL-6 production", "titer: as TNF; falls by dose in volunteers (volunteers: abstract)", "assumed"),
    Parameter("il1b", 0.75, "", "largest fall of IL-1 beta production", "titer: as TNF", "assumed"),
    Parameter("il8", 0.75, "", "largest fall of IL-8 production", "titer: as TNF; falls by dose in volunteers (volunteers: abstract)", "assumed"),
    Parameter("il12", 0.75, "", "largest fall of IL-12 production", "titer: as TNF; falls from 1 nM on (blood: abstract)", "assumed"),
    Parameter("il2", 0.95, "", "largest fall of IL-2 production", "titer: nearly all; inhibited completely at 1 uM (growth: abstract)", "assumed"),
    Parameter("ifn_gamma", 0.9, "", "largest fall of interferon gamma production", "titer: nearly as IL-2, at the same level (bench: abstract)", "assumed"),
    Parameter("t_cell_ratio", 7.0, "", "level that halves IL-2 and interferon gamma, over that of half action", "bench: IC50 20-50 nM, over 5 nM", "derived"),
    Parameter("priming", 0.5, "", "largest fall of priming of T cells", "titer: half; proliferation on IL-2 falls by half at 50 nM (proliferation: abstract)", "assumed"),
    Parameter("killing", 0.5, "", "largest fall of killing by a T or NK cell", "titer: half, as in `killing`; under lenalidomide and dexamethasone 48.9 to 27.6% of targets killed (nk: abstract)", "assumed"),
    Parameter("secretion", 0.5, "", "largest fall of secretion of antibody", "titer: half; less was made in volunteers during and after it (antibody: abstract)", "assumed"),
    Parameter("nk", 0.2, "", "largest fall of production of NK cells", "titer: small; in patients their number rose", "assumed"),
)
# fmt: on

MODEL = Model(
    key="steroid",
    name="steroid_titer",
    title="What a glucocorticoid does to cytokines, T cells, NK cells and antibody",
    doc=__doc__,
    time="h",
    sources={
        "monocytes": WAAGE_1988,
        "volunteers": DE_KRUIF_2007,
        "blood": VISSER_1998,
        "growth": GILLIS_1979,
        "bench": DEXAMETHASONE_BLOOD_1995,
        "proliferation": PALIOGIANNI_1993,
        "nk": HSU_2011,
        "antibody": BUTLER_1973,
        "titer": TITER,
    },
    population=Population("cells of healthy donors; volunteers; patients with myeloma"),
    states=(),
    parameters=PARAMETERS,
    equations=equations,
    reads=("glucocorticoid",),
    modulates=(*(f"{name}.production" for name in (*OF_MONOCYTES, *OF_T_CELLS)), *CELLS),
)
