"""Measures what the unit tests notice: breaks the code in one place at a time, and runs the tests that should fail."""
