"""What the immune system recognises: one file for each threat, with a `THREAT`."""
