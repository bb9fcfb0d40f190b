"""An SBML file that Titer wrote, as an assembled system again.

libSBML is not asked: 5.21 ends with a segmentation fault on a file that nests ten thousand deep, gives a third of all
numbers with an exponent back in another last digit, and passes over what it does not know, while here whatever Titer
does not write is refused by name. Files of others go to engines that read all of SBML (docs/immune_crosscheck.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from titer.errors import InputError, nearest
from titer.interop.sbml.elements import CORE, MATHML
from titer.interop.sbml.guard import parse, read_text
from titer.interop.sbml.mathml import read_math
from titer.interop.sbml.metadata import FOR_OTHERS, ROLES, Members, declared, finite, own_annotation, role_of
from titer.interop.sbml.names import flat_of
from titer.interop.sbml.units import DAY, PLAIN, unit_definition
from titer.model import Dosing, Model, Output, Parameter, State, System
from titer.model.expression import Expression, number, symbol, walk

SPACE = f"{{{CORE}}}"
LISTS = {
    "listOfUnitDefinitions": ("unitDefinition",),
    "listOfParameters": ("parameter",),
    "listOfInitialAssignments": ("initialAssignment",),
    "listOfRules": ("assignmentRule", "rateRule"),
}
RULES = {"assignmentRule": ("output", "signal", "part"), "rateRule": ("state",)}
DEEPEST_TREE = 100  # operations inside each other, all rules put in, of which the library needs 40; hashing recurses


def read_sbml(path: str | Path) -> System:
    """Read a system from a file that `write_sbml` wrote.

    Nothing in the file is run and nothing is fetched. Every element that Titer does not write is refused by name; so
    are doses, which are no part of a system.

    Args:
        path: of the file.

    Returns:
        The system, its rates digit for digit as they were written. Its models hold numbers and names; they cannot be
        assembled with others, since their equations hold those of their neighbours.

    Raises:
        InputError: the file cannot be read, is no SBML, or holds what Titer does not write.
    """
    where = str(path)
    root = parse(read_text(path), where)
    if root.tag != f"{SPACE}sbml":
        raise InputError(
            f"it is {_told(root)}", where=where, right="SBML of Level 3 Version 2 that Titer wrote", hint=FOR_OTHERS
        )
    try:
        return _File(root, where).system()
    except InputError as error:  # of a model or a name that knows nothing of files
        told = error.where if where in error.where else f"{where}, {error.where}".removesuffix(", ")
        raise type(error)(error.what, where=told, right=error.right, hint=error.hint) from None


class _File:
    """The quantities of a file by their identifiers, and what the model element says of its members."""

    def __init__(self, root: Element, where: str) -> None:
        self.where = where
        model = self._only_model(root)
        own = own_annotation(model, where)
        self.lists = self._lists(model)
        self.members = Members(own, where)
        self.units = self._units()
        time = model.get("timeUnits", "")
        if self.units.get(time) != DAY:
            raise self._refused(f"time in '{self.units.get(time, time)[:40]}'", f"timeUnits='{DAY}'")
        self.quantities = self._once("listOfParameters", "id")
        self.about = {sid: own_annotation(one, self._at(sid)) for sid, one in self.quantities.items()}
        self.of_role: dict[str, list[str]] = {role: [] for role in ROLES}
        for sid, element in self.about.items():
            if role_of(element) not in self.of_role:
                raise self._refused(f"role '{role_of(element)[:40]}' of '{sid[:80]}'", ", ".join(ROLES))
            self.of_role[role_of(element)].append(sid)

    def _only_model(self, root: Element) -> Element:
        models = [one for one in root if one.tag == f"{SPACE}model"]
        other = [one.tag[:80] for one in root if one not in models] + [name for name in root.attrib if "{" in name]
        if len(models) != 1 or other:
            told = f"{len(models)} models" + (f" and {other[0]}" if other else "")
            raise self._refused(f"a file of {told}", "one model, and no package")
        return models[0]

    def _lists(self, model: Element) -> dict[str, list[Element]]:
        found: dict[str, list[Element]] = {}
        for one in model:
            tag = one.tag.removeprefix(SPACE)
            if tag in ("notes", "annotation"):
                continue
            if tag not in LISTS or tag in found:
                first = f" ('{one[0].get('id', '')[:40]}' …)" if len(one) else ""
                raise self._refused(f"<{tag[:80]}>{first}", "once each: " + ", ".join(LISTS))
            stray = [inner.tag for inner in one if inner.tag.removeprefix(SPACE) not in LISTS[tag]]
            if stray:
                raise self._refused(f"<{stray[0][:80]}> in <{tag}>", ", ".join(LISTS[tag]))
            found[tag] = list(one)
        return {tag: found.get(tag, []) for tag in LISTS}

    def _units(self) -> dict[str, str]:
        """Identifier → unit as Titer writes it, where the definition says the same."""
        found = {PLAIN: ""}
        for sid, one in self._once("listOfUnitDefinitions", "id").items():
            found[sid] = one.get("name", "")
            told = [kind.attrib for kind in one.iter(f"{SPACE}unit")]
            if told != [kind.attrib for kind in unit_definition(found[sid], sid).iter("unit")]:
                raise self._refused(f"the definition of unit '{sid[:80]}'", f"that of '{found[sid][:80]}', its name")
        return found

    def _once(self, name: str, attribute: str) -> dict[str, Element]:
        """The elements of a list by one of their attributes."""
        found: dict[str, Element] = {}
        for one in self.lists[name]:
            if one.get(attribute, "") in found:
                raise self._refused(f"'{one.get(attribute, '')[:80]}', there twice", f"each once in {name}")
            found[one.get(attribute, "")] = one
        return found

    def system(self) -> System:
        roles = self.of_role
        known = {sid: symbol(flat_of(sid)) for sid in roles["parameter"]}
        starts = self._starts(known)
        known |= {sid: symbol(flat_of(sid)) for sid in roles["state"]}
        rates = self._follow_rules(known)
        missing = [sid for role in ("output", "signal") for sid in roles[role] if sid not in known]
        missing += [sid for sid in roles["state"] if sid not in rates]
        unknown = [sid for sid in roles["signal"] if flat_of(sid) not in self.members.signals]
        if unknown:
            hint = nearest(unknown[0][:80], self.members.signals)
            raise InputError("the model's annotation has no such signal", where=self._at(unknown[0]), hint=hint)
        if missing:
            raise self._refused(f"'{missing[0][:80]}' without a rule", "a rule for each state, output and signal")
        seen = [sid for sid, element in self.about.items() if role_of(element) in ("output", "signal")]
        trees = [rates[sid] for sid in roles["state"]], [known[sid] for sid in seen]
        self._refuse_deep([*trees[0], *trees[1]])
        for sid in (*roles["parameter"], *roles["state"], *roles["output"]):
            self._declare(sid, starts)
        models = self.members.models()
        return System(
            models=models,
            signals=self.members.signals,
            states=tuple(map(flat_of, roles["state"])),
            parameters=tuple(map(flat_of, roles["parameter"])),
            starts=tuple(starts[sid] for sid in roles["state"]),
            rates=tuple(trees[0]),
            outputs=dict(zip(map(flat_of, seen), trees[1], strict=True)),
            units=self._system_units(models),
            doses={dosing.drug: _flat(model, dosing) for model in models for dosing in model.doses},
        )

    def _starts(self, known: Mapping[str, Expression]) -> dict[str, Expression]:
        """Of each state: its value, or what is assigned to it, which may use parameters."""
        given = self._once("listOfInitialAssignments", "symbol")
        stray = sorted(set(given) - set(self.of_role["state"]))
        if stray:
            raise self._refused(f"an initial assignment to '{stray[0][:80]}'", "initial assignments to states")
        found = {
            sid: self._math(given[sid], known) if sid in given else number(self._value(sid))
            for sid in self.of_role["state"]
        }
        odd = [sid for sid, tree in found.items() if tree.args]
        if odd:
            raise self._refused(f"the start of '{odd[0][:80]}'", "a number or a parameter")
        return found

    def _follow_rules(self, known: dict[str, Expression]) -> dict[str, Expression]:
        """Rates by state; assignment rules, each of which may use those before it, are added to `known`."""
        rates: dict[str, Expression] = {}
        for sid, one in self._once("listOfRules", "variable").items():
            kind = one.tag.removeprefix(SPACE)
            role = role_of(self.about[sid]) if sid in self.about else ""
            if role not in RULES.get(kind, ()):
                raise self._refused(f"<{kind[:40]}> of '{sid[:80]}'", "rates of states, assignments of outputs")
            (rates if kind == "rateRule" else known)[sid] = self._math(one, known)
        return rates

    def _math(self, holder: Element, known: Mapping[str, Expression]) -> Expression:
        where = self._at(holder.get("variable", holder.get("symbol", "")))
        found = [one for one in holder if one.tag == f"{{{MATHML}}}math"]
        if len(found) != 1 or len(holder) != 1:
            raise InputError(f"it holds {len(holder)} elements", where=where, right="one equation")

        def named(sid: str) -> Expression:
            if sid not in known:
                raise InputError(f"'{sid[:80]}' has no meaning here", where=where, hint=nearest(sid[:80], known))
            return known[sid]

        return read_math(found[0], named, where)

    def _declare(self, sid: str, starts: Mapping[str, Expression]) -> None:
        """Tell the member of the file what its parameter, state or output is."""
        about, where = self.about[sid], self._at(sid)
        key, name = self.members.split(flat_of(sid), where)
        given = {"name": name, "unit": self._unit(sid)}
        if sid in starts:
            start = starts[sid]
            told = str(start.value).removeprefix(f"{key}.") if start.op == "symbol" else start.value
            self.members.states[key].append(declared(State, about, where, start=told, **given))
        elif role_of(about) == "output":
            self.members.outputs[key].append(declared(Output, about, where, **given))
        else:
            parameter = declared(Parameter, about, where, value=self._value(sid), **given)
            self.members.parameters[key].append(parameter)

    def _value(self, sid: str) -> float:
        try:
            return finite(self.quantities[sid].get("value", ""))
        except ValueError:
            given = self.quantities[sid].get("value")
            raise InputError(f"its value is {given!r}", where=self._at(sid), right="a finite number") from None

    def _unit(self, sid: str) -> str:
        unit = self.quantities[sid].get("units", "")
        if unit not in self.units:
            raise InputError(f"unit '{unit[:40]}' is not defined", where=self._at(sid), hint=nearest(unit, self.units))
        return self.units[unit]

    def _system_units(self, models: tuple[Model, ...]) -> dict[str, str]:
        structural = {f"{m.key}.{p.name}": p.unit for m in models for p in m.parameters if p.structural}
        quantities = [sid for role in ("parameter", "state", "output", "signal") for sid in self.of_role[role]]
        return structural | {flat_of(sid): self._unit(sid) for sid in quantities}

    def _refuse_deep(self, trees: list[Expression]) -> None:
        depth: dict[int, int] = {}
        for node in walk(trees):
            depth[id(node)] = 1 + max((depth[id(part)] for part in node.args), default=0)
        if max(depth.values(), default=0) > DEEPEST_TREE:
            raise self._refused("an equation that goes deeper than any of a model", f"{DEEPEST_TREE} operations deep")

    def _at(self, sid: str) -> str:
        return f"{self.where}, '{sid[:80]}'"

    def _refused(self, what: str, right: str) -> InputError:
        return InputError(f"{what} is not read", where=self.where, right=f"{right} (docs/sbml.md)")


def _told(root: Element) -> str:
    """What a file is that is no SBML of ours."""
    if root.tag.rpartition("}")[2] != "sbml":
        return "no SBML"
    return f"SBML of Level {root.get('level', '?')[:9]} Version {root.get('version', '?')[:9]}"


def _flat(model: Model, dosing: Dosing) -> Dosing:
    """A dosing with flat names, as an assembled system has it."""
    names = {field: getattr(dosing, field) for field in ("state", "bioavailability", "lag")}
    flat: dict[str, Any] = {field: f"{model.key}.{name}" for field, name in names.items() if name}
    return replace(dosing, **flat)
