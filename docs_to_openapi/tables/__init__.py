"""Blocks of a section → table rows, and what one cell states."""
