"""Co-activation: what the loss of Ikaros does to T and NK cells, as factors on cytokines, cells and killing.

Ikaros and Aiolos hold the gene of IL-2 down in T cells; where they are lost, a stimulus gives more IL-2 and interferon
gamma, more of the T cells that kill, fewer that hold back, and NK cells that kill more. At rest every factor is 1.

Answers:  by how much the entry points of the immune core change at a given loss of Ikaros, whichever drug brings it.
Not for:  monocytes (drugs act on their TNF, IL-12 and IL-10 by themselves), cells without a stimulus, exhaustion,
          resistance of T cells to the drug, antibody-dependent killing.
Assumed:  each factor is linear in what is lost. Every size but IL-2's and the NK cell's is a proposal: the class has
          been seen to act in that direction, not by how much. Interferon gamma and direct priming of T cells are at the
          low end (1.5), since IL-2 adds about as much through the cells that read it. None at all would leave that to
          IL-2 alone; but without a threat IL-2 primes hardly anybody, and T cells of patients on lenalidomide and
          weekly dexamethasone would fall (type 1 to 0.8), where they were restored. NK and T cells gain by killing
          better, not by growing faster: doubled growth hardly moves a tumour whose immune cells are near their ceiling
          (Gallaher 2018).
          Helper T cells of B cells are primed as type 1 helper cells are, so that IgG under lenalidomide
          25 mg is 18% higher after one dose of vaccine and 8% after two; patients with myeloma had more of it (Noonan
          2012), nobody says how much.
Conflict: 1. Regulatory T cells fall in culture and beside effector cells in treated myeloma, but a drug of the class
          doubled them in lupus (+105%). Production is lowered by a third here; IL-2, which they live on, raises them
          again.
          2. NK cells of 25 patients nearly doubled in number over six cycles with dexamethasone (2.2 to 3.9 x10^5/mL)
          and killed half as well each. Here lenalidomide hardly changes their number; the fall is `steroid`'s.
          3. Lenalidomide lowered interferon gamma of NK cells directly in one study; not included.
          4. In a viral infection of the core, where IL-2 does prime, all gains meet: pomalidomide 4 mg from day 0
          brings 2.3 times the cytotoxic cells and 3.1 times the interferon gamma at their peaks, above the 1.5-2 of
          each gain; with no direct priming it would be 1.5 and 2.1. Nobody has measured it: read it as an upper bound.
          IL-6 follows, by 28%, where stimulated blood makes less of it under this class; so does TNF where the drug's
          own action on it is over between doses (8% above that without lenalidomide 25 mg, 29% below under
          pomalidomide).
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import (
    GALLAHER_2018,
    HASLETT_1998,
    HSU_2011,
    LIPSKY_2022,
    NOONAN_2012,
    SEHGAL_2015,
    SHANNON_1995,
    TITER,
)
from titer.model import Equations, Model, Output, Parameter, Population
from titer.model.expression import maximum

RAISED = {
    "il2.production": "il2",
    "ifn_gamma.production": "ifn_gamma",
    "th1.production": "th1",
    "effector_t.production": "effector",
    "effector_t.effect": "effector_killing",
    "nk.effect": "nk_killing",
}


def equations(t, x, p, s):
    """Factors that grow, or fall, with the Ikaros that is lost."""
    lost = maximum(1 - s.ikaros, 0.0)
    raised = {handle: 1 + getattr(p, name) * lost for handle, name in RAISED.items()}
    return Equations(
        rates={},
        outputs={"activation": raised["effector_t.effect"] * raised["nk.effect"]},
        modulates={**raised, "treg.production": 1 - p.treg * lost},
    )


# fmt: off
PARAMETERS = (
    Parameter("il2", 1.9, "", "rise of IL-2 production at complete loss", "class: 1.44 at 0.82 lost (IMID652, IMID655-656), 1.76; culture: 1.55, the mean of 1.20, 1.59 and 1.87, at 0.76 lost by 4 ug/mL of thalidomide (abstract), 2.03; their mean", "derived"),
    Parameter("ifn_gamma", 0.5, "", "rise of interferon gamma production at complete loss", "titer: low end of 1.5-2 fold; up in bench and patients, by sizes that depend on the stimulus", "assumed"),
    Parameter("th1", 0.5, "", "rise of priming of type 1 helper cells at complete loss", "titer: low end of 1.5-2 fold; more antibody after vaccine under lenalidomide (vaccine: abstract)", "assumed"),
    Parameter("effector", 0.5, "", "rise of priming of cytotoxic cells at complete loss", "titer: low end of 1.5-2 fold; CD8 more than CD4 (bench: abstract)", "assumed"),
    Parameter("effector_killing", 0.4, "", "rise of killing by a cytotoxic cell at complete loss", "titer: as NK cells; lytic genes rise in both (pomalidomide: abstract)", "assumed"),
    Parameter("nk_killing", 0.4, "", "rise of killing by an NK cell at complete loss", "nk: 38.5 to 53.3% of targets killed, 1.38 times, by cells of donors with lenalidomide (abstract), as if nearly all were lost", "derived"),
    Parameter("treg", 0.35, "", "fall of production of regulatory T cells at complete loss", "titer: 0.5-0.8 fold, the direction is a conflict", "assumed"),
)
# fmt: on

MODEL = Model(
    key="coactivation",
    name="coactivation_titer",
    title="Co-activation of T and NK cells by the loss of Ikaros",
    doc=__doc__,
    time="h",
    sources={
        "bench": HASLETT_1998,
        "culture": SHANNON_1995,
        "class": LIPSKY_2022,
        "nk": HSU_2011,
        "pomalidomide": SEHGAL_2015,
        "vaccine": NOONAN_2012,
        "gallaher": GALLAHER_2018,
        "titer": TITER,
    },
    population=Population("cells of healthy donors, and patients with lupus or myeloma"),
    states=(),
    parameters=PARAMETERS,
    equations=equations,
    outputs=(Output("activation", "", "killing by T and NK cells together, multiple of that without a drug"),),
    reads=("ikaros",),
    modulates=(*RAISED, "treg.production"),
)
