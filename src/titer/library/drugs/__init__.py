"""Drugs: one file each, with a `MODEL`."""
