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
)

SIGNALS: dict[str, Signal] = {signal.name: signal for signal in _REGISTER}
