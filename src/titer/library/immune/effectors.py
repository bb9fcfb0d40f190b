"""Killing of tumour cells by NK and cytotoxic T cells, held back by regulatory T cells (form of Gallaher 2018).

In place of `killing` where the patient has an immune core: the same signal, made from cells and how well they kill.

Answers:  a slow, relative measure of cellular immunity against a tumour, over weeks, from the cells of the core.
Not for:  counts of cells, exhaustion, killing of infected cells (`antigen`), antibody-dependent killing.
Assumed:  the source's cells at the start stand for rest, and multiples of rest for its counts. A cell that kills better
          raises its own term, and both raise the common one. The block by the tumour stays as at the start: followed,
          it would raise killing by seven tenths as the tumour vanishes, which no calibration has seen. Adaptation is
          as slow as in `killing`. Gains are those of `coactivation` and `steroid`, not fitted to a response.
Conflict: `immune_killing` of the typical person without a threat, mean of cycles 4 to 6, here and in `killing`:
          1. lenalidomide 25 mg days 1-21 of 28: 1.39 and 1.37;
          2. the same with dexamethasone 40 mg weekly: 1.16 and 1.22;
          3. the same with dexamethasone 40 mg on 12 days of 28: 0.89 and 1.04;
          4. dexamethasone 40 mg weekly: 0.84 and 0.90;
          5. dexamethasone 40 mg on 12 days of 28: 0.68 and 0.78;
          6. pomalidomide 4 mg days 1-21 of 28 with dexamethasone 40 mg weekly: 1.16 and 1.23;
          7. thalidomide 200 mg daily: 1.25 and 1.31.
          8. So a glucocorticoid costs a little more here, since it takes priming and killing of T cells; the calibrated
          drive to die (`myeloma.kill_immune`) changes by 0.07 at most.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.immune._typical import RESTING, saturation
from titer.library.sources import GALLAHER_2018, QUIREDEX, TITER
from titer.model import Equations, Model, Output, Parameter, Population, State


def capacity(p, s, nk_effect=1.0, effector_effect=1.0, treg_effect=1.0):
    """Killing on the source's scale: NK cells, cytotoxic cells, both together, less what regulatory cells block."""
    nk = nk_effect * saturation(s.nk * p.nk_rest, p.half_nk)
    effector = effector_effect * saturation(s.effector_t * p.effector_rest, p.half_effector)
    blocked = treg_effect * p.treg_block * saturation(s.treg * p.treg_rest, p.half_treg)
    return (p.by_nk * nk + p.by_effector * effector + p.by_both * nk * effector) * (1 - p.tumour_block - blocked)


def equations(t, x, p, s):
    """First-order approach to what the cells allow."""
    effects = (s.factor(f"{name}.effect") for name in ("nk", "effector_t", "treg"))
    allowed = capacity(p, s, *effects) / capacity(p, RESTING)
    return Equations(
        rates={"activity": p.turnover * (allowed * s.factor("immune_killing.production") - x.activity)},
        outputs={"allowed": allowed},
        signals={"immune_killing": x.activity * s.factor("immune_killing.effect")},
    )


# fmt: off
PARAMETERS = (
    Parameter("turnover", 0.001458, "1/h", "adaptation rate, half-life 20 days", "quiredex: changes grow over cycles 3-9; 0.035 /day as in `killing`", "assumed"),
    Parameter("nk_rest", 227.0, "1/uL", "NK cells at rest", "gallaher: start of N", "fixed"),
    Parameter("effector_rest", 464.0, "1/uL", "cytotoxic T cells at rest", "gallaher: start of T_C", "fixed"),
    Parameter("treg_rest", 42.0, "1/uL", "regulatory T cells at rest", "gallaher: start of T_R", "fixed"),
    Parameter("by_nk", 5.0, "", "largest killing by NK cells, multiple of death without them", "gallaher: a_NM", "fixed"),
    Parameter("half_nk", 150.0, "1/uL", "NK cells at half of it", "gallaher: b_NM", "fixed"),
    Parameter("by_effector", 5.0, "", "largest killing by cytotoxic T cells", "gallaher: a_CM", "fixed"),
    Parameter("half_effector", 375.0, "1/uL", "cytotoxic T cells at half of it", "gallaher: b_CM", "fixed"),
    Parameter("by_both", 8.0, "", "largest killing that they add together", "gallaher: a_CNM", "fixed"),
    Parameter("treg_block", 0.5, "", "largest share of killing that regulatory T cells block", "gallaher: a_RM", "fixed"),
    Parameter("half_treg", 25.0, "1/uL", "regulatory T cells at half of it", "gallaher: b_RM", "fixed"),
    Parameter("tumour_block", 0.2857, "", "share of killing that the tumour blocks", "gallaher: a_MM M / (b_MM + M) = 0.5 x 4/7 at the start", "derived"),
)
# fmt: on

MODEL = Model(
    key="effectors",
    name="effectors_gallaher2018",
    title="Killing of tumour cells by NK and T cells of the immune core",
    doc=__doc__,
    time="h",
    sources={"gallaher": GALLAHER_2018, "quiredex": QUIREDEX, "titer": TITER},
    population=Population("adults with myeloma"),
    states=(State("activity", "", "killing capacity, fraction of the untreated patient's", start=1.0),),
    parameters=PARAMETERS,
    equations=equations,
    outputs=(Output("allowed", "", "killing that the cells allow, before adaptation"),),
    reads=("nk", "effector_t", "treg"),
    provides=("immune_killing",),
)
