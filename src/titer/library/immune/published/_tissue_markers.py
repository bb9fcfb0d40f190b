"""Rao 2023, markers of injury: surfactant protein D, ferritin, C-reactive protein."""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.immune.published._tissue_epithelium import cells_killed
from titer.model import Parameter, State


def marker_rates(x, p, s):
    """Surfactant protein D and ferritin of tissue and plasma, C-reactive protein around the liver and in blood."""
    damaged = x.damaged1 + x.damaged2
    killed = cells_killed(x, p, s)
    held = p.k_liver_crp * p.liver * (x.il6_plasma * p.liver)
    to_liver = p.crp_to_liver * x.crp_blood - p.crp_to_blood * held / p.liver
    return {
        "spd": p.basal_spd + p.a_spd * (damaged + p.k_spd_killed * killed) - p.ktr_spd * x.spd,
        "ferritin": p.basal_ferritin
        + p.a_ferritin * (damaged + p.k_ferritin_killed * killed)
        - p.ktr_ferritin * x.ferritin,
        "spd_plasma": p.ktr_spd * x.spd / p.plasma_volume - p.b_spd * x.spd_plasma,
        "ferritin_plasma": p.basal_ferritin_plasma
        + p.ktr_ferritin * x.ferritin / p.plasma_volume
        - p.b_ferritin * x.ferritin_plasma,
        "crp_space": p.crp_secretion * held + to_liver * p.liver - p.b_crp * x.crp_space,
        "crp_blood": p.basal_crp - to_liver - p.b_crp * x.crp_blood,
    }


# fmt: off
PARAMETERS = (
    Parameter("basal_spd", 40.0, "pmol/h", "surfactant protein D made at rest", "rao: workbook, kbasal_SPD", "fixed"),
    Parameter("a_spd", 5e-7, "pmol/h/cell", "surfactant protein D made by a damaged cell", "rao: workbook, a_SPD", "fixed"),
    Parameter("k_spd_killed", 0.1, "h", "weight of cells killed per time against damaged cells", "rao: workbook, k_CTL_I_SPD", "fixed"),
    Parameter("ktr_spd", 0.1, "1/h", "passage to plasma", "rao: workbook, ktr_SPD", "fixed"),
    Parameter("b_spd", 0.069315, "1/h", "loss of surfactant protein D from plasma", "rao: workbook, b_SPD", "fixed"),
    Parameter("basal_ferritin", 0.0, "pmol/h", "ferritin made at rest", "rao: workbook, kbasal_FER", "fixed"),
    Parameter("a_ferritin", 7e-6, "pmol/h/cell", "ferritin made by a damaged cell", "rao: workbook, a_FER", "fixed"),
    Parameter("k_ferritin_killed", 0.1, "h", "weight of cells killed per time against damaged cells", "rao: workbook, k_CTL_I_Fer", "fixed"),
    Parameter("ktr_ferritin", 0.1, "1/h", "passage to plasma", "rao: workbook, ktr_FER", "fixed"),
    Parameter("basal_ferritin_plasma", 0.0203865, "pmol/mL/h", "ferritin made in plasma", "rao: workbook, a_FER_c", "fixed"),
    Parameter("b_ferritin", 0.040773, "1/h", "loss of ferritin from plasma", "rao: workbook, b_FER", "fixed"),
    Parameter("liver", 1660.0, "mL", "volume of the liver", "rao: workbook, Liver", "fixed"),
    Parameter("k_liver_crp", 520.0, "1/mL", "CRP held in the liver per IL-6 of plasma", "rao: workbook, k_livercrp", "fixed"),
    Parameter("crp_secretion", 0.0197916667, "1/h", "secretion of CRP by the liver", "rao: workbook, kCRPSecretion", "fixed"),
    Parameter("crp_to_blood", 0.03685025, "1/h", "passage of CRP from liver to blood", "rao: workbook, kCRP_LivertoBlood", "fixed"),
    Parameter("crp_to_liver", 0.037875, "1/h", "passage of CRP from blood to liver", "rao: workbook, kCRP_BloodtoLiver", "fixed"),
    Parameter("b_crp", 0.12, "1/h", "loss of CRP", "rao: workbook, kdeg_CRP", "fixed"),
    Parameter("basal_crp", 7.81666667, "pmol/mL/h", "CRP made in blood", "rao: workbook, kbasal_CRP", "fixed"),
    Parameter("crp_read", 1.0, "(mg/L)/(pmol/mL)", "reading of the state of CRP", "titer: read as mg/L, as the bound of 300 in the code suggests; no unit is printed", "assumed"),
)
STATES = (
    State("spd", "pmol", "surfactant protein D of the tissue", start=440.11),
    State("ferritin", "pmol", "ferritin of the tissue", start=0.21898),
    State("spd_plasma", "pmol/mL", "surfactant protein D of plasma", start=0.12699),
    State("ferritin_plasma", "pmol/mL", "ferritin of plasma", start=0.50011),
    State("crp_space", "pmol", "C-reactive protein around the cells of the liver", start=14998),
    State("crp_blood", "pmol/mL", "C-reactive protein of blood", start=6.1428),
)
# fmt: on
