"""The tissue and a threat in it: what grows there, infects or injures cells, is killed, and is sensed as danger.

One model for every threat; which one is a matter of numbers (`library/threats/`, `with_threat`). A threat may grow by
itself, infect cells that release more of it, injure cells, pass between tissue and blood, and be seen by phagocytes,
cytotoxic cells and antibody, each to its own degree. The model's own numbers are those of a harmless particle.

Answers:  how much of a threat is left, which cells it costs and how much danger is sensed, under the defence that the
          other models provide; second encounters, since antibody and cells that are there already act from the start.
Not for:  mutation and escape, more than one threat at a time, spread between sites, abscesses, resistance.
Assumed:  growth and infection fade below `least`, one organism in the tissue unless a threat says more, so that what is
          cleared stays cleared (Rao 2023 stops the entry of virus below 1e4 copies/mL instead). One law of binding
          serves neutralisation and opsonisation, with antibody of the tissue as in plasma, IgM as IgG, and none of it used
          up. What antibody has bound infects and injures nobody; where it is taken up faster, as much more of it is held
          for B cells, whose follicles hold antigen with antibody on it. Nothing grows in blood. Living cells count infected
          ones until these die; AT1 and AT2 cells are one pool. What a virus or a killer leaves of an infected cell is not
          among the dying cells that cytokines answer to, as in the source.
Numerics: danger is the excess above rest and exactly 0 without a threat, since damage is written as a multiple of its
          resting rate.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.immune._typical import RESTING, TYPICAL, VOLUMES, inhibition, saturation
from titer.library.sources import AVOGADRO, COVID_LUNG, GALLAHER_2018, RAO_2023, TITER
from titer.model import Dosing, Equations, Model, Parameter, Population, State
from titer.model.expression import log, maximum, sqrt


def equations(t, x, p, s):
    """Growth, infection, injury, killing and clearance in the tissue; exchange with blood; what is held for B cells."""
    threat, blood = maximum(x.tissue, 0.0), maximum(x.blood, 0.0)
    free, free_in_blood = free_share(threat, p, s), free_share(blood, p, s)
    cleared = p.clearance * opsonised(free, p) * x.tissue
    cleared_in_blood = p.blood_clearance * opsonised(free_in_blood, p) * x.blood
    killed = killing(free, p, s) * x.tissue
    entry, died = infection(threat * free, x, p, s)
    released = p.release * x.infected - p.used_up * entry / p.tissue_volume
    hurt_at_rest = p.damaged_loss * p.damaged_typical / p.tissue_cells
    injured = hurt_at_rest * (damage(p, s) / damage(p, RESTING)) + p.injury * free * threat
    dying = injured * x.living * p.tissue_cells + p.remains * cleared * p.tissue_volume
    leaving = p.to_blood * x.tissue * p.tissue_volume - p.to_tissue * x.blood * p.blood_volume
    seized = threat * opsonised(free, p) * p.tissue_volume + blood * opsonised(free_in_blood, p) * p.blood_volume
    held = p.uptake * p.epitopes * seized / p.molecules
    return Equations(
        rates={
            "tissue": growth(threat, p) + released - cleared - killed - leaving / p.tissue_volume,
            "blood": leaving / p.blood_volume - cleared_in_blood,
            "living": regrowth(x, p) + hurt_at_rest - injured * x.living - died / p.tissue_cells,
            "infected": entry - died - injured * x.infected,
            "damaged": dying - p.damaged_loss * x.damaged,
            "retained": held - p.retained_loss * x.retained,
        },
        signals={
            "antigen": x.tissue,
            "antigen_retained": x.retained,
            "infected_cells": x.infected,
            "damaged_cells": x.damaged / p.damaged_typical,
            "danger": danger(threat + blood, x, p),
            "adjuvant": p.adjuvanticity * saturation(threat + blood, p.half_adjuvant),
        },
    )


def free_share(threat, p, s):
    """Share of the threat that no antibody has bound: the root of total = free (1 + Ab Ka / (1 + Ka free)).

    Written so that it is exact without antibody (1) and without threat (1 / (1 + Ka Ab)).
    """
    total = p.epitopes * threat / p.molecules
    sites = 1 + p.affinity * (s.antibody + s.igm - total)
    return 2 / (sites + sqrt(sites * sites + 4 * p.affinity * total))


def opsonised(free, p):
    """How many times better it is taken up, and then held for B cells, for what antibody has bound of it."""
    return 1 + p.opsonisation * (1 - free)


def growth(threat, p):
    """Logistic growth of what multiplies by itself."""
    return p.growth * threat * (1 - threat / p.capacity) * enough(threat, p)


def enough(threat, p):
    """1 for a threat that can hold its ground, 0 for single survivors; a square, so that little above them is slowed."""
    return saturation(threat * threat, p.least * p.least)


def killing(free, p, s):
    """Rate at which phagocytes kill the threat, by their concentration, and cytotoxic cells what they see of it."""
    neutrophils = p.neutrophil_killing * s.tissue_neutrophils * p.neutrophils_typical / p.tissue_volume
    macrophages = p.macrophage_killing * s.macrophages * p.macrophages_typical / p.tissue_volume
    return (neutrophils + macrophages) * opsonised(free, p) + p.exposed * cytotoxicity(p, s)


def cytotoxicity(p, s):
    """Rate at which cytotoxic T cells and NK cells kill a cell that they recognise, less what regulatory cells prevent."""
    effector = p.effector_killing * s.factor("effector_t.effect") * s.effector_t / (1 + s.effector_t / p.half_effector)
    nk = p.nk_killing * s.factor("nk.effect") * s.nk / (1 + s.nk / p.half_nk)
    return (effector + nk) * (1 - p.suppression * saturation(s.treg * s.factor("treg.effect"), p.half_suppression))


def infection(free_threat, x, p, s):
    """Cells that become infected, and infected cells that die: by the threat, interferon, killers, macrophages."""
    interferon = s.ifn_alpha_local * p.ifn_alpha_typical
    targets = maximum(p.targets * x.living - x.infected, 0.0)
    entry = p.infectivity * targets * free_threat * enough(free_threat, p) * inhibition(interferon, p.half_entry)
    activated = p.activated_killing * saturation(s.ifn_gamma_local * p.ifn_gamma_typical, p.half_activation)
    loss = p.infected_loss * (1 + p.interferon_death * interferon) + cytotoxicity(p, s) + activated
    return entry, loss * x.infected


def damage(p, s):
    """Rate at which oxygen radicals of neutrophils and cytokines damage cells of the tissue."""
    neutrophils = p.damage_neutrophil * saturation(
        s.tissue_neutrophils * p.neutrophils_typical, p.half_damage_neutrophil
    )
    return neutrophils + p.damage_cytokine * (
        p.damage_tnf * saturation(s.tnf_local * p.tnf_typical, p.half_damage_tnf)
        + p.damage_il6 * saturation(s.il6_local * p.il6_typical, p.half_damage_il6)
        + p.damage_il1b * saturation(s.il1b_local * p.il1b_typical, p.half_damage_il1b)
        + p.damage_ifn * saturation(s.ifn_gamma_local * p.ifn_gamma_typical, p.half_damage_ifn)
    )


def regrowth(x, p):
    """Renewal of living cells, faster the more of them are missing."""
    missing = maximum(1 - x.living, 0.0)
    return p.turnover * (1 - x.living + p.regrowth * x.living * saturation(missing, p.half_missing))


def danger(threat, x, p):
    """What innate cells sense above rest: by the logarithm, each order of magnitude adds the same."""
    seen = p.danger_threat * log(1 + p.visibility * threat)
    infected = p.danger_infected * log(1 + maximum(x.infected, 0.0) / p.one_cell)
    damaged = p.danger_damaged * log((p.one_cell + maximum(x.damaged, 0.0)) / (p.one_cell + p.damaged_typical))
    return seen + infected + damaged


# fmt: off
PARAMETERS = (
    # The tissue, the same for every threat.
    *(VOLUMES[name] for name in ("tissue_volume", "blood_volume")),
    *(TYPICAL[f"{name}_typical"] for name in ("damaged", "neutrophils", "macrophages", "tnf", "il6", "il1b", "ifn_alpha", "ifn_gamma")),
    Parameter("tissue_cells", 5e10, "cell", "living cells of the tissue at rest", "rao: AT1 2e10 and AT2 3e10", "fixed"),
    Parameter("turnover", 1.6045e-4, "1/h", "renewal of living cells at rest", "rao: b_AT1, b_AT2", "fixed"),
    Parameter("regrowth", 30.0, "", "largest rise of renewal where cells are missing", "rao: k_mu_AT2, k_diff_AT1", "fixed"),
    Parameter("half_missing", 0.9, "", "share of missing cells with half of that rise", "rao: km_AT1_AT2", "fixed"),
    Parameter("damaged_loss", 0.05, "1/h", "removal of dying cells", "rao: b_dAT1", "fixed"),
    Parameter("damage_neutrophil", 3.2e-7, "1/h", "largest damage by oxygen radicals of neutrophils", "rao: k_ROS_AT2", "fixed"),
    Parameter("half_damage_neutrophil", 5e10, "cell", "neutrophils with half of it", "rao: km_ROS_AT2", "fixed"),
    Parameter("damage_cytokine", 0.05, "1/h", "scale of damage by cytokines", "rao: k_damage_cyt", "fixed"),
    Parameter("damage_tnf", 0.01, "", "largest damage by TNF", "rao: k_damage_TNFa", "fixed"),
    Parameter("half_damage_tnf", 319334.0, "pmol", "TNF with half of it", "rao: km_damage_TNFa", "fixed"),
    Parameter("damage_il6", 0.01, "", "largest damage by IL-6", "rao: k_damage_IL6", "fixed"),
    Parameter("half_damage_il6", 11592.0, "pmol", "IL-6 with half of it", "rao: km_damage_IL6", "fixed"),
    Parameter("damage_il1b", 0.01, "", "largest damage by IL-1 beta", "rao: k_damage_IL1b", "fixed"),
    Parameter("half_damage_il1b", 1.7274e6, "pmol", "IL-1 beta with half of it", "rao: km_damage_IL1b", "fixed"),
    Parameter("damage_ifn", 0.005, "", "largest damage by interferon gamma", "rao: k_damage_IFNg", "fixed"),
    Parameter("half_damage_ifn", 53222.4, "pmol", "interferon gamma with half of it", "rao: km_damage_IFNg", "fixed"),
    Parameter("danger_threat", 0.003, "", "danger sensed per e-fold of the threat", "rao: k_v", "fixed"),
    Parameter("danger_infected", 3e-4, "", "danger sensed per e-fold of infected cells", "rao: k_I", "fixed"),
    Parameter("danger_damaged", 3e-5, "", "danger sensed per e-fold of dying cells", "rao: k_dAT", "fixed"),
    Parameter("one_cell", 1.0, "cell", "unit of cells inside the logarithm", "definition", "fixed"),
    Parameter("molecules", 6.02214076e11, "1/pmol", "molecules in a picomole", "avogadro: SI", "fixed"),
    Parameter("retained_loss", 0.0057762, "1/h", "loss of antigen that is held for B cells, half-life 5 d", "titer: choice; without it peak IgG is a thousandfold lower", "assumed"),
    Parameter("uptake", 0.01, "1/h", "share of the antigen that is held for B cells, per hour", "titer: as fast as drainage by lymph", "assumed"),
    # The threat; these are those of a harmless particle.
    Parameter("growth", 0.0, "1/h", "growth at low numbers", "definition", "fixed"),
    Parameter("capacity", 1e9, "1/mL", "most that the tissue carries", "definition", "fixed"),
    Parameter("least", 4.96e-4, "1/mL", "amount below which growth and infection fade", "titer: one organism in the tissue", "assumed"),
    Parameter("clearance", 0.1, "1/h", "loss without immune cells", "definition", "fixed"),
    Parameter("to_blood", 0.0, "1/h", "passage from tissue to blood", "definition", "fixed"),
    Parameter("to_tissue", 0.0, "1/h", "passage from blood to tissue", "definition", "fixed"),
    Parameter("blood_clearance", 1.0, "1/h", "loss from blood", "definition", "fixed"),
    Parameter("infectivity", 0.0, "mL/h", "entry into a target cell, per amount of the threat", "definition", "fixed"),
    Parameter("used_up", 0.0, "1/cell", "threat that is used up when a cell becomes infected", "definition", "fixed"),
    Parameter("targets", 3e10, "cell", "cells that can be infected at rest", "rao: AT2 cells", "fixed"),
    Parameter("half_entry", 180.0, "pmol", "type I interferon that halves entry", "rao: km_int_IFNb", "fixed"),
    Parameter("infected_loss", 0.015, "1/h", "death of infected cells by the threat", "rao: b_I", "fixed"),
    Parameter("interferon_death", 0.022, "1/pmol", "rise of that death by type I interferon", "rao: k_IFNb_kill", "fixed"),
    Parameter("release", 0.0, "1/mL/h/cell", "threat released by an infected cell", "definition", "fixed"),
    Parameter("neutrophil_killing", 0.0, "mL/cell/h", "killing by the concentration of neutrophils", "definition", "fixed"),
    Parameter("macrophage_killing", 0.0, "mL/cell/h", "killing by the concentration of macrophages", "definition", "fixed"),
    Parameter("activated_killing", 0.0, "1/h", "largest rate at which infected macrophages, activated by interferon gamma, kill what is in them", "definition", "fixed"),
    Parameter("half_activation", 800.15, "pmol", "interferon gamma with half of it", "rao: km_M1_IFNg", "fixed"),
    Parameter("effector_killing", 5.3261e-4, "1/h", "killing of a recognised cell by the resting number of cytotoxic T cells", "rao: k_kill 1.84166e-8 /cell/h x effector_typical", "derived"),
    Parameter("half_effector", 1e6, "", "cytotoxic T cells, multiple of rest, at which their killing is half saturated", "titer: never, as in Rao 2023", "assumed"),
    Parameter("nk_killing", 0.0013175, "1/h", "killing of a recognised cell by the resting number of NK cells", "covid_lung: killing 1.037 /d over half-saturation 2.345e-3, times 7.15e-5 (10^9 cells/mL)", "derived"),
    Parameter("half_nk", 32.8, "", "NK cells, multiple of rest, at which their killing is half saturated", "covid_lung: 2.345e-3 over 7.15e-5 (10^9 cells/mL)", "derived"),
    Parameter("suppression", 0.0, "", "largest share of cytotoxicity that regulatory T cells prevent", "definition", "fixed"),
    Parameter("half_suppression", 0.6, "", "regulatory T cells, multiple of rest, with half of it", "gallaher: 25 of 42 cells/uL", "derived"),
    Parameter("exposed", 0.0, "", "share of cytotoxicity that acts on the threat itself", "definition", "fixed"),
    Parameter("injury", 0.0, "mL/h", "rate at which cells are injured, per amount of the free threat", "definition", "fixed"),
    Parameter("remains", 0.0, "cell", "dying cells left by each unit of the threat that is cleared", "definition", "fixed"),
    Parameter("epitopes", 0.0, "", "antigen molecules on each unit of the threat", "definition", "fixed"),
    Parameter("affinity", 0.05, "1/(nmol/L)", "affinity of antibody for the threat", "rao: half of entry at 3 mg/L of IgG (150 kDa)", "derived"),
    Parameter("opsonisation", 0.0, "", "rise of uptake of what antibody has bound", "definition", "fixed"),
    Parameter("visibility", 0.0, "mL", "weight of the threat inside the logarithm of danger", "definition", "fixed"),
    Parameter("adjuvanticity", 0.0, "", "maturation of dendritic cells by much of the threat, fraction of the largest", "definition", "fixed"),
    Parameter("half_adjuvant", 1e5, "1/mL", "amount with half of it", "titer: choice", "assumed"),
)
# fmt: on

MODEL = Model(
    key="antigen",
    name="antigen_titer",
    title="A tissue and a threat in it",
    doc=__doc__,
    time="h",
    sources={
        "rao": RAO_2023,
        "gallaher": GALLAHER_2018,
        "covid_lung": COVID_LUNG,
        "avogadro": AVOGADRO,
        "titer": TITER,
    },
    population=Population("adults; the tissue is the lung of Rao 2023"),
    states=(
        State("tissue", "1/mL", "threat in the tissue"),
        State("blood", "1/mL", "threat in blood"),
        State("living", "", "living cells of the tissue, fraction of rest", start=1.0),
        State("infected", "cell", "infected cells"),
        State("damaged", "cell", "dying cells", start="damaged_typical"),
        State("retained", "pmol", "antigen held where B cells meet it"),
    ),
    parameters=PARAMETERS,
    equations=equations,
    reads=(
        "tissue_neutrophils",
        "macrophages",
        "effector_t",
        "nk",
        "treg",
        "tnf_local",
        "il6_local",
        "il1b_local",
        "ifn_alpha_local",
        "ifn_gamma_local",
        "antibody",
        "igm",
    ),
    provides=("antigen", "antigen_retained", "infected_cells", "damaged_cells", "danger", "adjuvant"),
    doses=(
        Dosing("threat", "tissue", "1/mL", "challenge"),
        Dosing("threat-blood", "blood", "1/mL", "challenge"),
        Dosing("damage", "damaged", "cell", "challenge"),
    ),
)
