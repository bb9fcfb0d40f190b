"""Random event tables against a second reading of NONMEM's columns: one patient, one event after another, by matrix
exponentials, with nothing in common with the package but the model's numbers."""

import random

import numpy as np
import pytest
from scipy.linalg import expm

from event_models import PK
from titer.interop.event_run import simulate_table
from titer.interop.event_tables import event_table

KA, F, V, CL = 1.2, 0.8, 40.0, 4.0
DEPOT, CENTRAL = 0, 1
SAME = 1e-9  # h; times of the tables have three decimals
PATIENTS = 40


class Patient:
    """Depot, central and area, and what is still to come."""

    def __init__(self, hour):
        self.hour, self.rate, self.coming, self.state, self.cl = hour, 0.0, [], np.zeros(3), CL

    def flow(self, state, hours, rate):
        """The state later, under a constant inflow into central."""
        k = self.cl / V
        matrix = np.array([[-KA, 0, 0, 0], [KA, -k, 0, rate], [0, 1 / V, 0, 0], [0, 0, 0, 0]])
        return (expm(matrix * hours) @ np.append(state, 1.0))[:3]

    def go(self, hour):
        """On to a moment; what ends there has ended, what is repeated there has not yet been given."""
        while due := [one for one in self.coming if one[0] < hour - SAME or (one[0] < hour + SAME and one[1] == "end")]:
            first = min(due, key=lambda one: (one[0], one[1] != "end"))
            self.coming.remove(first)
            self.pass_time(first[0])
            if first[1] == "end":
                self.rate -= first[2]
            else:
                self.dose(*first[2])
        self.pass_time(hour)

    def pass_time(self, hour):
        if hour > self.hour:
            self.state, self.hour = self.flow(self.state, hour - self.hour, self.rate), hour

    def dose(self, into, amount, rate):
        if rate:
            self.rate += rate
            self.coming.append((self.hour + amount / rate, "end", rate))
        else:
            self.state[into] += amount * (F if into == DEPOT else 1.0)

    def settle(self, into, amount, rate, interval):
        """The state just before a dose of an endless train: a fixed point of one linear interval."""

        def later(state):
            state = state.copy()
            if not rate:
                state[into] += amount * (F if into == DEPOT else 1.0)
                return self.flow(state, interval, 0.0)
            return self.flow(self.flow(state, amount / rate, rate), interval - amount / rate, 0.0)

        base = later(np.zeros(3))
        turn = np.stack([later(one) - base for one in np.eye(3)], axis=1)[:2, :2]
        self.state = np.append(np.linalg.solve(np.eye(2) - turn, base[:2]), 0.0)


def expected(rows):
    """Depot, central and area at each record that is looked at."""
    patient, seen = Patient(rows[0]["TIME"]), []
    for row in rows:
        if row["EVID"] in (3, 4) or row["SS"]:
            patient = Patient(row["TIME"])
        else:
            patient.go(row["TIME"])
        patient.cl = CL * row["WT"] / 70
        what = (row["CMT"] - 1, row["AMT"], row["RATE"])
        if row["SS"]:
            patient.settle(*what, row["II"])
        if row["AMT"]:
            patient.dose(*what)
            patient.coming += [(row["TIME"] + n * row["II"], "repeated", what) for n in range(1, row["ADDL"] + 1)]
        if row["EVID"] in (0, 2):
            seen.append(patient.state.copy())
    return np.array(seen)


def random_rows(rng):
    """Records of one patient: any EVID, equal times, resets that go back, several compartments, changing weights."""
    rows, hour = [], 0.0
    for _ in range(rng.randint(3, 12)):
        hour = round(hour + rng.choice([0, 0, 0.5, 1, 2.7, 6, 8.1]), 3)
        row = dict.fromkeys(("AMT", "RATE", "II", "ADDL", "SS"), 0)
        row |= {
            "EVID": rng.choice([0, 0, 0, 1, 1, 1, 2, 3, 4]),
            "CMT": rng.choice([1, 2]),
            "WT": rng.choice([50, 70, 90]),
        }
        if row["EVID"] in (3, 4) and rng.random() < 0.3:
            hour = round(max(0.0, hour - 5), 3)
        if row["EVID"] in (1, 4):
            row["AMT"] = rng.choice([100.0, 50.0, 30.0])
            row["RATE"] = rng.choice([0, 10.0, 25.0, 200.0]) if row["CMT"] == 2 else 0
            if rng.random() < 0.4:
                row |= {"II": rng.choice([3, 8.1, 12]), "ADDL": rng.randint(1, 4)}
            if rng.random() < 0.25:
                row |= {"SS": 1, "II": rng.choice([12.0, 24.0])}
        rows.append(row | {"TIME": hour})
    return [
        *rows,
        dict.fromkeys(("AMT", "RATE", "II", "ADDL", "SS", "EVID"), 0) | {"TIME": hour + 10, "CMT": 1, "WT": 70},
    ]


@pytest.mark.parametrize("seed", [1])
def test_random_tables_mean_what_a_second_reading_of_the_columns_says(seed):
    rng = random.Random(seed)
    patients = [random_rows(rng) for _ in range(PATIENTS)]
    records = [row | {"ID": number} for number, rows in enumerate(patients) for row in rows]
    table = event_table({name: [row[name] for row in records] for name in records[0]})
    run = simulate_table(PK, table, rtol=1e-10, atol=1e-12, compartments={1: "oral", 2: "iv"})
    found = np.stack([run.outputs["pk.depot_amount"], run.outputs["pk.conc"] * V, run.outputs["pk.auc"]], axis=1)
    wanted = np.concatenate([expected(rows) for rows in patients])
    assert len(wanted) > 3 * PATIENTS
    np.testing.assert_allclose(found, wanted, rtol=1e-7, atol=1e-7)
