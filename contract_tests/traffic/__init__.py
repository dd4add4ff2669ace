"""Checks recorded traffic against the contract; sends nothing."""
