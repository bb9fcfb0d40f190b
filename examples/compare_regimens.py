"""Two regimens in 100 virtual patients, from Python: the figures and their paired differences."""

import titer

REGIMENS = [
    "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28",
    "lenalidomide 10 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28",
]


def main() -> None:
    """Print what changes when the dose is lowered."""
    result = titer.compare_regimens(REGIMENS, population="relapsed-myeloma", n=100, cycles=6, seed=1)
    for arm in result.arms:
        neutropenia = arm.figures["neutropenia_g34"]
        print(arm.regimen)
        print(f"  grade 3/4 neutropenia {neutropenia.value:.0%} [{neutropenia.low:.0%} to {neutropenia.high:.0%}]")
    print("lower minus higher dose, in the same patients:")
    for name in ("orr", "neutropenia_g34", "any_hold", "relative_dose_intensity"):
        difference = result.differences[0][name]
        print(f"  {name:24s} {difference.value:+.3f} [{difference.low:+.3f} to {difference.high:+.3f}]")


if __name__ == "__main__":
    main()
