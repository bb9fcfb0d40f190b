"""The M-protein model of Srimani 2022 as printed, to compare shapes with: patients on lenalidomide and dexamethasone.

R' = kR (Yss - R), R(0) = 1;   M(t)/M(0) = R + exp(kL max(0, t - tnadir)) - 1
"""

from __future__ import annotations

import numpy as np

from titer.patients.cohort import Cohort
from titer.patients.streams import normal, uniform


def _effects(cohort: Cohort, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rate of fall (1/h), depth and rate of regrowth (1/h) of each patient. Each (n_patients,)."""
    eta = normal(seed, cohort.ids, "srimani", 3)
    high_risk, naive = cohort.column("high_risk_cytogenetics"), 1 - cohort.column("prior_imid")
    fall = np.exp(-6.70 + np.sqrt(0.655) * eta[:, 0]) * 1.59**high_risk
    depth = np.exp(-1.95 + np.sqrt(2.39) * eta[:, 1]) * 0.573**naive
    return fall, depth, np.exp(-9.78 + np.sqrt(1.34) * eta[:, 2])


def progression_free(cohort: Cohort, days: np.ndarray, seed: int) -> np.ndarray:
    """Share of patients alive without progression, by the source's own hazard. Shape (n_times,).

    Args:
        cohort: needs prior_imid, high_risk_cytogenetics and baseline_m_protein.
        days: increasing from 0. Shape (n_times,).
        seed: of the random effects.

    Source: Srimani et al. 2022, final PFS model.
    """
    fall, depth, _ = _effects(cohort, seed)
    level = np.exp(-9.21) * (fall / 0.001488) ** 0.798 * (depth / 0.15) ** 0.68
    level = level * (cohort.column("baseline_m_protein") / 23) ** 0.784  # 1/h
    hours = 24.0 * np.asarray(days)
    late = np.exp(7.82)  # h
    integral = hours - late * np.log1p(hours / late)  # of t / (t + late)
    return np.exp(-level[:, None] * integral).mean(axis=0)


def m_protein_course(cohort: Cohort, days: np.ndarray, seed: int) -> np.ndarray:
    """M-protein over its start, for patients with these covariates.

    Args:
        cohort: needs prior_imid and high_risk_cytogenetics.
        days: since the start of treatment. Shape (n_times,).
        seed: of the random effects.

    Returns:
        Shape (n_patients, n_times).

    Source: Srimani et al. 2022 CPT Pharmacometrics Syst Pharmacol 11:1085, final M-protein model.
    """
    chance = uniform(seed, cohort.ids, "srimani:nadir", 1)[:, 0]
    fall, depth, rise = _effects(cohort, seed)
    # Log-logistic time to nadir with a hazard multiplier: S = (1 + (t/scale)^shape)^-exp(-1.23).
    scale = np.exp(10.9) * (np.exp(-2960 * fall) + 0.0509)  # h
    nadir = scale * (chance ** (-1 / np.exp(-1.23)) - 1) ** (1 / 2.56)
    hours = 24.0 * np.asarray(days)
    sensitive = depth[:, None] + (1 - depth[:, None]) * np.exp(-fall[:, None] * hours)
    regrown = np.exp(np.minimum(rise[:, None] * np.maximum(hours - nadir[:, None], 0.0), 50.0)) - 1
    return sensitive + regrown
