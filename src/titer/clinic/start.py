"""Starting doses: what is known of a patient before the first dose changes it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from titer.clinic.chart import Chart
from titer.clinic.rulebook import RuleBook
from titer.clinic.sheet import Decisions, Sheet
from titer.clinic.therapy import Action, Therapy


def start_drugs(
    book: RuleBook, therapy: Therapy, rows: NDArray[np.bool_], planned: NDArray, facts: Mapping[str, NDArray]
) -> Decisions:
    """Set the starting doses of patients who begin a plan; `therapy` is brought up to date.

    The first rule of a drug that is so decides. What is not known of a patient makes no rule so.

    Args:
        book: the rules.
        therapy: at the beginning of the plan.
        rows: who begins. Shape (n_patients,).
        planned: first level of each drug of the plan, 0 where it is not part of it. Shape (n_patients, n_drugs).
        facts: observable → value known before treatment. Shape (n_patients,).

    Returns:
        A row for each drug that does not start as planned.
    """
    chart = Chart(len(rows))
    chart.open(0, rows, facts)
    therapy.dose[rows] = planned[rows]
    sheet = Sheet(therapy, book.signals)
    for column, rules in enumerate(book.starts):
        left = rows & (planned[:, column] > 0)
        for one in rules:
            own = left & chart.truth(one.rule.when).so
            left &= ~own
            therapy.cap[own, column], therapy.every[own, column] = one.rule.dose, one.rule.every_day
            therapy.stopped[own, column] |= one.rule.dose == 0
            changed = own & ((one.rule.dose < planned[:, column]) | (one.rule.every_day > 1))
            sheet.give_reason(changed, column, chart, one.place, one.rule.when, column, True)
            sheet.write(changed, column, Action.START_LOWER)
    therapy.dose[rows] = np.minimum(planned, therapy.cap)[rows]
    return sheet.decisions(therapy)
