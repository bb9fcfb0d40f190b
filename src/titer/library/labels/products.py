"""Drugs that a checked regimen may name: unit, routes, strengths, groups. A light register; no model is needed.

Sources of units, routes and strengths are the products' labels; strengths are shown where a planned dose cannot be made
of whole capsules. Unsure: strengths are quoted from memory.
"""

# ruff: noqa: E501 - a product stands on one line

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from titer.clinic.safety.vocabulary import Term
from titer.dosing.drugs import DrugForm
from titer.source import Source

if TYPE_CHECKING:
    from titer.dosing.regimen import Regimen

LABELS = Source("US prescribing information of each product, sections 2 and 3", confirmed=False)


@dataclass(frozen=True)
class Product:
    """A drug as it is prescribed.

    Args:
        drug: name in regimens.
        unit: of its amounts.
        routes: the usual one first.
        groups: what rules ask for.
        strengths: of one capsule or tablet, in the unit; none where any amount can be measured.
        also: trade names and other spellings.
        indication: what a regimen with this drug is for, where nothing else is said.
    """

    drug: str
    unit: str = "mg"
    routes: tuple[str, ...] = ("oral",)
    groups: tuple[str, ...] = ()
    strengths: tuple[float, ...] = ()
    also: tuple[str, ...] = ()
    indication: str = ""


STEROID = ("corticosteroid", "immunosuppressant")
# fmt: off
PRODUCTS = (
    Product("thalidomide", groups=("imid", "neurotoxic", "sedative"), strengths=(50.0, 100.0, 150.0, 200.0), also=("thalomid",), indication="multiple_myeloma"),
    Product("lenalidomide", groups=("imid",), strengths=(2.5, 5.0, 7.5, 10.0, 15.0, 20.0, 25.0), also=("revlimid",), indication="multiple_myeloma"),
    Product("pomalidomide", groups=("imid",), strengths=(1.0, 2.0, 3.0, 4.0), also=("pomalyst", "imnovid"), indication="multiple_myeloma"),
    Product("dexamethasone", routes=("oral", "iv"), groups=STEROID),
    Product("prednisone", groups=STEROID),
    Product("prednisolone", routes=("oral", "iv"), groups=STEROID),
    Product("melphalan", routes=("oral", "iv"), groups=("alkylating_agent",), also=("alkeran",)),
    Product("cyclophosphamide", routes=("oral", "iv"), groups=("alkylating_agent", "immunosuppressant")),
    Product("bortezomib", routes=("sc", "iv"), groups=("proteasome_inhibitor", "neurotoxic"), also=("velcade",)),
    Product("carfilzomib", routes=("iv",), groups=("proteasome_inhibitor",), also=("kyprolis",)),
    Product("ixazomib", groups=("proteasome_inhibitor",), also=("ninlaro",)),
    Product("daratumumab", routes=("sc", "iv"), groups=("anti_cd38",), also=("darzalex",)),
    Product("isatuximab", routes=("iv",), groups=("anti_cd38",), also=("sarclisa",)),
    Product("elotuzumab", routes=("iv",), also=("empliciti",)),
    Product("rituximab", routes=("iv", "sc"), groups=("immunosuppressant",)),
    Product("pembrolizumab", routes=("iv",), groups=("pd1_pdl1_blocker",), also=("keytruda",)),
    Product("nivolumab", routes=("iv",), groups=("pd1_pdl1_blocker",), also=("opdivo",)),
    Product("doxorubicin", routes=("iv",), groups=("anthracycline",)),
    Product("bcg", routes=("intravesical", "id", "iv", "sc", "im"), also=("tice", "tice bcg", "oncotice", "theracys"), indication="bladder_cancer"),
    Product("imiquimod", routes=("topical",), also=("aldara", "zyclara"), indication="actinic_keratosis"),
)
# fmt: on
MEDICATIONS = tuple(Term(one.drug, one.groups, LABELS, one.also) for one in PRODUCTS)

INDICATIONS = {
    "multiple_myeloma": "multiple myeloma",
    "multiple_myeloma_maintenance": "maintenance of multiple myeloma after autologous transplant",
    "mds_del5q": "myelodysplastic syndrome with del(5q)",
    "mds": "myelodysplastic syndrome without del(5q)",
    "mantle_cell_lymphoma": "mantle cell lymphoma",
    "follicular_lymphoma": "follicular lymphoma",
    "marginal_zone_lymphoma": "marginal zone lymphoma",
    "chronic_lymphocytic_leukaemia": "chronic lymphocytic leukaemia",
    "kaposi_sarcoma": "Kaposi sarcoma",
    "erythema_nodosum_leprosum": "erythema nodosum leprosum",
    "bladder_cancer": "bladder cancer",
    "melanoma": "melanoma",
    "tuberculosis_prevention": "prevention of tuberculosis",
    "actinic_keratosis": "actinic keratosis",
    "superficial_basal_cell_carcinoma": "superficial basal cell carcinoma",
    "nodular_basal_cell_carcinoma": "nodular basal cell carcinoma",
    "genital_warts": "external genital warts",
    "other": "another disease",
}


def product(drug: str) -> Product | None:
    """The product of that name, if it is one.

    Example:
        >>> product("pomalidomide").strengths
        (1.0, 2.0, 3.0, 4.0)
    """
    return next((one for one in PRODUCTS if one.drug == drug.lower()), None)


def forms_for(text: str) -> dict[str, DrugForm]:
    """Units and routes for reading a regimen's text. BCG is dosed in mg, or in CFU where the text says so."""
    forms = {one.drug: DrugForm(one.unit, one.routes) for one in PRODUCTS}
    if "cfu" in text.lower():
        forms["bcg"] = DrugForm("CFU", forms["bcg"].routes)
    return forms


def usual_indication(regimen: Regimen) -> str:
    """What a regimen is for where nobody says: by its first drug that is made for one disease, else "other".

    Intradermal BCG is the vaccine.
    """
    for drug in regimen.drugs:
        found = product(drug)
        routes = {component.route for component in regimen.components if component.drug == drug}
        if found and drug == "bcg" and routes & {"id"}:
            return "tuberculosis_prevention"
        if found and found.indication:
            return found.indication
    return "other"
