"""The course of one typical patient: drug level, Ikaros, neutrophils and M-protein over three cycles, as one picture.

Writes one_patient.png into the folder given on the command line, or into the current one.
"""

import sys
from pathlib import Path

import numpy as np

import titer
from titer.dosing.regimen import MINUTES_PER_DAY, planned_doses
from titer.engine import Events, bolus, merge
from titer.library import relapsed_myeloma_models
from titer.library.signals import SIGNALS
from titer.show.style import look, new_figure, to_png

REGIMEN = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28"
DAYS = 84
SHOWN = {
    "lenalidomide.conc": "Lenalidomide, ng/mL",
    "ikaros": "Ikaros, fraction of normal",
    "anc": "ANC, 10⁹/L",
    "m_protein": "M-protein, g/L",
}


def doses(system, parameters) -> Events:
    """The planned doses of all drugs as events of one patient."""
    regimen = titer.parse_regimen(REGIMEN)
    table = planned_doses(regimen, DAYS)
    parts = []
    for place, component in enumerate(regimen.components):
        own = table[table["component"] == place]
        parts.append(bolus(system, component.drug, parameters, 0, own["minute"] / MINUTES_PER_DAY, own["amount"]))
    return merge(*parts)


def main() -> None:
    """Run and draw."""
    system = titer.assemble(relapsed_myeloma_models(), SIGNALS, units=False)
    kernel = titer.compile_kernel(system)
    ensemble = titer.Ensemble(kernel, system.typical())
    times = np.arange(0, DAYS, 1 / 12)
    values = ensemble.advance(float(DAYS), doses(system, ensemble.parameters), times=times)[0]
    place = {name: column for column, name in enumerate(kernel.output_names)}
    with look():
        figure = new_figure(8.0, 8.0, left=1.0, row_gap=0.9)
        for panel, (name, label) in zip(figure.subplots(len(SHOWN), 1, sharex=True), SHOWN.items(), strict=True):
            panel.plot(times, values[:, place[name]], lw=1.2)
            panel.set(ylabel=label, xlim=(0, DAYS), ylim=(0, None))
        panel.set_xlabel("Days since first dose")
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    (folder / "one_patient.png").write_bytes(to_png(figure))
    print(f"nadir of the ANC: {values[:, place['anc']].min():.2f} 10⁹/L")


if __name__ == "__main__":
    main()
