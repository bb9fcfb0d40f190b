"""Regimens: the text a clinician writes, the plan it means, and the calendar that shows it."""
