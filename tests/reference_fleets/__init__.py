"""Fleets once more, straight from the contract: every history of every asset, without the formulation and the audit."""
