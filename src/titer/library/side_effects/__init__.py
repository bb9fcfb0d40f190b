"""Side effects: one file each, with a `MODEL`."""
