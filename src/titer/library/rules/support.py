"""Supportive treatments as protocols of their own, to be added to a label or a study with `combine`.

Answers:  growth factor as in the MPR trial; aspirin or low-molecular-weight heparin against thromboembolism as in a
          trial.
Not for:  what labels leave to the prescriber ("growth factors may be considered") as if it were a rule; transfusions
          and antibiotics, for which no rule was read: a person may write one (docs).
Assumed:  the dose of the growth factor, which the trial's summary does not give; prophylaxis begins
          with treatment and lasts as long.
"""

from titer.clinic.condition_text import parse_condition as condition
from titer.clinic.protocol import Protocol, SupportRule
from titer.dosing.regimen import Component
from titer.library.rules.lenalidomide_trials import MPR
from titer.library.rules.lenalidomide_us import CALENDAR
from titer.library.sources import PALUMBO_2011

GROWTH_FACTOR = Protocol(
    "G-CSF as in MPR",
    (
        SupportRule(
            name="G-CSF at grade 3 neutropenia",
            when=condition("anc < 1.0 10^9/L"),
            give=Component("filgrastim", 300.0, unit="ug", route="sc", n_days=5),
            wording="G-CSF for 5 to 7 days at grade 3 neutropenia",
            source=MPR,
            note="300 ug daily is the usual vial, from memory; of 5 to 7 days, 5 are taken",
        ),
    ),
    (),
    CALENDAR,
)


def _prophylaxis(name: str, drug: str, amount: float, route: str = "") -> Protocol:
    rule = SupportRule(
        name=name,
        when=condition("day >= 0 day"),
        give=Component(drug, amount, route=route),
        wording=f"{drug} {amount:g} mg daily while on treatment, in patients without high risk",
        source=PALUMBO_2011,
        note="the agent by risk score is a matter of `titer check`",
    )
    return Protocol(name, (rule,), (), CALENDAR)


ASPIRIN = _prophylaxis("aspirin prophylaxis", "aspirin", 100.0)
HEPARIN = _prophylaxis("heparin prophylaxis", "enoxaparin", 40.0, "sc")
