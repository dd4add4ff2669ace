"""The benchmark itself: servers are ended, tables show the measurements, inputs are the same on every machine."""

import json
import os
import sys
from pathlib import Path

import pytest

from bench import compare, install, report, targets
from bench.inputs import Inputs, as_30, bench_contract, devices, example_of, operations
from bench.peers import ALL, LIMITS, MOCK, OTHERS, Peer
from bench.processes import Failed, Request, free_port, serving

SERVER = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open("child.txt", "w").write(str(child.pid))
subprocess.run([sys.executable, "-m", "http.server", sys.argv[1], "--bind", "127.0.0.1"])
"""


def test_a_server_and_its_children_are_gone_after_the_block(tmp_path: Path) -> None:
    """At the end of the block all processes are ended, also after an exception."""
    port = free_port()
    with (  # noqa: PT012 - the test is that the block ends the processes
        pytest.raises(KeyboardInterrupt),
        serving([sys.executable, "-c", SERVER, str(port)], port, {}, tmp_path) as server,
    ):
        assert server.wait_for_200(Request("GET", "/child.txt")) > 0
        child = int((tmp_path / "child.txt").read_text())
        assert server.pss_mb() > 1
        assert server.cpu_seconds() > 0
        raise KeyboardInterrupt
    assert server.process.returncode is not None
    assert not _is_running(child)


def test_a_server_that_ends_is_reported(tmp_path: Path) -> None:
    """A start that fails names the exit code and the file with its output."""
    with (
        serving([sys.executable, "-c", "raise SystemExit(7)"], 1, {}, tmp_path) as server,
        pytest.raises(Failed, match=r"exit code 7; see .*output\.log"),
    ):
        server.wait_for_200(Request("GET", "/"))


def test_the_devices_are_the_same_every_time() -> None:
    """Devices are seeded, their fingerprints are unique, and the caller owns the same ten for any number."""
    many, few = list(devices(1000)), list(devices(10))
    assert many[:10] == few
    assert len({device["deviceFingerprint"] for device in many}) == 1000
    assert sum(device["userId"] == "alice" for device in many) == 10


def test_the_bench_contract_lists_ten_devices() -> None:
    """The example has ten devices; links are left out; the copy for OpenAPI 3.0 has another version."""
    contract = bench_contract()
    assert len(example_of(contract["paths"]["/devices"]["get"])["devices"]) == 10
    assert not [operation for operation in operations(contract) if "links" in operation["responses"]["200"]]
    assert as_30(contract)["openapi"] == "3.0.3"
    assert contract["openapi"] == "3.1.0"


@pytest.mark.parametrize("peer", ALL, ids=lambda peer: peer.name)
def test_every_command_can_be_filled_in(peer: Peer) -> None:
    """A peer's command has only known placeholders, contains the port, and does not listen on 0.0.0.0."""
    words = install.command(peer, Inputs(*[Path("x")] * 5), 4321)
    assert any("4321" in word for word in words)
    assert not [word for word in words if "{" in word or word == "0.0.0.0"]


def test_a_section_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    """Only the text between the two markers changes; a page without them is an error."""
    page = tmp_path / "README.md"
    page.write_text("a\n<!-- t -->\nold\n<!-- /t -->\nb\n")
    report.write_section("t", "new \\1", page)
    assert page.read_text() == "a\n<!-- t -->\nnew \\1\n<!-- /t -->\nb\n"
    with pytest.raises(ValueError, match="has no section other"):
        report.write_section("other", "new", page)


@pytest.mark.parametrize(
    ("problem", "reason"),
    [(Failed("no 200"), "no 200"), (ConnectionResetError("by peer"), "ConnectionResetError: by peer")],
)
def test_the_comparison_continues_after_a_peer_fails(
    problem: Exception, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A peer that fails in any way is listed as missing, with the reason."""

    def fails(_: Peer) -> None:
        raise problem

    monkeypatch.setattr(install, "install", fails)
    outcome = compare.compare(OTHERS[:2], Inputs(*[Path("x")] * 5), compare.Plan(1, 1, 1), lambda _: None)
    assert outcome.missing == {peer.name: reason for peer in OTHERS[:2]}
    assert not outcome.measured


def test_ratios_are_taken_within_a_round() -> None:
    """A ratio is the median of the rounds' ratios, so that a slow round affects both sides."""
    outcome = _outcome()
    assert report.ratio(outcome, OTHERS[0].name, targets.BUSIEST, "per_second") == pytest.approx(0.5)
    assert f"| {OTHERS[0].name} | 1,000 (0.50x) |" in report.load(outcome, targets.BUSIEST)


def test_the_table_of_targets() -> None:
    """Each target has a row with yes, no, or "not measured"."""
    text = targets.targets(_outcome(), {"memory": {"after_mb": 100.0}})
    assert "to openapi-backend + express | ≥ 2 x | 2.00 x | yes |" in text
    assert "memory after load (PSS) | ≤ 65 MB | 100.00 MB | **no** |" in text
    assert f"to {LIMITS[0].name} | ≥ 0.5 x | not measured |" in text


def _outcome() -> dict[str, object]:
    """Three rounds; the machine was ten times slower in the second."""

    def measured(*rates: float) -> dict[str, object]:
        sample = {"p50": 1.0, "p99": 2.0, "cpu": 3.0}
        return {"start": [1.0], "runs": {targets.BUSIEST: [{"per_second": rate, **sample} for rate in rates]}}

    outcome = {
        "measured": {MOCK.name: measured(2000, 200, 2200), OTHERS[0].name: measured(1000, 100, 1100)},
        "missing": {},
    }
    loaded: dict[str, object] = json.loads(json.dumps(outcome))  # as loaded from the file
    return loaded


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
