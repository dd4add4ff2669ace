"""The cluster of examples/cluster: three mocks behind nginx are one mock, also when one of them is killed."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockserver.settings import Settings
from mockserver.web.server import free_port
from tests.conftest import Build
from tests.support import ROOT, TIMEOUT, Ask

FOLDER = ROOT / "examples/cluster"
ADMIN = {"Authorization": "Bearer let-me-in"}


class Cluster:
    """The processes that by_hand.sh starts on four free ports, each with its number."""

    def __init__(self, *ports: int, store_timeout: str) -> None:
        lacking = [program for program in ("redis-server", "nginx") if shutil.which(program) is None]
        if lacking:
            pytest.skip(f"{lacking[0]} isn't installed (apt-get install redis-server nginx)")
        self.port = ports[0]
        settings = {"PORTS": " ".join(map(str, ports)), "MOCKSERVER": f"{sys.executable} -m mockserver"}
        settings["MOCKSERVER_STORE_TIMEOUT"] = store_timeout
        self.process = subprocess.Popen(
            [FOLDER / "by_hand.sh"], cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True
        )
        self.processes: dict[str, int] = {}
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("Ready"):
                return
            name, pid = line.split(" has process ")
            self.processes[name] = int(pid)
        self.process.communicate(timeout=TIMEOUT)
        raise AssertionError(f"by_hand.sh ends with {self.process.returncode}")

    def __call__(self, method: str, path: str, **headers: str) -> tuple[int, Any, str]:
        """Status, body, and the address of the mock that answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        connection.request(method, path, headers=headers or {"Authorization": "Bearer alice-token"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, json.loads(body or b"null"), answer.headers["Mock-Upstream"]

    def until(self, status: int, method: str = "GET", path: str = "/__mock__/ready") -> None:
        """Wait until the mocks answer so; by default, say of themselves that they are ready, or not."""
        until = time.monotonic() + TIMEOUT
        while self(method, path)[0] != status:
            assert time.monotonic() < until
            threading.Event().wait(0.02)


@pytest.fixture
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster of its own, whose script ends all that it has started; the parameter is its `--store-timeout`."""
    with ExitStack() as kept:
        ports = [kept.enter_context(free_port("127.0.0.1")) for _ in range(4)]
        started = Cluster(*ports, store_timeout=request.param)
        try:
            yield started
        finally:
            started.process.send_signal(signal.SIGTERM)
            started.process.communicate(timeout=TIMEOUT)
            assert started.process.returncode == 0
    assert not [pid for pid in started.processes.values() if Path(f"/proc/{pid}").exists()]


@pytest.mark.parametrize("cluster", ["30s"], indirect=True)
def test_mocks_behind_nginx_are_one(cluster: Cluster) -> None:
    """A write is seen through each mock, numbers are given once, and a mock that is killed is not missed."""
    assert cluster("DELETE", "/devices/dev-01")[0] == 200
    answers = [cluster("GET", "/devices/dev-01") for _ in range(12)]
    assert {status for status, _, _ in answers} == {404}
    assert len({mock for _, _, mock in answers}) == 3
    killed = next(pid for name, pid in cluster.processes.items() if name.startswith("mock"))
    os.kill(killed, signal.SIGKILL)
    answers = [cluster("GET", "/devices/dev-01") for _ in range(12)]
    assert {status for status, _, _ in answers} == {404}
    assert len({mock.rpartition(", ")[2] for _, _, mock in answers}) == 2
    requests = cluster("GET", "/__mock__/requests", **ADMIN)[1]["requests"]
    assert [entry["number"] for entry in requests] == list(range(1, 26))


@pytest.mark.parametrize("cluster", ["1s"], indirect=True)
def test_a_stopped_redis_ends_readiness(cluster: Cluster) -> None:
    """Through nginx: 503 within the timeout, and back by itself with all that was written; the processes live on."""
    cluster("DELETE", "/devices/dev-01")
    cluster.until(404, "GET", "/devices/dev-01")  # a slow machine may need more than a second for it
    os.kill(cluster.processes["redis"], signal.SIGSTOP)
    cluster.until(503)
    assert cluster("GET", "/__mock__/live")[0] == 200
    assert cluster("GET", "/devices")[0] == 503
    os.kill(cluster.processes["redis"], signal.SIGCONT)
    cluster.until(200)
    cluster.until(404, "GET", "/devices/dev-01")


def test_the_files_fit_together() -> None:
    """nginx names the mocks that Compose starts, and Kubernetes probes what the mock has, by names that it defines."""
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    named = re.findall(r"server (mock-\d):4010", (FOLDER / "nginx.conf").read_text(encoding="utf-8"))
    assert named == [name for name in compose["services"] if name.startswith("mock")]
    documents = list(yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text(encoding="utf-8")))
    kinds = {document["kind"]: document for document in documents}
    pod = kinds["Deployment"]["spec"]["template"]["spec"]
    [mock] = pod["containers"]
    paths = {mock[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert paths == {"/__mock__/live", "/__mock__/ready"}
    environment = {one["name"]: one for one in mock["env"]}
    assert environment["MOCKSERVER_STORE"]["value"] == f"redis://{kinds['StatefulSet']['metadata']['name']}:6379/0"
    secret = environment["MOCKSERVER_ADMIN_TOKEN"]["valueFrom"]["secretKeyRef"]
    assert secret["key"] in kinds["Secret"]["stringData"]
    assert pod["volumes"][0]["configMap"]["name"] == kinds["ConfigMap"]["metadata"]["name"]


def test_the_contract_of_the_config_map_has_memory(tmp_path: Path, build: Build) -> None:
    """A note that is created can be read."""
    documents = yaml.safe_load_all((FOLDER / "kubernetes.yaml").read_text(encoding="utf-8"))
    [data] = [document["data"] for document in documents if document["kind"] == "ConfigMap"]
    contract = tmp_path / "openapi.yaml"
    contract.write_text(data["openapi.yaml"], encoding="utf-8")
    ask = Ask(build(Settings(spec=str(contract))), token=None)
    made = ask("POST", "/notes", json={"text": "buy milk"})
    assert made.status == 201
    assert ask("GET", f"/notes/{made.json['id']}").json["text"] == "buy milk"
