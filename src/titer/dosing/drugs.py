"""What a regimen's text needs to know of a drug: its unit, and the routes by which it can be given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

INFUSED = ("iv", "sc", "intravesical")  # routes by which a dose can run in over time


@dataclass(frozen=True)
class DrugForm:
    """How a drug is given.

    Args:
        unit: in which it is dosed.
        routes: by which it can be given, the usual one first; none: any route is taken.
    """

    unit: str = "mg"
    routes: tuple[str, ...] = ()


KnownDrugs = Iterable[str] | Mapping[str, str] | Mapping[str, DrugForm]


def drug_forms(known: KnownDrugs) -> dict[str, DrugForm]:
    """Each drug with its form, from names, from names with units, or from names with forms.

    Example:
        >>> drug_forms({"bcg": "CFU"})
        {'bcg': DrugForm(unit='CFU', routes=())}
    """
    if not isinstance(known, Mapping):
        return {name: DrugForm() for name in known}
    return {name: form if isinstance(form, DrugForm) else DrugForm(form) for name, form in known.items()}
