"""What people see: tables, plots, the report, printed models. Heavy libraries are imported by those who draw."""
