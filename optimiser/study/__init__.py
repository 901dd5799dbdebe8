"""Studies: several plans at once."""
