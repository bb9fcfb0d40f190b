"""The pictures of the README and the tutorial: three regimens compared, plots written as PNG.

    python examples/readme_pictures.py docs/images 1000

Without arguments: 60 patients, 6 cycles, into the current folder.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import titer

REGIMENS = [
    "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28",
    "lenalidomide 15 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28",
    "lenalidomide 10 mg daily + dexamethasone 20 mg days 1,8,15,22 of 28",
]
PICTURES = ("benefit_risk.png", "anc.png", "pfs.png")


def main() -> None:
    """Compare, and keep the pictures."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    n, cycles = (int(sys.argv[2]), 24) if len(sys.argv) > 2 else (60, 6)
    with tempfile.TemporaryDirectory() as results:
        titer.publish_comparison(results, REGIMENS, population="relapsed-myeloma", n=n, cycles=cycles, seed=1)
        for name in PICTURES:
            shutil.copy(Path(results) / name, folder / name)
            print(folder / name)


if __name__ == "__main__":
    main()
