"""Cytokines: nine of the tissue and what of them reaches plasma (Rao 2023).

Each is made by the cells that the source names and lost at its own rate; what leaves the tissue feeds plasma. Production
is loss x rest x (drive / drive at rest), the drive being the source's sum over cells, so rest is exact for everybody.
Drugs multiply productions ("tnf.production", ...).

Answers:  local cytokines as multiples of rest, and plasma levels in pg/mL, in infection and injury of a tissue.
Not for:  endotoxin or cytokine release in blood (`endotoxin`), chemokines, soluble receptors; IL-8. Plasma at rest is
          the source's: immunoassays find other absolute levels, and a rise is better compared as a multiple.
Assumed:  TNF from dying cells stops growing above 1e9 of them, where the source would give several ng/mL. Plasma IL-2,
          IL-12 and GM-CSF follow the tissue at once (lost at 1.9, 2.7 and 1 /h). Th17 cells are left out: IL-6 peaks
          8% lower. Interferon gamma of NK cells is not in the source, and not here. Type I interferons are one pool.
          People differ in three ways: level at rest, sensitivity to danger (`innate`), and how much their cells make
          (`tnf_gain`, ...), which is a lasting trait: after a year, endotoxin gave the same volunteers IL-6 that went
          with the first (correlation 0.93; TNF 0.67). That the gains are independent of each other is assumed. In 200
          people a virus then gives peaks with coefficients of variation of 0.5 (TNF) to 0.8 (IL-10).
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.immune._typical import RESTING, TYPICAL
from titer.library.sources import CYTOKINE_VARIATION_2013, ENDOTOXIN_TWICE_2025, RAO_2023, TITER, WHOLE_BLOOD_1998
from titer.model import Equations, Model, Parameter, Population, State
from titer.model.expression import minimum

LOCAL = ("tnf", "il6", "il1b", "ifn_alpha", "ifn_gamma", "il2", "il12", "il10", "gmcsf")
PLASMA = ("tnf", "il6", "il1b", "ifn_alpha", "ifn_gamma", "il10")  # those with a state of their own
FOLLOWING = ("il2", "il12", "gmcsf")
BY_INFECTED = ("tnf", "il6", "il1b", "ifn_alpha")
RISES = ("tnf", "il6", "il1b", "ifn_alpha", "il10")


def drives(p, s):
    """What is made of each cytokine without cells and by cells of the tissue, on the source's scale."""
    dendritic, macrophages = s.dendritic * p.dendritic_typical, s.macrophages * p.macrophages_typical
    neutrophils, damaged = s.tissue_neutrophils * p.neutrophils_typical, s.damaged_cells * p.damaged_typical
    th1, effector, treg = s.th1 * p.th1_typical, s.effector_t * p.effector_typical, s.treg * p.treg_typical
    near_dying = p.tnf_damaged * minimum(damaged, p.damaged_cap)
    made = {
        "tnf": near_dying + p.tnf_macrophage * macrophages + p.tnf_th1 * th1,
        "il6": p.il6_damaged * damaged + p.il6_macrophage * macrophages + p.il6_neutrophil * neutrophils,
        "il1b": p.il1b_damaged * damaged + p.il1b_macrophage * macrophages + p.il1b_dendritic * dendritic,
        "ifn_alpha": p.ifn_alpha_dendritic * dendritic,
        "ifn_gamma": p.ifn_gamma_dendritic * dendritic + p.ifn_gamma_th1 * th1 + p.ifn_gamma_effector * effector,
        "il2": p.il2_dendritic * dendritic + p.il2_th1 * th1,
        "il12": p.il12_macrophage * macrophages + p.il12_dendritic * dendritic,
        "il10": p.il10_treg * treg,
        "gmcsf": p.gmcsf_macrophage * macrophages + p.gmcsf_th1 * th1,
    }
    return {name: getattr(p, f"{name}_basal") + getattr(p, f"{name}_gain") * tree for name, tree in made.items()}


def equations(t, x, p, s):
    """Made by cells of the tissue, lost there; plasma follows the tissue at its own rate of loss."""
    drive, drive_at_rest = drives(p, s), drives(p, RESTING)
    for name in BY_INFECTED:  # none at rest
        drive[name] += getattr(p, f"{name}_gain") * getattr(p, f"{name}_infected") * s.infected_cells
    local = {name: getattr(x, f"{name}_tissue") / getattr(p, f"{name}_typical") for name in LOCAL}
    rest = {name: getattr(p, f"{name}_rest") for name in (*PLASMA, *FOLLOWING)}
    plasma = {name: getattr(x, f"{name}_plasma") for name in PLASMA}
    rates = {}
    for name in LOCAL:
        made = s.factor(f"{name}.production") * drive[name] / drive_at_rest[name]
        rates[f"{name}_tissue"] = getattr(p, f"{name}_loss") * getattr(p, f"{name}_typical") * (made - local[name])
    for name in PLASMA:
        rates[f"{name}_plasma"] = getattr(p, f"{name}_clearance") * (rest[name] * local[name] - plasma[name])
    return Equations(
        rates=rates,
        signals={
            **{f"{name}_local": tree for name, tree in local.items()},
            **plasma,
            **{name: rest[name] * local[name] for name in FOLLOWING},
            **{f"{name}_rise": plasma[name] - rest[name] for name in RISES},
        },
    )


# fmt: off
PARAMETERS = (
    *TYPICAL.values(),
    Parameter("damaged_cap", 1e9, "cell", "dying cells above which TNF from them grows no more", "titer: the source gives 4 ng/mL at 1e10 cells", "assumed"),
    # Lost in the tissue: cleared there, and left for plasma at 0.1 /h (IL-2 0.2 /h).
    Parameter("tnf_loss", 3.26, "1/h", "loss of TNF from the tissue", "rao: b_tnf + ktr_TNFa", "derived"),
    Parameter("il6_loss", 1.42, "1/h", "loss of IL-6 from the tissue", "rao: b_il6 + ktr_IL6", "derived"),
    Parameter("il1b_loss", 0.188, "1/h", "loss of IL-1 beta from the tissue", "rao: b_il1b + ktr_IL1b", "derived"),
    Parameter("ifn_alpha_loss", 1.895, "1/h", "loss of type I interferon from the tissue", "rao: b_ifnb + ktr_IFNb", "derived"),
    Parameter("ifn_gamma_loss", 3.69, "1/h", "loss of interferon gamma from the tissue", "rao: b_ifng + ktr_IFNg", "derived"),
    Parameter("il2_loss", 2.113, "1/h", "loss of IL-2 from the tissue", "rao: b_il2 + ktr_IL2", "derived"),
    Parameter("il12_loss", 2.83, "1/h", "loss of IL-12 from the tissue", "rao: b_il12 + ktr_IL12", "derived"),
    Parameter("il10_loss", 1.32, "1/h", "loss of IL-10 from the tissue", "rao: b_il10 + ktr_IL10", "derived"),
    Parameter("gmcsf_loss", 1.1, "1/h", "loss of GM-CSF from the tissue", "rao: b_gmcsf + ktr_GMCSF", "derived"),
    Parameter("tnf_clearance", 3.16, "1/h", "loss of TNF from plasma", "rao: b_tnf", "fixed"),
    Parameter("il6_clearance", 1.32, "1/h", "loss of IL-6 from plasma", "rao: b_il6", "fixed"),
    Parameter("il1b_clearance", 0.088, "1/h", "loss of IL-1 beta from plasma", "rao: b_il1b", "fixed"),
    Parameter("ifn_alpha_clearance", 1.795, "1/h", "loss of type I interferon from plasma", "rao: b_ifnb", "fixed"),
    Parameter("ifn_gamma_clearance", 3.59, "1/h", "loss of interferon gamma from plasma", "rao: b_ifng", "fixed"),
    Parameter("il10_clearance", 1.22, "1/h", "loss of IL-10 from plasma", "rao: b_il10", "fixed"),
    Parameter("tnf_rest", 11.9, "pg/mL", "TNF in plasma at rest", "rao: 500 days without a challenge", "derived", cv=0.4, note="spread: middle of 22-53% between people (variation: abstract)"),
    Parameter("il6_rest", 0.205, "pg/mL", "IL-6 in plasma at rest", "rao: 500 days without a challenge", "derived", cv=0.4, note="spread: middle of 22-53% between people (variation: abstract)"),
    Parameter("il1b_rest", 5.2, "pg/mL", "IL-1 beta in plasma at rest", "rao: 500 days without a challenge", "derived", cv=0.4, note="spread assumed: as TNF and IL-6"),
    Parameter("ifn_alpha_rest", 13.1, "pg/mL", "type I interferon in plasma at rest", "rao: 500 days without a challenge", "derived", cv=0.4, note="spread assumed: as TNF and IL-6"),
    Parameter("ifn_gamma_rest", 1.1, "pg/mL", "interferon gamma in plasma at rest", "rao: 500 days without a challenge", "derived", cv=0.4, note="spread assumed: as TNF and IL-6"),
    Parameter("il2_rest", 0.58, "pg/mL", "IL-2 in plasma at rest", "rao: 500 days without a challenge", "derived", cv=0.4, note="spread assumed: as TNF and IL-6"),
    Parameter("il12_rest", 0.89, "pg/mL", "IL-12 in plasma at rest", "rao: 500 days without a challenge", "derived", cv=0.4, note="spread assumed: as TNF and IL-6"),
    Parameter("il10_rest", 0.65, "pg/mL", "IL-10 in plasma at rest", "rao: 500 days without a challenge", "derived", cv=0.4, note="spread assumed: as TNF and IL-6"),
    Parameter("gmcsf_rest", 2.9, "pg/mL", "GM-CSF in plasma at rest", "rao: 500 days without a challenge", "derived", cv=0.4, note="spread assumed: as TNF and IL-6"),
    # Made without cells, and by each cell. The source multiplies both by a scale in pmol/h, one for each cytokine, which
    # cancels against the drive at rest.
    Parameter("tnf_basal", 3600.0, "", "TNF made at rest by what is not modelled, on the source's scale", "rao: basal_tnfa", "fixed"),
    Parameter("tnf_infected", 1.4e-5, "1/cell", "TNF made by an infected cell, on that scale", "rao: a_tnf_i", "fixed"),
    Parameter("tnf_damaged", 1.4e-4, "1/cell", "TNF made around a dying cell, on that scale", "rao: a_tnf_at1, a_tnf_at2", "fixed"),
    Parameter("tnf_macrophage", 2.1e-4, "1/cell", "TNF made by a macrophage, on that scale", "rao: a_tnf_m1", "fixed"),
    Parameter("tnf_th1", 1.128e-9, "1/cell", "TNF made by a type 1 helper cell, on that scale", "rao: a_tnf_th1", "fixed"),
    Parameter("il6_basal", 40.0, "", "IL-6 made at rest by what is not modelled, on the source's scale", "rao: basalil6", "fixed"),
    Parameter("il6_infected", 6.244e-7, "1/cell", "IL-6 made by an infected cell, on that scale", "rao: a_il6_i", "fixed"),
    Parameter("il6_damaged", 3.122e-6, "1/cell", "IL-6 made around a dying cell, on that scale", "rao: a_il6_at1, a_il6_at2", "fixed"),
    Parameter("il6_macrophage", 2.8952e-4, "1/cell", "IL-6 made by a macrophage, on that scale", "rao: a_il6_m1", "fixed"),
    Parameter("il6_neutrophil", 1.0836e-8, "1/cell", "IL-6 made by a neutrophil, on that scale", "rao: a_il6_neu", "fixed"),
    Parameter("il1b_basal", 0.285714, "", "IL-1 beta made at rest by what is not modelled, on the source's scale", "rao: basalil1", "fixed"),
    Parameter("il1b_infected", 2.068e-9, "1/cell", "IL-1 beta made by an infected cell, on that scale", "rao: a_il1b_i", "fixed"),
    Parameter("il1b_damaged", 2.585e-9, "1/cell", "IL-1 beta made around a dying cell, on that scale", "rao: a_il1b_at2", "fixed"),
    Parameter("il1b_macrophage", 2.068e-8, "1/cell", "IL-1 beta made by a macrophage, on that scale", "rao: a_il1b_m1", "fixed"),
    Parameter("il1b_dendritic", 1.035e-7, "1/cell", "IL-1 beta made by a dendritic cell, on that scale", "rao: a_il1b_dc", "fixed"),
    Parameter("ifn_alpha_basal", 1600.0, "", "type I interferon made at rest by what is not modelled, on the source's scale", "rao: basalifnb", "fixed"),
    Parameter("ifn_alpha_infected", 7e-5, "1/cell", "type I interferon made by an infected cell, on that scale", "rao: a_ifnb_i", "fixed"),
    Parameter("ifn_alpha_dendritic", 0.0105, "1/cell", "type I interferon made by a dendritic cell, on that scale", "rao: a_ifnb_dc", "fixed"),
    Parameter("ifn_gamma_basal", 4.0, "", "interferon gamma made at rest by what is not modelled, on the source's scale", "rao: basalifng", "fixed"),
    Parameter("ifn_gamma_dendritic", 1.085e-8, "1/cell", "interferon gamma made by a dendritic cell, on that scale", "rao: a_ifng_dc", "fixed"),
    Parameter("ifn_gamma_th1", 6.15e-7, "1/cell", "interferon gamma made by a type 1 helper cell, on that scale", "rao: a_ifng_th1", "fixed"),
    Parameter("ifn_gamma_effector", 2.928e-5, "1/cell", "interferon gamma made by a cytotoxic T cell, on that scale", "rao: a_ifng_ctl", "fixed"),
    Parameter("il2_basal", 0.01, "", "IL-2 made at rest by what is not modelled, on the source's scale", "rao: basalil2", "fixed"),
    Parameter("il2_dendritic", 2.8e-7, "1/cell", "IL-2 made by a dendritic cell, on that scale", "rao: a_il2_dc", "fixed"),
    Parameter("il2_th1", 2e-8, "1/cell", "IL-2 made by a type 1 helper cell, on that scale", "rao: a_il2_th1", "fixed"),
    Parameter("il12_basal", 0.4, "", "IL-12 made at rest by what is not modelled, on the source's scale", "rao: basalil12", "fixed"),
    Parameter("il12_macrophage", 6.18e-8, "1/cell", "IL-12 made by a macrophage, on that scale", "rao: a_il12_m1", "fixed"),
    Parameter("il12_dendritic", 2.49e-7, "1/cell", "IL-12 made by a dendritic cell, on that scale", "rao: a_il12_dc", "fixed"),
    Parameter("il10_basal", 2.0, "", "IL-10 made at rest by what is not modelled, on the source's scale", "rao: basalil10", "fixed"),
    Parameter("il10_treg", 1.146e-5, "1/cell", "IL-10 made by a regulatory T cell, on that scale", "rao: a_il10_treg", "fixed"),
    Parameter("gmcsf_basal", 4.0, "", "GM-CSF made at rest by what is not modelled, on the source's scale", "rao: basalgmcsf", "fixed"),
    Parameter("gmcsf_macrophage", 1.27e-6, "1/cell", "GM-CSF made by a macrophage, on that scale", "rao: a_gmcsf_m1", "fixed"),
    Parameter("gmcsf_th1", 4.29e-8, "1/cell", "GM-CSF made by a type 1 helper cell, on that scale", "rao: a_gmcsf_th1", "fixed"),
    # A person's own cells make this many times what the typical person's make.
    Parameter("tnf_gain", 1.0, "", "own production of TNF by cells, multiple of the typical person's", "blood: 35% between people, endotoxin in whole blood", "derived", cv=0.35),
    Parameter("il6_gain", 1.0, "", "own production of IL-6 by cells, multiple of the typical person's", "titer: spread as TNF and IL-10", "assumed", cv=0.35),
    Parameter("il1b_gain", 1.0, "", "own production of IL-1 beta by cells, multiple of the typical person's", "titer: spread as TNF and IL-10", "assumed", cv=0.35),
    Parameter("ifn_alpha_gain", 1.0, "", "own production of type I interferon by cells, multiple of the typical person's", "titer: spread as TNF and IL-10", "assumed", cv=0.35),
    Parameter("ifn_gamma_gain", 1.0, "", "own production of interferon gamma by cells, multiple of the typical person's", "titer: spread as TNF and IL-10", "assumed", cv=0.35),
    Parameter("il2_gain", 1.0, "", "own production of IL-2 by cells, multiple of the typical person's", "titer: spread as TNF and IL-10", "assumed", cv=0.35),
    Parameter("il12_gain", 1.0, "", "own production of IL-12 by cells, multiple of the typical person's", "titer: spread as TNF and IL-10", "assumed", cv=0.35),
    Parameter("il10_gain", 1.0, "", "own production of IL-10 by cells, multiple of the typical person's", "blood: 35% between people, endotoxin in whole blood", "derived", cv=0.35),
    Parameter("gmcsf_gain", 1.0, "", "own production of GM-CSF by cells, multiple of the typical person's", "titer: spread as TNF and IL-10", "assumed", cv=0.35),
)
# fmt: on

_MEANINGS = {
    name: next(p.meaning for p in PARAMETERS if p.name == f"{name}_typical").split(" of ")[0] for name in LOCAL
}

MODEL = Model(
    key="cytokines",
    name="cytokines_rao2023",
    title="Cytokines of the tissue and of plasma",
    doc=__doc__,
    time="h",
    sources={
        "rao": RAO_2023,
        "blood": WHOLE_BLOOD_1998,
        "variation": CYTOKINE_VARIATION_2013,
        "twice": ENDOTOXIN_TWICE_2025,
        "titer": TITER,
    },
    population=Population("adults; tuned by its authors to the mean course of COVID-19"),
    states=(
        *(
            State(f"{name}_tissue", "pmol", f"{_MEANINGS[name]} of the tissue", start=f"{name}_typical")
            for name in LOCAL
        ),
        *(State(f"{name}_plasma", "pg/mL", f"{_MEANINGS[name]} in plasma", start=f"{name}_rest") for name in PLASMA),
    ),
    parameters=PARAMETERS,
    equations=equations,
    reads=(
        "dendritic",
        "macrophages",
        "tissue_neutrophils",
        "th1",
        "effector_t",
        "treg",
        "infected_cells",
        "damaged_cells",
    ),
    provides=(*(f"{name}_local" for name in LOCAL), *PLASMA, *FOLLOWING, *(f"{name}_rise" for name in RISES)),
)
