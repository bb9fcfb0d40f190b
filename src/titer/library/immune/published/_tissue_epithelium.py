"""Rao 2023, epithelium: virus, AT1 and AT2 cells, infection, damage, the antibody's clock, and the danger sensed of it."""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.immune._typical import inhibition, saturation
from titer.model import Parameter, State
from titer.model.expression import both, either, log, maximum, where


def danger_sensed(x, p, s):
    """Danger S that innate cells answer to, with what a threat beside the virus adds; below one cell no cell counts."""
    virus = p.k_v * log(1 + maximum(x.virus, 0.0) / p.one_copy)
    infected = p.k_infected * log(1 + maximum(x.infected, 0.0) / p.one_cell)
    damaged = p.k_damaged * log(maximum(x.damaged1 + x.damaged2, p.one_cell) / p.one_cell)
    return virus + infected + damaged + s.danger


def epithelium_rates(x, p, s):
    """Virus, healthy, infected and damaged cells."""
    entering = virus_entering(x, p)
    killed = cells_killed(x, p, s)
    oxidised = p.k_ros * saturation(x.neutrophils, p.half_ros)
    hurt = oxidised + damage_by_cytokines(x, p)
    renewed, differentiated = regeneration(x, p)
    return {
        "virus": p.shedding * x.infected - p.b_virus * x.virus,
        "at1": p.mu_at1 * (p.healthy_at1 - x.at1) - (hurt + p.b_at1) * x.at1 + differentiated,
        "at2": renewed - entering - (hurt + p.b_at2) * x.at2 - differentiated,
        "infected": entering
        - p.b_infected * x.infected * (1 + p.k_ifnb_kill * x.ifnb)
        - killed
        - oxidised * x.infected,
        "damaged1": hurt * x.at1 - p.b_damaged * x.damaged1,
        "damaged2": oxidised * x.infected + hurt * x.at2 - p.b_damaged * x.damaged2,
    }


def virus_entering(x, p):
    """Cells that become infected; antibody and the end of entry stand in the way."""
    neutralised = inhibition(x.antibody / p.antibody_volume, p.half_entry_antibody)
    return p.entry * x.at2 * x.virus * inhibition(x.ifnb, p.half_entry_ifnb) * neutralised * (1 - x.entry_ended)


def cells_killed(x, p, s):
    """Infected cells that cytotoxic T cells kill."""
    return p.k_kill * s.factor("effector_t.effect") * x.infected * x.ctl


def damage_by_cytokines(x, p):
    """Rate at which cytokines damage cells."""
    return p.k_damage * (
        p.k_damage_tnf * saturation(x.tnf, p.half_damage_tnf)
        + p.k_damage_il6 * saturation(x.il6, p.half_damage_il6)
        + p.k_damage_il1b * saturation(x.il1b, p.half_damage_il1b)
        + p.k_damage_ifng * saturation(x.ifng, p.half_damage_ifng)
    )


def regeneration(x, p):
    """AT2 cells renewed, and those that turn into AT1 cells; both rise where cells are missing."""
    healthy = p.healthy_at1 + p.healthy_at2
    missing = saturation(maximum(healthy - x.at1 - x.at2, 0.0), p.half_missing * healthy)
    missing_at1 = saturation(maximum(p.healthy_at1 - x.at1, 0.0), p.half_missing * p.healthy_at1)
    renewed = p.mu_at2 * (1 + p.k_mu_at2 * missing) * x.at2
    return renewed, p.k_at2_to_at1 * (1 + p.k_diff_at1 * missing_at1) * x.at2


def clock_rates(x, p):
    """Time since virus was first there, antibody that waits for it, and the two switches that end entry."""
    above = x.virus > p.entry_ends
    making = where(x.since_virus >= p.antibody_delay, p.antibody_made, 0.0)
    return {
        "since_virus": where(either(x.virus > 0.0, x.since_virus > 0.0), 1.0, 0.0),
        "antibody": making - p.antibody_clearance * x.antibody / p.antibody_volume,
        "risen": p.switch * where(above, 1 - x.risen, 0.0),
        "entry_ended": p.switch * where(both(x.risen > 0.5, x.virus < p.entry_ends), 1 - x.entry_ended, 0.0),
    }


# fmt: off
PARAMETERS = (
    Parameter("shedding", 0.8, "1/mL/h/cell", "virus that an infected cell sheds", "rao: workbook, A_V", "fixed"),
    Parameter("entry", 4.725e-12, "mL/h", "entry of virus into AT2 cells", "rao: workbook, k_int", "fixed"),
    Parameter("half_entry_ifnb", 180.0, "pmol", "type I interferon that halves entry", "rao: workbook, km_int_IFNb", "fixed"),
    Parameter("b_virus", 0.08325, "1/h", "clearance of virus", "rao: workbook, b_V", "fixed"),
    Parameter("entry_ends", 1.0e4, "1/mL", "virus below which, once it was above, entry ends", "rao: code, covidEventsFcn.m", "fixed"),
    Parameter("switch", 20.0, "1/h", "rate of the switches that end entry", "titer: numerical, 0.05 h against hours for every change of virus", "assumed"),
    Parameter("mu_at2", 2.67416667e-4, "1/h", "renewal of AT2 cells", "rao: workbook, mu_AT2", "fixed"),
    Parameter("k_mu_at2", 30.0, "", "largest rise of that renewal when cells are missing", "rao: workbook, k_mu_AT2", "fixed"),
    Parameter("k_ros", 3.2e-7, "1/h", "largest damage by reactive oxygen of neutrophils", "rao: workbook, k_ROS_AT2", "fixed"),
    Parameter("half_ros", 5e10, "cell", "neutrophils with half of it", "rao: workbook, km_ROS_AT2", "fixed"),
    Parameter("k_at2_to_at1", 1.06966667e-4, "1/h", "differentiation of AT2 to AT1 cells", "rao: workbook, k_AT1_AT2", "fixed"),
    Parameter("k_diff_at1", 30.0, "", "largest rise of that differentiation when AT1 cells are missing", "rao: workbook, k_diff_AT1", "fixed"),
    Parameter("half_missing", 0.9, "", "share of missing cells with half of either rise", "rao: workbook, km_AT1_AT2", "fixed"),
    Parameter("k_ifnb_kill", 0.022, "1/pmol", "rise of the death of infected cells by type I interferon", "rao: workbook, k_IFNb_kill", "fixed"),
    Parameter("k_kill", 1.84166e-8, "1/cell/h", "killing of infected cells by a cytotoxic T cell", "rao: workbook, k_kill", "fixed"),
    Parameter("b_at2", 1.6045e-4, "1/h", "death of AT2 cells", "rao: workbook, b_AT2", "fixed"),
    Parameter("b_infected", 0.015, "1/h", "death of infected cells", "rao: workbook, b_I", "fixed"),
    Parameter("mu_at1", 0.0, "1/h", "renewal of AT1 cells by themselves", "rao: workbook, mu_AT1", "fixed"),
    Parameter("b_at1", 1.6045e-4, "1/h", "death of AT1 cells", "rao: workbook, b_AT1", "fixed"),
    Parameter("b_damaged", 0.05, "1/h", "removal of damaged cells", "rao: workbook, b_dAT1", "fixed"),
    Parameter("k_damage", 0.05, "1/h", "scale of damage by cytokines", "rao: workbook, k_damage_cyt", "fixed"),
    Parameter("k_damage_tnf", 0.01, "", "largest damage by TNF", "rao: workbook, k_damage_TNFa", "fixed"),
    Parameter("half_damage_tnf", 319334.4, "pmol", "TNF with half of it", "rao: workbook, km_damage_TNFa", "fixed"),
    Parameter("k_damage_il6", 0.01, "", "largest damage by IL-6", "rao: workbook, k_damage_IL6", "fixed"),
    Parameter("half_damage_il6", 11592.0, "pmol", "IL-6 with half of it", "rao: workbook, km_damage_IL6", "fixed"),
    Parameter("k_damage_il1b", 0.01, "", "largest damage by IL-1 beta", "rao: workbook, k_damage_IL1b", "fixed"),
    Parameter("half_damage_il1b", 1.72740456e6, "pmol", "IL-1 beta with half of it", "rao: workbook, km_damage_IL1b", "fixed"),
    Parameter("k_damage_ifng", 0.005, "", "largest damage by interferon gamma", "rao: workbook, k_damage_IFNg", "fixed"),
    Parameter("half_damage_ifng", 53222.4, "pmol", "interferon gamma with half of it", "rao: workbook, km_damage_IFNg", "fixed"),
    Parameter("healthy_at1", 2.0e10, "cell", "AT1 cells of healthy lungs", "rao: workbook, sheet IC", "fixed"),
    Parameter("healthy_at2", 3.0e10, "cell", "AT2 cells of healthy lungs", "rao: workbook, sheet IC", "fixed"),
    Parameter("antibody_delay", 504.0, "h", "time from virus to antibody", "rao: code, tau_Ab_Igx of its scripts, 21 days", "fixed"),
    Parameter("antibody_made", 2.0, "mg/h", "antibody made from then on", "rao: code, covid19_dxdt.m, k_prod_igx; unit of antibody not printed, read as mg", "fixed"),
    Parameter("antibody_clearance", 0.0135882353, "L/h", "clearance of antibody", "rao: code, covid19_dxdt.m, 0.693/51", "fixed"),
    Parameter("antibody_volume", 3.5, "L", "volume of antibody", "rao: code, covid19_dxdt.m, V_Ab_Igx", "fixed"),
    Parameter("half_entry_antibody", 3.0, "mg/L", "antibody that halves entry", "rao: code, covid19_dxdt.m, IC50_Igx", "fixed"),
    Parameter("k_v", 0.003, "", "danger sensed per e-fold of virus", "rao: workbook, k_v", "fixed"),
    Parameter("k_infected", 3e-4, "", "danger sensed per e-fold of infected cells", "rao: workbook, k_I", "fixed"),
    Parameter("k_damaged", 3e-5, "", "danger sensed per e-fold of damaged cells", "rao: workbook, k_dAT", "fixed"),
    Parameter("one_copy", 1.0, "1/mL", "unit of virus inside the logarithm", "definition", "fixed"),
    Parameter("one_cell", 1.0, "cell", "unit of cells inside the logarithm", "definition", "fixed"),
)
STATES = (
    State("virus", "1/mL", "copies of viral RNA in the tissue"),
    State("at1", "cell", "healthy AT1 cells", start=2e10),
    State("at2", "cell", "healthy AT2 cells", start=3e10),
    State("infected", "cell", "infected AT2 cells"),
    State("damaged1", "cell", "damaged AT1 cells", start=250.26),
    State("damaged2", "cell", "damaged AT2 cells", start=375.4),
    State("since_virus", "h", "time since virus was first there"),
    State("antibody", "mg", "antibody that neutralises the virus"),
    State("risen", "", "1 once virus has risen above the level below which entry ends"),
    State("entry_ended", "", "1 once it has fallen below that level again"),
)
# fmt: on
