"""Benchmarks this mock server side by side with comparable servers and with its own web server."""
