"""A stateful mock server for any OpenAPI contract."""

__version__ = "0.2.0"
