"""Models of the immune system as they were published, each to be run alone: one file for each, with a `MODEL`."""
