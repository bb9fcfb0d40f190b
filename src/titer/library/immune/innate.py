"""Innate cells of the tissue: dendritic cells, those that have come to the lymph node, macrophages, neutrophils.

Danger recruits them, cytokines of the tissue amplify it, IL-10 holds dendritic cells and macrophages back (Rao 2023).
Production is loss x rest x (drive / drive at rest), so the published scales of recruitment cancel: only their ratio to
rest acts, and rest is exact for everybody.

Answers:  how many times their resting number cells of the tissue reach, and when, after a danger that lasts hours to
          weeks; what too few circulating neutrophils (`neutrophil_supply`) leave of the recruitment.
Not for:  counts in blood, resident macrophages, monocytes, emergency granulopoiesis, tolerance to endotoxin.
Assumed:  cells exchange with blood within an hour (source: 1/h), so that tissue and blood are one pool with one loss,
          a mean weighted by where the cells are; this moves the peaks of the viral course by less than 2%. IL-17, which
          recruits less than a millionth of neutrophils in the source's course, is left out. Spread is assumed.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.immune._typical import RESTING, TYPICAL, inhibition, saturation
from titer.library.sources import RAO_2023, TITER
from titer.model import Equations, Model, Parameter, Population, State


def dendritic_drive(p, s):
    """Recruitment of dendritic cells, on the scale of danger."""
    tnf = p.dendritic_tnf * saturation(s.tnf_local * p.tnf_typical, p.half_dendritic_tnf)
    ifn = p.dendritic_ifn * saturation(s.ifn_gamma_local * p.ifn_gamma_typical, p.half_dendritic_ifn)
    held_back = inhibition(s.il10_local * p.il10_typical, p.half_dendritic_il10)
    return _danger(p, s) * (1 + tnf + ifn + _by_gmcsf(p, s)) * held_back


def macrophage_drive(p, s):
    """Recruitment of inflammatory macrophages, on the scale of danger."""
    tnf = p.macrophage_tnf * saturation(s.tnf_local * p.tnf_typical, p.half_macrophage_tnf)
    ifn = p.macrophage_ifn * saturation(s.ifn_gamma_local * p.ifn_gamma_typical, p.half_macrophage_ifn)
    held_back = inhibition(s.il10_local * p.il10_typical, p.half_macrophage_il10)
    return _danger(p, s) * (1 + tnf + ifn + _by_gmcsf(p, s)) * held_back


def neutrophil_drive(p, s):
    """Recruitment of neutrophils out of what circulates, on the scale of danger."""
    tnf = p.neutrophil_tnf * saturation(s.tnf_local * p.tnf_typical, p.half_neutrophil_tnf)
    ifn = p.neutrophil_ifn * saturation(s.ifn_gamma_local * p.ifn_gamma_typical, p.half_neutrophil_ifn)
    gmcsf = p.neutrophil_gmcsf * saturation(s.gmcsf_local * p.gmcsf_typical, p.half_neutrophil_gmcsf)
    return _danger(p, s) * (1 + tnf + ifn + gmcsf) * s.neutrophil_supply


def _danger(p, s):
    return p.danger_rest + p.alertness * s.danger


def _by_gmcsf(p, s):
    return p.macrophage_gmcsf * saturation(s.gmcsf_local * p.gmcsf_typical, p.half_macrophage_gmcsf)


def equations(t, x, p, s):
    """Recruitment by danger and cytokines against first-order loss; primed cells follow dendritic cells."""
    dendritic = p.dendritic_typical * dendritic_drive(p, s) / dendritic_drive(p, RESTING)
    macrophages = p.macrophages_typical * macrophage_drive(p, s) / macrophage_drive(p, RESTING)
    neutrophils = p.neutrophils_typical * neutrophil_drive(p, s) / neutrophil_drive(p, RESTING)
    matured = x.dendritic * p.primed_per_dendritic
    return Equations(
        rates={
            "dendritic": p.dendritic_loss * (dendritic - x.dendritic),
            "primed": p.primed_loss * (matured - x.primed),
            "macrophages": p.macrophages_loss * (macrophages - x.macrophages),
            "neutrophils": p.neutrophils_loss * (neutrophils - x.neutrophils),
        },
        signals={
            "dendritic": x.dendritic / p.dendritic_typical,
            "primed_dendritic": x.primed / p.primed_typical,
            "macrophages": x.macrophages / p.macrophages_typical,
            "tissue_neutrophils": x.neutrophils / p.neutrophils_typical,
        },
    )


# fmt: off
PARAMETERS = (
    Parameter("danger_rest", 3.632e-4, "", "danger at rest: 3e-5 times the logarithm of the cells that die", "rao: k_dAT ln(dAT1 + dAT2) at rest", "derived"),
    Parameter("alertness", 1.0, "", "own sensitivity to danger", "titer: as published; nobody has measured its spread", "assumed", cv=0.3),
    *(TYPICAL[f"{name}_typical"] for name in ("dendritic", "macrophages", "neutrophils", "tnf", "ifn_gamma", "il10", "gmcsf")),
    Parameter("primed_typical", 2.8892e5, "cell", "dendritic cells that have come to the lymph node, at rest", "rao: pDC1 = 20 pDC", "derived"),
    Parameter("primed_per_dendritic", 20.0, "", "dendritic cells in the lymph node for each in the tissue, at rest", "rao: pDC1' = 0.05 (pDC - 0.05 pDC1)", "derived"),
    Parameter("dendritic_loss", 0.00672, "1/h", "loss of dendritic cells, tissue and blood together", "rao: lb_DC b_DC in tissue, b_DC in blood, ktr 1/h", "derived"),
    Parameter("primed_loss", 0.0025, "1/h", "loss from the lymph node", "rao: 0.05 x 0.05, as coded", "derived"),
    Parameter("macrophages_loss", 0.00871, "1/h", "loss of macrophages, tissue and blood together", "rao: b_M1 in tissue, lb_M1 b_M1 in blood, ktr 1/h", "derived"),
    Parameter("neutrophils_loss", 0.123601, "1/h", "loss of neutrophils, half-life 5.6 h", "rao: b_N", "fixed"),
    Parameter("dendritic_tnf", 10.0, "", "largest amplification of dendritic recruitment by TNF", "rao: k_DC_TNFa", "fixed"),
    Parameter("half_dendritic_tnf", 3193.34, "pmol", "TNF at half of it", "rao: km_DC_TNFa", "fixed"),
    Parameter("dendritic_ifn", 10.0, "", "the same by interferon gamma", "rao: k_DC_IFNg", "fixed"),
    Parameter("half_dendritic_ifn", 1064.45, "pmol", "interferon gamma at half of it", "rao: km_DC_IFNg", "fixed"),
    Parameter("half_dendritic_il10", 46.2672, "pmol", "IL-10 that halves dendritic recruitment", "rao: km_DC_IL10", "fixed"),
    Parameter("macrophage_tnf", 10.0, "", "largest amplification of macrophage recruitment by TNF", "rao: k_M1_TNFa", "fixed"),
    Parameter("half_macrophage_tnf", 3200.6, "pmol", "TNF at half of it", "rao: km_M1_TNFa", "fixed"),
    Parameter("macrophage_ifn", 10.0, "", "the same by interferon gamma", "rao: k_M1_IFNg", "fixed"),
    Parameter("half_macrophage_ifn", 800.15, "pmol", "interferon gamma at half of it", "rao: km_M1_IFNg", "fixed"),
    Parameter("macrophage_gmcsf", 10.0, "", "the same by GM-CSF, of macrophages and dendritic cells", "rao: k_M1_GMCSF, in both lines", "fixed"),
    Parameter("half_macrophage_gmcsf", 567.302, "pmol", "GM-CSF at half of it", "rao: km_M1_GMCSF", "fixed"),
    Parameter("half_macrophage_il10", 167.409, "pmol", "IL-10 that halves macrophage recruitment", "rao: km_M1_IL10", "fixed"),
    Parameter("neutrophil_tnf", 0.1, "", "largest amplification of neutrophil recruitment by TNF", "rao: k_N_TNFa", "fixed"),
    Parameter("half_neutrophil_tnf", 5261.76, "pmol", "TNF at half of it", "rao: km_N_TNFa", "fixed"),
    Parameter("neutrophil_ifn", 10.0, "", "the same by interferon gamma", "rao: k_N_IFNg", "fixed"),
    Parameter("half_neutrophil_ifn", 53222.4, "pmol", "interferon gamma at half of it", "rao: km_N_IFNg", "fixed"),
    Parameter("neutrophil_gmcsf", 1.0, "", "the same by GM-CSF", "rao: k_N_GMCSF", "fixed"),
    Parameter("half_neutrophil_gmcsf", 725.76, "pmol", "GM-CSF at half of it", "rao: km_N_GMCSF", "fixed"),
)
# fmt: on

MODEL = Model(
    key="innate",
    name="innate_rao2023",
    title="Dendritic cells, macrophages and neutrophils of the tissue",
    doc=__doc__,
    time="h",
    sources={"rao": RAO_2023, "titer": TITER},
    population=Population("adults; tuned by its authors to the mean course of COVID-19"),
    states=(
        State("dendritic", "cell", "dendritic cells of the tissue", start="dendritic_typical"),
        State("primed", "cell", "dendritic cells that have come to the lymph node", start="primed_typical"),
        State("macrophages", "cell", "inflammatory macrophages of the tissue", start="macrophages_typical"),
        State("neutrophils", "cell", "neutrophils of the tissue", start="neutrophils_typical"),
    ),
    parameters=PARAMETERS,
    equations=equations,
    reads=("danger", "neutrophil_supply", "tnf_local", "ifn_gamma_local", "gmcsf_local", "il10_local"),
    provides=("dendritic", "primed_dendritic", "macrophages", "tissue_neutrophils"),
)
