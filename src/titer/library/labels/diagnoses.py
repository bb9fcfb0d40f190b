"""Diagnoses that a patient's file may name and that no rule asks for: they are understood, and are no finding."""

from titer.library.labels.medications import group

CONDITIONS = (
    *group("haematuria=hematuria, inactive tuberculosis, stem-cell transplant, sunburn", "other"),
    *group("actinic keratosis of the face, actinic keratosis of the scalp, hyperkeratotic actinic keratosis", "other"),
    *group("menopause, premature menopause, possible pregnancy, long-term corticosteroid", "other"),
    *group("myelodysplastic syndrome with del(5q)", "malignancy"),
)
