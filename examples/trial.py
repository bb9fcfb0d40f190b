"""A small trial from Python: read a study, run it, look at what it found.

python examples/trial.py
"""

from titer.decisions.trial import run_trial
from titer.trials.design import design_of
from titer.trials.study_file import parse_study

STUDY = """
name = "Lenalidomide with weekly dexamethasone against dexamethasone"
patients = 60
follow_up_month = 12

[[arms]]
name = "dexamethasone"
regimen = "dexamethasone 40 mg days 1-4,9-12,17-20 of 28"
at_progression = { crossover = "lenalidomide + dexamethasone" }

[[arms]]
name = "lenalidomide + dexamethasone"
regimen = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28"

[randomisation]
strata = ["prior_lines >= 2"]
"""

trial = run_trial(design_of(parse_study(STUDY)))
print(trial)
for arm, figures in zip(trial.design.arms, trial.figures, strict=True):
    response, pfs = figures["orr"], figures["median_pfs_month"]
    print(f"{arm.name}: response {response.value:.0%}, median PFS {pfs.value:.1f} months")
for verdict in trial.judgement.verdicts:
    print(f"{verdict.arm}: hazard ratio {verdict.ratio.value:.2f}, p {verdict.test.p:.4f}")
