"""Scripts that set what nobody published: each names the outcome rows it fits and those it leaves for prediction.

Run one with `python -m titer.evidence.calibration.<name>`; it prints the fit and writes `results/<name>.json`. The
numbers are then written into the model's file by hand, rounded; `tests/test_library_calibration.py` keeps them alike.
Order matters, as each uses what came before: platelets, myeloma, marrow, thrombosis, survival. `vaccine` stands alone.
"""
