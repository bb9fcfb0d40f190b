"""Safety checks: declared rules about a patient and a regimen, and what they find.

`conditions` the words rules are written in, `declare` the rules, `plan` what they see of a regimen, `vocabulary` the
medicines and diagnoses that are understood, `scores` risk scores, `screen` the evaluation, `findings` what is told.
"""
