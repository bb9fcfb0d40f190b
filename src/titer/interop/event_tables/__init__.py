"""Event tables in the shape of NONMEM: reading, checking, and what happens to each patient in which order."""

from titer.interop.event_tables.check import event_table, read_event_table
from titer.interop.event_tables.table import EventTable

__all__ = ["EventTable", "event_table", "read_event_table"]
