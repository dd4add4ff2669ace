"""A generated contract of any size, its implementation, and how fast `contract-tests` reaches its operations.

`python -m tests.contract_tests.many` measures it.
"""
