"""SBML out and back: assembled systems as files of Level 3 Version 2 that other engines run.

    write_sbml(path, system, doses=...)     sbml_text(system)     read_sbml(path) -> System

`write.py` lays out the document, `elements.py` makes its elements, `mathml.py` holds the equations, `units.py` the
units, `metadata.py` what the numbers are and where they come from, `doses.py` the events, `names.py` the identifiers,
`guard.py` what a file from elsewhere must not do, `check.py` the judgement of libSBML. docs/sbml.md says what is
written, and what is lost.
"""

from titer.interop.sbml.doses import planned_challenges
from titer.interop.sbml.read import read_sbml
from titer.interop.sbml.write import sbml_text, with_values, write_sbml

__all__ = ["planned_challenges", "read_sbml", "sbml_text", "with_values", "write_sbml"]
