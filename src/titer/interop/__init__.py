"""Other people's formats: event tables, records of patients, submissions."""
