"""What libSBML says of a document."""

from __future__ import annotations

from titer.errors import InputError

MOST_TOLD = 3


def require_sound(text: str) -> None:
    """Refuse to write what libSBML finds errors in; its advice on units and style is not asked for.

    Units are left out because numbers inside equations carry none in the file.

    Raises:
        InputError: with the first errors that libSBML found.
    """
    import libsbml

    document = libsbml.readSBMLFromString(text)
    for category in (libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, libsbml.LIBSBML_CAT_MODELING_PRACTICE):
        document.setConsistencyChecks(category, False)
    document.checkConsistency()
    found = [document.getError(k) for k in range(document.getNumErrors())]
    errors = [f"line {e.getLine()}: {' '.join(e.getMessage().split())}" for e in found if e.isError() or e.isFatal()]
    if errors:
        more = f"; and {len(errors) - MOST_TOLD} more" if len(errors) > MOST_TOLD else ""
        told = "; ".join(error[:300] for error in errors[:MOST_TOLD])
        raise InputError(f"libSBML finds errors in what was to be written: {told}{more}", right="SBML that is valid")
