"""`python -m mockserver`."""

import sys

from mockserver.cli.commands import main

sys.exit(main())
