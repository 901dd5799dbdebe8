"""Study: many solves that belong together."""
