"""Sections → what they state as OpenAPI, the same for every layout."""
