"""A regimen as canonical text: what `parse_regimen` reads back as an equal regimen."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from titer.dosing.regimen import LONGEST_WEEKLY, MINUTES_PER_HOUR, Component

TIMES_A_DAY = {1: "", 2: "twice daily", 3: "three times daily", 4: "four times daily"}


def describe(component: Component) -> str:
    """One component with every word it needs on its own.

    Example:
        >>> describe(Component("dexamethasone", 40.0, days=(1, 2, 3, 4, 9), cycle_length=28, n_days=56))
        'dexamethasone 40 mg days 1-4,9 of 28 for 2 cycles'
    """
    start = f"from day {component.start_day}" if component.start_day > 1 else ""
    return _join(component.drug, _what(component), start)


def describe_all(components: Iterable[Component]) -> str:
    """Components joined by "+", and by "then" where one takes over from the one before."""
    components = tuple(components)
    texts = [describe(component) for component in components[:1]]
    for before, component in pairwise(components):
        follows = component.drug == before.drug and before.end_day == component.start_day - 1
        same_way = (component.route, component.infusion_minutes) == (before.route, before.infusion_minutes)
        texts.append(f" then {_what(component)}" if follows and same_way else f" + {describe(component)}")
    return "".join(texts)


def show_number(value: float) -> str:
    """Shortest text that reads back as the same number, without a trailing ".0".

    Example:
        >>> show_number(25.0), show_number(0.1)
        ('25', '0.1')
    """
    return repr(float(value)).removesuffix(".0")


def describe_days(days: Iterable[int]) -> str:
    """Days as runs.

    Example:
        >>> describe_days([1, 2, 3, 8, 15, 16])
        '1-3,8,15-16'
    """
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _what(component: Component) -> str:
    amount = f"{show_number(component.amount)} {component.unit}"
    infusion = f"over {_describe_minutes(component.infusion_minutes)}" if component.infusion_minutes else ""
    return _join(amount, component.route, _rhythm(component), infusion, _duration(component))


def _rhythm(component: Component) -> str:
    if component.every_h:
        return f"every {component.every_h} h"
    if component.days == (1,) and component.cycle_length == 1:
        return _a_day(len(component.times)) or "daily"
    cycle = f"days {describe_days(component.days)} of {component.cycle_length}"
    one_dose = component.n_days is not None and component.n_days < component.cycle_length  # "every 28 days" misleads
    if component.days == (1,) and len(component.times) == 1 and not one_dose:
        cycle = "weekly" if component.cycle_length == 7 else f"every {component.cycle_length} days"
    return _join(cycle, _a_day(len(component.times)))


def _a_day(n: int) -> str:
    return TIMES_A_DAY.get(n, f"{n} times a day")


def _duration(component: Component) -> str:
    n, length = component.n_days, component.cycle_length
    if n is None:
        return ""
    if not component.every_h and length > LONGEST_WEEKLY and n % length == 0:
        return f"for {_counted(n // length, 'cycle')}"
    return f"for {_counted(n // 7, 'week')}" if n % 7 == 0 else f"for {_counted(n, 'day')}"


def _describe_minutes(minutes: int) -> str:
    return f"{minutes} min" if minutes % MINUTES_PER_HOUR else f"{minutes // MINUTES_PER_HOUR} h"


def _counted(n: int, word: str) -> str:
    return f"{n} {word}{'' if n == 1 else 's'}"


def _join(*words: str) -> str:
    return " ".join(word for word in words if word)
