"""The register of signals: the named quantities of the body through which models meet.

A drug provides or modulates signals, a disease or a side effect reads them, and none of them knows the others.
A signal that no model of an assembled system provides stays at `rest`.

Example:
    >>> SIGNALS["ikaros"].rest
    1.0
"""

from __future__ import annotations

from titer.model.signals import Signal

_REGISTER = (
    #      name              unit      rest   meaning
    Signal("ikaros", "", 1.0, "IKZF1/IKZF3 protein of blood and marrow cells, fraction of normal"),
    Signal("glucocorticoid", "", 0.0, "action of a given glucocorticoid on its target cells, fraction of the largest"),
    Signal(
        "immune_killing",
        "",
        1.0,
        "capacity of NK and T cells to kill tumour cells, fraction of the untreated patient's",
    ),
    Signal("tumour_burden", "", 1.0, "mass of the tumour, fraction of the patient's own at the start"),
    Signal("m_protein", "g/L", 0.0, "monoclonal protein in serum"),
    Signal("anc", "10^9/L", 4.0, "absolute neutrophil count"),
    Signal("platelets", "10^9/L", 250.0, "platelet count"),
    Signal("haemoglobin", "g/L", 140.0, "haemoglobin of blood"),
    Signal("marrow_release", "", 1.0, "count above which marrow keeps its neutrophils, multiple of usual"),
    Signal("transfused_haemoglobin", "g/L", 0.0, "haemoglobin in transfused red cells"),
    Signal("transfused_platelets", "10^9/L", 0.0, "transfused platelets in blood"),
    Signal("clotting", "", 1.0, "hazard of clots under drugs against them, multiple of that without"),
    Signal("vte_hazard", "1/day", 0.0, "hazard of a venous thromboembolism"),
    Signal("death_hazard", "1/day", 0.0, "hazard of death"),
    # A threat in the tissue, and what it does there. Cells and cytokines of the tissue are multiples of a person's own
    # rest, so that models need not know each other's resting amounts; each brings the typical amount it works with.
    Signal("antigen", "1/mL", 0.0, "threat in the tissue: copies, colony-forming units, molecules or cells"),
    Signal("antigen_retained", "pmol", 0.0, "antigen held where B cells meet it"),
    Signal("infected_cells", "cell", 0.0, "cells of the tissue that are infected or malignant"),
    Signal("damaged_cells", "", 1.0, "dying cells of the tissue, multiple of rest"),
    Signal("danger", "", 0.0, "danger that innate cells sense above rest, on the logarithmic scale of Rao 2023"),
    Signal("adjuvant", "", 0.0, "maturation of dendritic cells by microbial products, fraction of the largest"),
    Signal("dendritic", "", 1.0, "plasmacytoid and other dendritic cells of the tissue, multiple of rest"),
    Signal("primed_dendritic", "", 1.0, "dendritic cells that have come to the lymph node, multiple of rest"),
    Signal("macrophages", "", 1.0, "inflammatory macrophages of the tissue, multiple of rest"),
    Signal("tissue_neutrophils", "", 1.0, "neutrophils of the tissue, multiple of rest"),
    Signal("neutrophil_supply", "", 1.0, "circulating neutrophils, fraction of the person's own at rest"),
    Signal("nk", "", 1.0, "natural killer cells, multiple of rest"),
    Signal("th1", "", 1.0, "type 1 helper T cells of the tissue, multiple of rest"),
    Signal("effector_t", "", 1.0, "cytotoxic T cells of the tissue, multiple of rest"),
    Signal("treg", "", 1.0, "regulatory T cells of the tissue, multiple of rest"),
    Signal("antibody", "nmol/L", 0.0, "IgG in plasma that binds the threat"),
    Signal("igm", "nmol/L", 0.0, "IgM in plasma that binds the threat"),
    *(
        Signal(f"{name}_local", "", 1.0, f"{words} of the tissue, multiple of rest")
        for name, words in (
            ("tnf", "tumour necrosis factor alpha"),
            ("il6", "interleukin 6"),
            ("il1b", "interleukin 1 beta"),
            ("ifn_alpha", "type I interferon"),
            ("ifn_gamma", "interferon gamma"),
            ("il2", "interleukin 2"),
            ("il12", "interleukin 12"),
            ("il10", "interleukin 10"),
            ("gmcsf", "granulocyte-macrophage colony-stimulating factor"),
        )
    ),
    # Plasma. At rest as the code of Rao 2023 has it after 500 days without a challenge; IL-8 as Windoloski 2024.
    Signal("tnf", "pg/mL", 11.9, "tumour necrosis factor alpha in plasma"),
    Signal("il6", "pg/mL", 0.205, "interleukin 6 in plasma"),
    Signal("il1b", "pg/mL", 5.2, "interleukin 1 beta in plasma"),
    Signal("il8", "pg/mL", 4.2, "interleukin 8 in plasma"),
    Signal("ifn_alpha", "pg/mL", 13.1, "type I interferon in plasma, pooled"),
    Signal("ifn_gamma", "pg/mL", 1.1, "interferon gamma in plasma"),
    Signal("il2", "pg/mL", 0.58, "interleukin 2 in plasma"),
    Signal("il12", "pg/mL", 0.89, "interleukin 12 in plasma"),
    Signal("il10", "pg/mL", 0.65, "interleukin 10 in plasma"),
    Signal("gmcsf", "pg/mL", 2.9, "granulocyte-macrophage colony-stimulating factor in plasma"),
    *(
        Signal(f"{name}_rise", "pg/mL", 0.0, f"{words} in plasma above the person's own rest")
        for name, words in (
            ("tnf", "tumour necrosis factor alpha"),
            ("il6", "interleukin 6"),
            ("il1b", "interleukin 1 beta"),
            ("ifn_alpha", "type I interferon"),
            ("il10", "interleukin 10"),
        )
    ),
    Signal("crp", "mg/L", 2.0, "C-reactive protein in plasma"),
    Signal("temperature", "degC", 36.8, "body temperature"),
    Signal("symptom_score", "", 0.0, "flu-like illness, 0 to 28 (five symptoms of 0-5 and vomiting of 0-3)"),
    Signal("fatigue", "", 0.0, "tiredness after an illness, 0 to 5"),
)

SIGNALS: dict[str, Signal] = {signal.name: signal for signal in _REGISTER}
