"""T cells of the tissue: type 1 helper, cytotoxic and regulatory cells and memory, primed by dendritic cells.

Rao 2023 with two corrections of the action of IL-2: the line of cytotoxic T cells reads IL-2 (the code reads IL-12
twice), and half-saturation by IL-2 is thirty times higher. As published, IL-2 is saturated from the start, and 2.9
times its production raises Th1 by 3% and cytotoxic T cells not at all; corrected, by about a third and more
(tests/test_immune_core.py), as co-stimulation by an IMiD needs.

Answers:  multiples of the resting number that T cells reach in infections of days to weeks, and what IL-2, IL-12,
          interferons and regulatory T cells change in it; how much sooner cytotoxic cells come a second time.
Not for:  naive T cells, memory of helper cells of the tissue, exhaustion, clones, counts in blood; help for B cells
          (`humoral`).
Assumed:  as in `innate`, cells of tissue and blood are one pool, and production is loss x rest x (drive / drive at
          rest). Left out, since they act by less than 1% in the source's course: inhibition of priming by IL-6, IL-10,
          IL-17 and TGF-beta; and by less than 5%: Th17 and regulatory cells that turn into Th1. TGF-beta is at its
          steady state with regulatory T cells. Memory is not in the source: a twentieth of the cytotoxic cells stays
          when their number falls, and answers where priming rises; it does not tell one threat from another. Spread is
          assumed.
Conflict: with IL-2 corrected, its part of the drive at the peak of the source's own viral course is smaller: Th1 reach
          0.56, cytotoxic T cells 0.79, interferon gamma 0.81 and IL-6 0.86 of the published peaks. Scales were left as
          published, since the peaks were tuned to one disease.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.immune._typical import RESTING, TYPICAL, saturation
from titer.library.sources import HAMMARLUND_2003, RAO_2023, TITER
from titer.model import Equations, Model, Parameter, Population, State
from titer.model.expression import maximum


def th1_drive(p, s):
    """Priming of type 1 helper cells: IL-12, helped by IL-2, and interferon gamma."""
    il12 = p.th1_il12 * saturation(s.il12_local * p.il12_typical, p.half_th1_il12)
    il2 = p.th1_il2 * saturation(s.il2_local * p.il2_typical, p.half_th1_il2)
    return s.primed_dendritic * (il12 * (1 + il2) + _by_ifn_gamma(p, s))


def effector_drive(p, s):
    """Priming of cytotoxic cells: more MHC-I under type I interferon; IL-12, helped by IL-2, and interferon gamma."""
    presented = 1 + p.presentation * saturation(s.ifn_alpha_local * p.ifn_alpha_typical, p.half_presentation)
    il12 = p.effector_il12 * saturation(s.il12_local * p.il12_typical, p.half_effector_il12)
    il2 = p.effector_il2 * saturation(s.il2_local * p.il2_typical, p.half_effector_il2)
    return s.primed_dendritic * presented * (1 + il12 * (1 + il2) + _by_ifn_gamma(p, s))


def treg_drive(p, s):
    """Priming of regulatory cells: IL-2 and TGF-beta, which they make themselves."""
    tgfb = p.tgfb_yield * (p.tgfb_basal + p.tgfb_per_treg * s.treg * p.treg_typical)
    il2 = saturation(s.il2_local * p.il2_typical, p.half_treg_il2)
    return s.primed_dendritic * (p.treg_il2 * il2 + p.treg_tgfb * saturation(tgfb, p.half_treg_tgfb))


def _by_ifn_gamma(p, s):
    return p.t_ifn * saturation(s.ifn_gamma_local * p.ifn_gamma_typical, p.half_t_ifn)


def effectors_made(x, p, s):
    """Cytotoxic cells that priming would hold in balance: of the usual precursors, and of memory where priming rises."""
    primed = effector_drive(p, s) / effector_drive(p, RESTING)
    recalled = p.recall * x.memory * saturation(maximum(primed - 1, 0.0), p.half_recall)
    return p.effector_typical * primed + recalled


def leaving(x, p, made):
    """Cytotoxic cells beyond what is made for, as long as there are more of them than a drug alone brings."""
    return maximum(x.effector - made, 0.0) * maximum(1 - p.clonal * p.effector_typical / x.effector, 0.0)


def equations(t, x, p, s):
    """Priming against first-order loss."""
    th1 = p.th1_typical * th1_drive(p, s) / th1_drive(p, RESTING)
    effector = s.factor("effector_t.production") * effectors_made(x, p, s)
    treg = p.treg_typical * treg_drive(p, s) / treg_drive(p, RESTING)
    return Equations(
        rates={
            "th1": p.th1_loss * (s.factor("th1.production") * th1 - x.th1),
            "effector": p.effector_loss * (effector - x.effector),
            "memory": p.to_memory * p.effector_loss * leaving(x, p, effector) - p.memory_loss * x.memory,
            "treg": p.treg_loss * (s.factor("treg.production") * treg - x.treg),
        },
        signals={
            "th1": x.th1 / p.th1_typical,
            "effector_t": x.effector / p.effector_typical,
            "treg": x.treg / p.treg_typical,
        },
    )


# fmt: off
PARAMETERS = (
    *(TYPICAL[f"{name}_typical"] for name in ("th1", "effector", "treg", "ifn_alpha", "ifn_gamma", "il2", "il12")),
    Parameter("th1_loss", 0.0196292, "1/h", "loss of type 1 helper cells", "rao: b_Th1", "fixed", cv=0.2, note="spread assumed"),
    Parameter("effector_loss", 0.0196, "1/h", "loss of cytotoxic cells", "rao: b_CTL", "fixed", cv=0.2, note="spread assumed"),
    Parameter("treg_loss", 0.0147917, "1/h", "loss of regulatory cells", "rao: b_Treg", "fixed", cv=0.2, note="spread assumed"),
    Parameter("th1_il12", 1.5, "", "largest priming of Th1 by IL-12", "rao: k_Th1_IL2", "fixed"),
    Parameter("half_th1_il12", 0.501984, "pmol", "IL-12 at half of it", "rao: K_Th1_IL12", "fixed"),
    Parameter("th1_il2", 2.0, "", "largest help by IL-2 in it", "rao: k_Th1_IL12IL2", "fixed"),
    Parameter("half_th1_il2", 225.8928, "pmol", "IL-2 at half of it", "titer: K_Th1_IL12IL2 of Rao 2023, 7.52976, times 30, so that IL-2 is not saturated at rest", "assumed"),
    Parameter("t_ifn", 1.0, "", "largest priming of Th1 and cytotoxic cells by interferon gamma", "rao: k_Th1_IFNg, k_CTL_IFNg", "fixed"),
    Parameter("half_t_ifn", 931.392, "pmol", "interferon gamma at half of it", "rao: K_IFNg_Th1, K_CTL_IFNg", "fixed"),
    Parameter("presentation", 1.0, "", "largest rise of presentation on MHC-I by type I interferon", "rao: kmax_MHC1", "fixed"),
    Parameter("half_presentation", 5.0, "pmol", "type I interferon at half of it", "rao: km_MHC1_IFNb", "fixed"),
    Parameter("effector_il12", 3.0, "", "largest priming of cytotoxic cells by IL-12", "rao: k_CTL_IL2", "fixed"),
    Parameter("half_effector_il12", 7.52976, "pmol", "IL-12 at half of it", "rao: K_CTL_IL12", "fixed"),
    Parameter("effector_il2", 4.0, "", "largest help by IL-2 in it", "rao: k_CTL_IL12IL2", "fixed"),
    Parameter("half_effector_il2", 225.8928, "pmol", "IL-2 at half of it", "titer: K_CTL_IL12IL2 of Rao 2023, 7.52976, times 30, so that IL-2 is not saturated at rest", "assumed"),
    Parameter("to_memory", 0.05, "", "share of cytotoxic cells that stay as memory when the others go", "titer: 5%", "assumed"),
    Parameter("clonal", 2.0, "", "multiple of rest above which cytotoxic cells leave memory", "titer: more than drugs without a threat bring, 1.4", "assumed"),
    Parameter("memory_loss", 7.2e-6, "1/h", "loss of cytotoxic memory cells, half-life 11 years", "smallpox: half-life of 8-15 years", "derived"),
    Parameter("recall", 5.0, "", "cytotoxic cells that one memory cell makes", "titer: a few; with 20 a second illness costs as many cells as the first", "assumed"),
    Parameter("half_recall", 10.0, "", "rise of priming, multiple of rest, with half of it", "titer: a thirtieth of the peak in a viral infection", "assumed"),
    Parameter("treg_il2", 1.0, "", "largest priming of regulatory cells by IL-2", "rao: k_Treg_IL2", "fixed"),
    Parameter("half_treg_il2", 1.79626, "pmol", "IL-2 at half of it", "rao: K_Treg_IL2", "fixed"),
    Parameter("treg_tgfb", 1.0, "", "largest priming of regulatory cells by TGF-beta", "rao: k_Treg_TGFb", "fixed"),
    Parameter("half_treg_tgfb", 32.256, "pmol", "TGF-beta at half of it", "rao: K_Treg_TGFb", "fixed"),
    Parameter("tgfb_yield", 1.075335, "pmol", "TGF-beta of the tissue for what is made, on the source's scale", "rao: a_tgfb / (b_tgfb + ktr_TGFb)", "derived"),
    Parameter("tgfb_basal", 1.0, "", "TGF-beta made without regulatory cells, on that scale", "rao: basaltgfb", "fixed"),
    Parameter("tgfb_per_treg", 7.15e-6, "1/cell", "TGF-beta made by a regulatory cell, on that scale", "rao: a_tgfb_treg", "fixed"),
)
# fmt: on

MODEL = Model(
    key="lymphocytes",
    name="lymphocytes_rao2023",
    title="Type 1 helper, cytotoxic and regulatory T cells of the tissue",
    doc=__doc__,
    time="h",
    sources={"rao": RAO_2023, "smallpox": HAMMARLUND_2003, "titer": TITER},
    population=Population("adults; tuned by its authors to the mean course of COVID-19"),
    states=(
        State("th1", "cell", "type 1 helper T cells of the tissue", start="th1_typical"),
        State("effector", "cell", "cytotoxic T cells of the tissue", start="effector_typical"),
        State("memory", "cell", "cytotoxic memory cells"),
        State("treg", "cell", "regulatory T cells of the tissue", start="treg_typical"),
    ),
    parameters=PARAMETERS,
    equations=equations,
    reads=("primed_dendritic", "treg", "il2_local", "il12_local", "ifn_alpha_local", "ifn_gamma_local"),
    provides=("th1", "effector_t", "treg"),
)
