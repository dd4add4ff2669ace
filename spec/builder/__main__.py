"""`python -m spec.builder`."""

import sys

from spec.builder.cli import main

if __name__ == "__main__":
    sys.exit(main())
