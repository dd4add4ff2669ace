"""Judges the reference implementation with each seeded defect, and each legitimate variant; one line of JSON each.

`python -m tests.contract_tests.judge_all [NAME ...]` judges those named, or all. `variants` and
`defects` name each kind.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import pkgutil
import sys
import time
from typing import Any

from contract_tests.cli import main
from tests.contract_tests import seeded
from tests.contract_tests.reference import Service, serve
from tests.contract_tests.seeding import DEFECTS, SAYS, VARIANTS

for _module in pkgutil.iter_modules(seeded.__path__, f"{seeded.__name__}."):
    importlib.import_module(_module.name)  # each registers what it holds

SUITES = ["--suite", "behaviours", "--suite", "conformance", "--suite", "workflows"]  # the oracle: --suite oracle
TOKENS = ["--token", "red-token", "--other-token", "blue-token"]


def judge(name: str, *flags: str) -> dict[str, Any]:
    """Judge one of them; `right` says whether the verdict is the right one, in the right words."""
    service = {"Service": Service, **DEFECTS, **VARIANTS}[name]()
    told, started = io.StringIO(), time.monotonic()
    with serve(service) as url, contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        code = main(["--target", url, *TOKENS, "--examples", "8", *flags])
    text = told.getvalue()
    named = any(words in text for words in SAYS.get(name, ("",)))
    right = (code == 1 and named) if name in DEFECTS else code == 0
    return {"name": name, "right": right, "code": code, "seconds": round(time.monotonic() - started, 1), "told": text}


if __name__ == "__main__":
    groups = {"variants": ["Service", *VARIANTS], "defects": list(DEFECTS)}
    for chosen in [name for word in sys.argv[1:] or groups for name in groups.get(word, [word])]:
        print(json.dumps(judge(chosen, "--fail-fast", *SUITES)), flush=True)
