"""Mutation testing of the suite: broken variants of the mock, and how many of them the suite detects."""
