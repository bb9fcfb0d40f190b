"""Models run alone, as they were published: one file for each scenario, with a `SCENARIO`."""
