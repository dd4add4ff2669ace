"""Scores the reader on the pages of every family: `python -m bench.docs_pages [--half seen|unseen] [--misses FILE]`."""

import sys

from bench.docs_pages.score import main

if __name__ == "__main__":
    sys.exit(main())
