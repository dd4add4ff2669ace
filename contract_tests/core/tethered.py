"""Runs a module as a program that ends with its parent: `python -m contract_tests.core.tethered MODULE ARGUMENTS`.

The parent holds the other end of its standard input; when the parent is gone, however it went, that input ends.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading


def end_with_input() -> None:
    """Read the standard input to its end, then end the process."""
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_input, daemon=True).start()
    module, sys.argv = sys.argv[1], sys.argv[1:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
