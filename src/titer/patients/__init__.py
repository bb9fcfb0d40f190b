"""Virtual patients: random streams, declared populations, and the parameters of each patient."""
