"""What volunteers had in plasma after 2 ng/kg of endotoxin (data files of Windoloski 2024), in pg/mL.

Means leave out the outliers that the source names; the highest levels are those of each volunteer, outliers included.
"""

from collections.abc import Mapping, Sequence

BOLUS_HOURS = (0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0)
BOLUS_MEANS = {
    "tnf": (6.243, 124.1, 331.0, 289.3, 84.73, 39.55, 25.14, 19.77),
    "il6": (0.6097, 10.36, 222.5, 701.6, 610.7, 254.7, 67.11, 22.90),
    "il8": (2.964, 8.305, 211.7, 714.1, 685.6, 215.5, 119.2, 83.90),
    "il10": (4.197, 7.704, 14.37, 27.87, 43.56, 22.76, 12.04, 8.678),
}
INFUSION_HOURS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0)
INFUSION_MEANS = {
    "tnf": (6.243, 14.02, 208.4, 531.7, 362.2, 87.36),
    "il6": (0.6097, 0.998, 25.62, 347.6, 707.0, 123.2),
    "il8": (2.964, 2.817, 39.13, 367.7, 456.2, 171.4),
    "il10": (4.197, 5.261, 19.45, 84.68, 136.1, 94.46),
}
# fmt: off
BOLUS_HIGHEST = {
    "tnf": (
        332.0, 237.0, 360.4, 236.3, 672.2, 576.5, 179.8, 534.8, 157.6, 550.7,
        283.6, 153.7, 145.8, 227.1, 274.3, 507.9, 349.1, 186.7, 65.55, 1302.0,
    ),
    "il6": (
        814.0, 695.0, 1856.0, 912.4, 1707.0, 1529.0, 352.7, 553.4, 499.0, 647.3,
        701.8, 796.0, 819.4, 1324.0, 482.5, 1212.0, 583.0, 582.1, 351.2, 893.2,
    ),
    "il8": (
        631.8, 522.3, 1124.0, 741.3, 885.7, 814.5, 643.6, 619.8, 783.7, 747.7,
        853.0, 543.2, 775.6, 699.3, 778.4, 809.4, 754.5, 828.4, 821.6, 820.8,
    ),
    "il10": (
        38.45, 45.91, 37.06, 24.10, 38.65, 56.17, 45.69, 25.25, 101.7, 36.83,
        108.9, 40.17, 62.62, 103.8, 37.98, 46.69, 58.99, 55.62, 29.98, 66.28,
    ),
}
# fmt: on


def by_day(hours: Sequence[float], means: Mapping[str, Sequence[float]]) -> dict[str, tuple[tuple[float, float], ...]]:
    """The means as a scenario draws them: series → (day, value) pairs.

    Example:
        >>> by_day((0.0, 12.0), {"tnf": (6.0, 9.0)})
        {'tnf': ((0.0, 6.0), (0.5, 9.0))}
    """
    return {
        name: tuple((hour / 24, value) for hour, value in zip(hours, values, strict=True))
        for name, values in means.items()
    }
