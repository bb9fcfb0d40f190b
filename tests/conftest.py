"""What all tests share."""

from hypothesis import settings

# A deadline measures how busy the machine is, and no test here is timed.
settings.register_profile("titer", deadline=None)
settings.load_profile("titer")
