"""Antibody against an injected protein: presentation, helper T cells, B cell clones, plasma cells, memory (Chen 2014).

Dendritic cells that a maturation signal has matured take the protein up and show one of its peptides on MHC-II. Helper
T cells that see it divide and help B cells, which see the protein itself with their receptors, each clone with its own
affinity. Clones that bind more tightly win as the free protein falls, since free protein is shared between antibody
and the receptors of all clones.

Answers:  when and how much antibody forms against a therapeutic or vaccine protein, whether it needs a maturation
          signal and a peptide that MHC-II binds, how a second course differs from the first.
Not for:  IgM, germinal centres, affinity that changes within a clone, years without dosing (naive B cells have no
          influx, long-lived plasma cells a half-life of 139 days); `humoral` corrects these.
Assumed:  one epitope on one MHC-II allele; a patient with more has more of the states of presentation.
Conflict: B cells take antigen up at the rate at which dendritic cells internalise MHC-II, as the public code has it.
          Antibody is counted with two sites that bind independently; complexes leave at ten times the rate of the
          protein (b_c = 10 kel).
Numerics: the free protein is the root of a function that bends down (`titer.model.roots`), exact for one clone. Through
          it every clone acts on every other at once, and steps are stiff (peptide binds MHC-II at 2e6 per day), so that
          17 clones make a nearly dense elimination (140 s to compile). `adaptive_model` therefore follows the root as a
          state, by the derivative of what defines it: the same solution, 9 s to compile, 0.03 s for a year of one
          patient; SciPy takes a minute.
"""
# ruff: noqa: E501 - a number and its home stand on one line

import math

from titer.library.sources import AVOGADRO, CHEN_2014, TITER
from titer.model import Dosing, Equations, Model, Output, Parameter, Population, State
from titer.model.roots import free_ligand

ROOT_STEPS = (0, 10)  # of Newton's, with one clone and with several
CELLS = ("naive_b", "active_naive_b", "active_memory_b", "memory_b")  # those with receptors


def adaptive_model(clones: int = 17, *, tracked: bool = True) -> Model:
    """The model of Chen 2014 with a number of B cell clones, whose affinities are powers of 2 around the same middle.

    Args:
        clones: odd. Their naive cells are spread over them as the density of a normal distribution from -3 to 3
            standard deviations; one clone has all of them.
        tracked: two more states, the free protein and the number of B cells. False has the printed states alone.

    Example:
        >>> len(adaptive_model(17, tracked=False).states), len(MODEL.states)
        (136, 24)
    """
    ends = _endings(clones)
    return Model(
        key="adaptive",
        name="adaptive_chen2014",
        title="Antibody against an injected protein, from its presentation to memory",
        doc=__doc__,
        time="day",
        sources={"chen": CHEN_2014, "avogadro": AVOGADRO, "titer": TITER},
        population=Population("virtual adults given adalimumab", at="chen: human example"),
        states=(
            *STATES,
            *(state for end in ends for state in _clone_states(end)),
            *(TRACKED_STATES if tracked else ()),
        ),
        parameters=(
            *PARAMETERS,
            *(parameter for place in range(clones) for parameter in _clone_numbers(place, clones)),
            *(TRACKED_PARAMETERS if tracked else ()),
        ),
        equations=lambda t, x, p, s: _equations(x, p, ends, tracked),
        outputs=(
            Output("free_protein", "pmol/L", "free protein in plasma"),
            Output("complexes", "", "complexes of peptide and MHC-II on a mature dendritic cell"),
        ),
        provides=("antibody",),
        doses=(
            Dosing("protein", "depot", "pmol", "subcutaneous", bioavailability="bioavailability"),
            Dosing("maturation-signal", "signal", "ng", "subcutaneous"),
        ),
    )


def _endings(clones):
    return ("",) if clones == 1 else tuple(f"_{number}" for number in range(1, clones + 1))


def _equations(x, p, ends, tracked):
    """Protein, presentation, helper T cells, then each clone of B cells."""
    clones = [_Clone(x, p, end) for end in ends]
    if tracked:
        free, b_cells = x.free, x.b_cells
    else:
        free = free_ligand(x.antigen / p.plasma, [(c.sites, c.affinity) for c in clones], ROOT_STEPS[len(clones) > 1])
        b_cells = sum(c.cells for c in clones)
    complexes = x.shown * p.molecules
    helpers, help_naive, help_memory = _helper_t_cells(x, p, complexes, b_cells)
    rates = _protein(x, p, free, clones) | _presentation(x, p) | helpers
    for clone in clones:
        rates |= clone.rates(free, help_naive, help_memory)
    if tracked:
        rates |= _tracked(x, p, rates, clones)
    antibody = sum(c.antibody for c in clones) / p.plasma / p.pmol_in_nmol
    return Equations(
        rates=rates, outputs={"free_protein": free, "complexes": complexes}, signals={"antibody": antibody}
    )


def _tracked(x, p, rates, clones):
    """Rates of the root and of a sum, so that clones meet in two states and not each with each other.

    The root of f(free, total, sites) = 0 moves by -(df/dt) / (df/dfree); what is left of f from rounding is taken back.
    """
    f, slope, moved = x.free - x.antigen / p.plasma, 1, -rates["antigen"] / p.plasma
    for clone in clones:
        bound, empty = clone.bound(x.free), 1 - clone.bound(x.free)
        f, slope = f + clone.sites * bound, slope + clone.sites * clone.affinity * empty * empty
        moved = moved + clone.sites_rate(rates) * bound
    return {
        "free": -(moved + p.return_to_root * f) / slope,
        "b_cells": sum(clone.cells_rate(rates) for clone in clones),
    }


def _protein(x, p, free, clones):
    """Depot, plasma (free and bound) and periphery."""
    absorbed = p.ka * x.depot
    taken_up = p.kin * sum(c.bound(free) * c.receptors for c in clones)
    complexes = p.b_c * sum(c.bound(free) * 2 * c.antibody for c in clones)
    out, back = p.k13 * free * p.plasma, p.k31 * x.peripheral
    return {
        "depot": -absorbed,
        "antigen": absorbed - p.kel * free * p.plasma - out + back - taken_up - complexes,
        "peripheral": out - back,
    }


def _presentation(x, p):
    """Dendritic cells mature; one of them takes the protein up and shows its peptide on MHC-II."""
    level = x.signal / p.plasma
    matured = p.d_id * x.immature * level / (level + p.k_ms)
    bind = p.kon * x.peptide * x.mhc / p.v_e - p.kon * p.kd * x.loaded
    digested = p.b_e * x.endosomal
    freed = p.kon * p.kd * x.shown
    return {
        "signal": -p.b_ms * x.signal,
        "immature": p.b_id * (p.id0 - x.immature) - matured,
        "mature": matured - p.b_md * x.mature,
        "endosomal": p.a_e * p.v_d * x.antigen / p.plasma - digested,
        "peptide": digested - p.b_p * x.peptide - bind,
        "mhc": p.b_m * (p.mhc0 - x.mhc) - bind + p.kin * x.mhc_outside,
        "loaded": bind - (p.b_pm + p.kext) * x.loaded,
        "shown": p.kext * x.loaded - freed,
        "mhc_outside": freed - p.kin * x.mhc_outside,
    }


def _helper_t_cells(x, p, shown, b_cells):
    """Rates of helper T cells, and the shares of naive and of memory B cells that get help."""
    met = x.mature / (x.mature + x.naive_t + x.active_naive_t + x.active_memory_t + x.memory_t)
    activated = p.d_nt * met * shown / (shown + p.k_n) * x.naive_t
    recalled = p.d_mt * met * shown / (shown + p.k_m) * x.memory_t
    growth_n, growth_m = (met * (shown - half) / (shown + half) for half in (p.k_n, p.k_m))
    ripe = p.r_at * ((1 - growth_n) * x.active_naive_t + (1 - growth_m) * x.active_memory_t)
    rates = {
        "naive_t": p.b_nt * (p.nt0 - x.naive_t) - activated,
        "active_naive_t": activated + (p.r_at * growth_n - p.b_at) * x.active_naive_t,
        "active_memory_t": recalled + (p.r_at * growth_m - p.b_at) * x.active_memory_t,
        "memory_t": p.f1 * ripe - recalled - p.b_mt * x.memory_t,
        "helper_t": (1 - p.f1) * ripe - p.b_ft * x.helper_t,
    }
    return rates, *(many * x.helper_t / (many * x.helper_t + b_cells) for many in (p.cc_n, p.cc_m))


class _Clone:
    """One clone of B cells: its states, its affinity, its equations."""

    def __init__(self, x, p, end):
        self.end, self.p = end, p
        self.of = {name: getattr(x, name + end) for name in (*CELLS, "short_plasma", "long_plasma")}
        self.antibody, self.affinity = getattr(x, "antibody" + end), getattr(p, "affinity" + end)
        self.cells = sum(self.of[name] for name in CELLS)
        self.receptors = self.cells * p.receptors / p.molecules
        self.sites = (2 * self.antibody + self.receptors) / p.plasma

    def bound(self, free):
        """Share of its receptors and sites that hold protein."""
        return self.affinity * free / (1 + self.affinity * free)

    def cells_rate(self, rates):
        return sum(rates[name + self.end] for name in CELLS)

    def sites_rate(self, rates):
        receptors = self.cells_rate(rates) * self.p.receptors / self.p.molecules
        return (2 * rates["antibody" + self.end] + receptors) / self.p.plasma

    def rates(self, free, help_naive, help_memory):
        x, p, bound = self.of, self.p, self.bound(free)
        occupied = bound * p.receptors
        stimulated, growth = occupied / (p.k_r + occupied), (occupied - p.k_r) / (occupied + p.k_r)
        from_naive, from_memory = stimulated * help_naive * x["naive_b"], stimulated * help_memory * x["memory_b"]
        divide_n, divide_m = p.r_n * help_naive * x["active_naive_b"], p.r_m * help_memory * x["active_memory_b"]
        ripe = (1 - growth) * (divide_n + divide_m)
        secreted = p.a_a * (x["short_plasma"] + x["long_plasma"]) / p.molecules
        rates = {
            "naive_b": -p.d_nb * from_naive,
            "active_naive_b": p.d_nb * (1 - bound) * from_naive + growth * divide_n - p.b_ab * x["active_naive_b"],
            "active_memory_b": p.d_mb * (1 - bound) * from_memory + growth * divide_m - p.b_ab * x["active_memory_b"],
            "memory_b": p.g1 * ripe - p.d_mb * from_memory - p.b_mb * x["memory_b"],
            "short_plasma": p.g2 * ripe - p.b_sp * x["short_plasma"],
            "long_plasma": (1 - p.g1 - p.g2) * ripe - p.b_lp * x["long_plasma"],
            "antibody": secreted - (p.b_a * (1 - bound) ** 2 + p.b_c * (2 - bound) * bound) * self.antibody,
        }
        return {name + self.end: rate for name, rate in rates.items()}


def _clone_states(end):
    of = f" of clone {end[1:]}" if end else ""
    return (
        State(f"naive_b{end}", "cell", f"naive B cells{of}", start=f"nb0{end}"),
        State(f"active_naive_b{end}", "cell", f"activated B cells{of}, from naive"),
        State(f"active_memory_b{end}", "cell", f"activated B cells{of}, from memory"),
        State(f"short_plasma{end}", "cell", f"short-lived plasma cells{of}"),
        State(f"long_plasma{end}", "cell", f"long-lived plasma cells{of}"),
        State(f"memory_b{end}", "cell", f"memory B cells{of}"),
        State(f"antibody{end}", "pmol", f"antibody{of}, free and bound"),
    )


def _clone_numbers(place, clones):
    weights = [math.exp(-((6 * k / (clones - 1) - 3) ** 2) / 2) for k in range(clones)] if clones > 1 else [1.0]
    end, affinity = _endings(clones)[place], 1e-6 * 2.0 ** (place - clones // 2)
    start = NAIVE_B_CELLS * weights[place] / sum(weights)
    return (
        Parameter(
            f"affinity{end}", affinity, "L/pmol", "association constant", "chen: Ka_j = 1e-6 x 2^(j-9) /pM", "fixed"
        ),
        Parameter(
            f"nb0{end}",
            start,
            "cell",
            "naive B cells before the first dose",
            "chen: 1.3e9 x 4e-6, over the clones as a normal density",
            "derived",
        ),
    )


NAIVE_B_CELLS = 5200.0
# fmt: off
PARAMETERS = (
    Parameter("bioavailability", 0.64, "", "part of a dose that is absorbed", "chen: adalimumab", "fixed"),
    Parameter("ka", 0.28, "1/day", "absorption from the injection site", "chen: adalimumab", "fixed"),
    Parameter("kel", 0.1137, "1/day", "elimination of free protein", "chen: adalimumab", "fixed"),
    Parameter("k13", 0.3993, "1/day", "protein from plasma to periphery", "chen: adalimumab", "fixed"),
    Parameter("k31", 0.43256, "1/day", "protein from periphery to plasma", "chen: adalimumab", "fixed"),
    Parameter("plasma", 2.75, "L", "volume of plasma", "chen: V_p", "fixed"),
    Parameter("b_ms", 0.3696, "1/day", "loss of the maturation signal", "chen: bMS", "fixed"),
    Parameter("b_id", 0.0924, "1/day", "turnover of immature dendritic cells", "chen: bID", "fixed"),
    Parameter("d_id", 1.5, "1/day", "largest rate of maturation", "chen: dID", "fixed", note="1.66 in the set for factor VII"),
    Parameter("k_ms", 9852.0, "ng/L", "maturation signal for half of it", "chen: KMS", "fixed"),
    Parameter("b_md", 0.231, "1/day", "loss of mature dendritic cells", "chen: bMD", "fixed"),
    Parameter("id0", 5e7, "cell", "immature dendritic cells at rest", "chen: ID0", "fixed"),
    Parameter("a_e", 14.4, "1/day", "uptake of protein into endosomes", "chen: aE", "fixed"),
    Parameter("b_e", 17.28, "1/day", "digestion in endosomes", "chen: bE", "fixed"),
    Parameter("b_p", 14.4, "1/day", "loss of peptide", "chen: bp", "fixed"),
    Parameter("b_m", 1.663, "1/day", "turnover of MHC-II in endosomes", "chen: bM", "fixed"),
    Parameter("b_pm", 0.1663, "1/day", "loss of MHC-II with peptide in endosomes", "chen: bpM", "fixed"),
    Parameter("kext", 28.8, "1/day", "transport of MHC-II with peptide to the membrane", "chen: kext", "fixed"),
    Parameter("kin", 14.4, "1/day", "internalisation of MHC-II, and of receptors with protein", "chen: kin", "fixed"),
    Parameter("k_n", 400.0, "", "complexes that activate naive helper T cells half", "chen: KN", "fixed"),
    Parameter("k_m", 40.0, "", "complexes that activate memory helper T cells half", "chen: KM", "fixed"),
    Parameter("v_d", 2.5388e-12, "L", "volume of a dendritic cell", "chen: VD", "fixed"),
    Parameter("v_e", 4e-16, "L", "volume of its endosomes", "chen: VE", "fixed"),
    Parameter("kon", 8.64e-3, "L/pmol/day", "binding of peptide to MHC-II", "chen: kon", "fixed"),
    Parameter("kd", 1e5, "pmol/L", "dissociation constant of peptide and MHC-II", "titer: 100 nmol/L, a peptide that binds well", "assumed"),
    Parameter("mhc0", 7.896e-8, "pmol", "MHC-II of one DR allele in a dendritic cell", "chen: 47550 molecules", "derived"),
    Parameter("molecules", 6.02214076e11, "1/pmol", "molecules in a picomole", "avogadro: SI", "fixed"),
    Parameter("pmol_in_nmol", 1000.0, "pmol/nmol", "picomoles in a nanomole", "definition", "fixed"),
    Parameter("b_nt", 0.0029, "1/day", "turnover of naive helper T cells", "chen: bNT", "fixed"),
    Parameter("nt0", 1445.0, "cell", "naive helper T cells of the epitope at rest", "chen: 4.38e9 x 0.33 per 1e6", "derived"),
    Parameter("d_nt", 1.5, "1/day", "largest rate of their activation", "chen: dNT", "fixed"),
    Parameter("r_at", 0.5973, "1/day", "largest rate of division of activated T cells", "chen: rAT", "fixed"),
    Parameter("b_at", 0.18, "1/day", "loss of activated T cells", "chen: bAT", "fixed"),
    Parameter("d_mt", 1.5, "1/day", "largest rate of activation of memory T cells", "chen: dMT", "fixed"),
    Parameter("b_mt", 2.7397e-4, "1/day", "loss of memory T cells", "chen: bMT", "fixed"),
    Parameter("b_ft", 0.18, "1/day", "loss of functional helper T cells", "chen: bFT", "fixed"),
    Parameter("f1", 0.5, "", "share of dividing T cells that become memory", "chen: f1", "fixed"),
    Parameter("receptors", 75000.0, "1/cell", "receptors of a B cell", "chen: BRN", "fixed"),
    Parameter("d_nb", 3.0, "1/day", "largest rate of activation of naive B cells", "chen: dNB", "fixed"),
    Parameter("k_r", 1.0, "1/cell", "receptors with protein for half of it", "chen: KR", "fixed"),
    Parameter("cc_n", 10.0, "", "naive B cells that one helper T cell helps", "chen: CCN", "fixed"),
    Parameter("cc_m", 100.0, "", "memory B cells that one helper T cell helps", "chen: CCM", "fixed"),
    Parameter("r_n", 0.3333, "1/day", "largest rate of division of B cells from naive", "chen: rN", "fixed"),
    Parameter("r_m", 0.7273, "1/day", "largest rate of division of B cells from memory", "chen: rM", "fixed"),
    Parameter("b_ab", 0.2518, "1/day", "loss of activated B cells", "chen: bAB", "fixed"),
    Parameter("d_mb", 3.0, "1/day", "largest rate of activation of memory B cells", "chen: dMB", "fixed"),
    Parameter("b_mb", 7.8278e-5, "1/day", "loss of memory B cells", "chen: bMB", "fixed"),
    Parameter("g1", 0.5, "", "share of dividing B cells that become memory", "chen: g1", "fixed"),
    Parameter("g2", 0.4, "", "share that becomes short-lived plasma cells", "chen: g2", "fixed"),
    Parameter("b_sp", 0.231, "1/day", "loss of short-lived plasma cells", "chen: bSP", "fixed"),
    Parameter("b_lp", 0.005, "1/day", "loss of long-lived plasma cells", "chen: bLP", "fixed"),
    Parameter("a_a", 8.64e8, "1/day/cell", "antibody made by a plasma cell, molecules", "chen: aA", "fixed"),
    Parameter("b_a", 0.0301304, "1/day", "elimination of free antibody, half-life 23 d", "chen: bA", "fixed"),
    Parameter("b_c", 1.137, "1/day", "elimination of complexes", "chen: bC = 10 kel", "derived"),
)
TRACKED_PARAMETERS = (
    Parameter("nb0", NAIVE_B_CELLS, "cell", "naive B cells of all clones before the first dose", "chen: 1.3e9 x 4e-6", "derived"),
    Parameter("return_to_root", 100.0, "1/day", "rate at which the free protein returns to its root", "titer: numerical", "assumed"),
)
# fmt: on
STATES = (
    State("depot", "pmol", "protein at the injection site"),
    State("antigen", "pmol", "protein in plasma, free and bound"),
    State("peripheral", "pmol", "protein in the periphery"),
    State("signal", "ng", "maturation signal, endotoxin"),
    State("immature", "cell", "immature dendritic cells", start="id0"),
    State("mature", "cell", "mature dendritic cells"),
    State("endosomal", "pmol", "protein in endosomes of a dendritic cell"),
    State("peptide", "pmol", "free peptide in its endosomes"),
    State("mhc", "pmol", "free MHC-II in its endosomes", start="mhc0"),
    State("loaded", "pmol", "MHC-II with peptide in its endosomes"),
    State("shown", "pmol", "MHC-II with peptide on its membrane"),
    State("mhc_outside", "pmol", "free MHC-II on its membrane"),
    State("naive_t", "cell", "naive helper T cells", start="nt0"),
    State("active_naive_t", "cell", "activated helper T cells, from naive"),
    State("active_memory_t", "cell", "activated helper T cells, from memory"),
    State("memory_t", "cell", "memory helper T cells"),
    State("helper_t", "cell", "functional helper T cells"),
)
TRACKED_STATES = (
    State("free", "pmol/L", "free protein in plasma"),
    State("b_cells", "cell", "B cells of all clones with receptors", start="nb0"),
)

MODEL = adaptive_model(1, tracked=False)
