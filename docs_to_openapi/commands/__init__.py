"""The commands of `docs-to-openapi`; each prints its result and returns the exit code."""
