"""Running models over an event table: one row of predictions for each record that is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.engine import compile_kernel
from titer.errors import InputError, nearest
from titer.interop.event_tables.drivers import (
    CARRIES,
    Carry,
    Drivers,
    ParameterSets,
    find_drivers,
    parameter_sets,
    zeros_of,
)
from titer.interop.event_tables.order import Ties
from titer.interop.event_tables.run import TableRun
from titer.interop.event_tables.table import RESET_AND_DOSE, EventTable, Floats, Integers
from titer.library import drugs as library_drugs
from titer.library import models as library_models
from titer.library import relapsed_myeloma_models
from titer.library.signals import SIGNALS
from titer.model import Model, System, assemble

MYELOMA_SYSTEM = "relapsed-myeloma"  # stands for the disease with its usual drugs, the immune system, all side effects


@dataclass(frozen=True, eq=False)
class Predictions:
    """One row per record with EVID 0 or 2, in the order of the table.

    Args:
        row: number of the record in the file. Shape (n_rows,), as all arrays.
        id, time, evid, dv: as in the table.
        outputs: flat output or signal name → values.
        units: of the outputs.
        time_unit: of `time`.
        notes: how the table was read; sentences.
        warnings: what may not be meant: defaults that stood in, doses above what a model answers for.
    """

    row: Integers
    id: Integers
    time: Floats
    evid: Integers
    dv: Floats
    outputs: Mapping[str, Floats]
    units: Mapping[str, str]
    time_unit: str
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.id)

    def columns(self) -> dict[str, NDArray]:
        """Columns as they are written: ROW, ID, TIME, EVID, DV, then outputs with their unit in brackets.

        Example:
            >>> run = simulate_table("lenalidomide", example_table())
            >>> list(run.columns())[:6]
            ['ROW', 'ID', 'TIME', 'EVID', 'DV', 'lenalidomide.conc [ng/mL]']
        """
        keys = {"ROW": self.row, "ID": self.id, "TIME": self.time, "EVID": self.evid, "DV": self.dv}
        return keys | {self._title(name): values for name, values in self.outputs.items()}

    def _title(self, name: str) -> str:
        unit = self.units.get(name, "")
        return f"{name} [{unit}]" if unit not in ("", "1") else name


def example_table() -> EventTable:
    """A small table for examples: 25 mg once, looked at after 1 and 4 hours."""
    from titer.interop.event_tables import event_table

    return event_table({"ID": [1, 1, 1], "TIME": [0, 1, 4], "AMT": [25, 0, 0], "CRCL": [60, 60, 60]})


def simulate_table(
    models: str | Model | System | Sequence[str | Model],
    table: EventTable,
    *,
    covariates: Carry = "locf",
    additional: Ties = "after",
    compartments: Mapping[int, str] | None = None,
    defaults: bool = True,
    overrides: Mapping[str, float] | None = None,
    outputs: Sequence[str] | None = None,
    spread: bool = False,
    seed: int = 1,
    rtol: float = 1e-8,
    atol: float = 1e-10,
    threads: int | None = None,
) -> Predictions:
    """Run a model, or several that meet on signals, over an event table.

    Each patient starts at its first record, in the model's start state. At equal times the records act in the order of
    the table: an observation above a dose is read before it, one below it sees it. A dose repeated by ADDL, or one that
    arrives by a lag, acts after the observations of that moment.

    Args:
        models: names of models or drugs of the library ("relapsed-myeloma" for the whole system), models, or a system.
        table: from `read_event_table` or `event_table`. Amounts are in the unit of the drug's dosing entry, covariates
            in the unit of the model that reads them.
        covariates: between records, "locf" keeps the last value, "nocb" takes the next one (NONMEM's way).
        additional: "before" lets repeated doses act before the records of the same moment.
        compartments: what the numbers in CMT mean, number → drug; else the place of a state in the system.
        defaults: False refuses a table that lacks a covariate which a model reads.
        overrides: flat parameter → value for everybody ("lenalidomide.cl": 8.0).
        outputs: flat names of those wanted; None for all.
        spread: True gives each patient an own deviation, keyed by seed and patient (column PATIENT, else ID).
        seed: of that deviation.
        rtol, atol, threads: as in `Ensemble`.

    Raises:
        InputError: a compartment, covariate, column or output that does not fit.
        SolveError: a patient's integration did not finish, or a steady state was not found.

    Accuracy: 1e-8 of the closed forms of linear kinetics (tests/test_event_tables_run.py). A patient's predictions do
        not depend on the other patients of the table.

    Source: definition; conventions in docs/event_tables.md.

    Example:
        >>> run = simulate_table("lenalidomide", example_table())
        >>> [round(float(v)) for v in run.outputs["lenalidomide.conc"]]
        [382, 274]
        >>> run.units["lenalidomide.conc"]
        'ng/mL'
    """
    if covariates not in CARRIES or additional not in ("after", "before"):
        raise InputError(f"covariates '{covariates}', additional '{additional}'", right="locf or nocb; after or before")
    system = _system_of(models)
    drivers = find_drivers(table, system)
    sets = parameter_sets(table, system, drivers, covariates, overrides=overrides or {}, spread=spread, seed=seed)
    if sets.defaults and not defaults:
        raise InputError(
            f"the table has no {', '.join(sets.defaults)}",
            where=table.name,
            right="a column for each covariate that the model reads",
            hint="leave out --no-defaults to take these values",
        )
    kernel = compile_kernel(system, outputs=outputs)
    run = TableRun(table, kernel, sets, covariates, additional, compartments or {}, rtol, atol, threads)
    values = run.values()
    looked = table.observations
    return Predictions(
        row=table.row[looked],
        id=table.id[looked],
        time=table.time[looked],
        evid=table.evid[looked],
        dv=table.dv[looked],
        outputs=dict(zip(run.kernel.output_names, values.T, strict=True)),
        units={name: system.units[name] for name in run.kernel.output_names},
        time_unit=table.time_unit,
        notes=(*table.notes, *_notes(system, drivers, sets, covariates, run.given_drugs, spread)),
        warnings=tuple(_warnings(table, system, drivers, sets, run.given_drugs)),
    )


def _system_of(models: str | Model | System | Sequence[str | Model]) -> System:
    if isinstance(models, System):
        return models
    wanted = [models] if isinstance(models, (str, Model)) else list(models)
    known = library_models() | library_drugs()
    chosen: dict[str, Model] = {}
    for one in wanted:
        if isinstance(one, str) and one not in known and one != MYELOMA_SYSTEM:
            raise InputError(f"the library has no model '{one}'", hint=nearest(one, [*known, MYELOMA_SYSTEM]))
        found = relapsed_myeloma_models() if one == MYELOMA_SYSTEM else [known[one] if isinstance(one, str) else one]
        chosen |= {model.key: model for model in found}
    return assemble(list(chosen.values()), SIGNALS)


def _notes(
    system: System, drivers: Drivers, sets: ParameterSets, carry: Carry, given: Mapping[str, float], spread: bool
) -> list[str]:
    units = {c.name: c.unit for model in system.models for c in model.covariates}
    notes = []
    if given:
        notes.append(f"amounts: {', '.join(f'{drug} in {system.doses[drug].unit}' for drug in given)}")
    if drivers.covariates:
        told = [f"{c} = {n} {units[n]}".rstrip() for n, c in drivers.covariates.items()]
        notes.append(f"covariates read: {', '.join(told)}; {CARRIES[carry]}")
    if drivers.parameters:
        told = [f"{c} = {n} {system.units[n]}".rstrip() for n, c in drivers.parameters.items()]
        notes.append(f"parameters set by columns: {', '.join(told)}; {CARRIES[carry]}")
    if drivers.unused:
        notes.append(f"columns that no model reads: {', '.join(drivers.unused)}")
    if spread and any(name.upper() == "PATIENT" for name in drivers.unused):
        notes.append("deviations are keyed by PATIENT, not by ID")
    if sets.filled:
        notes.append(f"{sets.filled:,} missing cells of columns that a model reads took a neighbour's value")
    return notes


def _wiped(table: EventTable) -> str:
    """The first steady-state dose before which its patient had a dose into another compartment; "" for none."""
    given = np.flatnonzero(table.doses & (table.amount > 0))
    place, who, into = np.arange(len(given)), table.id[given], table.compartment[given]
    fresh = np.concatenate([[True], who[1:] != who[:-1]]) | (table.evid[given] == RESET_AND_DOSE)
    other = fresh | np.concatenate([[True], into[1:] != into[:-1]])
    begun, since = (np.maximum.accumulate(np.where(which, place, 0)) for which in (fresh, other))
    wiped = given[table.steady[given] & (since > begun)]
    return table.place(int(wiped[0]), "SS") if len(wiped) else ""


def _warnings(
    table: EventTable, system: System, drivers: Drivers, sets: ParameterSets, given: Mapping[str, float]
) -> list[str]:
    told = []
    if sets.defaults:
        told.append(f"not in the table, so the model's default: {', '.join(sets.defaults)}")
    if not (table.doses & (table.amount > 0)).any():
        return [*told, "no record gives a dose: AMT is 0 or missing in all of them"]
    if not table.observations.any():
        told.append("no record has EVID 0 or 2, so there is nothing to predict")
    for column in zeros_of(table, system, drivers):
        told.append(f"column {column} holds 0, which is taken as the value; where it means missing, write '.'")
    if place := _wiped(table):
        told.append(f"{place}: a steady state (SS 1) of one compartment, and the doses into others before it are gone")
    for drug, amount in given.items():
        dosing = system.doses[drug]
        if dosing.studied_up_to is not None and amount > dosing.studied_up_to:
            told.append(
                f"a dose of {amount:g} {dosing.unit} of {drug} is more than its model answers for, "
                f"{dosing.studied_up_to:g} {dosing.unit} a day"
            )
    return told
