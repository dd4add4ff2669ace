"""Checks whether the server at a URL keeps an OpenAPI contract."""
