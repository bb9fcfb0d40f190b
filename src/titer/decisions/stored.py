"""What a stored run was asked, made again from its `run.json`: for each arm its system, kernel, regimen and clinic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from titer.clinic.plan import ClinicPlan
from titer.decisions.arm import Question, Setting, plan_of, system_of
from titer.dosing.regimen import Regimen
from titer.engine import Kernel
from titer.errors import InputError, nearest
from titer.model import System
from titer.model.digest import model_digest
from titer.trials.design import Design
from titer.trials.stored import read_run
from titer.trials.tables import letters

Asked = TypeVar("Asked")
COMPARISON, TRIAL = "comparison", "trial"


@dataclass(frozen=True)
class StoredArm:
    """One arm of a stored run, ready to be run again.

    Args:
        kernel: of its system.
        regimen: as it was planned.
        plan: how its patients were looked after.
        seed, rtol: of the run.
    """

    kernel: Kernel
    regimen: Regimen
    plan: ClinicPlan
    seed: int
    rtol: float


def plan_of_run(folder: str | Path, arm: str) -> ClinicPlan:
    """How the patients of an arm were looked after.

    Raises:
        InputError: `run.json` does not tell, or this library no longer has what was used.
    """
    run = read_run(folder)
    if _kind(run) == COMPARISON:
        return plan_of(_asked(Question.of, run))
    plans = {one.name: one.plan for one in _asked(Design.of, run).arms}
    if arm not in plans:
        raise InputError(f"run.json has no arm '{arm}'", hint=nearest(arm, plans))
    return plans[arm]


def arms_of_run(folder: str | Path, threads: int | None = None) -> Mapping[str, StoredArm]:
    """Every arm of a run, by its name.

    Args:
        folder: of a finished run.
        threads: of kernels that are compiled.

    Raises:
        InputError: `run.json` does not tell, or the library has other models by now.
    """
    run = read_run(folder)
    return _compared_arms(run, threads) if _kind(run) == COMPARISON else _trial_arms(run)


def _kind(run: Mapping[str, Any]) -> str:
    kind = run.get("what")
    if kind not in (COMPARISON, TRIAL):
        raise InputError(f"run.json is of a run of the kind '{kind}'", right=f"'{COMPARISON}' or '{TRIAL}'")
    return kind


def _asked(read: Callable[[Mapping[str, Any]], Asked], run: Mapping[str, Any]) -> Asked:
    """The question, as its own class reads it."""
    try:
        return read(run)
    except (KeyError, TypeError, ValueError) as missing:
        raise InputError(f"run.json does not say all that was asked ({missing})", hint="run it again") from None


def _compared_arms(run: Mapping[str, Any], threads: int | None) -> dict[str, StoredArm]:
    setting = Setting.prepare(_asked(Question.of, run), threads)
    _check_models(run, setting.system)
    arms = [StoredArm(setting.kernel, one, setting.plan, setting.seed, setting.rtol) for one in setting.regimens]
    return dict(zip(letters(len(arms)), arms, strict=True))


def _trial_arms(run: Mapping[str, Any]) -> dict[str, StoredArm]:
    design = _asked(Design.of, run)
    system, kernel = system_of(design.regimens, [arm.plan.protocol for arm in design.arms], immune=design.study.immune)
    _check_models(run, system)
    seed, rtol = design.study.seed, float(run["rtol"])
    return {arm.name: StoredArm(kernel, arm.regimen, arm.plan, seed, rtol) for arm in design.arms}


def _check_models(run: Mapping[str, Any], system: System) -> None:
    """A run can only be run again with the models that made it."""
    asked, here = run.get("models", {}), {model.name: model_digest(model) for model in system.models}
    changed = sorted(name for name in {**asked, **here} if asked.get(name) != here.get(name))
    if asked and changed:
        raise InputError(
            f"the library has other models than the run: {', '.join(changed)}",
            right="the version of Titer that made the run",
            hint="run it again, or replay it with that version",
        )
