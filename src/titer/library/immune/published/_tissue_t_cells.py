"""Rao 2023, T cells: Th1, Th17, cytotoxic and regulatory, primed by dendritic cells and exchanged with plasma."""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.immune._typical import inhibition, saturation
from titer.library.immune.published._tissue_innate import leaving, rises
from titer.model import Parameter, State


def t_cell_rates(x, p, s):
    """Of tissue and plasma."""
    turned = p.k_th17_to_th1 * x.th17 * saturation(x.il12, p.half_th17_to_th1) * inhibition(x.tgfb, p.half_th1_tgfb)
    returned = p.k_treg_to_th1 * x.treg * saturation(x.il12, p.half_treg_to_th1)
    made = {
        "th1": th1_primed(x, p, s) + turned + returned,
        "th17": th17_primed(x, p) - turned,
        "ctl": ctl_primed(x, p, s),
        "treg": treg_primed(x, p, s) - returned,
    }
    rates = {}
    for cell, gain in made.items():
        gone, loss = leaving(x, p, cell, cell), getattr(p, f"b_{cell}")
        rates[cell] = gain - loss * getattr(x, cell) - gone
        rates[f"{cell}_plasma"] = gone / p.plasma_volume - loss * getattr(x, f"{cell}_plasma")
    return rates


def th1_primed(x, p, s):
    """IL-12 with the help of IL-2, and interferon gamma; IL-10 and TGF-beta against both."""
    by_il12 = p.k_th1_il12 * saturation(x.il12, p.half_th1_il12) * (1 + rises(x, p, "th1", ("il2",)))
    by_ifng = p.k_th1_ifng * saturation(x.ifng, p.half_th1_ifng) * inhibition(x.il6, p.half_th1_il6)
    held = inhibition(x.il10, p.half_th1_il10) * inhibition(x.tgfb, p.half_th1_tgfb)
    return p.a_th1 * s.factor("th1.production") * x.primed * (by_il12 + by_ifng) * held


def th17_primed(x, p):
    """TGF-beta, IL-6 and IL-1 beta; IL-2, interferon gamma and IL-10 against them."""
    drive = rises(x, p, "th17", ("tgfb", "il6", "il1b"))
    held = inhibition(x.il2, p.half_th17_il2) * inhibition(x.ifng, p.half_th17_ifng)
    return p.a_th17 * x.primed * drive * held * inhibition(x.il10, p.half_th17_il10)


def ctl_primed(x, p, s):
    """Always some; more by IL-12, interferon gamma and, through MHC class I, type I interferon."""
    helper = x.il12 + p.ctl_uses_il2 * (x.il2 - x.il12)  # the factor named IL12IL2 reads IL-12 again, as coded
    held = inhibition(x.il10, p.half_ctl_il10) * inhibition(x.tgfb, p.half_ctl_tgfb)
    helped = 1 + p.k_ctl_il2 * saturation(helper, p.half_ctl_il2)
    by_il12 = p.k_ctl_il12 * saturation(x.il12, p.half_ctl_il12) * helped
    by_ifng = p.k_ctl_ifng * saturation(x.ifng, p.half_ctl_ifng) * inhibition(x.il6, p.half_ctl_il6)
    drive = (1 + rises(x, p, "ctl", ("ifnb",))) * (1 + (by_il12 + by_ifng) * held)
    return p.a_ctl * s.factor("effector_t.production") * x.primed * drive


def treg_primed(x, p, s):
    """IL-2 and TGF-beta; IL-17 and IL-6 against both."""
    drive = rises(x, p, "treg", ("il2", "tgfb"))
    held = inhibition(x.il17, p.half_treg_il17) * inhibition(x.il6, p.half_treg_il6)
    return p.a_treg * s.factor("treg.production") * x.primed * drive * held


# fmt: off
PARAMETERS = (
    Parameter("a_th1", 0.004, "1/h", "priming of Th1 cells per dendritic cell", "rao: workbook, a_Th1", "fixed"),
    Parameter("b_th1", 0.0196291667, "1/h", "loss of Th1 cells", "rao: workbook, b_Th1", "fixed"),
    Parameter("k_th1_il12", 1.5, "", "largest priming by IL-12", "rao: workbook, k_Th1_IL2 (IL-12 in the code)", "fixed"),
    Parameter("half_th1_il12", 0.501984, "pmol", "IL-12 with half of it", "rao: workbook, K_Th1_IL12", "fixed"),
    Parameter("k_th1_il2", 2.0, "", "largest rise of that by IL-2", "rao: workbook, k_Th1_IL12IL2", "fixed"),
    Parameter("half_th1_il2", 7.52976, "pmol", "IL-2 with half of it", "rao: workbook, K_Th1_IL12IL2", "fixed"),
    Parameter("half_th1_il10", 32516.129, "pmol", "IL-10 that halves priming", "rao: workbook, K_Th1_IL10", "fixed"),
    Parameter("half_th1_tgfb", 1.83272727e6, "pmol", "TGF-beta that halves priming", "rao: workbook, K_Th1_TGFb", "fixed"),
    Parameter("k_th1_ifng", 1.0, "", "largest priming by interferon gamma", "rao: workbook, k_Th1_IFNg", "fixed"),
    Parameter("half_th1_ifng", 931.392, "pmol", "interferon gamma with half of it", "rao: workbook, K_IFNg_Th1", "fixed"),
    Parameter("half_th1_il6", 267610.619, "pmol", "IL-6 that halves that", "rao: workbook, K_Th1_IL6", "fixed"),
    Parameter("k_th17_to_th1", 0.01, "1/h", "largest turning of Th17 into Th1 cells", "rao: workbook, k_Th1_Th17", "fixed"),
    Parameter("half_th17_to_th1", 0.0328608, "pmol", "IL-12 with half of it", "rao: workbook, K_Th1_Th17", "fixed"),
    Parameter("k_treg_to_th1", 0.005, "1/h", "largest turning of regulatory into Th1 cells", "rao: workbook, k_Th1_Treg", "fixed"),
    Parameter("half_treg_to_th1", 20.92608, "pmol", "IL-12 with half of it", "rao: workbook, K_Th1_Treg", "fixed"),
    Parameter("a_th17", 0.00692, "1/h", "priming of Th17 cells per dendritic cell", "rao: workbook, a_Th17", "fixed"),
    Parameter("b_th17", 0.0216125, "1/h", "loss of Th17 cells", "rao: workbook, b_Th17", "fixed"),
    Parameter("k_th17_tgfb", 4.0, "", "largest priming by TGF-beta", "rao: workbook, k_Th17_TGFb", "fixed"),
    Parameter("half_th17_tgfb", 638.372448, "pmol", "TGF-beta with half of it", "rao: workbook, K_Th17_TGFb", "fixed"),
    Parameter("k_th17_il6", 1.0, "", "largest priming by IL-6", "rao: workbook, k_Th17_IL6", "fixed"),
    Parameter("half_th17_il6", 42.336, "pmol", "IL-6 with half of it", "rao: workbook, km_Th17_IL6", "fixed"),
    Parameter("k_th17_il1b", 1.0, "", "largest priming by IL-1 beta", "rao: workbook, k_Th17_IL1b", "fixed"),
    Parameter("half_th17_il1b", 20728.8547, "pmol", "IL-1 beta with half of it", "rao: workbook, km_Th17_IL1b", "fixed"),
    Parameter("half_th17_il2", 7.03255814e6, "pmol", "IL-2 that halves priming", "rao: workbook, K_Th17_IL2", "fixed"),
    Parameter("half_th17_ifng", 6.83389831e6, "pmol", "interferon gamma that halves priming", "rao: workbook, K_Th17_IFNg", "fixed"),
    Parameter("half_th17_il10", 1.35910112e6, "pmol", "IL-10 that halves priming", "rao: workbook, K_Th17_IL10", "fixed"),
    Parameter("a_ctl", 0.0021645, "1/h", "priming of cytotoxic T cells per dendritic cell", "rao: workbook, a_CTL", "fixed"),
    Parameter("b_ctl", 0.0196, "1/h", "loss of cytotoxic T cells", "rao: workbook, b_CTL", "fixed"),
    Parameter("k_ctl_il12", 3.0, "", "largest rise of priming by IL-12", "rao: workbook, k_CTL_IL2 (IL-12 in the code)", "fixed"),
    Parameter("half_ctl_il12", 7.52976, "pmol", "IL-12 with half of it", "rao: workbook, K_CTL_IL12", "fixed"),
    Parameter("k_ctl_il2", 4.0, "", "largest rise of that by IL-2 (as coded, by IL-12)", "rao: workbook, k_CTL_IL12IL2", "fixed"),
    Parameter("half_ctl_il2", 7.52976, "pmol", "amount with half of it", "rao: workbook, K_CTL_IL12IL2", "fixed"),
    Parameter("ctl_uses_il2", 0.0, "", "what raises it: 0 IL-12 as coded, 1 IL-2 as named", "rao: code, covid19_dxdt.m, act_CTL_IL12", "fixed"),
    Parameter("half_ctl_il10", 32516.129, "pmol", "IL-10 that halves both rises", "rao: workbook, K_CTL_IL10", "fixed"),
    Parameter("half_ctl_tgfb", 1.83272727e6, "pmol", "TGF-beta that halves both rises", "rao: workbook, K_CTL_TGFb", "fixed"),
    Parameter("k_ctl_ifng", 1.0, "", "largest rise of priming by interferon gamma", "rao: workbook, k_CTL_IFNg", "fixed"),
    Parameter("half_ctl_ifng", 931.392, "pmol", "interferon gamma with half of it", "rao: workbook, K_CTL_IFNg", "fixed"),
    Parameter("half_ctl_il6", 535221.239, "pmol", "IL-6 that halves that", "rao: workbook, K_CTL_IL6", "fixed"),
    Parameter("k_ctl_ifnb", 1.0, "", "largest rise of priming by type I interferon through MHC class I", "rao: workbook, kmax_MHC1", "fixed"),
    Parameter("half_ctl_ifnb", 5.0, "pmol", "type I interferon with half of it", "rao: workbook, km_MHC1_IFNb", "fixed"),
    Parameter("a_treg", 0.004, "1/h", "priming of regulatory T cells per dendritic cell", "rao: workbook, a_Treg", "fixed"),
    Parameter("b_treg", 0.0147916667, "1/h", "loss of regulatory T cells", "rao: workbook, b_Treg", "fixed"),
    Parameter("k_treg_il2", 1.0, "", "largest priming by IL-2", "rao: workbook, k_Treg_IL2", "fixed"),
    Parameter("half_treg_il2", 1.796256, "pmol", "IL-2 with half of it", "rao: workbook, K_Treg_IL2", "fixed"),
    Parameter("k_treg_tgfb", 1.0, "", "largest priming by TGF-beta", "rao: workbook, k_Treg_TGFb", "fixed"),
    Parameter("half_treg_tgfb", 32.256, "pmol", "TGF-beta with half of it", "rao: workbook, K_Treg_TGFb", "fixed"),
    Parameter("half_treg_il17", 491707.317, "pmol", "IL-17 that halves priming", "rao: workbook, K_Treg_IL17", "fixed"),
    Parameter("half_treg_il6", 535221.239, "pmol", "IL-6 that halves priming", "rao: workbook, K_Treg_IL6", "fixed"),
    Parameter("ktr_th1", 1.0, "1/h", "exchange of Th1 cells between tissue and plasma", "rao: workbook, ktr_Th1", "fixed"),
    Parameter("ktr_th17", 1.0, "1/h", "exchange of Th17 cells between tissue and plasma", "rao: workbook, ktr_Th17", "fixed"),
    Parameter("ktr_ctl", 1.0, "1/h", "exchange of cytotoxic T cells between tissue and plasma", "rao: workbook, ktr_CTL", "fixed"),
    Parameter("ktr_treg", 1.0, "1/h", "exchange of regulatory T cells between tissue and plasma", "rao: workbook, ktr_Treg", "fixed"),
)
STATES = (
    State("th1", "cell", "Th1 cells of the tissue", start=1683.7),
    State("th17", "cell", "Th17 cells of the tissue", start=0.37168),
    State("ctl", "cell", "cytotoxic T cells of the tissue", start=2082.6),
    State("treg", "cell", "regulatory T cells of the tissue", start=454.95),
    State("th1_plasma", "cell/mL", "activated Th1 cells of plasma", start=0.7964),
    State("th17_plasma", "cell/mL", "activated Th17 cells of plasma", start=1.7499e-4),
    State("ctl_plasma", "cell/mL", "activated cytotoxic T cells of plasma", start=1.0268),
    State("treg_plasma", "cell/mL", "activated regulatory T cells of plasma", start=0.21768),
)
# fmt: on
