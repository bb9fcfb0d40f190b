"""Other engines on the case rd168, each where it is installed.

Every function takes parameters of shape (n, n_parameters) and returns (values of shape (n, 169, 3), seconds of the run,
seconds of compiling); it raises `MissingError` where its engine is not there. One core, rtol 1e-6, atol 1e-8.

The seconds are processor time of all threads, the best of `REPEATS` runs in one process, for every engine alike. A run
goes from a compiled model, with the tables of parameters and doses in memory, to the table of outputs in memory:

    Titer           making the ensemble, and `advance`
    mrgsolve        `mrgsim`, which joins the two tables first and ends with a data frame
    libRoadRunner   setting the patient's values and stepping day by day from Python, since it has no table of doses
    diffrax         the compiled function

Left out for all: making the tables, compiling, reading and writing files.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rd168_case as case

from titer.model.expression import Expression, walk

RTOL, ATOL = 1e-6, 1e-8
REPEATS = 5
Answer = tuple[np.ndarray, float, float]


class MissingError(Exception):
    """The engine is not installed here."""


def best_of(run: Callable[[], np.ndarray], repeats: int = REPEATS) -> tuple[np.ndarray, float]:
    """What a run returns, and the least processor time, in seconds, that it took."""
    seconds = []
    for _ in range(repeats):
        begun = time.process_time()
        values = run()
        seconds.append(time.process_time() - begun)
    return values, min(seconds)


def versions_of(module: str) -> str:
    """Version of an installed package, or "?"."""
    from importlib.metadata import PackageNotFoundError, version

    if module == "mrgsolve":
        asked = ["Rscript", "-e", "cat(as.character(packageVersion('mrgsolve')))"]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout or "?"
    try:
        return version(module)
    except PackageNotFoundError:
        return "?"


# ---- libRoadRunner: SBML written from the same trees; doses added by the script between segments

MATHML = {"+": "plus", "-": "minus", "neg": "minus", "*": "times", "/": "divide", "pow": "power"}


def mathml(tree: Expression) -> str:
    """A tree of the case as MathML."""
    if tree.op == "number":
        return f"<cn> {tree.value!r} </cn>"
    if tree.op == "symbol":
        return f"<ci> {str(tree.value).split('.')[-1]} </ci>"
    return f"<apply><{MATHML[tree.op]}/>{''.join(mathml(a) for a in tree.args)}</apply>"


def sbml() -> str:
    """The case as SBML level 3: states are parameters with rate rules."""
    system = case.system()
    declared = [*case.STATES, *case.PARAMETERS]
    parameters = "".join(
        f'<parameter id="{n}" value="0" constant="{str(n in case.PARAMETERS).lower()}"/>' for n in declared
    )
    math = '<math xmlns="http://www.w3.org/1998/Math/MathML">'
    rules = "".join(
        f'<rateRule variable="{name}">{math}{mathml(rate)}</math></rateRule>'
        for name, rate in zip(case.STATES, system.rates, strict=True)
    )
    return (
        '<?xml version="1.0"?><sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">'
        f"<model><listOfParameters>{parameters}</listOfParameters><listOfRules>{rules}</listOfRules></model></sbml>"
    )


def run_roadrunner(parameters: np.ndarray) -> Answer:
    try:
        import roadrunner
    except ImportError:
        raise MissingError("pip install libroadrunner") from None
    begun = time.perf_counter()
    engine = roadrunner.RoadRunner(sbml())
    compiled = time.perf_counter() - begun
    engine.integrator.relative_tolerance, engine.integrator.absolute_tolerance = RTOL, ATOL
    engine.timeCourseSelections = list(case.COMPARED)
    starts, dosed = case.system().start_values(parameters), set(case.dose_days())
    values, seconds = best_of(
        lambda: np.array([_roadrunner_patient(engine, *rows, dosed) for rows in zip(parameters, starts, strict=True)])
    )
    return values, seconds, compiled


def _roadrunner_patient(engine, row: np.ndarray, starts: np.ndarray, dosed: set[float]) -> np.ndarray:
    engine.resetAll()
    for name, value in zip(case.PARAMETERS, row, strict=True):
        engine.setValue(name, float(value))
    for name, value in zip(case.STATES, starts, strict=True):
        engine.setValue(name, float(value))
    rows = []
    for day in range(case.DAYS):
        rows.append([engine.getValue(name) for name in case.COMPARED])
        if day in dosed:
            engine.setValue("depot", engine.getValue("depot") + case.DOSE_MG)
        engine.simulate(0, 1, 2)  # every day from 0: at day 28 its first step can be lost in the rounding of t
    return np.array([*rows, [engine.getValue(name) for name in case.COMPARED]])


# ---- diffrax: Tsit5 under vmap and jit


def run_diffrax(parameters: np.ndarray) -> Answer:
    try:
        import diffrax
        import jax
        import jax.numpy as jnp
    except ImportError:
        raise MissingError("pip install diffrax") from None
    jax.config.update("jax_enable_x64", True)
    rates = _jax_rates(jnp)
    depot = list(case.STATES).index("depot")
    seen = np.array([list(case.STATES).index(name) for name in case.COMPARED])
    amounts = jnp.array([case.DOSE_MG * (day in set(case.dose_days())) for day in range(case.DAYS)])
    term, solver = diffrax.ODETerm(rates), diffrax.Tsit5()
    controller = diffrax.PIDController(rtol=RTOL, atol=ATOL)

    def day(carry, amount):
        states, row = carry
        states = states.at[depot].add(amount)
        found = diffrax.diffeqsolve(
            term, solver, 0.0, 1.0, 0.002, states, args=row, stepsize_controller=controller, max_steps=10_000
        )
        return (found.ys[-1], row), found.ys[-1][seen]

    def patient(start, row):
        _, later = jax.lax.scan(day, (start, row), amounts)
        return jnp.concatenate([start[seen][None], later])

    starts = jnp.array(case.system().start_values(parameters))
    run = jax.jit(jax.vmap(patient))
    begun = time.perf_counter()
    compiled_run = run.lower(starts, jnp.array(parameters)).compile()
    compiled = time.perf_counter() - begun
    values, seconds = best_of(lambda: np.array(compiled_run(starts, jnp.array(parameters))))
    return values, seconds, compiled


def _jax_rates(jnp) -> Callable:
    system = case.system()
    table = {"+": jnp.add, "-": jnp.subtract, "*": jnp.multiply, "/": jnp.divide, "pow": jnp.power, "neg": jnp.negative}

    def rates(t, states, row):
        known = dict(zip(system.states, states, strict=True)) | dict(zip(system.parameters, row, strict=True))
        done: dict[int, object] = {}
        for node in walk(system.rates):
            if node.op == "number":
                done[id(node)] = node.value
            elif node.op == "symbol":
                done[id(node)] = known[str(node.value)]
            else:
                done[id(node)] = table[node.op](*(done[id(a)] for a in node.args))
        return jnp.stack([done[id(root)] for root in system.rates])

    return rates


# ---- mrgsolve, through Rscript

MRGSOLVE = r"""
suppressPackageStartupMessages(library(mrgsolve))
folder <- commandArgs(TRUE)[1]
begun <- proc.time()[["elapsed"]]
model <- mread("rd168", folder, quiet = TRUE)
compiled <- proc.time()[["elapsed"]] - begun
people <- read.csv(file.path(folder, "parameters.csv"))
days <- as.numeric(readLines(file.path(folder, "days.txt")))
doses <- expand.grid(time = days, ID = people$ID)
doses$amt <- AMOUNT; doses$cmt <- 1; doses$evid <- 1
spent <- function() sum(proc.time()[c("user.self", "sys.self")])
seconds <- Inf
for (k in 1:REPEATS) {
  begun <- spent()
  # recsort 3: an output at the time of a dose is read before the dose acts, as in Titer
  out <- mrgsim(idata_set(data_set(model, doses), people), delta = 1, end = DAYS, obsonly = TRUE, obsaug = TRUE,
                recsort = 3, rtol = RTOL, atol = ATOL, maxsteps = 100000, output = "df")
  seconds <- min(seconds, spent() - begun)
}
write.csv(out[, c("anc", "plt", "m_protein")], file.path(folder, "values.csv"), row.names = FALSE)
cat(sprintf("{\"seconds\": %.6f, \"compiled\": %.6f}\n", seconds, compiled))
"""


def c_text(tree: Expression) -> str:
    """A tree of the case as C++ for mrgsolve."""
    if tree.op == "number":
        return repr(tree.value)
    if tree.op == "symbol":
        return str(tree.value).split(".")[-1]
    parts = [c_text(a) for a in tree.args]
    if tree.op == "pow":
        return f"pow({parts[0]}, {parts[1]})"
    return f"(-{parts[0]})" if tree.op == "neg" else f"({parts[0]} {tree.op} {parts[1]})"


def run_mrgsolve(parameters: np.ndarray) -> Answer:
    if not shutil.which("Rscript"):
        raise MissingError("R with the package mrgsolve")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_mrgsolve(folder, parameters)
        answer = subprocess.run(["Rscript", str(folder / "run.R"), name], capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            raise MissingError("R with the package mrgsolve: " + answer.stderr.strip().splitlines()[-1][:120])
        told = json.loads(answer.stdout.strip().splitlines()[-1])
        values = np.loadtxt(folder / "values.csv", delimiter=",", skiprows=1)
    return values.reshape(len(parameters), case.DAYS + 1, 3), told["seconds"], told["compiled"]


def _write_mrgsolve(folder: Path, parameters: np.ndarray) -> None:
    system, names = case.system(), list(case.PARAMETERS)
    rates = "\n".join(f"dxdt_{n} = {c_text(r)};" for n, r in zip(case.STATES, system.rates, strict=True))
    starts = "\n".join(f"{n}_0 = {c_text(s)};" for n, s in zip(case.STATES, system.starts, strict=True))
    declared = ", ".join(f"{n} = {v}" for n, (v, _) in case.PARAMETERS.items())
    model = f"$PARAM {declared}\n$CMT {' '.join(case.STATES)}\n$MAIN\n{starts}\n$ODE\n{rates}\n"
    (folder / "rd168.cpp").write_text(model)
    rows = [",".join(["ID", *names]), *(",".join(map(repr, [i + 1, *map(float, r)])) for i, r in enumerate(parameters))]
    (folder / "parameters.csv").write_text("\n".join(rows))
    (folder / "days.txt").write_text("\n".join(str(day) for day in case.dose_days()))
    script = MRGSOLVE
    for word, value in (("AMOUNT", case.DOSE_MG), ("DAYS", case.DAYS), ("RTOL", RTOL), ("ATOL", ATOL)):
        script = script.replace(f"= {word}", f"= {value}").replace(f"<- {word}", f"<- {value}")
    script = script.replace("REPEATS", str(REPEATS))
    (folder / "run.R").write_text(script)


PEERS: dict[str, tuple[str, Callable[[np.ndarray], Answer], int]] = {
    "libRoadRunner": ("libroadrunner", run_roadrunner, 40),
    "diffrax": ("diffrax", run_diffrax, 64),
    "mrgsolve": ("mrgsolve", run_mrgsolve, 200),
}
