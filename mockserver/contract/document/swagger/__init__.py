"""Swagger 2.0 documents as OpenAPI 3.0."""

from typing import Final

OWN_FORMAT: Final = "x-collectionFormat"
"""Marks the schema of a list that travels as one text in a way for which OpenAPI 3 has no style."""
