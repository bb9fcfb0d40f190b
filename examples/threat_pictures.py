"""One figure for each threat: how the immune system of a typical adult answers it, and the page that shows them.

    python examples/threat_pictures.py docs

writes docs/threats.md and docs/images/threat_*.png. Without an argument: into the current folder.
"""

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import titer
from titer.decisions.course import FEVER, Course
from titer.library import threats
from titer.library.side_effects.neutrophils import MODEL as NEUTROPHILS
from titer.show.course_text import LABELS, is_seen, number_text, threat_unit, unit_text
from titer.show.courses import plot_exploration
from titer.show.explored import sentences
from titer.show.style import to_png

COLOURS_KEPT = 255  # a picture of lines needs no more, each quantity keeps its own, and the file is a quarter
TOLD = ("antigen", "tissue_neutrophils", "effector_t", "tnf", "il6", "ifn_alpha", "igm", "igg", "temperature")
# What is asked beyond the usual challenge, and what to look at. Numbers stand in the table, which is computed.
OPTIONS: dict[str, dict[str, Any]] = {
    "vaccine-protein": {"again": [30.0]},
    "extracellular-bacterium": {"days": 4.0},
    "chemical": {"days": 10.0},
}
LOOK_AT = {
    "extracellular-bacterium": """Neutrophils come within hours and decide alone: T cells hardly move. What counts is
their concentration, so fewer of them in blood let the same challenge grow further before it is gone, or not be gone at
all: [a drug beside the course](#a-drug-beside-the-course), [fever without neutrophils](#fever-without-neutrophils).""",
    "intracellular-bacterium": """Inside macrophages bacteria are out of reach of neutrophils. The infection turns from
growth to slow decline only when T cells have come, after weeks.""",
    "virus": """The order of the answer: virus and infected cells peak first; type I interferon and neutrophils are
there within two days and bring the fever; cytotoxic T cells need weeks and come when most of the virus is gone, and
IgG later still. Then it stays: see [the same virus again](#the-same-virus-again). The fever
lasts too long: its source was tuned to patients in hospital, and keeps interferon high for weeks.""",
    "protein-toxin": """Injury without infection: dying cells, and the cytokines and fever that come of them, in the
first days, while T cells stay near rest. Antibody comes too late for this dose, and in time for the next.""",
    "chemical": """As the toxin, but nothing that antibody or T cells could learn: innate cells answer to what dies.""",
    "tumour-cell": """Slow growth that is hardly noticed: no fever and little danger for months, and T cells that come
too late and are held back.""",
    "uv-skin": """Sunburn as sterile inflammation: dying cells and a pulse of TNF, and T cells that stay at rest.""",
    "vaccine-protein": """Two doses a month apart, the second marked by the dotted line: IgG answers the second one
sooner and higher. There is nothing to clear but the protein itself, and almost no illness.""",
}

MEMORY = """## The same virus again

```bash
titer explore --threat virus --again {again:g}
```

The same person and the same dose half a year later. The axis of days is broken where nothing happens.

![The first and the second encounter with a virus]({picture})

Memory is of two kinds. IgG is still there when the virus comes back, and blocks its entry into cells. A twentieth of
the cytotoxic T cells stayed as memory, so that they start from more and come sooner. Virus then reaches less and is
gone sooner, and so little of it is seen that IgG of the typical person does not rise again. Innate cells have no
memory: neutrophils come as fast as before, and a fever with them, though a lower one.

| | first encounter | second |
| --- | ---: | ---: |
{rows}
"""

LABEL, LEAD = "lenalidomide 25 mg days 1-21 of 28", 21.0
BESIDE = """## A drug beside the course

```bash
titer explore --threat extracellular-bacterium --drug "{drug}" --lead {lead:g} --days {days:g}
```

The same adult at the end of the first three weeks, when lenalidomide has brought the neutrophils in blood from {rest}
to {low} x10⁹/L.

![Bacteria in the tissue without and with lenalidomide]({picture})

{fate}

Dashed lines are the course with the drug, as means of a day but for the two days after the challenge, since levels and
what follows them swing from dose to dose.
"""

DAILY, HALF_BLOCK, EARLY, PEOPLE = "lenalidomide 25 mg daily", 0.25, 14.0, 100
FEBRILE = """## Fever without neutrophils

```bash
titer explore --threat extracellular-bacterium --drug "{drug}" --lead {lead:g} --days {days:g} {set}
```

What it takes to get febrile neutropenia from this drug alone.

![Bacteria, neutrophils and temperature in febrile neutropenia]({picture})

Two things were set, and both are far from usual. The marrow is that of a very sensitive person: half of the block at
{half} of Ikaros lost instead of {typical}, {deviations:.1f} standard deviations of the people of the library below the
typical one. And the drug is taken without the week of rest. Neutrophils of blood fall to {low} x10⁹/L. Bacteria are
held but not cleared, danger and cytokines rise slowly, and temperature reaches {fever:g} °C on day {fever_day:.0f},
with {then} x10⁹/L neutrophils in blood: a fever of neutropenia.

{fate}

The same person with the week of rest ({label}): {rested} Of {people} virtual people as they are, who meet the same
bacteria after {lead:g} days of that regimen, {hot} reached {fever:g} °C within two weeks.

There are no antibiotics in the model, and nobody dies of an infection.
"""

HEAD = """# Threats, one by one

A threat is data: one file in `src/titer/library/threats/` with the numbers by which it differs from a harmless
particle, each with its source, its place there and its status. The immune core does not know which threat it meets.
`titer explore` lists them, `titer show virus` prints the numbers of one, and

```bash
titer explore --threat virus --dose 1e6 --drug "lenalidomide 25 mg daily" --out virus.png
```

follows one (see [the immune system](immune.md)). Each picture below is the typical adult at the usual challenge, made
by `examples/threat_pictures.py`. Panels follow the chain of the answer and share one axis of days. Cells are multiples
of their own rest, cytokines are those of plasma, grey lines are named above, and a quantity has the same colour
everywhere. What stays near rest is not drawn but named below the picture. **What is a choice and not a measurement is
marked `assumed` in the files; it is most of what sets one threat apart from another.** Read the shapes and the order of
events, not the third digit.
"""


def main() -> None:
    """Explore each threat, draw the course and write the page."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    (folder / "images").mkdir(exist_ok=True)
    missing = set(threats()) - set(LOOK_AT)
    if missing:
        raise SystemExit(f"no words for {sorted(missing)}")
    parts = [HEAD]
    for key in LOOK_AT:
        found = explored(key)
        draw(found, folder / picture_of(key))
        parts.append(section(found, picture_of(key)))
    for write, found, name in extras():
        draw(found, folder / name)
        parts.append(write(found, name))
    (folder / "threats.md").write_text("\n".join(parts), encoding="utf-8")


def draw(found: titer.Exploration, path: Path) -> None:
    """Write the picture of a course."""
    path.write_bytes(small(to_png(plot_exploration(found))))
    print(path)


def extras() -> Iterator[tuple[Callable[[titer.Exploration, str], str], titer.Exploration, str]]:
    """What writes a section about more than one threat at its usual challenge, its course and its picture."""
    yield memory, titer.explore("virus", again=[180.0]), "images/threat_virus_again.png"
    bacterium = "extracellular-bacterium"
    yield beside, titer.explore(bacterium, drug=LABEL, lead_days=LEAD, days=10.0), "images/threat_and_drug.png"
    yield febrile, febrile_course(DAILY), "images/threat_febrile_neutropenia.png"


def febrile_course(drug: str) -> titer.Exploration:
    """The bacterium in a person whose marrow is very sensitive to the drug."""
    changed = {"neutrophils.half_block": HALF_BLOCK}
    return titer.explore("extracellular-bacterium", drug=drug, lead_days=EARLY, days=28.0, changed=changed)


def memory(found: titer.Exploration, picture: str) -> str:
    """The section on a second encounter: what differs, in numbers."""
    igg = [np.interp(day, found.days, found.course.series["igg"][0]) for day in found.encounter_days]
    told = {
        "IgG when the virus comes, nmol/L": [f"{value:.3g}" for value in igg],
        "peak of the virus, copies/mL": [number_text(one.peaks["antigen"].value) for one in found.course.encounters],
        "days until cytotoxic T cells are at ten times rest": [
            f"{reached(found, day):.1f}" for day in found.encounter_days
        ],
        "days until the virus is gone": [f"{one.cleared_day - one.day:.1f}" for one in found.course.encounters],
        "highest temperature, °C": [f"{one.peaks['temperature'].value:.1f}" for one in found.course.encounters],
    }
    rows = "\n".join(f"| {what} | {' | '.join(values)} |" for what, values in told.items())
    return MEMORY.format(again=found.encounter_days[1], picture=picture, rows=rows)


def reached(found: titer.Exploration, day: float) -> float:
    """Days from an encounter until cytotoxic T cells are at ten times rest."""
    after = found.days >= day
    return float(found.days[after][found.course.series["effector_t"][0, after] >= 10.0][0] - day)


def beside(found: titer.Exploration, picture: str) -> str:
    """The section on a drug."""
    anc = with_drug(found).series["anc"][0]
    numbers = {"rest": f"{anc[0]:.1f}", "low": f"{anc.min():.1f}", "days": found.days[-1]}
    return BESIDE.format(drug=LABEL, lead=LEAD, picture=picture, fate=listed(found), **numbers)


def febrile(found: titer.Exploration, picture: str) -> str:
    """The section on febrile neutropenia: what was set, how far from usual that is, and what follows."""
    typical = next(one for one in NEUTROPHILS.parameters if one.name == "half_block")
    spread = np.sqrt(np.log1p(typical.cv**2))
    series = with_drug(found).series
    hot = int((series["temperature"][0] >= FEVER).argmax())
    many = titer.explore(found.threat, drug=LABEL, lead_days=EARLY, days=14.0, patients=PEOPLE)
    feverish = int((with_drug(many).series["temperature"].max(axis=1) >= FEVER).sum())
    return FEBRILE.format(
        drug=DAILY,
        lead=EARLY,
        days=found.days[-1],
        half=HALF_BLOCK,
        set=f"--set neutrophils.half_block={HALF_BLOCK}",
        picture=picture,
        typical=number_text(typical.value),
        deviations=np.log(typical.value / HALF_BLOCK) / spread,
        low=f"{series['anc'][0].min():.2f}",
        fever=FEVER,
        fever_day=found.days[hot],
        then=f"{series['anc'][0, hot]:.2f}",
        fate=listed(found),
        label=LABEL,
        people=PEOPLE,
        hot=feverish or "nobody",
        rested=sentences(febrile_course(LABEL))[1].partition(": ")[2],
    )


def with_drug(found: titer.Exploration) -> Course:
    """The course with the drug, of an exploration that has one."""
    assert found.with_drug is not None
    return found.with_drug


def listed(found: titer.Exploration) -> str:
    """Fever and clearance without and with the drug."""
    return "\n".join(f"* {one}" for one in sentences(found))


def explored(key: str) -> titer.Exploration:
    """The threat at its usual challenge."""
    return titer.explore(key, **OPTIONS.get(key, {}))


def command(key: str) -> str:
    """What shows the same in a terminal."""
    options = OPTIONS.get(key, {})
    again = "".join(f" --again {day:g}" for day in options.get("again", ()))
    return f"titer explore --threat {key}{again}" + (f" --days {options['days']:g}" if "days" in options else "")


def picture_of(key: str) -> str:
    """Where its picture lies, from the page."""
    return f"images/threat_{key.replace('-', '_')}.png"


def section(found: titer.Exploration, picture: str) -> str:
    """A threat's picture, what to look at, and its peaks."""
    threat = found.threat
    peaks = found.course.first.peaks
    units = {name: unit_text(name, peak.unit) for name, peak in peaks.items()} | {"antigen": threat_unit(threat.unit)}
    rows = [
        f"| {LABELS[n]} | {number_text(peaks[n].value)} | {units[n]} | {peaks[n].day:.1f} |"
        for n in TOLD
        if is_seen(n, [found.course])
    ]
    table = "\n".join(["| peak | value | unit | day |", "| --- | ---: | --- | ---: |", *rows])
    return f"""## {threat.title}

`{command(threat.key)}`: {number_text(found.dose)} {threat.unit} in {found.place}.

![{threat.title}: its course in a typical adult]({picture})

{LOOK_AT[threat.key]}

{sentences(found)[0]}

{table}
"""


def small(png: bytes) -> bytes:
    """The picture with few colours."""
    stream = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS_KEPT).save(stream, "PNG", optimize=True)
    return stream.getvalue()


if __name__ == "__main__":
    main()
