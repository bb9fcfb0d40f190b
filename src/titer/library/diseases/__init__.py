"""Diseases, and what they lead to: one file each, with a `MODEL`."""
