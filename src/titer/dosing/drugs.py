"""What a regimen's text needs to know of a drug: its unit, and the routes by which it can be given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

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


CLOSE = 0.8  # share of letters; lenalidomide against thalidomide is 0.78
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


def nearest_drug(name: str, known: Iterable[str]) -> str:
    """A hint for a drug that is not known: the drug it is a misspelling of, or else the list of those known.

    Names of drugs are alike by design, and one drug must not be proposed for another. So a name is proposed only where
    it begins with the same letter and differs by a slip of the pen.

    Example:
        >>> nearest_drug("lenalidomid", ["lenalidomide", "dexamethasone"])
        "did you mean 'lenalidomide'?"
        >>> nearest_drug("betamethasone", ["lenalidomide", "dexamethasone"])
        'known: dexamethasone, lenalidomide'
    """
    names = sorted(known)
    like = [one for one in names if one[:1].lower() == name[:1].lower()]
    close = get_close_matches(name.lower(), like, n=1, cutoff=CLOSE)
    return f"did you mean '{close[0]}'?" if close else f"known: {', '.join(names)}"
