"""Compares the conversion of Swagger 2.0 documents with that of npm's `swagger2openapi`."""
