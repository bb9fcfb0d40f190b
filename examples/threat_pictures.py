"""One figure for each threat: how the immune system of a typical adult answers it, and the page that shows them.

    python examples/threat_pictures.py docs

writes docs/threats.md and docs/images/threat_*.png. Without an argument: into the current folder.
"""

import io
import sys
from pathlib import Path

from PIL import Image

import titer
from titer.library import threats
from titer.show.courses import LABELS, is_seen, number_text, plot_exploration, threat_unit, unit_text
from titer.show.explored import sentences
from titer.show.style import to_png

COLOURS_KEPT = 64  # a picture of lines needs no more, and is a third as large
TOLD = ("antigen", "tissue_neutrophils", "effector_t", "tnf", "il6", "ifn_alpha", "igm", "igg", "temperature")
# What is asked beyond the usual challenge, and what to look at. Numbers stand in the table, which is computed.
OPTIONS = {"vaccine-protein": {"again": [30.0]}}
LOOK_AT = {
    "extracellular-bacterium": """Neutrophils come within hours and decide alone: T cells hardly move. What counts is
their concentration, so fewer of them in blood let the same challenge grow further before it is gone, or not be gone at
all: `titer explore --threat extracellular-bacterium --drug "lenalidomide 25 mg days 1-21 of 28" --lead 21`.""",
    "intracellular-bacterium": """Inside macrophages bacteria are out of reach of neutrophils. The infection turns from
growth to slow decline only when T cells have come, after weeks.""",
    "virus": """The order of the answer: virus and infected cells peak first; type I interferon and neutrophils are
there within two days and bring the fever; cytotoxic T cells need weeks and come when most of the virus is gone, and
IgG later still. Then it stays: `titer explore --threat virus --again 180` shows the same dose meeting antibody. The
fever lasts too long: its source was tuned to patients in hospital, and keeps interferon high for weeks.""",
    "protein-toxin": """Injury without infection: dying cells, and the cytokines and fever that come of them, in the
first days, while T cells stay near rest. Antibody comes too late for this dose, and in time for the next.""",
    "chemical": """As the toxin, but nothing that antibody or T cells could learn: innate cells answer to what dies.""",
    "tumour-cell": """Slow growth that is hardly noticed: no fever and little danger for months, and T cells that come
too late and are held back.""",
    "uv-skin": """Sunburn as sterile inflammation: dying cells and a pulse of TNF, and T cells that stay at rest.""",
    "vaccine-protein": """Two doses a month apart, the second marked by the dotted line: IgG answers the second one
sooner and higher. There is nothing to clear but the protein itself, and almost no illness.""",
}

DRUG, LEAD = "lenalidomide 25 mg days 1-21 of 28", 21.0
BESIDE = """## A drug beside the course

`titer explore --threat extracellular-bacterium --drug "{drug}" --lead 21`: the same adult at the end of the first three
weeks, when lenalidomide has halved the neutrophils in blood.

![Bacteria in the tissue without and with lenalidomide]({picture})

{fate}

Dashed lines are the course with the drug, as means of a day but for the two days after the challenge, since levels and
what follows them swing from dose to dose.
"""

HEAD = """# Threats, one by one

A threat is data: one file in `src/titer/library/threats/` with the numbers by which it differs from a harmless
particle, each with its source, its place there and its status. The immune core does not know which threat it meets.
`titer explore` lists them, `titer show virus` prints the numbers of one, and

```bash
titer explore --threat virus --dose 1e6 --drug "lenalidomide 25 mg daily" --out virus.png
```

follows one (see [the immune system](immune.md)). Each picture below is the typical adult at the usual challenge, made
by `examples/threat_pictures.py`. Panels share one axis of days. Cells are multiples of their own rest, cytokines are
those of plasma, and the grey line is the day of clearance. **What is a choice and not a measurement is marked `assumed`
in the files; it is most of what sets one threat apart from another.** Read the shapes and the order of events, not the
third digit.
"""


def main() -> None:
    """Explore each threat, draw the course and write the page."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    (folder / "images").mkdir(exist_ok=True)
    parts = [HEAD]
    for key in LOOK_AT:
        found, picture = explored(key), picture_of(key)
        (folder / picture).write_bytes(small(to_png(plot_exploration(found))))
        parts.append(section(found, picture))
        print(folder / picture)
    parts.append(beside(folder))
    missing = set(threats()) - set(LOOK_AT)
    if missing:
        raise SystemExit(f"no words for {sorted(missing)}")
    (folder / "threats.md").write_text("\n".join(parts), encoding="utf-8")


def beside(folder: Path) -> str:
    """The section on a drug, and its picture."""
    found = titer.explore("extracellular-bacterium", drug=DRUG, lead_days=LEAD)
    picture = "images/threat_and_drug.png"
    (folder / picture).write_bytes(small(to_png(plot_exploration(found))))
    return BESIDE.format(drug=DRUG, picture=picture, fate="\n".join(f"* {one}" for one in sentences(found)))


def explored(key: str) -> titer.Exploration:
    """The threat at its usual challenge."""
    return titer.explore(key, **OPTIONS.get(key, {}))


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

`titer explore --threat {threat.key}`: {number_text(found.dose)} {threat.unit} in {found.place}.

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
