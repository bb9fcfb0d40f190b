"""What the files of the immune core share: one table of volumes, one of typical resting amounts, two laws of saturation.

Models of the core exchange cells and local cytokines as multiples of a person's own rest. Half-saturation constants and
yields per cell are published for amounts, so a model multiplies what it reads by the typical amount declared here. The
typical amounts are the rest of Rao 2023 with two corrections: cytotoxic T cells answer to IL-2 where the code reads
IL-12 twice, and half-saturation by IL-2 is thirty times higher; Th17 cells and IL-17 are left out
(tests/test_immune_core.py finds them again with the published model, so corrected).
"""
# ruff: noqa: E501 - a number and its home stand on one line

from types import SimpleNamespace

from titer.library.signals import SIGNALS
from titer.model import Parameter

# Every signal at its resting value: a drive called with these is the drive at rest.
RESTING = SimpleNamespace(**{name: signal.rest for name, signal in SIGNALS.items()})

# fmt: off
VOLUMES = {
    parameter.name: parameter
    for parameter in (
        Parameter("tissue_volume", 2016.0, "mL", "volume of the tissue: alveoli of both lungs", "rao: Vt, 480e6 alveoli of 4.2e6 um3", "fixed"),
        Parameter("blood_volume", 5000.0, "mL", "volume that cells and cytokines of the tissue leave into", "rao: Vp", "fixed"),
        Parameter("plasma_volume", 2.75, "L", "volume of plasma, in which antibody is diluted", "chen: V_p", "fixed"),
    )
}
_AT_REST = "rao: 500 days without a challenge, action of IL-2 corrected, without Th17"
TYPICAL = {
    parameter.name: parameter
    for parameter in (
        Parameter("damaged_typical", 1.811e5, "cell", "dying epithelial cells of the tissue at rest", _AT_REST, "derived"),
        Parameter("dendritic_typical", 1.4446e4, "cell", "dendritic cells of the tissue at rest", _AT_REST, "derived"),
        Parameter("macrophages_typical", 4.2919e4, "cell", "inflammatory macrophages of the tissue at rest", _AT_REST, "derived"),
        Parameter("neutrophils_typical", 8.1322e7, "cell", "neutrophils of the tissue at rest", _AT_REST, "derived"),
        Parameter("th1_typical", 2.0890e4, "cell", "type 1 helper T cells of the tissue at rest", _AT_REST, "derived"),
        Parameter("effector_typical", 2.8920e4, "cell", "cytotoxic T cells of the tissue at rest", _AT_REST, "derived"),
        Parameter("treg_typical", 1.2167e4, "cell", "regulatory T cells of the tissue at rest", _AT_REST, "derived"),
        Parameter("tnf_typical", 72.33, "pmol", "TNF of the tissue at rest", _AT_REST, "derived"),
        Parameter("il6_typical", 0.6425, "pmol", "IL-6 of the tissue at rest", _AT_REST, "derived"),
        Parameter("il1b_typical", 1.2996, "pmol", "IL-1 beta of the tissue at rest", _AT_REST, "derived"),
        Parameter("ifn_alpha_typical", 58.69, "pmol", "type I interferon of the tissue at rest", _AT_REST, "derived"),
        Parameter("ifn_gamma_typical", 8.362, "pmol", "interferon gamma of the tissue at rest", _AT_REST, "derived"),
        Parameter("il2_typical", 1.7773, "pmol", "IL-2 of the tissue at rest", _AT_REST, "derived"),
        Parameter("il12_typical", 1.7321, "pmol", "IL-12 of the tissue at rest", _AT_REST, "derived"),
        Parameter("il10_typical", 2.2086, "pmol", "IL-10 of the tissue at rest", _AT_REST, "derived"),
        Parameter("gmcsf_typical", 5.723, "pmol", "GM-CSF of the tissue at rest", _AT_REST, "derived"),
    )
}
# fmt: on


def saturation(amount, half):
    """Share of a saturable action: 0 without it, 1/2 at `half`."""
    return amount / (half + amount)


def inhibition(amount, half):
    """Share of an action that is left: 1 without the inhibitor, 1/2 at `half`."""
    return half / (half + amount)
