"""Regimen text to a regimen. The grammar, with examples, is in docs/regimens.md.

regimen   = component, { ("+" | "plus" | "and" | "then"), component } ;
component = drug, amount, unit, { clause } ;
clause    = route | rhythm | days of a cycle | infusion | duration | start ;
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from titer.dosing.amounts import read_amount
from titer.dosing.clauses import LONGEST_CYCLE, LONGEST_DURATION, REST, Draft, Reader, read_clause
from titer.dosing.drugs import INFUSED, DrugForm, KnownDrugs, drug_forms, nearest_drug
from titer.dosing.regimen import MINUTES_PER_DAY, Component, Regimen, treatment_cycle
from titer.dosing.tokens import END, Token, tokenize

SHORT_FORM = range(3, 5)  # letters of a clinic's short form ("len", "dexa"); anything longer may be a slip of the pen
OVERLAP_WINDOW = 400  # day; looked at for two doses of one drug at one time
Rhythm = tuple[tuple[int, ...], int]  # days of a period, and its length
WHOLE_SCHEDULE = ("rhythm", "times a day", "days", "cycle")


def parse_regimen(text: str, known_drugs: KnownDrugs, without_model: Sequence[str] = ()) -> Regimen:
    """The regimen that a text describes.

    Capitals do not matter. The first three or four letters of a drug stand for it where they are unambiguous ("dex").

    Args:
        text: e.g. "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28".
        known_drugs: names, or a mapping from name to the unit in which the drug is dosed, or to its `DrugForm`, which
            also says by which routes it is given. `titer.library.read_regimen` gives those of the library.
        without_model: names of drugs that are recognised and refused as having no model yet.

    Returns:
        Amounts in mg, or in the unit of the drug. `str` of it is the canonical text, which reads
        back as an equal regimen.

    Raises:
        InputError: it points at the offending word. Nothing is guessed: a missing unit or schedule is refused, and so
            is a route that the drug does not have, or an infusion of what is not infused.

    Example:
        >>> regimen = parse_regimen("Len 25mg PO d1-21/28 + dex 40 mg weekly", ["lenalidomide", "dexamethasone"])
        >>> str(regimen)
        'lenalidomide 25 mg oral days 1-21 of 28 + dexamethasone 40 mg weekly'
    """
    forms = drug_forms(known_drugs)
    reader = Reader(text, tokenize(text, forms), next(iter(forms), "drug"))
    drafts = _read_drafts(reader, forms, without_model)
    usual = treatment_cycle(_own_cycle(draft) for draft in drafts)
    components: list[Component] = []
    for draft in drafts:
        reader.show_with(draft.drug, draft.amount, draft.unit)
        _check_route(reader, draft, forms[draft.drug])
        components.append(_component(reader, draft, usual, components))
    _refuse_overlaps(reader, drafts, components)
    return Regimen(text, tuple(components))


def _read_drafts(reader: Reader, forms: Mapping[str, DrugForm], without_model: Sequence[str]) -> list[Draft]:
    """All components, in the order of the text."""
    drafts = [_read_component(reader, forms, without_model, None)]
    while reader.now.kind != END:
        separator = reader.take()
        before = drafts[-1] if separator.text == "then" else None
        if reader.now.kind == END:
            raise reader.wrong(reader.now, f"nothing follows '{separator.raw}'")
        drafts.append(_read_component(reader, forms, without_model, before))
    return drafts


def _at_separator(reader: Reader) -> bool:
    token, after = reader.now, reader.ahead()
    return token.text in ("+", "plus", "then") or (token.text in ("and", "with") and after.kind == "word")


def _read_component(
    reader: Reader, forms: Mapping[str, DrugForm], without_model: Sequence[str], before: Draft | None
) -> Draft:
    if reader.now.kind == END:
        raise reader.wrong(reader.now, "the regimen is empty", hint="a drug, an amount with a unit, and a rhythm")
    draft = _begin(reader, forms, without_model, before)
    while reader.now.kind != END and not _at_separator(reader):
        read_clause(reader, draft)
    if before is not None and draft.drug == before.drug:
        _inherit(draft, before)
    return draft


def _begin(reader: Reader, forms: Mapping[str, DrugForm], without_model: Sequence[str], before: Draft | None) -> Draft:
    """Drug and amount. After `then` the drug need not be named again."""
    if before is not None and reader.now.kind != "word":
        draft = Draft(reader.now, before.drug, follows=before)
    else:
        token = reader.take()
        if token.text in REST:
            raise reader.wrong(token, "a pause is no component", right="'days 1-21 of 28' or '21 days on 7 days off'")
        draft = Draft(token, _find_drug(reader, token, forms, without_model), follows=before)
    form = forms[draft.drug]
    reader.show_with(draft.drug, None, form.unit)
    draft.amount, draft.unit = read_amount(reader, draft.drug, form.unit)
    reader.show_with(draft.drug, draft.amount, draft.unit)
    return draft


def _inherit(draft: Draft, before: Draft) -> None:
    """A later phase keeps route, infusion and schedule of the earlier one, unless it says otherwise.

    Another route ends the infusion: tablets can follow a drip.
    """
    kept = ["infusion"] if draft.slots.get("route", before.slots.get("route")) == before.slots.get("route") else []
    kept += ["route"]
    if not any(slot in draft.slots for slot in WHOLE_SCHEDULE):
        kept += WHOLE_SCHEDULE
    for slot in kept:
        if slot in before.slots:
            draft.slots.setdefault(slot, before.slots[slot])


def _find_drug(reader: Reader, token: Token, forms: Mapping[str, DrugForm], without_model: Sequence[str]) -> str:
    names = {name.lower(): name for name in forms}
    if token.kind == "number":
        raise reader.wrong(token, "a component begins with the drug's name", hint="the name first, then the amount")
    if token.text in names:
        return names[token.text]
    longer = [name for name in names if name.startswith(token.text)]
    if len(token.text) in SHORT_FORM and len(longer) == 1:
        return names[longer[0]]
    if len(token.text) in SHORT_FORM and longer:
        raise reader.wrong(token, f"'{token.raw}' is the beginning of several drugs", right=" or ".join(sorted(longer)))
    planned = next((name for name in without_model if _stands_for(token.text, name.lower())), None)
    if planned:
        what = f"Titer has no model of {planned} yet"
        raise reader.wrong(token, what, right=f"a drug that it has a model of: {', '.join(sorted(forms))}")
    raise reader.wrong(
        token, f"drug '{token.raw}' is not known", right="a drug that Titer knows", hint=nearest_drug(token.text, forms)
    )


def _stands_for(text: str, name: str) -> bool:
    return text == name or (len(text) in SHORT_FORM and name.startswith(text))


def _check_route(reader: Reader, draft: Draft, form: DrugForm) -> None:
    """Refuse a route that the drug does not have, and an infusion by a route that nothing is infused by."""
    route = draft.slots.get("route")
    if route and form.routes and route not in form.routes:
        wrong = f"{draft.drug} is not given by route '{route}'"
        raise reader.wrong(draft.given.get("route", draft.name), wrong, right=" or ".join(form.routes))
    ways = (route,) if route else form.routes
    if "infusion" in draft.slots and ways and not set(ways) & set(INFUSED):
        wrong = f"{draft.drug} is given by route '{' or '.join(ways)}', and that is no infusion"
        right = f"no 'over …', so that each dose is taken at once; infusions are {', '.join(INFUSED)}"
        raise reader.wrong(draft.given.get("infusion", draft.name), wrong, right=right)


def _own_cycle(draft: Draft) -> int:
    """Length of the treatment cycle that a component names, day; 0 if none."""
    rhythm = draft.slots.get("rhythm")
    return draft.slots.get("cycle") or (rhythm[1] if isinstance(rhythm, tuple) else 0)


def _component(reader: Reader, draft: Draft, usual: int, earlier: list[Component]) -> Component:
    days, length, every_h = _schedule(reader, draft)
    cycle = length if length > 7 and not every_h else usual
    return Component(
        drug=draft.drug,
        amount=draft.amount,
        unit=draft.unit,
        route=draft.slots.get("route", ""),
        days=days,
        cycle_length=length,
        times=_times(draft.slots.get("times a day", 1)),
        every_h=every_h,
        start_day=_start_day(reader, draft, cycle, earlier),
        n_days=_span(reader, draft, "duration", cycle),
        infusion_minutes=draft.slots.get("infusion", 0),
    )


def _schedule(reader: Reader, draft: Draft) -> tuple[tuple[int, ...], int, int]:
    """Days of the cycle, its length, and hours between doses where that is no whole number of days."""
    days, length, rhythm = (draft.slots.get(slot) for slot in ("days", "cycle", "rhythm"))
    _refuse_daily_and_not_daily(reader, draft)
    if isinstance(rhythm, int):
        return _odd_interval(reader, draft, rhythm)
    if days is None and rhythm is not None:
        _refuse_less_than_one_interval(reader, draft, rhythm)
        return *rhythm, 0
    if days is None:
        if "times a day" in draft.slots:
            return (1,), 1, 0
        hint = "add 'daily', 'weekly', 'every 2 days' or 'days 1-21 of 28'"
        raise reader.wrong(draft.name, f"{draft.drug} has no schedule", hint=hint)
    if length is None:
        return days, _length_from_rhythm(reader, draft, days, rhythm), 0
    if rhythm is not None:  # every 2 days on days 1-21: counted from the first of those days, anew in each cycle
        days = tuple(day for day in days if (day - days[0]) % rhythm[1] + 1 in rhythm[0])
    return days, length, 0


def _refuse_daily_and_not_daily(reader: Reader, draft: Draft) -> None:
    """`daily weekly` contradicts itself; `once daily 3 times a week` says how often on each of three days."""
    token = draft.given.get("times a day")
    if token and token.text in ("daily", "/", "per") and draft.slots.get("rhythm", ((1,), 1)) != ((1,), 1):
        other = draft.given.get("rhythm", token)
        raise reader.wrong(other, f"'{token.raw}' and '{other.raw}' contradict each other", right="one of the two")


def _refuse_less_than_one_interval(reader: Reader, draft: Draft, rhythm: Rhythm) -> None:
    """`every 28 days for 21 days` would be a single dose; a clinician who writes it may mean days 1 to 21."""
    count, unit = draft.slots.get("duration", (1, "cycle"))
    days, length = count * {"day": 1, "week": 7, "cycle": rhythm[1]}[unit], rhythm[1]
    if rhythm[0] != (1,) or days >= length:
        return
    on = "1" if days == 1 else f"1-{days}"
    raise reader.wrong(
        draft.given["duration"],
        f"{draft.drug} every {length} days for {days} day{'' if days == 1 else 's'} would be a single dose",
        right=f"'days {on} of {length}' for a dose on each of these days, 'once' for a single dose",
    )


def _length_from_rhythm(reader: Reader, draft: Draft, days: tuple[int, ...], rhythm: Rhythm | None) -> int:
    """`days 1-21 every 28 days`: the interval is the cycle."""
    token = draft.given.get("days", draft.name)
    if rhythm is None or rhythm[0] != (1,) or rhythm[1] == 1:
        raise reader.wrong(token, f"the days of {draft.drug} lack the length of the cycle", right="'days 1-21 of 28'")
    if days[-1] > rhythm[1]:
        wrong = f"day {days[-1]} of a cycle of {rhythm[1]} days does not exist"
        raise reader.wrong(token, wrong, right=f"days 1 to {rhythm[1]}")
    return rhythm[1]


def _odd_interval(reader: Reader, draft: Draft, hours: int) -> tuple[tuple[int, ...], int, int]:
    token = draft.given.get("rhythm", draft.name)
    for slot in ("days", "times a day"):
        if slot in draft.slots:
            raise reader.wrong(
                token, f"an interval of {hours} h cannot be joined with {slot}", right="24, 48, 72 … h, or no days"
            )
    length = math.lcm(hours, 24) // 24
    if length > LONGEST_CYCLE:
        raise reader.wrong(
            token, f"an interval of {hours} h does not repeat within {LONGEST_CYCLE} days", right="whole days"
        )
    return (1,), length, hours


def _times(count: int) -> tuple[int, ...]:
    return tuple(range(0, MINUTES_PER_DAY, MINUTES_PER_DAY // count))


def _span(reader: Reader, draft: Draft, slot: str, cycle: int) -> int | None:
    """Days of a duration or before a start."""
    if slot not in draft.slots:
        return None
    count, unit = draft.slots[slot]
    days = (count - (slot == "start")) * {"day": 1, "week": 7, "cycle": cycle}[unit]
    if days > LONGEST_DURATION:
        raise reader.wrong(draft.given[slot], f"{days} days", right=f"at most {LONGEST_DURATION} days")
    return days


def _start_day(reader: Reader, draft: Draft, cycle: int, earlier: list[Component]) -> int:
    if draft.follows is None:
        return (_span(reader, draft, "start", cycle) or 0) + 1
    if "start" in draft.slots:
        raise reader.wrong(
            draft.given["start"], "a part after 'then' starts when the one before ends", hint="'+' in place of 'then'"
        )
    if earlier[-1].end_day is None:
        raise reader.wrong(
            draft.name, f"the part before 'then' never ends: {earlier[-1]}", right="'… for 4 cycles then …'"
        )
    return earlier[-1].end_day + 1


def _refuse_overlaps(reader: Reader, drafts: list[Draft], components: list[Component]) -> None:
    """One drug twice at one time is a slip of the pen, not a plan."""
    for later, component in enumerate(components):
        for earlier in components[:later]:
            if earlier.drug != component.drug:
                continue
            begin = max(earlier.start_day, component.start_day) - 1
            window = (begin, begin + OVERLAP_WINDOW)
            both = set(earlier.doses_between(*window)) & set(component.doses_between(*window))
            if both:
                raise reader.wrong(
                    drafts[later].name,
                    f"{component.drug} is given twice on day {min(both) // MINUTES_PER_DAY + 1}",
                    right="each drug once at a time; one dose can follow another with 'then'",
                )
