"""One case of two labels: lenalidomide is held at an ANC below 1.0 in the United States, below 0.5 in Europe.

The same virtual patients are looked after under three sets of rules: the label of the United States, the same label
          with
the European limit alone, and the European text as a whole. The script writes the page and the picture of the docs:

    python examples/us_versus_eu.py docs 2000

Without arguments: 60 patients, 3 cycles, into the current folder.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import titer
from titer.clinic.protocol_file import write_protocol
from titer.library import load_protocol
from titer.show.style import COLOURS, INK, LINES, look, new_figure, to_png
from titer.trials.statistics import Figure, fraction, mean, paired_difference, paired_share_difference
from titer.trials.store import ResultStore, read_table

REGIMEN = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28"
OWN = Path(__file__).with_name("us_label_held_below_half.toml")
PROTOCOLS = {"US label": "us-label", "US label, held below 0.5": str(OWN), "EU label": "eu-label"}
SEED = 1
DECIDED, HELD = ["patient", "drug", "action"], ["patient", "drug", "reason"]
SEVERE = 3  # CTCAE grade

PAGE = """# Two labels, one patient: hold at 1.0 or at 0.5

The label of the United States holds lenalidomide at an absolute neutrophil count (ANC) below 1.0 × 10⁹/L, that of the
European Union below 0.5 × 10⁹/L (`titer show us-label`, `titer show eu-label`). Here the same {n} virtual patients with
relapsed myeloma take {regimen}, for at
most {cycles} cycles, under three sets of rules: the United States label; the same label with the European limit and
nothing else changed
([a short file](../examples/us_label_held_below_half.toml)); and the European text as a whole, which also has
other dose levels (25, 15, 10, 5 mg), another limit for the kidneys (50 instead of 60 mL/min) and counts that must be
there at the start.

{table}

Differences are paired: the same patients, with the same luck, under both rules. Values and differences have 95%
intervals, which come from the number of virtual patients alone. Every patient is seen as the United States label's
calendar says. "True" means the weekly count before assay noise; "seen" is what the visits showed.

![Dose intensity by cycle, and lowest neutrophil counts](images/us_eu.png)

## How to read it

{reading}

Nothing here says which label is right. Infection, the reason to hold at all, is not modelled, and growth factor, which
both texts allow, is not given. See [rules](rules.md) for what a visit does and [protocol files](protocol_files.md) for
how to try a limit of your own.

Written by `examples/us_versus_eu.py` with {n} patients, seed {seed}; rules {digest}.
"""


@dataclass(frozen=True)
class Followed:
    """What one set of rules did. Arrays have shape (n_patients,), `intensity` (n_patients, n_cycles).

    Args:
        flags: share of patients: name → whether it is so.
        amounts: mean per patient: name → value.
        intensity: share of the planned lenalidomide by cycle, NaN after treatment.
        lowest: lowest true weekly ANC, 10^9/L.
    """

    flags: dict[str, np.ndarray]
    amounts: dict[str, np.ndarray]
    intensity: np.ndarray
    lowest: np.ndarray


def follow(protocol: str, n: int, cycles: int) -> Followed:
    """Treat the patients under one protocol and keep what the page tells."""
    with tempfile.TemporaryDirectory() as folder:
        with ResultStore(folder) as store:
            result = titer.compare_regimens([REGIMEN], n=n, cycles=cycles, seed=SEED, protocol=protocol, store=store)
            store.finish({})
        holds = _counted(read_table(folder, "decisions", DECIDED), "action", "hold", n)
        missed = _counted(read_table(folder, "doses", HELD), "reason", "held", n)
    arm = result.arms[0]
    outcomes = arm.outcomes
    return Followed(
        flags={
            "Any interruption of lenalidomide": outcomes["any_hold"],
            "Any reduction": outcomes["any_reduction"],
            "Neutropenia grade 3 or 4, seen": outcomes["anc_worst_grade"] >= SEVERE,
            "Neutropenia grade 4, seen": outcomes["anc_worst_grade"] > SEVERE,
            "Neutropenia grade 4, true": outcomes["anc_weekly_worst_grade"] > SEVERE,
            "Partial response or better": outcomes["responder"],
        },
        amounts={
            "Interruptions per patient": holds,
            "Days of lenalidomide left out while held": missed,
            "Relative dose intensity of lenalidomide": outcomes["relative_dose_intensity"],
            "Weeks with an ANC below 1.0, true": outcomes["anc_weeks_g3"].astype(float),
        },
        intensity=arm.intensity,
        lowest=outcomes["anc_weekly_lowest"],
    )


def _counted(table, column: str, word: str, n: int) -> np.ndarray:
    """Rows of each patient about lenalidomide with a word in a column."""
    own = [
        patient
        for patient, drug, said in zip(*(table[c].to_pylist() for c in ("patient", "drug", column)), strict=True)
        if drug == "lenalidomide" and said == word
    ]
    return np.bincount(own, minlength=n).astype(float)


def table(arms: dict[str, Followed]) -> str:
    """Every endpoint under each set of rules, with paired differences from the first."""
    first = next(iter(arms.values()))
    names = list(arms)
    heads = [*names, *(f"{name} − {names[0]}" for name in names[1:])]
    lines = ["| | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for name in first.amounts:
        share = name.startswith("Relative")
        values = [mean(arm.amounts[name]) for arm in arms.values()]
        changes = [paired_difference(arm.amounts[name], first.amounts[name]) for arm in list(arms.values())[1:]]
        lines.append(_row(name, values, changes, share))
    for name in first.flags:
        values = [fraction(arm.flags[name]) for arm in arms.values()]
        changes = [paired_share_difference(arm.flags[name], first.flags[name]) for arm in list(arms.values())[1:]]
        lines.append(_row(name, values, changes, True))
    return "\n".join(lines)


def _row(name: str, values: list[Figure], changes: list[Figure], share: bool) -> str:
    unit = ", %" if share else ""
    cells = [_cell(value, share) for value in values] + [_cell(change, share, sign="+") for change in changes]
    return f"| {name}{unit} | " + " | ".join(cells) + " |"


def _cell(figure: Figure, share: bool, *, sign: str = "") -> str:
    scale, digits = (100, 1) if share else (1, 2)
    value, low, high = (f"{scale * x:{sign}.{digits}f}" for x in (figure.value, figure.low, figure.high))
    return f"{value} [{low} to {high}]"


def reading(arms: dict[str, Followed]) -> str:
    """What the table says, in sentences made of its numbers."""
    us, limit, eu = arms.values()
    holds, grade4 = "Any interruption of lenalidomide", "Neutropenia grade 4, true"
    dose, less = "Relative dose intensity of lenalidomide", "Interruptions per patient"
    return (
        f"The limit alone takes interruptions from {us.amounts[less].mean():.2f} to {limit.amounts[less].mean():.2f} "
        f"per patient, and the share of patients who are ever held from {us.flags[holds].mean():.0%} to "
        f"{limit.flags[holds].mean():.0%}. They get {limit.amounts[dose].mean():.1%} of the planned lenalidomide "
        f"instead of {us.amounts[dose].mean():.1%}, and {limit.flags[grade4].mean():.1%} of them fall below 0.5 (true "
        f"weekly counts) instead of {us.flags[grade4].mean():.1%}.\n\n"
        f"The European text as a whole gives {eu.amounts[dose].mean():.1%} of the planned dose: its lower limit holds "
        f"less, its limit for the kidneys starts fewer patients at 10 mg, and its levels are farther apart. "
        f"{eu.flags[grade4].mean():.1%} fall below 0.5."
    )


def rules_digest() -> str:
    """Changes with any rule that the page is about."""
    text = "".join(write_protocol(load_protocol(protocol)) for protocol in PROTOCOLS.values())
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def page(arms: dict[str, Followed], n: int, cycles: int) -> str:
    """The page of the docs."""
    return PAGE.format(
        n=f"{n:,}",
        regimen=REGIMEN.replace(" + ", " and "),
        cycles=cycles,
        table=table(arms),
        reading=reading(arms),
        seed=SEED,
        digest=rules_digest(),
    )


def picture(arms: dict[str, Followed]) -> bytes:
    """Mean dose intensity by cycle, and the cumulative share of patients by lowest true ANC."""
    with look():
        figure = new_figure(9.0, 3.7, left=0.7, bottom=0.7, top=0.4, gap=0.7)
        dose, lowest = figure.subplots(1, 2)
        for place, (name, arm) in enumerate(arms.items()):
            style = {"color": COLOURS[place], "linestyle": LINES[place], "label": name}
            share = [100 * np.nanmean(column) for column in arm.intensity.T if np.isfinite(column).any()]
            dose.plot(np.arange(1, len(share) + 1), share, **style)
            values = np.sort(arm.lowest[np.isfinite(arm.lowest)])
            lowest.step(values, 100 * np.arange(1, len(values) + 1) / len(values), where="post", **style)
        dose.set(xlabel="Cycle", ylabel="Lenalidomide, % of the plan", ylim=(0, 100), title="Mean dose intensity")
        lowest.set(
            xlabel="Lowest true weekly ANC, 10⁹/L", ylabel="Patients, %", xscale="log", title="Lowest neutrophils"
        )
        ticks = [0.2, 0.5, 1.0, 2.0, 4.0]
        lowest.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        lowest.minorticks_off()
        for limit in (0.5, 1.0):
            lowest.axvline(limit, color=INK, linewidth=0.8, linestyle=":")
        dose.legend(loc="lower left")
    return to_png(figure)


def main() -> None:
    """Run the three, write the page and the picture."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    n, cycles = (int(sys.argv[2]), 24) if len(sys.argv) > 2 else (60, 3)
    arms = {name: follow(protocol, n, cycles) for name, protocol in PROTOCOLS.items()}
    (folder / "images").mkdir(exist_ok=True)
    (folder / "images" / "us_eu.png").write_bytes(picture(arms))
    (folder / "us_eu.md").write_text(page(arms, n, cycles), encoding="utf-8")
    print(table(arms))


if __name__ == "__main__":
    main()
