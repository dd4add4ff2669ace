"""The files and commands of docs/outbound.md and docs/jobs.md work as a reader pastes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mockserver.exchange.engine import Engine
from tests.mockserver.control.conftest import Control
from tests.mockserver.outbound.pages import blocks, sent, settings_in, written
from tests.mockserver.outbound.receiver import Receiver
from tests.support import Ask

Build = Callable[..., Engine]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("here")
def test_the_page_on_callbacks_works(build: Build, receiver: Receiver) -> None:
    """Callback and webhook arrive, and `verify` finds the two deliveries of the webhook."""
    written("docs/outbound.md", ("openapi.yaml", "behaviours.yaml", "fixtures.yaml"))
    start, *commands = blocks("docs/outbound.md", "sh")[0].splitlines()
    engine = build(settings_in(start))
    answers = list(sent(commands, Ask(engine, None), Control(engine), receiver.url))
    assert [answer.status for answer in answers] == [201, 200, 200, 201, 200, 200, 200, 200]
    assert answers[-1].json["verified"], answers[-1].json
    assert sorted(one.json.get("type", "") for one in receiver.received) == ["", "deviceTrusted", "deviceTrusted"]


@pytest.mark.usefixtures("here")
def test_the_page_on_jobs_works(build: Build, receiver: Receiver) -> None:
    """The job runs after ten seconds and is done after a minute, which its webhook says; the next one fails."""
    written("docs/jobs.md", ("behaviours.yaml", "openapi.yaml"))
    start, *commands = blocks("docs/jobs.md", "sh")[0].splitlines()
    engine = build(settings_in(start))
    begun, _, running, _, done, _, second, _, failed = sent(commands, Ask(engine, None), Control(engine), receiver.url)
    assert (begun.status, begun.headers["retry-after"]) == (202, "5")
    assert begun.headers["location"].endswith(f"/jobs/{begun.json['id']}")
    assert [job["status"] for job in running.json if job["id"] == begun.json["id"]] == ["running"]
    [job] = [job for job in done.json if job["id"] == begun.json["id"]]
    assert (job["status"], job["result"]) == ("done", "ok")
    [other] = [job for job in failed.json if job["id"] == second.json["id"]]
    assert "result" not in other
    assert [one.json for one in receiver.received] == [job, other]
