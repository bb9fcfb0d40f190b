"""An assembled system as SBML Level 3 Version 2.

States are parameters with rate rules and not species: a species needs a compartment and is read either as an amount or
as a concentration, which cells, degrees and multiples of rest are not, while a parameter has any unit, and every engine
that knows rate rules runs it. Outputs and signals are assignment rules; what several equations share is written once.

libSBML judges the text but does not write it: its writer prints numbers with 15 digits, of which 17 are needed to give
the same double back, and has no setting for more. ElementTree writes and escapes the elements instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from titer.errors import InputError
from titer.interop.sbml.check import require_sound
from titer.interop.sbml.doses import events_of, infused_states, infusion_rate
from titer.interop.sbml.elements import CORE, TITER, element, to_text
from titer.interop.sbml.mathml import alike, math, shared_parts
from titer.interop.sbml.metadata import annotation, notes, parameter_texts, system_texts
from titer.interop.sbml.names import DOT, PART, infusion_sid, part_sid, sid_of
from titer.interop.sbml.units import DAY, unit_definition, unit_ids
from titer.model import Challenge, Model, Output, Parameter, Signal, System
from titer.model.expression import Expression, is_number, symbol, walk
from titer.trials.store import whole_file


def write_sbml(path: str | Path, system: System, *, doses: Sequence[Challenge] = ()) -> None:
    """Write a system as a file.

    Args:
        path: of the file, made or replaced.
        system: assembled; of one person where `with_values` put that person's values in.
        doses: what enters, and when.

    Raises:
        InputError: as `sbml_text`.
        StorageError: the file cannot be written; an earlier one of that name stays as it was.
    """
    text = sbml_text(system, doses=doses)
    with whole_file(Path(path)) as partial:
        partial.write_text(text, encoding="utf-8")


def with_values(system: System, values: np.ndarray) -> System:
    """The system with one person's values in place of the typical ones, and said so.

    Args:
        system: assembled.
        values: shape (n_parameters,), as `system.parameters`.

    Raises:
        InputError: another shape.
    """
    values = np.asarray(values, float)
    if values.shape != (len(system.parameters),):
        raise InputError(f"values of shape {values.shape}", right=f"({len(system.parameters)},), one person's")
    own = dict(zip(system.parameters, values.tolist(), strict=True))
    return replace(system, models=tuple(_with_values(model, own) for model in system.models))


def _with_values(model: Model, own: Mapping[str, float]) -> Model:
    return replace(model, parameters=tuple(_with_value(p, own.get(f"{model.key}.{p.name}")) for p in model.parameters))


def _with_value(parameter: Parameter, value: float | None) -> Parameter:
    if value is None or isclose(value, parameter.value, rel_tol=1e-12):
        return parameter
    note = f"one person's value; {parameter.value:g} is typical ({parameter.status}, {parameter.at})"
    own = replace(parameter, value=value, status="derived", at="definition", cv=None, omega2=None, sd=None)
    return replace(own, note=f"{note}; {parameter.note}" if parameter.note else note)


def sbml_text(system: System, *, doses: Sequence[Challenge] = ()) -> str:
    """As `write_sbml`, the text; the same system gives the same text.

    Raises:
        InputError: a name that SBML cannot hold; an agent that nothing takes; a day, an amount or a length that is
            below 0 or not finite.
        ModelError: an equation that holds a number which is not finite.

    Accuracy: numbers keep every digit; libSBML finds no error in the text.

    Example:
        >>> from titer.library import models
        >>> from titer.library.signals import SIGNALS
        >>> from titer.model import assemble
        >>> sbml_text(assemble([models()["lenalidomide"]], SIGNALS)).count("<rateRule")
        3
    """
    names = {"id": "titer", "name": " + ".join(model.key for model in system.models), "timeUnits": DAY}
    model = element("model", names, *system_texts(system), *_Document(system, doses).lists())
    root = {"xmlns": CORE, "xmlns:titer": TITER, "level": "3", "version": "2"}
    text = to_text(element("sbml", root, model))
    require_sound(text)
    return text


@dataclass(frozen=True)
class _Rule:
    """One assignment rule: an output, a signal, or a part that several equations share."""

    sid: str
    tree: Expression


class _Document:
    """The lists of the model element."""

    def __init__(self, system: System, doses: Sequence[Challenge]) -> None:
        self.system, self.doses = system, doses
        self._refuse_doubles()
        self.infused = infused_states(system, doses)
        self.states = {f"{m.key}.{one.name}": one for m in system.models for one in m.states}
        self.outputs: dict[str, Output | Signal] = {n: Output(n, system.units[n], n) for n in system.outputs}
        self.outputs |= system.signals  # what neither declares was added to the system by hand
        self.outputs |= {f"{m.key}.{one.name}": one for m in system.models for one in m.outputs}
        described = (*self.states.values(), *(self.outputs[name] for name in system.outputs))
        units = (*(system.units[name] for name in system.parameters), *(one.unit for one in described))
        self.units = unit_ids([DAY, *units])
        self.named = {symbol(name).digest: sid_of(name) for name in (*system.parameters, *system.states)}
        self.named |= {infusion_rate(state).digest: infusion_sid(state) for state in self.infused}
        trees = alike([*system.rates, *system.outputs.values()])
        self.rates, outputs = trees[: len(system.states)], trees[len(system.states) :]
        self.rules = self._name_rules(outputs)

    def _refuse_doubles(self) -> None:
        doubled = {*self.system.states, *self.system.parameters} & {*self.system.outputs}
        if doubled:
            what = f"output '{min(doubled)}' has the name of a state or parameter"
            raise InputError(what, right="names of their own, since SBML knows each once")

    def _name_rules(self, outputs: Sequence[Expression]) -> list[_Rule]:
        """Rules, each after those it needs; from here on `named` knows what they stand for."""
        rules = []
        for name, tree in zip(self.system.outputs, outputs, strict=True):
            rules.append(_Rule(sid_of(name), tree))
            if tree.args:
                self.named.setdefault(tree.digest, sid_of(name))
        for k, part in enumerate(shared_parts([*outputs, *self.rates], self.named), start=1):
            rules.append(_Rule(part_sid(k), part))
            self.named[part.digest] = part_sid(k)
        place = {node.digest: k for k, node in enumerate(walk(rule.tree for rule in rules))}
        return sorted(rules, key=lambda rule: place[rule.tree.digest])

    def lists(self) -> list[Element]:
        units = [unit_definition(text, sid) for text, sid in self.units.items() if text]
        rates = [self._rate(name, tree) for name, tree in zip(self.system.states, self.rates, strict=True)]
        found = {
            "listOfUnitDefinitions": units,
            "listOfParameters": [*self._parameters(), *self._quantities()],
            "listOfInitialAssignments": self._starts(),
            "listOfRules": [*map(self._assignment, self.rules), *rates],
            "listOfEvents": events_of(self.system, self.doses, self.named),
        }
        return [element(name, {}, *inside) for name, inside in found.items() if inside]

    def _parameters(self) -> list[Element]:
        found = []
        for name, value in zip(self.system.parameters, self.system.typical().tolist(), strict=True):
            model, parameter = self._home(name)
            texts = parameter_texts(model, parameter)
            found.append(self._quantity(name, parameter.unit, *texts, value=value, constant=True))
        return found

    def _home(self, name: str) -> tuple[Model, Parameter]:
        key, _, own = name.partition(".")
        model = next(model for model in self.system.models if model.key == key)
        return model, model.parameter(own)

    def _quantities(self) -> list[Element]:
        """What changes: states, outputs, signals, parts, infusions."""
        found = []
        for name, start in zip(self.system.states, self.system.starts, strict=True):
            one, value = self.states[name], float(start.value or 0.0) if is_number(start) else None
            texts = (*notes([one.meaning]), annotation("state", {"meaning": one.meaning}))
            found.append(self._quantity(name, one.unit, *texts, value=value))
        for name in self.system.outputs:
            seen = self.outputs[name]
            own = annotation("output", {"meaning": seen.meaning}) if isinstance(seen, Output) else annotation("signal")
            found.append(self._quantity(name, seen.unit, *notes([seen.meaning]), own))
        parts = [rule.sid for rule in self.rules if rule.sid.startswith(f"{PART}{DOT}")]
        own_to_the_file = [{"id": sid} for sid in parts]
        own_to_the_file += [{"id": infusion_sid(state), "value": "0"} for state in self.infused]
        return found + [
            element("parameter", {**told, "constant": "false"}, annotation("part")) for told in own_to_the_file
        ]

    def _quantity(
        self, name: str, unit: str, *texts: Element, value: float | None = None, constant: bool = False
    ) -> Element:
        told = {"id": sid_of(name), "name": name} | ({} if value is None else {"value": repr(value)})
        return element("parameter", {**told, "units": self.units[unit], "constant": str(constant).lower()}, *texts)

    def _starts(self) -> list[Element]:
        pairs = zip(self.system.states, alike(self.system.starts), strict=True)
        return [
            element("initialAssignment", {"symbol": sid_of(name)}, math(tree, self.named))
            for name, tree in pairs
            if not is_number(tree)
        ]

    def _assignment(self, rule: _Rule) -> Element:
        # of two equal outputs, one is written as the other
        whole = self.named.get(rule.tree.digest, rule.sid) == rule.sid
        return element("assignmentRule", {"variable": rule.sid}, math(rule.tree, self.named, whole))

    def _rate(self, name: str, tree: Expression) -> Element:
        whole = tree + infusion_rate(name) if name in self.infused else tree
        return element("rateRule", {"variable": sid_of(name)}, math(whole, self.named))
