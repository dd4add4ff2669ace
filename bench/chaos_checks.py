"""Clients of several mocks that know what each world must contain.

Each world has one writer at a time, who knows what the world must contain; readers ask any process at any time. A
request that got no answer may have happened or not: its writer looks, and goes on with what is there.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

COUNTER = "dev-09"
"""A record that each write of a world numbers."""
State = dict[str, tuple[str, bool]]
"""The devices of a world: name and whether it is trusted, by id."""


class Lost(Exception):
    """A request got no answer that says whether it has happened."""


@dataclass
class World:
    """What a world must contain: after each write that was begun, `acknowledged` of which have been answered."""

    name: str
    states: list[State]
    acknowledged: int = 0
    rewinds: dict[int, State] = field(default_factory=dict)  #: the state before a journal number
    numbers: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Counts:
    """What was seen."""

    calls: int = 0
    unanswered: int = 0
    kills: int = 0
    wrong: list[str] = field(default_factory=list)
    millis: list[float] = field(default_factory=list)


class Client:
    """Asks the mocks in turns, on connections that stay open."""

    def __init__(self, ports: list[int], counts: Counts, seed: int) -> None:
        self.random, self._counts = random.Random(seed), counts
        self._ports, self._open = ports, dict[int, http.client.HTTPConnection]()

    def __call__(self, method: str, path: str, world: str, value: Any = None) -> tuple[int, Any, int]:
        """Status, body and journal number of an answer. Raises Lost."""
        port = self.random.choice(self._ports)
        connection = self._open.setdefault(port, http.client.HTTPConnection("127.0.0.1", port, timeout=30))
        headers = {"Authorization": f"Bearer alice-token~{world}", "Content-Type": "application/json"}
        began = time.perf_counter()
        self._counts.calls += 1
        try:
            connection.request(method, path, None if value is None else json.dumps(value), headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self._counts.unanswered += 1
            raise Lost from None
        if response.status == 503:
            self._counts.unanswered += 1
            time.sleep(0.05)
            raise Lost
        self._counts.millis.append((time.perf_counter() - began) * 1000)
        why = response.headers.get("Mock-Why", "///0/").split("/")[-2]
        return response.status, json.loads(body or b"null"), int(why)

    def surely(self, method: str, path: str, world: str, value: Any = None) -> tuple[int, Any, int]:
        """The answer to a request that may be repeated."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                return self(method, path, world, value)
            except Lost:
                time.sleep(0.02)
        raise TimeoutError(f"{method} {path} gets no answer for a minute")


def state_of(records: Any) -> State:
    """The devices among the records of a world."""
    return {one["id"]: (one["deviceName"], one["isTrusted"]) for one in records["devices"]}


class Writer:
    """Changes worlds, and compares each answer with what the world must contain."""

    def __init__(self, client: Client, worlds: list[World], counts: Counts, devices: dict[str, Any]) -> None:
        self.client, self.worlds, self.counts, self.devices = client, worlds, counts, devices

    def turn(self) -> None:
        """One write in a world that no other writer is in."""
        random_ = self.client.random
        world = random_.choice(self.worlds)
        if not world.lock.acquire(blocking=False):
            return
        try:
            step = random_.choice((self.number, self.number, self.trust, self.remove, self.clock, self.reset, self.fork,
                                   self.rewind, self.look, self.look))  # fmt: skip
            step(world)
        finally:
            world.lock.release()

    def _write(self, world: World, after: State, method: str, path: str, value: Any = None) -> None:
        before = world.states[-1]
        world.states.append(after)
        try:
            status, _, number = self.client(method, path, world.name, value)
        except Lost:
            shown = self._shown(world)
            if shown not in (before, after):
                self.counts.wrong.append(f"{world.name}: {method} {path} left what nobody wrote")
            world.states.append(shown)
        else:
            if status != 200:
                self.counts.wrong.append(f"{world.name}: {method} {path} is answered {status}")
            if number:
                world.numbers.append(number)
                world.rewinds[number] = before
        world.acknowledged = len(world.states) - 1

    def _shown(self, world: World) -> State:
        return state_of(self.client.surely("GET", f"/__mock__/worlds/{world.name}/state", world.name)[1])

    def number(self, world: World) -> None:
        now = world.states[-1]
        count = str(int(now[COUNTER][0]) + 1) if COUNTER in now and now[COUNTER][0].isdigit() else "1"
        record = {**self.devices[COUNTER], "deviceName": count, "isTrusted": False}
        after = {**now, COUNTER: (count, False)}
        self._write(world, after, "PUT", f"/__mock__/worlds/{world.name}/state/devices/{COUNTER}", record)

    def _own(self, now: State) -> str:
        """One of the devices that the client may change; none where all are gone."""
        owner = self.devices["dev-01"]["userId"]
        return self.client.random.choice([key for key in now if self.devices[key]["userId"] == owner] or [""])

    def trust(self, world: World) -> None:
        now = world.states[-1]
        key = self._own(now)
        if key:
            after = {**now, key: (now[key][0], True)}
            self._write(world, after, "POST", "/devices/trust", {"fingerprint": self.devices[key]["deviceFingerprint"]})

    def remove(self, world: World) -> None:
        now = world.states[-1]
        key = self._own(now)
        if key:
            self._write(world, {one: value for one, value in now.items() if one != key}, "DELETE", f"/devices/{key}")

    def clock(self, world: World) -> None:
        self._write(world, world.states[-1], "POST", f"/__mock__/worlds/{world.name}/clock/advance", {"by": "PT1S"})

    def reset(self, world: World) -> None:
        if self.client.random.random() < 0.3:
            fresh, keep = state_of({"devices": self.devices.values()}), {"keep": ["requests"]}
            self._write(world, fresh, "POST", f"/__mock__/worlds/{world.name}/reset", keep)

    def fork(self, world: World) -> None:
        name = f"{world.name}-fork"
        self.client.surely("POST", f"/__mock__/worlds/{world.name}/fork", name, {"name": name, "replace": True})
        forked = state_of(self.client.surely("GET", f"/__mock__/worlds/{name}/state", name)[1])
        if forked != world.states[-1]:
            self.counts.wrong.append(f"{name} isn't what it was forked from")

    def rewind(self, world: World) -> None:
        if world.rewinds:
            number = self.client.random.choice(list(world.rewinds)[-20:])
            after, path = world.rewinds[number], f"/__mock__/worlds/{world.name}/rewind"
            self._write(world, after, "POST", path, {"before": number})

    def look(self, world: World) -> None:
        if self._shown(world) != world.states[-1]:
            self.counts.wrong.append(f"{world.name} isn't what was written")
            world.states.append(self._shown(world))


def read(client: Client, worlds: list[World], counts: Counts) -> None:
    """A read beside the writers: it shows a state between the last that was acknowledged before and the last begun."""
    world = client.random.choice(worlds)
    first = world.acknowledged
    try:
        shown = state_of(client("GET", f"/__mock__/worlds/{world.name}/state", world.name)[1])
    except Lost:
        return
    last = len(world.states)
    if shown not in world.states[max(0, first) : last]:
        time.sleep(0.5)  # the writer of an unanswered request is still looking
        if shown not in world.states[max(0, first) :]:
            counts.wrong.append(f"{world.name}: a read shows none of the states {first} to {last}")
