"""Rao 2023, innate cells: dendritic cells, macrophages, neutrophils, and their exchange with plasma."""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.immune._typical import inhibition, saturation
from titer.model import Parameter, State


def leaving(x, p, cell, code):
    """Cells that pass from tissue to plasma, cell/h; below 0 where they come back."""
    here, there = getattr(x, cell), getattr(x, f"{cell}_plasma")
    return getattr(p, f"ktr_{code}") * (here / p.tissue_volume - there) * p.tissue_volume


def rises(x, p, cell, cytokines):
    """What cytokines add to a cell's production, as multiples of it."""
    return sum(
        getattr(p, f"k_{cell}_{cytokine}") * saturation(getattr(x, cytokine), getattr(p, f"half_{cell}_{cytokine}"))
        for cytokine in cytokines
    )


def dendritic_rates(x, p, danger):
    """Dendritic cells of tissue and plasma, and those that come to prime T cells."""
    by_gmcsf = p.k_m1_gmcsf * saturation(x.gmcsf, p.half_m1_gmcsf)  # the macrophages' numbers, as coded
    matured = p.a_dendritic * (p.basal_dendritic + danger) * (1 + rises(x, p, "dendritic", ("tnf", "ifng")) + by_gmcsf)
    gone = leaving(x, p, "dendritic", "dendritic")
    loss = p.b_dendritic * x.dendritic_plasma
    return {
        "dendritic": matured * inhibition(x.il10, p.half_dendritic_il10)
        - p.lb_dendritic * p.b_dendritic * x.dendritic
        - gone,
        "primed": p.k_primed * (x.dendritic - p.share_primed * x.primed),
        "dendritic_plasma": gone / p.plasma_volume - loss,
    }


def macrophage_rates(x, p, danger):
    """Inflammatory macrophages of the tissue and their like in plasma."""
    activated = p.a_m1 * (p.basal_m1 + danger) * (1 + rises(x, p, "m1", ("tnf", "gmcsf", "ifng")))
    gone = leaving(x, p, "macrophages", "m1")
    return {
        "macrophages": activated * inhibition(x.il10, p.half_m1_il10) - p.b_m1 * x.macrophages - gone,
        "macrophages_plasma": gone / p.plasma_volume - p.pb_m1 * p.b_m1 * x.macrophages_plasma,
    }


def neutrophil_rates(x, p, s, danger):
    """Neutrophils of tissue and plasma; recruitment is scaled by what the blood has to give."""
    recruited = s.neutrophil_supply * p.a_n * (p.basal_n + danger) * (1 + rises(x, p, "n", ("ifng", "tnf", "gmcsf")))
    by_il17 = p.k_n_il17 * saturation(x.il17_plasma, p.half_n_il17)
    gone = leaving(x, p, "neutrophils", "n")
    return {
        "neutrophils": recruited + by_il17 - p.b_n * x.neutrophils - gone,
        "neutrophils_plasma": gone / p.plasma_volume - p.b_n * x.neutrophils_plasma,
    }


# fmt: off
PARAMETERS = (
    Parameter("tissue_volume", 2016.0, "mL", "volume of the alveoli", "rao: code, get_data_dictionary.m, 480e6 alveoli of 4.2e6 um3", "fixed"),
    Parameter("plasma_volume", 5000.0, "mL", "volume that tissue empties into", "rao: code, get_data_dictionary.m, vol_plasma", "fixed"),
    Parameter("a_dendritic", 690000.0, "cell/h", "maturation of dendritic cells per danger", "rao: workbook, a_DC", "fixed"),
    Parameter("basal_dendritic", 0.0, "", "danger at rest for dendritic cells", "rao: workbook, kbasal_DC", "fixed"),
    Parameter("b_dendritic", 0.005208333, "1/h", "loss of dendritic cells from plasma", "rao: workbook, b_DC", "fixed"),
    Parameter("lb_dendritic", 2.0, "", "loss from tissue, multiple of that from plasma", "rao: workbook, lb_DC", "fixed"),
    Parameter("k_dendritic_tnf", 10.0, "", "largest rise of maturation by TNF", "rao: workbook, k_DC_TNFa", "fixed"),
    Parameter("half_dendritic_tnf", 3193.344, "pmol", "TNF with half of it", "rao: workbook, km_DC_TNFa", "fixed"),
    Parameter("k_dendritic_ifng", 10.0, "", "largest rise of maturation by interferon gamma", "rao: workbook, k_DC_IFNg", "fixed"),
    Parameter("half_dendritic_ifng", 1064.448, "pmol", "interferon gamma with half of it", "rao: workbook, km_DC_IFNg", "fixed"),
    Parameter("half_dendritic_il10", 46.2672, "pmol", "IL-10 that halves maturation", "rao: workbook, km_DC_IL10", "fixed"),
    Parameter("k_primed", 0.05, "1/h", "arrival of dendritic cells where T cells are primed", "rao: code, covid19_dxdt.m, mtr", "fixed"),
    Parameter("share_primed", 0.05, "", "loss there, share of the rate of arrival", "rao: code, covid19_dxdt.m, kdie = mtr", "fixed"),
    Parameter("a_m1", 2.5e6, "cell/h", "activation of macrophages per danger", "rao: workbook, a_M1", "fixed"),
    Parameter("basal_m1", 0.0, "", "danger at rest for macrophages", "rao: workbook, kbasal_M1", "fixed"),
    Parameter("b_m1", 0.00279166667, "1/h", "loss of macrophages from tissue", "rao: workbook, b_M1", "fixed"),
    Parameter("pb_m1", 4.0, "", "loss from plasma, multiple of that from tissue", "rao: workbook, pb_M1", "fixed"),
    Parameter("k_m1_tnf", 10.0, "", "largest rise of activation by TNF", "rao: workbook, k_M1_TNFa", "fixed"),
    Parameter("half_m1_tnf", 3200.6016, "pmol", "TNF with half of it", "rao: workbook, km_M1_TNFa", "fixed"),
    Parameter("k_m1_gmcsf", 10.0, "", "largest rise of activation by GM-CSF", "rao: workbook, k_M1_GMCSF", "fixed"),
    Parameter("half_m1_gmcsf", 567.3024, "pmol", "GM-CSF with half of it", "rao: workbook, km_M1_GMCSF", "fixed"),
    Parameter("k_m1_ifng", 10.0, "", "largest rise of activation by interferon gamma", "rao: workbook, k_M1_IFNg", "fixed"),
    Parameter("half_m1_ifng", 800.1504, "pmol", "interferon gamma with half of it", "rao: workbook, km_M1_IFNg", "fixed"),
    Parameter("half_m1_il10", 167.40864, "pmol", "IL-10 that halves activation", "rao: workbook, km_M1_IL10", "fixed"),
    Parameter("a_n", 7.93543e10, "cell/h", "recruitment of neutrophils per danger", "rao: workbook, a_N", "fixed"),
    Parameter("basal_n", 0.0, "", "danger at rest for neutrophils", "rao: workbook, kbasal_N", "fixed"),
    Parameter("b_n", 0.123600671, "1/h", "loss of neutrophils", "rao: workbook, b_N", "fixed"),
    Parameter("k_n_ifng", 10.0, "", "largest rise of recruitment by interferon gamma", "rao: workbook, k_N_IFNg", "fixed"),
    Parameter("half_n_ifng", 53222.4, "pmol", "interferon gamma with half of it", "rao: workbook, km_N_IFNg", "fixed"),
    Parameter("k_n_tnf", 0.1, "", "largest rise of recruitment by TNF", "rao: workbook, k_N_TNFa", "fixed"),
    Parameter("half_n_tnf", 5261.76, "pmol", "TNF with half of it", "rao: workbook, km_N_TNFa", "fixed"),
    Parameter("k_n_gmcsf", 1.0, "", "largest rise of recruitment by GM-CSF", "rao: workbook, k_N_GMCSF", "fixed"),
    Parameter("half_n_gmcsf", 725.76, "pmol", "GM-CSF with half of it", "rao: workbook, km_N_GMCSF", "fixed"),
    Parameter("k_n_il17", 10.0, "cell/h", "largest recruitment by IL-17 of plasma", "rao: workbook, k_N_IL17c", "fixed"),
    Parameter("half_n_il17", 2237.76, "pmol/mL", "IL-17 of plasma with half of it", "rao: workbook, km_N_IL17c", "fixed"),
    Parameter("ktr_dendritic", 1.0, "1/h", "exchange of dendritic cells between tissue and plasma", "rao: workbook, ktr_pDC", "fixed"),
    Parameter("ktr_m1", 1.0, "1/h", "exchange of macrophages between tissue and plasma", "rao: workbook, ktr_M1", "fixed"),
    Parameter("ktr_n", 1.0, "1/h", "exchange of neutrophils between tissue and plasma", "rao: workbook, ktr_N", "fixed"),
    Parameter("resting_neutrophils", 8.13984e7, "cell", "neutrophils of the tissue at rest", "rao: 500 days without a challenge", "derived"),
)
STATES = (
    State("dendritic", "cell", "dendritic cells of the tissue", start=1416.8),
    State("macrophages", "cell", "inflammatory macrophages of the tissue", start=1869.4),
    State("neutrophils", "cell", "neutrophils of the tissue", start=2455.6),
    State("dendritic_plasma", "cell/mL", "dendritic cells of plasma", start=0.70096),
    State("macrophages_plasma", "cell/mL", "activated monocytes of plasma", start=0.92091),
    State("neutrophils_plasma", "cell/mL", "activated neutrophils of plasma", start=0.48093),
    State("primed", "cell", "dendritic cells that prime T cells"),
)
# fmt: on
