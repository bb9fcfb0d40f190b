"""A run as ADaM datasets: ADSL, ADEX, ADLB, ADAE, ADTTE and ADRS, one file each."""
