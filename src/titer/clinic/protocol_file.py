"""Protocols in files: rules of one's own in TOML, read with every check, and written so that they read back equal.

    [protocol]
    name = "own hold threshold"
    extends = "us-label"
    source = "our study protocol, version 2, section 6.3"

    [[hold]]
    name = "neutropenia"
    when = "anc < 0.75 10^9/L"
    until = "anc >= 0.75 10^9/L"

The page docs/protocol_files.md lists every table and key. A file comes from anywhere: it is limited in size, nothing in
it is run, and nothing in it is ignored.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from titer.clinic.protocol import Calendar, Ladder, Protocol, Rule, drugs_of
from titer.clinic.protocol_fields import CALENDAR, LADDER, PROTOCOL, RULES, TABLES, Key, read_keys
from titer.clinic.protocol_writing import write_protocol
from titer.dosing.drugs import nearest_drug
from titer.errors import InputError, nearest
from titer.model.declare import Source

__all__ = ["parse_protocol", "read_protocol", "write_protocol"]
LARGEST_FILE = 200_000  # bytes
ALIKE = 0.8  # of two words, from 0 to 1: one or two letters of a word differ
NO_SOURCE = "no source given"
NO_WORDING = "no wording given"


def read_protocol(
    path: str | Path, *, known: Mapping[str, Protocol] | None = None, drugs: Sequence[str] | None = None
) -> Protocol:
    """The protocol that a TOML file describes.

    Args:
        path: of the file.
        known: protocols that it may extend, by name.
        drugs: names that rules may use; any where None.

    Raises:
        InputError: no such file, too large, not TOML; a table or key that is not known; a value that cannot be used; a
            condition that cannot be read; rules that contradict each other. Each names the line.
    """
    place = Path(path)
    try:
        with place.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InputError(
            f"'{path}' cannot be read: {error.strerror or error}", right="a protocol file (TOML)"
        ) from None
    if len(content) > LARGEST_FILE:
        raise InputError(f"'{path}' is larger than a protocol can be", right=f"at most {LARGEST_FILE:,} bytes")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"'{path}' is not text: byte {error.start + 1} is not UTF-8") from None
    return parse_protocol(text, file=place.name, known=known, drugs=drugs)


def parse_protocol(
    text: str,
    *,
    file: str = "protocol",
    known: Mapping[str, Protocol] | None = None,
    drugs: Sequence[str] | None = None,
) -> Protocol:
    """The protocol that a TOML text describes; `file` is what errors call it. See `read_protocol`.

    Example:
        >>> from titer.library.rules.lenalidomide_us import US
        >>> parse_protocol(write_protocol(US)) == US
        True
    """
    if len(text) > LARGEST_FILE:
        raise InputError(f"{file} has {len(text):,} characters", right=f"at most {LARGEST_FILE:,}")
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        told = str(error) if isinstance(error, ValueError) else "values are nested too deeply"
        raise InputError(f"{file} is not TOML: {told}", hint='texts stand in quotes: name = "own"') from None
    return _Reading(file, text, content, known or {}, drugs).protocol()


class _Reading:
    """One file on its way to a protocol."""

    def __init__(
        self,
        file: str,
        text: str,
        content: Mapping[str, Any],
        known: Mapping[str, Protocol],
        drugs: Sequence[str] | None,
    ) -> None:
        self.file, self.lines, self.content = file, _Lines(text), content
        self.known, self.drugs = known, drugs
        self._check_tables()
        self.head = self._keys("protocol", 0, content.get("protocol", {}), PROTOCOL)
        self.base = self._base()
        self.source: Source | None = self.head.get("source")

    def protocol(self) -> Protocol:
        rules, ladders = self._rules(), self._ladders()
        calendar = self._calendar()
        if not rules and not self.head.get("no_rules"):
            raise InputError(
                "the protocol has no rule", where=self.file, right="a rule, or no_rules = true under [protocol]"
            )
        if rules and self.head.get("no_rules"):
            raise InputError("no_rules is true, and there are rules", where=self._where("protocol", 0, "no_rules"))
        usual = self.base.response_every_day if self.base else 28
        title = self.head.get("name") or Path(self.file).stem
        response = self.head.get("response_every_day", usual)
        try:
            return Protocol(title, self._ordered(rules), ladders, calendar, response)
        except InputError as error:
            raise self._told(error, self._where_of(error)) from None

    def _check_tables(self) -> None:
        for table, value in self.content.items():
            if table not in TABLES:
                hint = nearest(table, TABLES)
                raise InputError(f"the table '{table}' is not known", where=self._where(table, 0), hint=hint)
            single = table in ("protocol", "calendar")
            fits = isinstance(value, dict) if single else isinstance(value, list)
            if not fits or not (single or all(isinstance(one, dict) for one in value)):
                right = f"[{table}]" if single else f"[[{table}]], once for each"
                raise InputError(f"'{table}' is not written as a table", where=self._where(table, 0), right=right)

    def _base(self) -> Protocol | None:
        name = self.head.get("extends")
        if name is None:
            if "without" in self.head:
                where = self._where("protocol", 0, "without")
                raise InputError("there is nothing to leave rules out of", where=where, right='extends = "us-label"')
            return None
        if name not in self.known:
            where = self._where("protocol", 0, "extends")
            raise InputError(f"there is no protocol '{name}' to extend", where=where, hint=nearest(name, self.known))
        return self.known[name]

    def _rules(self) -> tuple[Rule, ...]:
        found = {rule.name: rule for rule in self.base.rules} if self.base else {}
        for name in self.head.get("without", ()):
            if found.pop(name, None) is None:
                where = self._where("protocol", 0, "without")
                raise InputError(f"there is no rule '{name}' to leave out", where=where, hint=nearest(name, found))
        here: set[str] = set()
        for table in RULES:
            for index, entry in enumerate(self.content.get(table, [])):
                rule = self._rule(table, index, entry, found)
                if rule.name in here:
                    what = f"there are two rules called '{rule.name}'"
                    raise InputError(what, where=self._where(table, index, "name"), right="each name once")
                here.add(rule.name)
                found[rule.name] = rule
        return tuple(found.values())

    def _rule(self, table: str, index: int, entry: Mapping[str, Any], found: Mapping[str, Rule]) -> Rule:
        kind, keys = RULES[table]
        before = found.get(entry["name"]) if isinstance(entry.get("name"), str) else None
        if before is not None and not isinstance(before, kind):
            what = f"'{before.name}' is another kind of rule in '{self.head.get('extends', 'this file')}'"
            other = next((word for word, (known, _) in RULES.items() if isinstance(before, known)), table)
            raise InputError(what, where=self._where(table, index, "name"), right=f"[[{other}]], or another name")
        values = self._keys(table, index, entry, keys, missing_allowed=before is not None)
        if before is None:
            self._refuse_slip(table, index, values)
        self._check_drugs(table, index, values)
        try:
            if before is not None:
                return replace(before, **self._with_home(values, before.source, before.wording))
            return kind(**self._with_home(values))
        except InputError as error:
            raise self._told(error, self._where(table, index)) from None

    def _refuse_slip(self, table: str, index: int, values: Mapping[str, Any]) -> None:
        """A new rule called nearly as one of the extended protocol, of one kind and drug: it would act beside that."""
        name, kind = values["name"], RULES[table][0]
        own = {values["drug"]} if "drug" in values else set(values.get("drugs", ()))
        for rule in self.base.rules if self.base else ():
            left_out = rule.name in self.head.get("without", ())
            if left_out or not isinstance(rule, kind) or not nearly_equal(name, rule.name):
                continue
            if not own or not drugs_of(rule) or own & set(drugs_of(rule)):
                raise InputError(
                    f"the rule '{name}' is called nearly as '{rule.name}' of '{self.head['extends']}', and would act "
                    "beside it",
                    where=self._where(table, index, "name"),
                    right=f'name = "{rule.name}" to change that rule; for a further rule a clearly different name',
                    hint=f'without = ["{rule.name}"] under [protocol] leaves the other one out',
                )

    def _with_home(self, values: dict[str, Any], old: Source | None = None, words: str = "") -> dict[str, Any]:
        """Where no source or wording is given, a mark that says so and that is shown wherever the rule is."""
        given = dict(values)
        changed = f"; changes a rule of {old.citation}" if old else ""
        if "source" not in given:
            given["source"] = self.source or Source(f"{self.file}: {NO_SOURCE}{changed}", confirmed=False)
        if "wording" not in given:
            given["wording"] = f"{NO_WORDING}; the rule that this changes: {words}" if old else NO_WORDING
        return given

    def _check_drugs(self, table: str, index: int, values: Mapping[str, Any]) -> None:
        if self.drugs is None:
            return
        given = [("give", values["give"].drug)] if "give" in values else []
        given += [("drug", values["drug"])] if "drug" in values else []
        given += [(key, drug) for key in ("drugs", "only_held") for drug in values.get(key, ())]
        for key, drug in given:
            if drug not in self.drugs:
                where = self._where(table, index, key)
                raise InputError(f"the drug '{drug}' is not known", where=where, hint=nearest_drug(drug, self.drugs))

    def _ladders(self) -> tuple[Ladder, ...]:
        found = {ladder.drug: ladder for ladder in self.base.ladders} if self.base else {}
        here: set[str] = set()
        for index, entry in enumerate(self.content.get("ladder", [])):
            values = self._keys("ladder", index, entry, LADDER)
            self._check_drugs("ladder", index, values)
            drug = values["drug"]
            if drug in here:
                what = f"{drug} has two ladders"
                raise InputError(what, where=self._where("ladder", index, "drug"), right="one for each drug")
            here.add(drug)
            try:
                found[drug] = Ladder(**self._with_home(values))
            except InputError as error:
                raise self._told(error, self._where("ladder", index, "rungs")) from None
        return tuple(found.values())

    def _calendar(self) -> Calendar:
        if "calendar" not in self.content:
            if self.base:
                return self.base.calendar
            raise InputError(
                "the table [calendar] is missing",
                where=self.file,
                right="phases = [{from_day = 0, every_day = 7}] and while_held_every_day = 7, or extends",
            )
        values = self._keys("calendar", 0, self.content["calendar"], CALENDAR)
        try:
            return Calendar(**self._with_home(values))
        except InputError as error:
            raise self._told(error, self._where("calendar", 0)) from None

    def _ordered(self, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        if "order" not in self.head:
            return rules
        order, by_name = self.head["order"], {rule.name: rule for rule in rules}
        where = self._where("protocol", 0, "order")
        for name in order:
            if name not in by_name:
                raise InputError(f"there is no rule '{name}' to order", where=where, hint=nearest(name, by_name))
        if len(order) != len(by_name) or set(order) != set(by_name):
            left = sorted(set(by_name) - set(order)) or "a name that comes twice"
            raise InputError(f"the order is not of all rules: {left}", where=where, right="each rule once")
        return tuple(by_name[name] for name in order)

    def _keys(
        self,
        table: str,
        index: int,
        entry: Mapping[str, Any],
        keys: Mapping[str, Key],
        *,
        missing_allowed: bool = False,
    ) -> dict[str, Any]:
        try:
            return read_keys(entry, keys, missing_allowed=missing_allowed)
        except InputError as error:
            key, _, rest = error.where.partition(": ")
            where = self._where(table, index, key) + (f": {rest}" if rest else "")
            raise InputError(error.what, where=where, right=error.right, hint=error.hint) from None

    def _where(self, table: str, index: int, key: str = "") -> str:
        line = self.lines.find(table, index, key)
        entries = self.content.get(table)
        entry = entries[index] if isinstance(entries, list) and index < len(entries) else None
        named = entry.get("name") if isinstance(entry, dict) else None
        title = f"[[{table}]] '{named}'" if isinstance(named, str) else f"[{table}]"
        return f"{self.file}, line {line}, {title}" + (f", {key}" if key else "")

    def _where_of(self, error: InputError) -> str:
        """The place of the rule of this file that an error of the whole protocol is about."""
        for told in (error.where, error.what):
            for table in RULES:
                for index, entry in enumerate(self.content.get(table, [])):
                    if f"rule '{entry['name']}'" in told or f"['{entry['name']}'" in told:
                        return self._where(table, index)
        return self.file

    def _told(self, error: InputError, where: str) -> InputError:
        joined = f"{where}: {error.where}" if error.where else where
        return InputError(error.what, where=joined, right=error.right, hint=error.hint)


def nearly_equal(one: str, other: str) -> bool:
    """Whether a name is likely another one with a slip: words alike one by one, and the same numbers.

    Example:
        >>> nearly_equal("neutropaenia", "neutropenia"), nearly_equal("neutropenia 2", "neutropenia 3")
        (True, False)
    """
    first, second = (re.findall(r"[^\W\d_]+|\d+", name.lower()) for name in (one, other))
    if [word for word in first if word.isdigit()] != [word for word in second if word.isdigit()]:
        return False
    if len(first) != len(second):  # a blank or hyphen too many
        return "".join(first) == "".join(second)
    return all(_alike(*pair) for pair in zip(first, second, strict=True))


def _alike(one: str, other: str) -> bool:
    opposed = {one[:4], other[:4]} & {"hype"} and {one[:4], other[:4]} & {"hypo"}
    return one == other or (not opposed and SequenceMatcher(None, one, other).ratio() >= ALIKE)


class _Lines:
    """On which line of the text a table or key stands. Texts over several lines are skipped."""

    def __init__(self, text: str) -> None:
        self.table: dict[tuple[str, int], int] = {}
        self.key: dict[tuple[str, int, str], int] = {}
        counted: dict[str, int] = {}
        inside, now = False, ("", 0)
        for number, line in enumerate(text.splitlines(), 1):
            head = None if inside else re.match(r"\s*\[\[?\s*([\w-]+)", line)
            key = None if inside or head else re.match(r"\s*([\w-]+)\s*=", line)
            if head:
                now = (head[1], counted.get(head[1], 0))
                counted[head[1]] = now[1] + 1
                self.table.setdefault(now, number)
            elif key:
                self.key.setdefault((*now, key[1]), number)
                self.table.setdefault((key[1], 0), number)
            inside ^= (line.count('"""') + line.count("'''")) % 2 == 1

    def find(self, table: str, index: int, key: str) -> int:
        return self.key.get((table, index, key), self.table.get((table, index), 1))
