"""Files of payments from a bank: camt.054 and CSV, each read into the same kind of entries."""
