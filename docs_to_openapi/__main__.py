"""`python -m docs_to_openapi`."""

import sys

from docs_to_openapi.cli import main

if __name__ == "__main__":
    sys.exit(main())
