"""Rules of labels and trials, grades and response criteria, as data with their wording and source."""
