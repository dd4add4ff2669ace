"""What is offered to copy into CI fits what there is: inputs of the action, variables of the template, flags."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract_tests import cli
from contract_tests.cli import EXTRA
from contract_tests.mutation.command import parser as mutants
from contract_tests.run.options import OPTIONS

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
TEMPLATE = yaml.safe_load((ROOT / "ci-templates/contract-tests.gitlab-ci.yml").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
JOBS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
FLAGS = {f"--{option.name}" for option in OPTIONS}


def steps_with_the_action() -> list[dict[str, Any]]:
    """The steps of the page that use the action."""
    jobs = [job for block in JOBS for job in block.get("jobs", {}).values()]
    return [step for job in jobs for step in job["steps"] if "flashback-mock" in step.get("uses", "")]


def test_the_page_uses_only_inputs_that_the_action_has() -> None:
    """For staging and for a service container."""
    steps = steps_with_the_action()
    assert len(steps) == 3
    for step in steps:
        assert set(step["with"]) <= set(ACTION["inputs"]), step


def test_every_input_of_the_action_reaches_its_script() -> None:
    """None is declared in vain, and none is pasted into a command."""
    whole = yaml.safe_dump(ACTION["runs"])
    for name in ACTION["inputs"]:
        assert f"inputs.{name} " in whole, name
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_the_page_extends_the_template_with_variables_that_it_reads() -> None:
    """Each variable of a job is the template's, or the command's own."""
    known = {*TEMPLATE[".contract-tests"]["variables"], *(option.env for option in OPTIONS)}
    extended = [job for block in JOBS for job in block.values() if isinstance(job, dict) and job.get("extends")]
    assert len(extended) == 2
    for job in extended:
        assert job["extends"] in TEMPLATE
        assert set(job["variables"]) <= known


def test_what_installs_the_command_installs_its_extra() -> None:
    """The action, the template, the image and the Makefile name the extra, whose libraries the command looks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = project["optional-dependencies"]["contract-tests"]
    assert tuple(re.split(r"[^\w-]", text)[0] for text in extra) == EXTRA
    assert not [text for text in project["dependencies"] if text.startswith(EXTRA)]
    for file in ("action.yml", "ci-templates/contract-tests.gitlab-ci.yml", "Dockerfile", "Makefile"):
        assert "[contract-tests]" in (ROOT / file).read_text(encoding="utf-8"), file


def test_without_its_extra_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, what is missing, and the line that installs it."""
    monkeypatch.setattr(cli, "find_spec", lambda name: None if name in ("schemathesis", "pytest") else object())
    assert cli.main(["--help"]) == 2
    said = capsys.readouterr().err
    assert (
        said == "contract-tests: not installed: pytest, schemathesis (pip install 'flashback-mock[contract-tests]')\n"
    )


def test_every_flag_on_the_page_exists() -> None:
    """Flags of the command, of `mutants`, of the pytest plugin, and of docker."""
    of_mutants = {name for action in mutants()._actions for name in action.option_strings}
    by_pytest = {f"--contract-{flag.removeprefix('--')}" for flag in ("--", *FLAGS)}
    foreign = {"--rm", "--target", "--mock-url"} | of_mutants | by_pytest
    assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", PAGE)) <= FLAGS | foreign


def step_of(name: str) -> dict[str, Any]:
    """A step of the action."""
    return next(step for step in ACTION["runs"]["steps"] if step.get("name") == name)


@pytest.mark.parametrize(
    ("code", "lenient", "ends"), [(0, "true", 0), (1, "false", 1), (3, "true", 3), (3, "false", 0)]
)
def test_the_script_of_the_action_passes_the_exit_code_on(tmp_path: Path, code: int, lenient: str, ends: int) -> None:
    """As output and as its own; only an unavailable target may be forgiven. No argument stands for file names."""
    command = tmp_path / "contract-tests/bin/contract-tests"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" "${{CONTRACT_OTHER_TOKEN-unset}}"\nexit {code}\n')
    command.chmod(0o755)
    given = {
        "SAFETY": "probe",
        "BUDGET": "9",
        "WAIT": "0",
        "BASELINE": "",
        "HISTORY": "",
        "REPORT": "a folder",
        "ARGUMENTS": "--only *",
    }
    given |= {"CONTRACT_TARGET": "http://there", "CONTRACT_TOKEN": "t", "CONTRACT_OTHER_TOKEN": ""}
    given |= {"RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "out"), "FAIL_WHEN_UNAVAILABLE": lenient}
    script = step_of("Check the contract")["run"]
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        env={**os.environ, **given}, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == ends, done
    assert (tmp_path / "out").read_text() == f"exit-code={code}\n"
    assert done.stdout.splitlines()[5:11] == ["a folder", "--safety", "probe", "--only", "*", "unset"]


GH = """#!/bin/sh
printf '%s\\n' "$*" >>"$CALLS"
case "$*" in
  *--paginate*) [ "$KNOWN" = refused ] && exit 1; printf "$KNOWN" ;;
  *) for last; do :; done; cat "${last#body=@}" >"$CALLS.body" ;;
esac
"""


@pytest.mark.parametrize(
    ("known", "call"),
    [
        ("", "api --silent --method POST repos/o/r/issues/7/comments"),
        ("31\\n32\\n", "api --silent --method PATCH repos/o/r/issues/comments/31"),
        ("refused", ""),
    ],
)
def test_the_action_writes_one_comment(tmp_path: Path, known: str, call: str) -> None:
    """It updates that of an earlier run; where it may not, the job goes on with a warning."""
    command, calls = tmp_path / "gh", tmp_path / "calls"
    command.write_text(GH)
    command.chmod(0o755)
    (tmp_path / "report").mkdir()
    step = step_of("Comment on the pull request")
    given = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "RUNNER_TEMP": str(tmp_path), "GITHUB_REPOSITORY": "o/r",
             "NUMBER": "7", "REPORT": "report", "MARKER": "<!-- here -->", "KNOWN": known,
             "CALLS": str(calls)}  # fmt: skip
    assert set(step["env"]) <= {*given, "GH_TOKEN"}
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    without = subprocess.run(bash, env=given, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (without.returncode, calls.exists()) == (0, False)
    (tmp_path / "report/comment.md").write_text("### All is well\n")
    done = subprocess.run(bash, env=given, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = calls.read_text().splitlines()
    assert said[0].startswith("api --paginate repos/o/r/issues/7/comments --jq ")
    assert said[1:] == ([f"{call} -F body=@{tmp_path}/contract-comment.md"] if call else [])
    assert ("::warning" in done.stdout) is (not call)
    assert not call or (tmp_path / "calls.body").read_text() == "<!-- here -->\n### All is well\n"


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_template_prints_the_comparison(tmp_path: Path, code: int) -> None:
    """After the run, whose exit code the job has."""
    command = tmp_path / "contract-tests"
    command.write_text(f"#!/bin/sh\nmkdir contract-report; echo compared >contract-report/comment.md; exit {code}\n")
    command.chmod(0o755)
    script = TEMPLATE[".contract-tests"]["script"][-1].replace("/opt/contract-tests/bin/contract-tests", str(command))
    done = subprocess.run(["sh", "-ec", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (code, "compared\n"), done.stderr
