"""Studies: several plans at once, or many solves that belong together."""
