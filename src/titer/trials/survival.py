"""Times to events between the arms of a trial: log-rank, Cox, and competing risks.

What cannot be estimated (no event, an empty arm, an arm without events) is NaN with the reason in words, never an error
and never a number that looks like a result. Kaplan-Meier curves are in `titer.trials.statistics`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.trials.statistics import Z95, Figure, Floats

CONVERGED = 1e-5  # largest gradient of the log likelihood, per event, at a maximum


@dataclass(frozen=True)
class TestResult:
    """A test of one arm against another.

    Args:
        z: standard normal under the null; positive where the first arm does better (fewer events).
        p: two-sided.
        reason: why there is none; "" where there is one.
    """

    __test__ = False  # its name is for people, not for a collector of tests

    z: float
    p: float
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain numbers; None where there is none."""
        z, p = (None if np.isnan(value) else float(value) for value in (self.z, self.p))
        return {"z": z, "p": p, "reason": self.reason}


@dataclass(frozen=True)
class HazardRatio:
    """Hazard ratio of an arm against the reference, with its 95% interval and Wald's p.

    `reason` says why there is none, "" where there is one.
    """

    value: float
    low: float
    high: float
    p: float
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain numbers; None where there is none."""
        numbers = {name: getattr(self, name) for name in ("value", "low", "high", "p")}
        return {n: float(v) if np.isfinite(v) else None for n, v in numbers.items()} | {"reason": self.reason}


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence of one of several competing events: at each time the share, with its 95% band.

    `settled`: everybody who was left had an event of some kind at the last time, so the share stays for good.
    """

    time: Floats
    share: Floats
    low: Floats
    high: Floats
    settled: bool = False

    def at(self, time: float) -> Figure:
        """The share at a time; without interval before the first event, and NaN where nobody was observed so long."""
        place = int(np.searchsorted(self.time, time, side="right")) - 1
        if not len(self.time) or (time > self.time[-1] and not self.settled):
            return Figure(np.nan, np.nan, np.nan)
        if place < 0 or self.share[place] == 0:
            return Figure(0.0, np.nan, np.nan)
        return Figure(*(float(curve[place]) for curve in (self.share, self.low, self.high)))


def logrank(time: ArrayLike, event: ArrayLike, treated: ArrayLike, strata: ArrayLike | None = None) -> TestResult:
    """Log-rank test of two arms, stratified where strata are given.

    Args:
        time: to event or censoring, any unit. Shape (n_patients,).
        event: true where the event happened.
        treated: true in the arm that is tested, false in the reference.
        strata: code of each patient's stratum; only patients of one stratum are compared with each other.

    Returns:
        z is positive where the treated have fewer events than expected.

    Accuracy: equal to lifelines.statistics.logrank_test to 9 digits, with ties; stratified equal to the sums over
        strata (tests/test_survival.py).
    Source: Mantel 1966, Cancer Chemother Rep 50:163, through statsmodels.

    Example:
        >>> result = logrank([1, 2, 3, 4, 5, 6], [1] * 6, [0, 0, 0, 1, 1, 1])
        >>> round(result.z, 3), round(result.p, 4)
        (2.248, 0.0246)
    """
    time, event, treated, codes = _columns(time, event, treated, strata)
    if reason := _no_comparison(event, treated):
        return TestResult(np.nan, np.nan, reason)
    from statsmodels.duration.survfunc import survdiff

    fewer, variance = _expected_minus_observed(time, event, treated, codes)
    if not variance > 0:
        return TestResult(np.nan, np.nan, "no event happened while patients of both arms were at risk")
    kept = _informative(event, treated, codes)
    chi2, _ = survdiff(
        time[kept],
        event[kept].astype(int),
        treated[kept].astype(int),
        strata=None if strata is None else codes[kept],
    )
    from scipy.special import ndtr

    z = float(np.sqrt(chi2) * np.sign(fewer))
    return TestResult(z, float(2 * ndtr(-abs(z))))  # from the tail itself: 1 - (1 - p) is 0 for a p below 1e-16


def _informative(event: NDArray, treated: NDArray, codes: NDArray) -> NDArray[np.bool_]:
    """Patients of strata that have both arms and an event; the others add nothing to the test."""
    kept = np.zeros(len(codes), bool)
    for code in np.unique(codes):
        own = codes == code
        kept |= own & bool(event[own].any() and treated[own].any() and not treated[own].all())
    return kept


def _expected_minus_observed(time: NDArray, event: NDArray, treated: NDArray, codes: NDArray) -> tuple[float, float]:
    """Sum over strata of expected minus observed events of the treated, and its hypergeometric variance."""
    difference = variance = 0.0
    for code in np.unique(codes):
        own = codes == code
        t, e, g = time[own], event[own], treated[own]
        moments = np.unique(t[e])
        at_risk = len(t) - np.searchsorted(np.sort(t), moments, side="left")
        ours = g.sum() - np.searchsorted(np.sort(t[g]), moments, side="left")
        deaths = np.bincount(np.searchsorted(moments, t[e]), minlength=len(moments))
        share = ours / at_risk
        difference += float((deaths * share).sum() - (e & g).sum())
        spread = deaths * share * (1 - share) * (at_risk - deaths) / np.maximum(at_risk - 1, 1)
        variance += float(spread.sum())
    return difference, variance


def hazard_ratio(time: ArrayLike, event: ArrayLike, treated: ArrayLike, strata: ArrayLike | None = None) -> HazardRatio:
    """Hazard ratio of the treated against the reference: Cox's model with Efron's ties, stratified where asked.

    For competing risks give the event of interest alone and censor the others: the cause-specific hazard ratio.

    Args:
        time, event, treated, strata: as in `logrank`.

    Returns:
        Below 1 where the treated do better.

    Accuracy: equal to lifelines.CoxPHFitter to 5 digits, with ties (tests/test_survival.py).
    Source: Cox 1972, J R Stat Soc B 34:187; Efron 1977, J Am Stat Assoc 72:557; through statsmodels.

    Example:
        >>> result = hazard_ratio([1, 2, 3, 4, 5, 6, 7, 8], [1] * 8, [0, 0, 1, 0, 1, 0, 1, 1])
        >>> bool(result.low < result.value < 1 < result.high)
        True
    """
    time, event, treated, codes = _columns(time, event, treated, strata)
    reason = _no_comparison(event, treated) or _no_ratio(time, event, treated, codes)
    if reason:
        return HazardRatio(np.nan, np.nan, np.nan, np.nan, reason)
    from statsmodels.duration.hazard_regression import PHReg

    kept = _informative(event, treated, codes)
    model = PHReg(
        time[kept],
        treated[kept, None].astype(float),
        status=event[kept].astype(int),
        strata=None if strata is None else codes[kept],
        ties="efron",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a failure to converge is seen in the gradient, below
        fit = model.fit(disp=0)
    beta, error = float(fit.params[0]), float(fit.bse[0])
    steep = abs(float(np.squeeze(model.score(fit.params)))) > CONVERGED * max(int(event.sum()), 1)
    if steep or not np.isfinite(error) or error <= 0:
        return HazardRatio(np.nan, np.nan, np.nan, np.nan, "the likelihood has no maximum")
    low, high = np.exp(beta - Z95 * error), np.exp(beta + Z95 * error)
    return HazardRatio(float(np.exp(beta)), float(low), float(high), float(fit.pvalues[0]))


def cumulative_incidence(time: ArrayLike, cause: ArrayLike, of: int = 1) -> Incidence:
    """Cumulative incidence of one event in the presence of others (Aalen-Johansen), with a log-log band.

    Args:
        time: to the first event of any kind, or to censoring. Shape (n_patients,).
        cause: 0 where censored, else a positive code of the event that came first.
        of: the event whose incidence is wanted.

    Returns:
        One entry for each different time; empty where there are no patients. The band is NaN where the variance is not
        defined, as when all who were left have an event at one time.

    Accuracy: shares equal to lifelines.AalenJohansenFitter to 12 digits where times differ, and to the definition with
        ties (tests/test_survival.py).
    Source: Aalen and Johansen 1978, Scand J Stat 5:141, through statsmodels; band: Kalbfleisch and Prentice 1980.

    Example:
        >>> cumulative_incidence([1.0, 2.0, 3.0, 4.0], [1, 2, 1, 0]).share.tolist()
        [0.25, 0.25, 0.5, 0.5]
    """
    time, cause = np.asarray(time, float), np.asarray(cause, np.int64)
    if not len(time):
        return Incidence(np.empty(0), np.empty(0), np.empty(0), np.empty(0))
    settled = bool((cause[time == time.max()] > 0).all())
    if not (cause == of).any():
        moments = np.unique(time)
        nothing = np.zeros(len(moments))
        return Incidence(moments, nothing, nothing, nothing, settled)
    from statsmodels.duration.survfunc import CumIncidenceRight

    with np.errstate(divide="ignore", invalid="ignore"):
        found = CumIncidenceRight(time, cause)
    share = np.asarray(found.cinc[of - 1], float)
    band = _log_log(share, np.asarray(found.cinc_se[of - 1], float))
    return Incidence(np.asarray(found.times, float), share, *band, settled)


def _log_log(share: Floats, error: Floats) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        width = Z95 * error / (share * np.log(share))
        low, high = share ** np.exp(-width), share ** np.exp(width)
    low, high = np.where(share < 1, low, np.nan), np.where(share < 1, high, np.nan)
    nothing = share <= 0
    return np.where(nothing, 0.0, low), np.where(nothing, 0.0, high)


def _columns(
    time: ArrayLike, event: ArrayLike, treated: ArrayLike, strata: ArrayLike | None
) -> tuple[NDArray, NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    times, happened, arm = np.asarray(time, float), np.asarray(event, bool), np.asarray(treated, bool)
    codes = np.zeros(len(times), np.int64) if strata is None else np.asarray(strata, np.int64)
    return times, happened, arm, codes


def _no_comparison(event: NDArray, treated: NDArray) -> str:
    """Why two arms cannot be compared; "" where they can."""
    if not len(event) or treated.all() or not treated.any():
        return "one arm has no patients"
    return "" if event.any() else "no event happened"


def _no_ratio(time: NDArray, event: NDArray, treated: NDArray, codes: NDArray) -> str:
    """Why there is no finite hazard ratio: at every event, the arm of those who had it was settled beforehand."""
    if not (event & treated).any() or not (event & ~treated).any():
        return "no event happened in one of the arms"
    if not _expected_minus_observed(time, event, treated, codes)[1] > 0:
        return "all who were left had their events at one time"
    ours_first = theirs_first = False  # whether an event of one arm came while the other was at risk
    for code in np.unique(codes):
        own = codes == code
        t, e, g = time[own], event[own], treated[own]
        if not g.any() or g.all():
            continue
        ours_first |= bool((t[e & g] <= t[~g].max()).any())
        theirs_first |= bool((t[e & ~g] <= t[g].max()).any())
    return "" if ours_first and theirs_first else "all events of one arm came when no patient of the other was at risk"
