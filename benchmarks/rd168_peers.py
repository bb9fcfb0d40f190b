"""Other engines on the case rd168, each where it is installed.

Every function takes parameters of shape (n, n_parameters) and returns (values of shape (n, 169, 3), seconds of the run,
seconds of compiling); it raises `MissingError` where its engine is not there. One core, rtol 1e-6, atol 1e-8.

The seconds are processor time of all threads, the best of `REPEATS` runs in one process, for every engine alike. A run
goes from a compiled model, with the tables of parameters and doses in memory, to the table of outputs in memory:

    Titer           making the ensemble, and `advance`
    mrgsolve        `mrgsim`, which joins the two tables first and ends with a data frame
    libRoadRunner   setting the patient's values and stepping day by day from Python, since it has no table of doses;
                    how it is set, for speed, is said in measuring.py
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
from measuring import MissingError, RoadRunner, bare_sbml, best_of

from titer.model.expression import Expression, walk

RTOL, ATOL = 1e-6, 1e-8
REPEATS = 5
SEEN = np.array([list(case.STATES).index(name) for name in case.COMPARED])
Answer = tuple[np.ndarray, float, float]


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


# ---- libRoadRunner: doses added by the script between segments


def run_roadrunner(parameters: np.ndarray) -> Answer:
    system = case.system()
    peer = RoadRunner(system, bare_sbml(system))
    peer.set_tolerance(RTOL, ATOL, stiff=False)  # a quarter faster here than its stiff method
    starts, dosed = system.start_values(parameters), set(case.dose_days())
    pairs = list(zip(parameters, starts, strict=True))
    values, seconds = best_of(lambda: np.array([_roadrunner_patient(peer, *pair, dosed) for pair in pairs]), REPEATS)
    return values, seconds, peer.load_seconds


def _roadrunner_patient(peer: RoadRunner, row: np.ndarray, starts: np.ndarray, dosed: set[float]) -> np.ndarray:
    states, rows = starts.copy(), [starts]
    for day in range(case.DAYS):
        states[0] += case.DOSE_MG * (day in dosed)  # the first state is the depot
        peer.begin(row, states)  # every day from 0: at day 28 its first step can be lost in the rounding of t
        states = peer.follow([1.0])[0]
        rows.append(states)
    return np.array(rows)[:, SEEN]


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
    amounts = jnp.array([case.DOSE_MG * (day in set(case.dose_days())) for day in range(case.DAYS)])
    term, solver = diffrax.ODETerm(rates), diffrax.Tsit5()
    controller = diffrax.PIDController(rtol=RTOL, atol=ATOL)

    def day(carry, amount):
        states, row = carry
        states = states.at[depot].add(amount)
        found = diffrax.diffeqsolve(
            term, solver, 0.0, 1.0, 0.002, states, args=row, stepsize_controller=controller, max_steps=10_000
        )
        return (found.ys[-1], row), found.ys[-1][SEEN]

    def patient(start, row):
        _, later = jax.lax.scan(day, (start, row), amounts)
        return jnp.concatenate([start[SEEN][None], later])

    starts = jnp.array(case.system().start_values(parameters))
    run = jax.jit(jax.vmap(patient))
    begun = time.perf_counter()
    compiled_run = run.lower(starts, jnp.array(parameters)).compile()
    compiled = time.perf_counter() - begun
    values, seconds = best_of(lambda: np.array(compiled_run(starts, jnp.array(parameters))), REPEATS)
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
