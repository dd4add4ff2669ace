"""Sends each operation of a document one valid and one invalid request over a socket, and checks the responses."""
