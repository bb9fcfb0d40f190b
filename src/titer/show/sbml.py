"""A member of the library as an SBML file, for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from titer.decisions.response import with_drugs
from titer.errors import InputError, nearest
from titer.interop.sbml import planned_challenges, with_values, write_sbml
from titer.library import core_models, drugs, models, read_regimen, relapsed_myeloma_models, threats
from titer.library.signals import SIGNALS
from titer.model import Challenge, Model, System, assemble
from titer.patients.cohort import Cohort
from titer.patients.individuals import sample_individuals

DAYS = 28.0


def write_member(name: str, path: str | Path, regimen: str = "", days: float = DAYS) -> System:
    """Write a model, the myeloma system or the immune core as SBML, with the values of a typical person.

    Args:
        name: a drug or model by key or full name; "system"; "immune"; a threat, whose usual dose then comes on day 0.
        path: of the file.
        regimen: doses that the file gives as events; models of its drugs join.
        days: how long the regimen is given.

    Returns:
        What was written.

    Raises:
        InputError: nothing of that name, a regimen that cannot be read, or a length that no run can have.
        StorageError: the file cannot be written.
    """
    members, doses = _called(name)
    given = read_regimen(regimen) if regimen else None
    if given is not None:
        taken = {dosing.drug for model in members for dosing in model.doses}
        members = with_drugs(members, [drug for drug in given.drugs if drug not in taken])
    system = typical_person(assemble(members, SIGNALS))
    if given is not None:
        doses = [*doses, *planned_challenges(system, given, days)]
    write_sbml(path, system, doses=doses)
    return system


def typical_person(system: System) -> System:
    """The system with the typical values for covariates at their defaults."""
    one = Cohort(np.zeros(1, np.int64), {}, {})
    return with_values(system, sample_individuals(system, one, seed=1, spread=False).values[0])


def _called(name: str) -> tuple[Sequence[Model], list[Challenge]]:
    wanted = name.strip().lower()
    known = {model.name.lower(): model for model in models().values()}
    known |= {key.lower(): model for key, model in (models() | drugs()).items()}
    if wanted == "system":
        return relapsed_myeloma_models(), []
    if wanted == "immune":
        return core_models(), []
    if wanted in known:
        return [known[wanted]], []
    if wanted in threats():
        threat = threats()[wanted]
        return core_models(threat), [Challenge(0.0, "threat", threat.dose)]
    hint = nearest(wanted, [*known, *threats(), "system", "immune"])
    raise InputError(
        f"'{name}' is no model that could be written as SBML",
        right="a model, a threat, 'system' or 'immune'",
        hint=hint,
    )
