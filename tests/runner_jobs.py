"""Small jobs for the tests of the runner, in a module of their own, which workers in other processes can import."""

import os
import signal
from pathlib import Path

import numpy as np

from titer.errors import SolveError
from titer.trials.columns import Words


class Squares:
    """Two arms, two tables; `wrong` makes another question of it."""

    def __init__(self, wrong=0):
        self.identity = {"what": "squares", "wrong": wrong}

    def run(self, chunk):
        numbers = np.arange(chunk.begin, chunk.end)
        table = {"patient": numbers, "square": numbers**2 + self.identity["wrong"]}
        # Each patient's dictionary of words is another, as those of real chunks may be.
        word = Words(numbers - chunk.begin, [f"w{n % 3}" for n in numbers])
        return {
            "squares": [table | {"arm": Words.constant(arm, len(numbers)), "word": word} for arm in "AB"],
            "roots": [{"patient": numbers, "root": np.where(numbers % 2, np.nan, np.sqrt(numbers))}],
        }


class Deadly(Squares):
    """Kills its own process on chunk 2, as often as there are files left to take from a folder."""

    def __init__(self, folder):
        super().__init__()
        self.folder = str(folder)

    def run(self, chunk):
        if chunk.index == 2:
            for file in Path(self.folder).glob("death-*"):
                file.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
        return super().run(chunk)


class Refusing(Squares):
    """Raises an error of its own on chunk 1."""

    def run(self, chunk):
        if chunk.index == 1:
            raise SolveError("this cannot be solved", where=str(chunk), hint="another question")
        return super().run(chunk)
