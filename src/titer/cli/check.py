"""`titer check`: may this patient have this regimen, and what must be done or watched."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from titer.cli.output import print_json

if TYPE_CHECKING:
    from titer.clinic.safety.findings import Finding
    from titer.clinic.safety.screen import Screening
    from titer.interop.patient_file import PatientFile

NOT_ALLOWED = 1  # exit code of "blocked", and of "not decided", which is never a pass


def check(
    patient: Annotated[
        str, typer.Option("--patient", metavar="FILE", help="The patient: JSON of our own, or a FHIR R4 Bundle.")
    ],
    regimen: Annotated[str, typer.Option("--regimen", metavar="REGIMEN", help="A regimen in words, in quotes.")],
    indication: Annotated[
        str, typer.Option(metavar="NAME", help="What it is for; left out: the file's diagnosis, else the usual one.")
    ] = "",
    authority: Annotated[str, typer.Option(metavar="us|eu|both", help="Whose rules.")] = "both",
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="For a bundle: the day it is for; left out: its own date.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    cards: Annotated[bool, typer.Option("--cards", help="Print CDS Hooks cards (JSON).")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Print what is folded as well, with the rules that ask.")
    ] = False,
) -> int:
    """Say whether a patient may have a regimen: what blocks it, what is required, what to watch, what is not known.

    Leaves with 0 when it is allowed (what is required is listed), 1 when it is blocked or cannot be decided because
    facts are missing, 2 for a file or regimen that cannot be used.
    """
    # No plugin has a say in a patient's record, and looking for plugins takes a tenth of the answer's time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # nothing here is large; starting its threads takes as long
    from titer.clinic.safety.screen import ANSWERS
    from titer.interop.patient_file import read_patient_file
    from titer.library.labels import check_patients, read_checked_regimen
    from titer.patients.columns import PatientColumns

    parsed = read_checked_regimen(regimen)
    file = read_patient_file(patient, as_of)
    columns = PatientColumns.from_records([file.record])
    screening = check_patients(columns, parsed, indication=indication, authority=authority)
    answer, findings = ANSWERS[screening.answers[0]], screening.findings(0)
    if cards:
        from titer.interop.cards import make_cards

        print_json(make_cards(findings))
    elif as_json:
        print_json(_as_json(answer, findings, screening, file))
    else:
        _print_text(answer, findings, screening, file, named=bool(indication), everything=everything)
    return 0 if answer == "allowed" else NOT_ALLOWED


def _as_json(answer: str, findings: list[Finding], screening: Screening, file: PatientFile) -> dict[str, Any]:
    from titer.show.safety import DISCLAIMER

    return {
        "answer": answer,
        "answers": _by_authority(screening),
        "regimen": str(screening.plan.regimen),
        "indication": screening.indication,
        "authorities": list(screening.authorities),
        "patient": file.record.known(),
        "fhir": dict(file.account),
        "rules_asked": len(screening.rules),
        "findings": [finding.as_json() for finding in findings],
        "disclaimer": DISCLAIMER,
    }


def _by_authority(screening: Screening) -> dict[str, str]:
    """Authority → what its rules alone say of the one patient."""
    from titer.clinic.safety.screen import ANSWERS

    return {who: ANSWERS[screening.answers_of([who])[0]] for who in screening.authorities}


def _print_text(
    answer: str, findings: list[Finding], screening: Screening, file: PatientFile, *, named: bool, everything: bool
) -> None:
    from titer.library.labels.products import INDICATIONS
    from titer.show.safety import DISCLAIMER, account_text, answer_text, filled, findings_text, sides_text

    of = "" if named or file.record.diagnosis else " (the usual one; --indication names another)"
    if named and file.record.diagnosis not in (None, screening.indication):
        of = f" (named here; the file's diagnosis is {file.record.diagnosis})"
    print(answer_text(answer, findings))
    if sides := sides_text(_by_authority(screening)):
        print(f"By side:     {sides}")
    print(f"\nRegimen:     {screening.plan.regimen}")
    print(f"Indication:  {INDICATIONS[screening.indication]}{of}")
    print(f"Rules:       {len(screening.rules)} of {' and '.join(screening.authorities)}")
    if file.account:
        print(f"\n{account_text(file.account)}")
    print(f"\n{findings_text(findings, answer, everything=everything)}\n\n{filled(DISCLAIMER)}")
