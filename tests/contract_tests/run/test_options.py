"""What is misspelt on the command line is one line, with what may be meant."""

from __future__ import annotations

import re

import pytest

from contract_tests.run.cli import parsed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--suite", "oracel"], "'oracel' is none of access, callbacks, .*did you mean 'oracle'"),
        (["--suite", "nope"], "'nope' is none of access, .*workflows \\("),
        (["--safety", "prob"], "did you mean 'probe'"),
        (["--targt", "http://t"], "unknown flag '--targt'; did you mean '--target'"),
        (["--sede=4"], "unknown flag '--sede'; did you mean '--seed'"),
        (["--seed"], "^contract-tests: --seed: needs a value"),
        (["a.yaml", "--spec", "b.yaml"], "unknown argument 'a.yaml'"),
        (["mutant"], "unknown argument 'mutant'; did you mean 'mutants'"),
        (["--rate", "fast"], "'fast' isn't a rate such as 5/s"),
        (["--budget", "-1"], "'-1' isn't a number such as 60"),
        (["--min-coverage", "nan"], "'nan' isn't a number"),
        (["--examples", "4.5"], "'4.5' isn't a whole number"),
        (["--workers", "0"], "'0' isn't a number of workers"),
    ],
)
def test_a_wrong_word_is_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2; the flags are not listed before it."""
    with pytest.raises(SystemExit) as left:
        parsed(words)
    printed = capsys.readouterr()
    assert (left.value.code, printed.out, printed.err.count("\n")) == (2, "", 1)
    assert re.search(said, printed.err), printed.err


def test_a_contract_needs_no_flag() -> None:
    """A name that ends as documents do, or a URL, is the contract."""
    assert [parsed(words).contract_spec for words in (["pets.yaml"], ["--seed", "4", "http://x/pets"], [])] == [
        "pets.yaml", "http://x/pets", None,
    ]  # fmt: skip
