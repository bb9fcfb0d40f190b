"""Fever: body temperature from cytokines in plasma (Dobreva 2021), with interferon and IL-1 added.

A set point rises with TNF and IL-6 and falls a little with IL-10; the body follows it within hours. Type I interferon
and IL-1 beta raise it too: with TNF and IL-6 alone, an influenza-like course would reach 37.3 degC only.

Answers:  temperature after endotoxin, in infection, and after interferon, from rises of cytokines above a person's rest.
Not for:  the time of day, heat and exercise, antipyretics, tolerance of repeated doses, shock with a cold body.
Assumed:  rises count, levels below rest do nothing (the source takes either as fever). Interferon: half of its effect
          at the level that 3 MU of interferon alfa give (Roferon-A: 36 MU give 2020 pg/mL, linear from 3 MU on), and a
          fever of 1.5 degC at the middle of 3-9 MU; 0.3 MU, without side effects in Witter 1987, then gives 0.2 degC.
          IL-1 beta: sizes are guesses; after endotoxin its blockade left temperature as it was (1995), and there is
          little of it in plasma then.
Conflict: type I interferon of Rao 2023 stays high for weeks, and is most of a fever in infection. The viral course of
          its nominal patient is then at 38 degC or more for 22 days (day 2 to 24); with TNF and IL-6 alone it never
          is. Influenza gives days of fever: trust the height here, not the length.
Bounded:  each action saturates, but all of them together would reach 46 degC; the set point ends at `ceiling`.
Numerics: the source's power 0.75 has a vertical slope at a rise of 0. Below `least` (0.01 pg/mL) its share is a straight
          line through 0, less than 0.002 degC away.
"""
# ruff: noqa: E501 - a number and its home stand on one line

from titer.library.sources import (
    DOBREVA_2021,
    FEVER_MEMORY,
    IL1_BLOCKADE_1995,
    INTERFERON_FEVER_MEMORY,
    ROFERON_SMPC,
    TITER,
    WITTER_1987,
)
from titer.model import Equations, Model, Parameter, Population, State
from titer.model.expression import maximum, minimum


def equations(t, x, p, s):
    """First-order approach to the set point that the cytokines ask for."""
    up = p.tnf_part * _share(s.tnf_rise, p.tnf_half, p.steepness, p.least)
    up = up + p.il6_part * _share(s.il6_rise, p.il6_half, p.steepness, p.least)
    up = up + p.ifn_part * _share(s.ifn_alpha_rise, p.ifn_half, 1.0, p.least)
    up = up + p.il1b_part * _share(s.il1b_rise, p.il1b_half, 1.0, p.least)
    down = p.il10_part * _share(s.il10_rise, p.il10_half, 1.0, p.least)
    wanted = p.rest + p.sensitivity * p.gain * (p.limit - p.rest_typical) * (up - down)
    return Equations(
        rates={"temperature": (minimum(wanted, p.ceiling) - x.temperature) / p.delay},
        signals={"temperature": x.temperature},
    )


def _share(rise, half, power, least):
    """Share of the largest action: 1/2 at `half`; a straight line below `least`, nothing below rest."""
    ratio = (maximum(rise, least) / half) ** power
    return minimum(maximum(rise, 0.0) / least, 1.0) * ratio / (1 + ratio)


# fmt: off
PARAMETERS = (
    Parameter("rest", 36.825, "degC", "a person's own temperature at rest", "dobreva: Tm", "fixed", sd=0.2, note="spread between people assumed"),
    Parameter("rest_typical", 36.825, "degC", "temperature at rest that the rise is scaled by", "dobreva: Tm", "fixed"),
    Parameter("limit", 39.5, "degC", "temperature that the rise is scaled by", "dobreva: TM", "fixed"),
    Parameter("gain", 0.5, "", "share of that range for an action of 1", "dobreva: kt", "fixed"),
    Parameter("delay", 1.69321, "h", "time by which the body follows the set point", "dobreva: tau", "estimated"),
    Parameter("tnf_part", 1.5, "", "largest action of TNF", "dobreva: ktT", "fixed"),
    Parameter("il6_part", 2.66637, "", "largest action of IL-6", "dobreva: kt6", "estimated"),
    Parameter("il10_part", 0.0625, "", "largest action of IL-10, downwards", "dobreva: kt10", "fixed"),
    Parameter("tnf_half", 185, "pg/mL", "rise of TNF for half of it", "dobreva: half-level of TNF", "fixed"),
    Parameter("il6_half", 560, "pg/mL", "rise of IL-6 for half of it", "dobreva: half-level of IL-6", "fixed"),
    Parameter("il10_half", 34.772, "pg/mL", "rise of IL-10 for half of it", "dobreva: half-level of IL-10", "fixed"),
    Parameter("steepness", 0.75, "", "steepness of TNF and IL-6", "dobreva: exponent .75", "fixed", structural=True),
    Parameter("ifn_part", 1.77, "", "largest action of type I interferon", "ifn: 1.5 degC at 5.2 MU, the middle of 3-9 MU (roferon: 56 pg/mL per MU)", "assumed"),
    Parameter("ifn_half", 168, "pg/mL", "rise of type I interferon for half of it", "roferon: 3 x 2020/36 pg/mL, the level of 3 MU", "assumed", note="witter: no side effects at 0.3 MU"),
    Parameter("il1b_part", 0.75, "", "largest action of IL-1 beta", "titer: 1 degC; blockade: none seen after endotoxin", "assumed"),
    Parameter("il1b_half", 50, "pg/mL", "rise of IL-1 beta for half of it", "titer: no level in plasma was found beside a fever", "assumed"),
    Parameter("sensitivity", 1.0, "", "own fever for the same cytokines, multiple of the typical person's", "titer: 1 is the typical person", "assumed", cv=0.15, note="spread assumed"),
    Parameter("ceiling", 42.0, "degC", "highest set point", "ceiling: febrile temperatures end at 41-42 degC", "assumed"),
    Parameter("least", 0.01, "pg/mL", "rise below which an action is a straight line", "titer: numerical, see Numerics", "assumed"),
)
# fmt: on

MODEL = Model(
    key="fever",
    name="fever_dobreva2021",
    title="Body temperature from cytokines",
    doc=__doc__,
    time="h",
    sources={
        "dobreva": DOBREVA_2021,
        "ifn": INTERFERON_FEVER_MEMORY,
        "roferon": ROFERON_SMPC,
        "witter": WITTER_1987,
        "blockade": IL1_BLOCKADE_1995,
        "ceiling": FEVER_MEMORY,
        "titer": TITER,
    },
    population=Population("healthy adults after 2 ng/kg of endotoxin", at="dobreva: data of 20 men"),
    states=(State("temperature", "degC", "body temperature", start="rest"),),
    parameters=PARAMETERS,
    equations=equations,
    reads=("tnf_rise", "il6_rise", "il10_rise", "ifn_alpha_rise", "il1b_rise"),
    provides=("temperature",),
)
