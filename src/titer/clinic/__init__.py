"""The clinic: what is seen at a visit, what the rules say, what is written down, and the course of a cohort."""
