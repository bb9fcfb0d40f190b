"""Sources of the safety rules of the thalidomide class. `memory(...)` marks wording that could not be read again."""

from titer.source import Source

REMS = (
    "Programme of the United States for thalidomide, lenalidomide and pomalidomide (REMS), as in the products' labels"
)
LEN_US = "REVLIMID (lenalidomide) US prescribing information"
LEN_EU = "Revlimid (lenalidomide) EU summary of product characteristics"
POM_US = "POMALYST (pomalidomide) US prescribing information"
POM_EU = "Imnovid (pomalidomide) EU summary of product characteristics"
THAL_US = "THALOMID (thalidomide) US prescribing information"
THAL_EU = "Thalidomide EU summary of product characteristics"
CLASS_EU = "EU summaries of product characteristics of thalidomide, lenalidomide and pomalidomide"
CLASS_US = "US prescribing information of thalidomide, lenalidomide and pomalidomide"
TITER = "This package: a rule that follows from the others and stands in no label"


def label(text: str, place: str, doi: str = "") -> Source:
    """A label or paper with the place in it, as read."""
    return Source(f"{text}, {place}", doi=doi)


def memory(text: str, place: str) -> Source:
    """A label with the place in it, quoted from memory."""
    return Source(f"{text}, {place}", confirmed=False)
