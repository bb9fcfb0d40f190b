"""Antibody: helper T cells, B cells, plasma cells of three life spans, IgM, IgG and memory (from Chen 2014, corrected).

Mature dendritic cells that show the antigen activate helper T cells; with their help B cells that bind it divide. Those
that have not switched ripen to plasma cells that make IgM; those that have become plasma cells that make IgG, for days,
months or decades, and memory, which divides again while antigen lasts and when it comes back.

Answers:  IgM and IgG after a vaccine or an infection, over weeks to decades; how a second encounter differs.
Not for:  affinity that matures, IgA, antigens that B cells answer without help, one vaccine's correlate of protection.
Assumed:  one clone of B cells, whose antibody covers antigen in the lymph node as in plasma and is not used up. B cells
          that have switched, and memory, need a tenth of the antigen, since those of higher affinity are selected. Peptide
          and MHC-II are at their steady state in a lymph node of 10 mL. Plasma cells that last for decades have a
          half-life of 9.5 years. Titres are published in units of activity, and only their ratios were used; the level
          is that of a protein vaccine, 1-5 ug/mL of IgG after a booster (1 nmol/L is 0.15 ug/mL). Medians differ
          400-fold between antigens: read it to tenfold. Around what a virus leaves, antibody rises about five times where
          antigen doubles: one dose of a toxin gives little, and a bacterium that is gone within hours none. Which
          numbers vary between people is assumed; how much they do was set to the spread of a vaccine's titres, log10 SD
          0.44. After the virus of the core, whose amount varies too, IgG spreads by 1.3, which is far too wide.
          A second dose does better early (36 nmol/L of IgG after one month, 12 after six), where people do better with
          the longer interval.
Conflict: in the source B cells divide slowly (0.33 a day, against a loss of 0.25) and ripen only as antigen falls, so
          that antibody peaks after three months; after a vaccine it does within one. Here they ripen at a rate of their
          own, and rates and the antigen that they need were calibrated. A fifth of its plasma cells are long-lived; the
          fall after a booster leaves 4%, of which three quarters last. Naive B cells, which it lets run out, are
          replaced.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.immune._typical import VOLUMES, saturation
from titer.library.sources import (
    ANDRAUD_2012,
    AVOGADRO,
    CHEN_2014,
    HEPATITIS_A_1994,
    IMMUNOGLOBULIN_MEMORY,
    PALSSON_2013,
    RAO_2023,
    TETANUS_IGG_2025,
    TITER,
)
from titer.model import Equations, Model, Parameter, Population, State

DAY = 24.0  # h; the rates of Chen 2014 are per day


def equations(t, x, p, s):
    """Help by T cells, then B cells, plasma cells and what they secrete."""
    helpers = helper_t_cells(x, p, s)
    b_cells = x.naive_b + x.active_b + x.active_switched_b + x.memory_b
    help_naive, help_memory = (saturation(many * x.helper_t, b_cells) for many in (p.helped_naive, p.helped_memory))
    seen = s.antigen_retained / (1 + p.affinity * (x.igg + x.igm))
    bound, bound_memory = saturation(seen, p.half_b), saturation(seen, p.half_b / p.selected)
    met_naive = p.b_activation * bound * help_naive * x.naive_b
    met_memory = p.b_activation * bound_memory * help_memory * x.memory_b
    divide, divide_switched = p.divide_b * bound * help_naive, p.divide_b * bound_memory * help_memory
    switch = p.switching * help_naive * x.active_b
    ripe, ripe_switched = p.ripening * x.active_b, p.ripening * x.active_switched_b
    leave = p.ripening + p.active_b_loss
    settled = (1 - p.to_memory) * ripe_switched
    secreted = s.factor("antibody.production") * p.secretion / p.molecules / p.plasma_volume
    return Equations(
        rates={
            **helpers,
            "naive_b": p.naive_b_turnover * (p.naive_b_rest - x.naive_b) - met_naive,
            "active_b": met_naive - switch + (divide - leave) * x.active_b,
            "active_switched_b": met_memory + switch + (divide_switched - leave) * x.active_switched_b,
            "memory_b": p.to_memory * ripe_switched - met_memory - p.memory_b_loss * x.memory_b,
            "igm_plasma": ripe - p.short_loss * x.igm_plasma,
            "igg_plasma": (1 - p.long) * settled - p.short_loss * x.igg_plasma,
            "long_plasma": p.long * (1 - p.lasting) * settled - p.long_loss * x.long_plasma,
            "lasting_plasma": p.long * p.lasting * settled - p.lasting_loss * x.lasting_plasma,
            "igm": secreted / p.igm_mass * x.igm_plasma - p.igm_loss * x.igm,
            "igg": secreted * (x.igg_plasma + x.long_plasma + x.lasting_plasma) - p.igg_loss * x.igg,
        },
        signals={"antibody": x.igg, "igm": x.igm},
    )


def helper_t_cells(x, p, s):
    """Dendritic cells that adjuvants mature, and the helper T cells that meet antigen on them.

    What primes type 1 helper cells, or hinders it, does so to those that help B cells.
    """
    dendritic = p.dendritic * x.mature
    met = dendritic / (dendritic + x.naive_t + x.active_t + x.memory_t)
    activation = s.factor("th1.production") * p.t_activation
    activated = activation * met * saturation(s.antigen_retained, p.half_t) * x.naive_t
    recalled = activation * met * saturation(s.antigen_retained, p.half_memory_t) * x.memory_t
    growth = met * (s.antigen_retained - p.half_t) / (s.antigen_retained + p.half_t)
    ripe = p.divide_t * (1 - growth) * x.active_t
    return {
        "mature": p.maturation * s.adjuvant * (1 - x.mature) - p.mature_loss * x.mature,
        "naive_t": p.naive_t_turnover * (p.naive_t_rest - x.naive_t) - activated,
        "active_t": activated + recalled + (p.divide_t * growth - p.active_t_loss) * x.active_t,
        "memory_t": p.t_to_memory * ripe - recalled - p.memory_t_loss * x.memory_t,
        "helper_t": (1 - p.t_to_memory) * ripe - p.helper_t_loss * x.helper_t,
    }


# fmt: off
PARAMETERS = (
    Parameter("maturation", 1.5 / DAY, "1/h", "largest rate at which dendritic cells mature", "chen: dID 1.5 /day", "fixed"),
    Parameter("mature_loss", 0.231 / DAY, "1/h", "loss of mature dendritic cells", "chen: bMD 0.2310 /day", "fixed"),
    Parameter("dendritic", 5e7, "cell", "dendritic cells that can mature", "chen: ID0", "fixed"),
    Parameter("naive_t_rest", 11200.0, "cell", "naive helper T cells of the antigen at rest", "hepatitis: ratios of titres; tetanus: level; evidence.calibration.vaccine", "calibrated", omega2=0.282, note="1445 of one epitope in Chen 2014"),
    Parameter("naive_t_turnover", 0.0029 / DAY, "1/h", "turnover of naive helper T cells", "chen: bNT 0.0029 /day", "fixed"),
    Parameter("t_activation", 1.5 / DAY, "1/h", "largest rate of activation of helper T cells", "chen: dNT, dMT 1.5 /day", "fixed"),
    Parameter("half_t", 158.0, "pmol", "antigen held that activates naive helper T cells half", "chen: KN 400 complexes; Kd 100 nmol/L gives them at 15.8 nmol/L; firm: lymph node of 10 mL", "derived", omega2=0.282, note="spread by evidence.calibration.vaccine"),
    Parameter("half_memory_t", 15.8, "pmol", "the same for memory helper T cells", "chen: KM 40 complexes", "derived"),
    Parameter("divide_t", 0.5973 / DAY, "1/h", "largest rate of division of activated helper T cells", "chen: rAT 0.5973 /day", "fixed"),
    Parameter("active_t_loss", 0.18 / DAY, "1/h", "loss of activated helper T cells", "chen: bAT 0.18 /day", "fixed"),
    Parameter("t_to_memory", 0.5, "", "share of ripe helper T cells that become memory", "chen: f1", "fixed"),
    Parameter("memory_t_loss", 2.7397e-4 / DAY, "1/h", "loss of memory helper T cells", "chen: bMT 2.7397e-4 /day", "fixed"),
    Parameter("helper_t_loss", 0.18 / DAY, "1/h", "loss of functional helper T cells", "chen: bFT 0.18 /day", "fixed"),
    Parameter("naive_b_rest", 8.07e5, "cell", "naive B cells that bind the antigen at rest", "hepatitis: ratios of titres; tetanus: level; evidence.calibration.vaccine", "calibrated", omega2=0.282, note="of 5e10 in the body; 5200 of 1.3e9 in Chen 2014"),
    Parameter("naive_b_turnover", 0.0029 / DAY, "1/h", "turnover of naive B cells", "titer: as of naive helper T cells", "assumed"),
    Parameter("affinity", 0.05, "1/(nmol/L)", "affinity of antibody for the antigen", "rao: half of entry at 3 mg/L of IgG (150 kDa), as in `antigen`", "derived"),
    Parameter("b_activation", 3.0 / DAY, "1/h", "largest rate of activation of B cells", "chen: dNB, dMB 3 /day", "fixed"),
    Parameter("half_b", 889.0, "pmol", "antigen held that activates B cells half", "hepatitis: ratios of titres; tetanus: level; evidence.calibration.vaccine", "calibrated"),
    Parameter("selected", 10.0, "", "times less antigen that switched and memory B cells need, selected for affinity", "titer: as memory helper T cells of Chen 2014, 400 over 40 complexes; there clones of B cells are selected over 2^16", "assumed"),
    Parameter("helped_naive", 10.0, "", "naive B cells that one helper T cell helps", "chen: CCN", "fixed"),
    Parameter("helped_memory", 100.0, "", "memory B cells that one helper T cell helps", "chen: CCM", "fixed"),
    Parameter("divide_b", 0.0712, "1/h", "largest rate of division of B cells", "hepatitis: ratios of titres; tetanus: level; evidence.calibration.vaccine", "calibrated"),
    Parameter("ripening", 0.0434, "1/h", "rate at which dividing B cells become plasma cells or memory", "hepatitis: ratios of titres; tetanus: level; evidence.calibration.vaccine", "calibrated"),
    Parameter("switching", 0.00412, "1/h", "largest rate at which dividing B cells switch to IgG", "hepatitis: ratios of titres; tetanus: level; evidence.calibration.vaccine", "calibrated"),
    Parameter("active_b_loss", 0.2518 / DAY, "1/h", "loss of activated B cells", "chen: bAB 0.2518 /day", "fixed"),
    Parameter("to_memory", 0.5, "", "share of ripe B cells that become memory", "chen: g1", "fixed"),
    Parameter("long", 0.042, "", "share of plasma cells that live for months or longer", "hepatitis: ratios of titres; tetanus: level; evidence.calibration.vaccine", "calibrated"),
    Parameter("lasting", 0.744, "", "share of these that last for decades", "hepatitis: ratios of titres; tetanus: level; evidence.calibration.vaccine", "calibrated"),
    Parameter("memory_b_loss", 7.8278e-5 / DAY, "1/h", "loss of memory B cells", "chen: bMB 7.8278e-5 /day", "fixed"),
    Parameter("short_loss", 0.231 / DAY, "1/h", "loss of short-lived plasma cells", "chen: bSP 0.2310 /day", "fixed"),
    Parameter("long_loss", 0.005 / DAY, "1/h", "loss of long-lived plasma cells", "chen: bLP 0.0050 /day", "fixed"),
    Parameter("lasting_loss", 2e-4 / DAY, "1/h", "loss of plasma cells that last for decades, half-life 9.5 years", "andraud: decades", "assumed"),
    Parameter("secretion", 8.64e8 / DAY, "1/h/cell", "IgG secreted by a plasma cell, molecules", "chen: aA 8.64e8 /day", "fixed"),
    Parameter("igm_mass", 6.0, "", "mass of IgM over that of IgG; a plasma cell makes as much of either", "immunoglobulins: 900 and 150 kDa", "derived"),
    Parameter("molecules", 6.02214076e14, "1/nmol", "molecules in a nanomole", "avogadro: SI", "fixed"),
    VOLUMES["plasma_volume"],
    Parameter("igg_loss", 0.0301304 / DAY, "1/h", "elimination of IgG, half-life 23 d", "chen: bA 0.0301304 /day", "fixed"),
    Parameter("igm_loss", 0.13863 / DAY, "1/h", "elimination of IgM, half-life 5 d", "immunoglobulins: half-life", "fixed"),
)
# fmt: on

MODEL = Model(
    key="humoral",
    name="humoral_titer",
    title="Helper T cells, B cells, plasma cells, IgM, IgG and memory",
    doc=__doc__,
    time="h",
    sources={
        "chen": CHEN_2014,
        "hepatitis": HEPATITIS_A_1994,
        "tetanus": TETANUS_IGG_2025,
        "andraud": ANDRAUD_2012,
        "rao": RAO_2023,
        "firm": PALSSON_2013,
        "immunoglobulins": IMMUNOGLOBULIN_MEMORY,
        "avogadro": AVOGADRO,
        "titer": TITER,
    },
    population=Population("adults given hepatitis A vaccine", n=162, at="hepatitis: abstract"),
    states=(
        State("mature", "", "mature dendritic cells, share of all that can mature"),
        State("naive_t", "cell", "naive helper T cells", start="naive_t_rest"),
        State("active_t", "cell", "activated helper T cells"),
        State("memory_t", "cell", "memory helper T cells"),
        State("helper_t", "cell", "functional helper T cells"),
        State("naive_b", "cell", "naive B cells", start="naive_b_rest"),
        State("active_b", "cell", "activated B cells, not switched"),
        State("active_switched_b", "cell", "activated B cells, switched or from memory"),
        State("memory_b", "cell", "memory B cells"),
        State("igm_plasma", "cell", "short-lived plasma cells that make IgM"),
        State("igg_plasma", "cell", "short-lived plasma cells that make IgG"),
        State("long_plasma", "cell", "plasma cells that live for months"),
        State("lasting_plasma", "cell", "plasma cells that live for decades"),
        State("igm", "nmol/L", "IgM in plasma that binds the antigen"),
        State("igg", "nmol/L", "IgG in plasma that binds the antigen"),
    ),
    parameters=PARAMETERS,
    equations=equations,
    reads=("antigen_retained", "adjuvant"),
    provides=("antibody", "igm"),
)
