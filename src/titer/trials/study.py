"""A study as data: everything that a study file may say, with limits and defaults.

Names that people meet carry their unit (`follow_up_month`). What a name of the library, a regimen or a condition means
is read later, by `titer.trials.design`; here stand only shapes, limits and what must fit together within one table.
"""

# No `from __future__ import annotations`: Pydantic reads annotations that are objects faster than texts.
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag, model_validator

TIMES = ("ttp", "pfs", "os", "dor")  # endpoints that are times
SHARES = ("orr", "vgpr_or_better", "cr")  # endpoints that are shares of patients
MOST_ARMS, MOST_PATIENTS, LONGEST_MONTH = 20, 1_000_000, 360

Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=2000)]
Name = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=60)]
Whole = Annotated[int, Field(strict=True)]
Yes = Annotated[bool, Field(strict=True)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, lt=1)]
Months = Annotated[float, Field(strict=True, ge=0, le=LONGEST_MONTH)]


class Table(BaseModel):
    """One table of a study file: no key but those declared, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Crossover(Table):
    """What a patient of this arm gets from progression on.

    Args:
        crossover: name of another arm, whose regimen it is, or a regimen in words.
    """

    crossover: Text


def _progression_kind(value: Any) -> str | None:
    return "word" if isinstance(value, str) else "table" if isinstance(value, dict | Crossover) else None


AtProgression = Annotated[
    Annotated[Literal["stop", "follow"], Tag("word")] | Annotated[Crossover, Tag("table")],
    Discriminator(_progression_kind),
]


class StudyArm(Table):
    """One arm.

    Args:
        name: as tables and plots show it.
        regimen: in words.
        protocol: dose rules: a name of the library, or a protocol file relative to the study file.
        at_progression: "stop" (observation ends), "follow" (without drugs, for survival), or a crossover.
    """

    name: Name
    regimen: Text
    protocol: Text = "us-label"
    at_progression: AtProgression = "follow"


class Eligibility(Table):
    """Who may enter, of the candidates that the population gives.

    Args:
        criteria: name → condition over what is known before treatment; all must be so.
        labels: screen by the safety rules of the labels of every drug in the study as well.
        assume: facts to hold of every candidate for criteria and labels, as in a patient's file.
    """

    criteria: dict[Name, Text] = Field(default_factory=dict)
    labels: Yes = False
    assume: dict[Name, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _assume_is_used(self):
        if self.assume and not (self.labels or self.criteria):
            raise ValueError("'assume' is only used with criteria or labels = true")
        return self


class Randomisation(Table):
    """Who gets which arm.

    Args:
        ratio: patients of each arm in one round, in the order of the arms; equal where empty.
        strata: covariates with few values, or conditions ("age >= 65 year").
        blocks: sizes of the permuted blocks, drawn anew for each block; each a multiple of the sum of the ratio. Where
            not given, twice that sum. An empty list: simple randomisation, every patient for himself.
    """

    ratio: tuple[Annotated[int, Field(strict=True, ge=1, le=100)], ...] = Field(default=(), max_length=MOST_ARMS)
    strata: tuple[Text, ...] = Field(default=(), max_length=6)
    blocks: tuple[Annotated[int, Field(strict=True, ge=1, le=1000)], ...] | None = Field(default=None, max_length=10)


class Accrual(Table):
    """When patients enter: at random times, with a steady rate after a linear ramp-up.

    Args:
        rate_per_month: patients per month once the ramp is over. Give this or the duration.
        duration_month: months in which the planned number is expected; 12 where neither is given.
        ramp_up_month: months in which the rate rises from 0 to the full one.
    """

    rate_per_month: Annotated[float, Field(strict=True, gt=0, le=1e6)] | None = None
    duration_month: Annotated[float, Field(strict=True, gt=0, le=LONGEST_MONTH)] | None = None
    ramp_up_month: Months = 0.0

    @model_validator(mode="after")
    def _one_of_two(self):
        if self.rate_per_month is not None and self.duration_month is not None:
            raise ValueError("rate_per_month and duration_month say the same thing twice; give one of them")
        return self


class Dropout(Table):
    """Patients who leave for reasons that have nothing to do with their disease.

    Args:
        per_year: share of those still there who leave within a year.
        arms: arm → another share.
    """

    per_year: Share = 0.0
    arms: dict[Name, Share] = Field(default_factory=dict)


class Visits(Table):
    """Visits as they happen.

    Args:
        window_day: blood of a visit is drawn up to so many days before it.
        missed: share of visits that are missed.
    """

    window_day: Annotated[int, Field(strict=True, ge=0, le=6)] = 0
    missed: Share = 0.0


class Adherence(Table):
    """Doses as they are taken.

    Args:
        missed_dose: share of doses that a typical patient misses.
        spread: of that between patients, on the logit scale.
    """

    missed_dose: Share = 0.0
    spread: Annotated[float, Field(strict=True, ge=0, le=5)] = 0.0

    @model_validator(mode="after")
    def _spread_is_used(self):
        if self.spread and not self.missed_dose:
            raise ValueError("spread is that of missed_dose, and no dose is missed")
        return self


class Laboratory(Table):
    """The laboratory. noise: whether reported values scatter as real assays do."""

    noise: Yes = True


class Analysis(Table):
    """How the trial is judged.

    Args:
        primary: endpoint of the test: "pfs", "ttp", "os", "orr", "vgpr_or_better" or "cr".
        alpha: two-sided, of the whole trial; shared equally by the comparisons where there are more than two arms.
        reference: arm that the others are compared with; the first where empty.
        cut_month: data cut, months after the first patient entered.
        cut_events: data cut when so many primary events are known, over all arms.
        looks: information fractions of interim looks, between 0 and 1, with `cut_events`.
        spending: how alpha is spent over the looks (Lan and DeMets).
        futility: stop when the conditional power under the trend seen falls below this; 0: never.
        ctcae: version that grades laboratory values.
    """

    primary: Literal["pfs", "ttp", "os", "orr", "vgpr_or_better", "cr"] = "pfs"
    alpha: Annotated[float, Field(strict=True, gt=0, lt=0.5)] = 0.05
    reference: str = Field(default="", strict=True, max_length=60)
    cut_month: Annotated[float, Field(strict=True, gt=0, le=LONGEST_MONTH)] | None = None
    cut_events: Annotated[int, Field(strict=True, ge=1)] | None = None
    looks: tuple[Annotated[float, Field(strict=True, gt=0, lt=1)], ...] = Field(default=(), max_length=10)
    spending: Literal["obrien-fleming", "pocock"] = "obrien-fleming"
    futility: Annotated[float, Field(strict=True, ge=0, lt=0.5)] = 0.0
    ctcae: Literal["4.03", "5", "6"] = "5"

    @model_validator(mode="after")
    def _fits_together(self):
        if self.cut_month is not None and self.cut_events is not None:
            raise ValueError("cut_month and cut_events are two data cuts; give one of them")
        if self.cut_events is not None and self.primary in SHARES:
            raise ValueError(f"cut_events counts events, and the primary endpoint '{self.primary}' is a share")
        if (self.looks or self.futility) and self.cut_events is None:
            raise ValueError("interim looks need cut_events, the number of events at the last look")
        if list(self.looks) != sorted(set(self.looks)):
            raise ValueError("looks must rise, each once")
        if self.futility and not self.looks:
            raise ValueError("futility is judged at interim looks, and there are none")
        if self.spending != "obrien-fleming" and not self.looks:
            raise ValueError("spending shares alpha out over interim looks, and there are none")
        return self


class Published(Table):
    """A published number to be shown beside what the trial gives; it changes nothing.

    Args:
        arm: of this study.
        figure: of the arm, as in trial.json ("orr", "median_ttp_month", "vte", …).
        rows: ids of outcome rows; values of several rows add up.
        remark: what differs, in a sentence.
    """

    arm: Name
    figure: Name
    rows: tuple[Name, ...] = Field(min_length=1, max_length=5)
    remark: Annotated[str, StringConstraints(strict=True, max_length=500)] = ""


class Study(Table):
    """A whole study file.

    Args:
        name: title of the study.
        population: of the library.
        seed: the same seed gives the same candidates and the same luck.
        patients: enrolled in all arms together.
        follow_up_month: longest observation of a patient, from entry.
        immune: every candidate has the immune core (docs/immune.md) and meets bacteria by chance.
        settings: covariate or parameter → value for every candidate (table [set] of the file).
        arms, eligibility, randomisation, accrual, dropout, visits, adherence, laboratory, analysis, published: the
            tables.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True)

    name: Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=200)]
    patients: Annotated[int, Field(strict=True, ge=1, le=MOST_PATIENTS)]
    follow_up_month: Annotated[float, Field(strict=True, gt=0, le=LONGEST_MONTH)] = 36.0
    population: Text = "relapsed-myeloma"
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**64)] = 1
    immune: Yes = False
    arms: tuple[StudyArm, ...] = Field(min_length=1, max_length=MOST_ARMS)
    settings: dict[Name, Number] = Field(default_factory=dict, alias="set")
    eligibility: Eligibility = Eligibility()
    randomisation: Randomisation = Randomisation()
    accrual: Accrual = Accrual()
    dropout: Dropout = Dropout()
    visits: Visits = Visits()
    adherence: Adherence = Adherence()
    laboratory: Laboratory = Laboratory()
    analysis: Analysis = Analysis()
    published: tuple[Published, ...] = Field(default=(), max_length=200)

    @property
    def arm_names(self) -> tuple[str, ...]:
        """Names of the arms, in the order of the file."""
        return tuple(arm.name for arm in self.arms)

    @property
    def reference(self) -> int:
        """Place of the reference arm."""
        return self.arm_names.index(self.analysis.reference) if self.analysis.reference else 0

    def under_null(self) -> "Study":
        """The same study with every arm treated as the reference arm is: what happens when nothing differs."""
        of = self.arms[self.reference]
        after = of.at_progression
        if isinstance(after, Crossover):  # by its words: the arm of that name is about to get another regimen
            after = Crossover(crossover=self.regimen_after(after))
        same = {"regimen": of.regimen, "protocol": of.protocol, "at_progression": after}
        left = self.dropout.arms.get(of.name, self.dropout.per_year)
        arms = tuple(arm.model_copy(update=same) for arm in self.arms)
        return self.model_copy(update={"arms": arms, "dropout": Dropout(per_year=left)})

    def regimen_after(self, crossover: Crossover) -> str:
        """The regimen of a crossover in words."""
        by_name = {arm.name: arm.regimen for arm in self.arms}
        return by_name.get(crossover.crossover, crossover.crossover)
