"""What a regimen in words means: components, calendar and planned doses, and what an error looks like."""

import titer
from titer.dosing.calendar import calendar
from titer.dosing.regimen import planned_doses
from titer.show.regimen import regimen_text

STEP_DOWN = "lenalidomide 25 mg days 1-21 of 28 for 2 cycles then 10 mg daily + dex 40 mg weekly"


def main() -> None:
    """Print the first cycle, the third, and a refusal."""
    regimen = titer.parse_regimen(STEP_DOWN)
    print(regimen_text(regimen))
    for row in calendar(regimen, cycle=3):
        print(f"cycle 3: {row.rhythm}: {row.n_doses} doses, {row.total:g} {row.unit}")
    print(f"{len(planned_doses(regimen, 84))} doses in 12 weeks")
    try:
        titer.parse_regimen("lenalidomide 25 mg days 1-30 of 28")
    except titer.InputError as error:
        print(error)


if __name__ == "__main__":
    main()
