"""The immune system: one file for each part, with a `MODEL`."""
