"""What labels, programmes and scores ask for before treatment: one file per subject, each with its `RULES`.

A file of this folder that has `RULES` (a tuple of `SafetyRule`) is found by looking into the folder, so adding rules
edits nothing else. `MEDICATIONS`, `CONDITIONS` and `ALLERGIES` of the files are joined in the same way: tuples of
`Term` that say which words of a patient's file are understood. A term that two files declare belongs to the groups of
both. `COVERS` says for which indications the rules of a drug were written, where not for all.

Example:
    >>> rules = safety_rules()
    >>> rules["pregnancy_imid"].severity
    'block'
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from titer.clinic.safety.declare import Rulebook, SafetyRule
    from titer.clinic.safety.screen import Screening
    from titer.clinic.safety.vocabulary import Term
    from titer.dosing.regimen import Regimen
    from titer.patients.columns import PatientColumns

LISTS = {"medications": "MEDICATIONS", "conditions": "CONDITIONS", "allergies": "ALLERGIES"}


def safety_rules() -> dict[str, SafetyRule]:
    """Every safety rule by its key, file after file in the order of their names."""
    return {rule.key: rule for rule in rulebook().rules}


@cache
def rulebook() -> Rulebook:
    """All rules with the words they use."""
    from titer.clinic.safety.declare import Rulebook
    from titer.clinic.safety.vocabulary import Vocabulary

    terms = {field: _joined(field) for field in LISTS}
    allergies = [*terms["medications"], *terms["allergies"]]  # one can be allergic to any medicine
    vocabulary = Vocabulary({**terms, "drugs": terms["medications"], "allergies": allergies})
    rules = (rule for module in _files() for rule in getattr(module, "RULES", ()))
    covers = {drug: named for module in _files() for drug, named in getattr(module, "COVERS", {}).items()}
    return Rulebook(rules, vocabulary, covers)


def read_checked_regimen(text: str) -> Regimen:
    """The regimen that a text describes, with every product that rules are about; no model of it is needed.

    Raises:
        InputError: it points at the offending word.

    Example:
        >>> str(read_checked_regimen("pom 4 mg d1-21/28 + dex 40 mg weekly"))
        'pomalidomide 4 mg days 1-21 of 28 + dexamethasone 40 mg weekly'
    """
    from titer.dosing.parse import parse_regimen
    from titer.library.labels.products import forms_for

    return parse_regimen(text, forms_for(text))


def check_patients(
    columns: PatientColumns, regimen: Regimen, *, indication: str = "", authority: str = "both"
) -> Screening:
    """Every rule of the library that applies to a regimen, asked about every patient.

    Args:
        columns: facts of the patients.
        regimen: as `read_checked_regimen` gives it.
        indication: what the regimen is for; "": the diagnosis of the one patient, else what the regimen is usually for.
        authority: "us", "eu" or "both".

    Raises:
        InputError: an indication or authority that there is not.
    """
    from titer.clinic.safety.screen import pick_indication, screen
    from titer.library.labels.products import INDICATIONS, usual_indication

    authorities = _authorities(authority)
    if not indication and len(columns) == 1:
        indication = columns.value("diagnosis", 0) or ""
    chosen = pick_indication(indication, INDICATIONS) if indication else usual_indication(regimen)
    return screen(columns, regimen, rulebook(), indication=chosen, authorities=authorities)


def _authorities(name: str) -> tuple[str, ...]:
    known = {"us": ("US",), "eu": ("EU",), "both": ("US", "EU")}
    wanted = name.strip().lower()
    if wanted not in known:
        from titer.errors import InputError, nearest

        raise InputError(f"authority '{name}' is not known", right="us, eu or both", hint=nearest(wanted, known))
    return known[wanted]


def _files() -> Iterable[ModuleType]:
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    return [import_module(f"titer.library.labels.{name}") for name in names]


def _joined(field: str) -> list[Term]:
    """The terms of all files, each name once with the groups of all its declarations."""
    from titer.clinic.safety.vocabulary import Term

    joined: dict[str, Term] = {}
    for term in (term for module in _files() for term in getattr(module, LISTS[field], ())):
        known = joined.get(term.name)
        if known is None:
            joined[term.name] = term
            continue
        groups = tuple(dict.fromkeys((*known.groups, *term.groups)))
        also = tuple(dict.fromkeys((*known.also, *term.also)))
        joined[term.name] = Term(term.name, groups, known.source or term.source, also)
    return list(joined.values())
