"""Rao 2023, cytokines: made in the tissue at rest and by cells, lost there, passed on to plasma and lost there."""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.model import Parameter, State

# Which cells make a cytokine, by the letters that the parameters end with.
MAKERS = {
    "tnf": ("at1", "i", "at2", "m1", "th1", "th17"),
    "il6": ("at1", "i", "at2", "m1", "th17", "neu"),
    "il1b": ("i", "at2", "m1", "dc"),
    "ifng": ("dc", "th1", "ctl"),
    "ifnb": ("i", "dc"),
    "il2": ("dc", "th1"),
    "il12": ("m1", "dc"),
    "il17": ("th17", "ctl"),
    "il10": ("treg",),
    "tgfb": ("th17", "treg"),
    "gmcsf": ("m1", "th1", "th17"),
}
STATE_OF = {
    "at1": "damaged1",
    "at2": "damaged2",
    "i": "infected",
    "m1": "macrophages",
    "neu": "neutrophils",
    "dc": "dendritic",
    "th1": "th1",
    "th17": "th17",
    "ctl": "ctl",
    "treg": "treg",
}
# The signal that a cytokine is known by to other models; two have none.
SIGNAL_OF = {
    "tnf": "tnf",
    "il6": "il6",
    "il1b": "il1b",
    "ifng": "ifn_gamma",
    "ifnb": "ifn_alpha",
    "il2": "il2",
    "il12": "il12",
    "il10": "il10",
    "gmcsf": "gmcsf",
}


def cytokine_rates(x, p, s):
    """Of tissue and plasma."""
    rates = {}
    for name in MAKERS:
        here, there = getattr(x, name), getattr(x, f"{name}_plasma")
        loss, passing = getattr(p, f"b_{name}"), getattr(p, f"ktr_{name}")
        rates[name] = produced(x, p, s, name) - (loss + passing) * here
        rates[f"{name}_plasma"] = passing * here / p.plasma_volume - loss * there
    return rates


def produced(x, p, s, name):
    """A cytokine made in the tissue, pmol/h."""
    cells = sum(getattr(p, f"a_{name}_{maker}") * getattr(x, STATE_OF[maker]) for maker in MAKERS[name])
    if name == "il1b":  # damaged AT1 cells count as AT2 cells, as coded
        cells = cells + p.a_il1b_at2 * x.damaged1
    basal = 0.0 if name == "il17" else getattr(p, f"basal_{name}")
    factor = s.factor(f"{SIGNAL_OF[name]}.production") if name in SIGNAL_OF else 1.0
    return getattr(p, f"a_{name}") * factor * (basal + cells)


def in_plasma(x, p, name):
    """pg/mL."""
    return getattr(p, f"mw_{name}") * getattr(x, f"{name}_plasma")


# fmt: off
PARAMETERS = (
    Parameter("a_tnf", 0.06487992, "pmol/h", "scale of the production of TNF", "rao: workbook, a_tnf", "fixed"),
    Parameter("basal_tnf", 3600.0, "", "production of TNF at rest, in that scale", "rao: workbook, basal_tnfa", "fixed"),
    Parameter("a_tnf_at1", 1.4e-4, "1/cell", "production of TNF by a damaged AT1 cell, in that scale", "rao: workbook, a_tnf_at1", "fixed"),
    Parameter("a_tnf_i", 1.4e-5, "1/cell", "production of TNF by an infected cell, in that scale", "rao: workbook, a_tnf_i", "fixed"),
    Parameter("a_tnf_at2", 1.4e-4, "1/cell", "production of TNF by a damaged AT2 cell, in that scale", "rao: workbook, a_tnf_at2", "fixed"),
    Parameter("a_tnf_m1", 2.1e-4, "1/cell", "production of TNF by a macrophage, in that scale", "rao: workbook, a_tnf_m1", "fixed"),
    Parameter("a_tnf_th1", 1.128e-9, "1/cell", "production of TNF by a Th1 cell, in that scale", "rao: workbook, a_tnf_th1", "fixed"),
    Parameter("a_tnf_th17", 1.128e-9, "1/cell", "production of TNF by a Th17 cell, in that scale", "rao: workbook, a_tnf_th17", "fixed"),
    Parameter("b_tnf", 3.16, "1/h", "loss of TNF", "rao: workbook, b_tnf", "fixed"),
    Parameter("ktr_tnf", 0.1, "1/h", "passage of TNF from tissue to plasma", "rao: workbook, ktr_TNFa", "fixed"),
    Parameter("mw_tnf", 25900.0, "pg/pmol", "molar mass of TNF", "rao: code, get_data_dictionary.m, mw.tnfa", "fixed"),
    Parameter("a_il6", 0.0169344, "pmol/h", "scale of the production of IL-6", "rao: workbook, a_il6", "fixed"),
    Parameter("basal_il6", 40.0, "", "production of IL-6 at rest, in that scale", "rao: workbook, basalil6", "fixed"),
    Parameter("a_il6_at1", 3.122e-6, "1/cell", "production of IL-6 by a damaged AT1 cell, in that scale", "rao: workbook, a_il6_at1", "fixed"),
    Parameter("a_il6_i", 6.244e-7, "1/cell", "production of IL-6 by an infected cell, in that scale", "rao: workbook, a_il6_i", "fixed"),
    Parameter("a_il6_at2", 3.122e-6, "1/cell", "production of IL-6 by a damaged AT2 cell, in that scale", "rao: workbook, a_il6_at2", "fixed"),
    Parameter("a_il6_m1", 2.8952e-4, "1/cell", "production of IL-6 by a macrophage, in that scale", "rao: workbook, a_il6_m1", "fixed"),
    Parameter("a_il6_th17", 2.4976e-4, "1/cell", "production of IL-6 by a Th17 cell, in that scale", "rao: workbook, a_il6_th17", "fixed"),
    Parameter("a_il6_neu", 1.0836e-8, "1/cell", "production of IL-6 by a neutrophil, in that scale", "rao: workbook, a_il6_neu", "fixed"),
    Parameter("b_il6", 1.32, "1/h", "loss of IL-6", "rao: workbook, b_il6", "fixed"),
    Parameter("ktr_il6", 0.1, "1/h", "passage of IL-6 from tissue to plasma", "rao: workbook, ktr_IL6", "fixed"),
    Parameter("mw_il6", 21000.0, "pg/pmol", "molar mass of IL-6", "rao: code, get_data_dictionary.m, mw.il6", "fixed"),
    Parameter("a_il1b", 0.84672, "pmol/h", "scale of the production of IL-1 beta", "rao: workbook, a_il1b", "fixed"),
    Parameter("basal_il1b", 0.285714286, "", "production of IL-1 beta at rest, in that scale", "rao: workbook, basalil1", "fixed"),
    Parameter("a_il1b_i", 2.068e-9, "1/cell", "production of IL-1 beta by an infected cell, in that scale", "rao: workbook, a_il1b_i", "fixed"),
    Parameter("a_il1b_at2", 2.585e-9, "1/cell", "production of IL-1 beta by a damaged cell of either kind, in that scale", "rao: workbook, a_il1b_at2 (of both kinds in the code)", "fixed"),
    Parameter("a_il1b_m1", 2.068e-8, "1/cell", "production of IL-1 beta by a macrophage, in that scale", "rao: workbook, a_il1b_m1", "fixed"),
    Parameter("a_il1b_dc", 1.035e-7, "1/cell", "production of IL-1 beta by a dendritic cell, in that scale", "rao: workbook, a_il1b_dc", "fixed"),
    Parameter("b_il1b", 0.088, "1/h", "loss of IL-1 beta", "rao: workbook, b_il1b", "fixed"),
    Parameter("ktr_il1b", 0.1, "1/h", "passage of IL-1 beta from tissue to plasma", "rao: workbook, ktr_IL1b", "fixed"),
    Parameter("mw_il1b", 17500.0, "pg/pmol", "molar mass of IL-1 beta", "rao: code, get_data_dictionary.m, mw.il1b", "fixed"),
    Parameter("a_ifng", 6.34895905, "pmol/h", "scale of the production of interferon gamma", "rao: workbook, a_ifng", "fixed"),
    Parameter("basal_ifng", 4.0, "", "production of interferon gamma at rest, in that scale", "rao: workbook, basalifng", "fixed"),
    Parameter("a_ifng_dc", 1.085e-8, "1/cell", "production of interferon gamma by a dendritic cell, in that scale", "rao: workbook, a_ifng_dc", "fixed"),
    Parameter("a_ifng_th1", 6.15e-7, "1/cell", "production of interferon gamma by a Th1 cell, in that scale", "rao: workbook, a_ifng_th1", "fixed"),
    Parameter("a_ifng_ctl", 2.928e-5, "1/cell", "production of interferon gamma by a cytotoxic T cell, in that scale", "rao: workbook, a_ifng_ctl", "fixed"),
    Parameter("b_ifng", 3.59, "1/h", "loss of interferon gamma", "rao: workbook, b_ifng", "fixed"),
    Parameter("ktr_ifng", 0.1, "1/h", "passage of interferon gamma from tissue to plasma", "rao: workbook, ktr_IFNg", "fixed"),
    Parameter("mw_ifng", 23000.0, "pg/pmol", "molar mass of interferon gamma", "rao: code, get_data_dictionary.m, mw.ifng", "fixed"),
    Parameter("a_ifnb", 0.0634895905, "pmol/h", "scale of the production of type I interferon", "rao: workbook, a_ifnb", "fixed"),
    Parameter("basal_ifnb", 1600.0, "", "production of type I interferon at rest, in that scale", "rao: workbook, basalifnb", "fixed"),
    Parameter("a_ifnb_i", 7e-5, "1/cell", "production of type I interferon by an infected cell, in that scale", "rao: workbook, a_ifnb_i", "fixed"),
    Parameter("a_ifnb_dc", 0.0105, "1/cell", "production of type I interferon by a dendritic cell, in that scale", "rao: workbook, a_ifnb_dc", "fixed"),
    Parameter("b_ifnb", 1.795, "1/h", "loss of type I interferon", "rao: workbook, b_ifnb", "fixed"),
    Parameter("ktr_ifnb", 0.1, "1/h", "passage of type I interferon from tissue to plasma", "rao: workbook, ktr_IFNb", "fixed"),
    Parameter("mw_ifnb", 20000.0, "pg/pmol", "molar mass of type I interferon", "rao: code, get_data_dictionary.m, mw.ifnb", "fixed"),
    Parameter("a_il2", 259.6608, "pmol/h", "scale of the production of IL-2", "rao: workbook, a_il2", "fixed"),
    Parameter("basal_il2", 0.01, "", "production of IL-2 at rest, in that scale", "rao: workbook, basalil2", "fixed"),
    Parameter("a_il2_dc", 2.8e-7, "1/cell", "production of IL-2 by a dendritic cell, in that scale", "rao: workbook, a_il2_dc", "fixed"),
    Parameter("a_il2_th1", 2e-8, "1/cell", "production of IL-2 by a Th1 cell, in that scale", "rao: workbook, a_il2_th1", "fixed"),
    Parameter("b_il2", 1.913, "1/h", "loss of IL-2", "rao: workbook, b_il2", "fixed"),
    Parameter("ktr_il2", 0.2, "1/h", "passage of IL-2 from tissue to plasma", "rao: workbook, ktr_IL2", "fixed"),
    Parameter("mw_il2", 15500.0, "pg/pmol", "molar mass of IL-2", "rao: code, get_data_dictionary.m, mw.il2", "fixed"),
    Parameter("a_il12", 12.06576, "pmol/h", "scale of the production of IL-12", "rao: workbook, a_il12", "fixed"),
    Parameter("basal_il12", 0.4, "", "production of IL-12 at rest, in that scale", "rao: workbook, basalil12", "fixed"),
    Parameter("a_il12_m1", 6.18e-8, "1/cell", "production of IL-12 by a macrophage, in that scale", "rao: workbook, a_il12_m1", "fixed"),
    Parameter("a_il12_dc", 2.49e-7, "1/cell", "production of IL-12 by a dendritic cell, in that scale", "rao: workbook, a_il12_dc", "fixed"),
    Parameter("b_il12", 2.73, "1/h", "loss of IL-12", "rao: workbook, b_il12", "fixed"),
    Parameter("ktr_il12", 0.1, "1/h", "passage of IL-12 from tissue to plasma", "rao: workbook, ktr_IL12", "fixed"),
    Parameter("mw_il12", 70000.0, "pg/pmol", "molar mass of IL-12", "rao: code, get_data_dictionary.m, mw.il12", "fixed"),
    Parameter("a_il17", 0.12997152, "pmol/h", "scale of the production of IL-17", "rao: workbook, a_il17", "fixed"),
    Parameter("a_il17_th17", 1.05e-5, "1/cell", "production of IL-17 by a Th17 cell, in that scale", "rao: workbook, a_il17_th17", "fixed"),
    Parameter("a_il17_ctl", 3.45e-9, "1/cell", "production of IL-17 by a cytotoxic T cell, in that scale", "rao: workbook, a_il17_ctl", "fixed"),
    Parameter("b_il17", 0.0825, "1/h", "loss of IL-17", "rao: workbook, b_il17", "fixed"),
    Parameter("ktr_il17", 0.1, "1/h", "passage of IL-17 from tissue to plasma", "rao: workbook, ktr_IL17", "fixed"),
    Parameter("mw_il17", 35000.0, "pg/pmol", "molar mass of IL-17", "rao: code, get_data_dictionary.m, mw.il17", "fixed"),
    Parameter("a_il10", 1.36269, "pmol/h", "scale of the production of IL-10", "rao: workbook, a_il10", "fixed"),
    Parameter("basal_il10", 2.0, "", "production of IL-10 at rest, in that scale", "rao: workbook, basalil10", "fixed"),
    Parameter("a_il10_treg", 1.146e-5, "1/cell", "production of IL-10 by a regulatory T cell, in that scale", "rao: workbook, a_il10_treg", "fixed"),
    Parameter("b_il10", 1.22, "1/h", "loss of IL-10", "rao: workbook, b_il10", "fixed"),
    Parameter("ktr_il10", 0.1, "1/h", "passage of IL-10 from tissue to plasma", "rao: workbook, ktr_IL10", "fixed"),
    Parameter("mw_il10", 18000.0, "pg/pmol", "molar mass of IL-10", "rao: code, get_data_dictionary.m, mw.il10", "fixed"),
    Parameter("a_tgfb", 2.1506688, "pmol/h", "scale of the production of TGF-beta", "rao: workbook, a_tgfb", "fixed"),
    Parameter("basal_tgfb", 1.0, "", "production of TGF-beta at rest, in that scale", "rao: workbook, basaltgfb", "fixed"),
    Parameter("a_tgfb_th17", 7.42e-6, "1/cell", "production of TGF-beta by a Th17 cell, in that scale", "rao: workbook, a_tgfb_th17", "fixed"),
    Parameter("a_tgfb_treg", 7.15e-6, "1/cell", "production of TGF-beta by a regulatory T cell, in that scale", "rao: workbook, a_tgfb_treg", "fixed"),
    Parameter("b_tgfb", 1.9, "1/h", "loss of TGF-beta", "rao: workbook, b_tgfb", "fixed"),
    Parameter("ktr_tgfb", 0.1, "1/h", "passage of TGF-beta from tissue to plasma", "rao: workbook, ktr_TGFb", "fixed"),
    Parameter("mw_tgfb", 4760.0, "pg/pmol", "molar mass of TGF-beta", "rao: code, get_data_dictionary.m, mw.tgfb", "fixed"),
    Parameter("a_gmcsf", 1.55232, "pmol/h", "scale of the production of GM-CSF", "rao: workbook, a_gmcsf", "fixed"),
    Parameter("basal_gmcsf", 4.0, "", "production of GM-CSF at rest, in that scale", "rao: workbook, basalgmcsf", "fixed"),
    Parameter("a_gmcsf_m1", 1.27e-6, "1/cell", "production of GM-CSF by a macrophage, in that scale", "rao: workbook, a_gmcsf_m1", "fixed"),
    Parameter("a_gmcsf_th1", 4.29e-8, "1/cell", "production of GM-CSF by a Th1 cell, in that scale", "rao: workbook, a_gmcsf_th1", "fixed"),
    Parameter("a_gmcsf_th17", 1.15e-7, "1/cell", "production of GM-CSF by a Th17 cell, in that scale", "rao: workbook, a_gmcsf_th17", "fixed"),
    Parameter("b_gmcsf", 1.0, "1/h", "loss of GM-CSF", "rao: workbook, b_gmcsf", "fixed"),
    Parameter("ktr_gmcsf", 0.1, "1/h", "passage of GM-CSF from tissue to plasma", "rao: workbook, ktr_GMCSF", "fixed"),
    Parameter("mw_gmcsf", 25000.0, "pg/pmol", "molar mass of GM-CSF", "rao: code, get_data_dictionary.m, mw.gmcsf", "fixed"),
)
STATES = (
    State("tnf", "pmol", "TNF of the tissue", start=0.00024335),
    State("il6", "pmol", "IL-6 of the tissue", start=0.00014131),
    State("il1b", "pmol", "IL-1 beta of the tissue", start=0.028005),
    State("ifng", "pmol", "interferon gamma of the tissue", start=0.0018392),
    State("ifnb", "pmol", "type I interferon of the tissue", start=0.0028677),
    State("il2", "pmol", "IL-2 of the tissue", start=0.35115),
    State("il12", "pmol", "IL-12 of the tissue", start=1.2184),
    State("il17", "pmol", "IL-17 of the tissue", start=1.13e-05),
    State("il10", "pmol", "IL-10 of the tissue", start=0.059298),
    State("tgfb", "pmol", "TGF-beta of the tissue", start=0.07706),
    State("gmcsf", "pmol", "GM-CSF of the tissue", start=0.20209),
    State("tnf_plasma", "pmol/mL", "TNF of plasma", start=1.54e-09),
    State("il6_plasma", "pmol/mL", "IL-6 of plasma", start=6.42e-08),
    State("il1b_plasma", "pmol/mL", "IL-1 beta of plasma", start=1.27e-05),
    State("ifng_plasma", "pmol/mL", "interferon gamma of plasma", start=1.02e-08),
    State("ifnb_plasma", "pmol/mL", "type I interferon of plasma", start=1.6e-08),
    State("il2_plasma", "pmol/mL", "IL-2 of plasma", start=7.34e-06),
    State("il12_plasma", "pmol/mL", "IL-12 of plasma", start=8.93e-06),
    State("il17_plasma", "pmol/mL", "IL-17 of plasma", start=0),
    State("il10_plasma", "pmol/mL", "IL-10 of plasma", start=9.72e-07),
    State("tgfb_plasma", "pmol/mL", "TGF-beta of plasma", start=8.11e-07),
    State("gmcsf_plasma", "pmol/mL", "GM-CSF of plasma", start=4.04e-06),
)
# fmt: on
