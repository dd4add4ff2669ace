"""`python -m contract_tests` is `contract-tests`."""

from __future__ import annotations

import sys

from contract_tests.cli import main

if __name__ == "__main__":
    sys.exit(main())
