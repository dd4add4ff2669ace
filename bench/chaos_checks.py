"""Clients of several mocks that know what each register must contain: a whole world, or one record of a shared one.

Each register has one writer at a time, who knows what it must contain, while others write to other records of the same
world. Readers ask at any time. A request that got no answer may have happened or not, or may still happen: the last
command of a killed mock can wait at the store. So its writer moves the clock of the world first. Once that is
acknowledged, what was asked before can't be carried out any more, since it would have to be the next change of an
earlier state. Then the writer looks, and goes on with what is there.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from bench.chaos_processes import ADMIN_TOKEN

COUNTER = "dev-09"
"""A record that each write of a world numbers."""
KINDS = ("lost", "stale", "foreign", "twice", "refused")
"""What can be wrong: an update that is lost, an old read, another world's record, a number given twice, a status."""
_UNKNOWN = frozenset((502, 503, 504))
State = dict[str, tuple[str, bool]]
"""Devices by id: name, and whether it is trusted."""


class Lost(Exception):
    """A request got no answer that says whether it has happened."""


@dataclass
class Register:
    """What a world, or the record `key` in it, must contain: after each write that was begun, `acknowledged` of which
    have been answered. No read that begins later may show less than `seen`, which another one has shown."""

    world: str
    states: list[State]
    key: str = ""
    acknowledged: int = 0
    seen: int = 0
    rewinds: dict[int, State] = field(default_factory=dict)  #: the state before a journal number
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def path(self) -> str:
        """Where it is read."""
        return f"/devices/{self.key}" if self.key else f"/__mock__/worlds/{self.world}/state"


@dataclass
class Counts:
    """What was seen."""

    calls: int = 0
    unanswered: int = 0
    reads: int = 0
    wrong: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    millis: list[float] = field(default_factory=list)
    numbers: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def number(self, world: str, number: int) -> None:
        """Note the number of a request in the journal of its world."""
        with self.lock:
            if number in self.numbers[world]:
                self.wrong["twice"].append(f"{world}: number {number} was given twice")
            self.numbers[world].add(number)


class Client:
    """Asks the mocks in turns, on connections that stay open."""

    def __init__(self, ports: list[int], counts: Counts, seed: int) -> None:
        self.random, self._counts = random.Random(seed), counts
        self._ports, self._open = ports, dict[int, http.client.HTTPConnection]()

    def __call__(self, method: str, path: str, world: str, value: Any = None) -> tuple[int, Any, int]:
        """Status, body and journal number of an answer. Raises Lost."""
        port = self.random.choice(self._ports)
        connection = self._open.setdefault(port, http.client.HTTPConnection("127.0.0.1", port, timeout=30))
        token = ADMIN_TOKEN if path.startswith("/__mock__/") else f"alice-token~{world}"
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
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
        if response.status in _UNKNOWN:
            self._counts.unanswered += 1
            time.sleep(0.05)
            raise Lost
        self._counts.millis.append((time.perf_counter() - began) * 1000)
        number = int(response.headers.get("Mock-Why", "///0/").split("/")[-2])
        if number:
            self._counts.number(world, number)
        return response.status, json.loads(body or b"null"), number

    def surely(self, method: str, path: str, world: str, value: Any = None) -> tuple[int, Any, int]:
        """The answer to a request that may be repeated."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                return self(method, path, world, value)
            except Lost:
                time.sleep(0.02)
        raise TimeoutError(f"{method} {path} gets no answer for a minute")

    def shown(self, register: Register, *, surely: bool = False) -> State:
        """What a register contains. Raises Lost, unless it is to be `surely` shown."""
        ask = self.surely if surely else self
        status, body, _ = ask("GET", register.path, register.world)
        records = {"devices": [body["device"]] if status == 200 else []} if register.key else body
        state = state_of(records)
        foreign = [name for name, _ in state.values() if name.startswith("w") and name.split()[0] != register.world]
        if foreign:
            self._counts.wrong["foreign"].append(f"{register.world} shows {foreign[0]!r}")
        return state


def state_of(records: Any) -> State:
    """The devices among the records of a world."""
    return {one["id"]: (one["deviceName"], one["isTrusted"]) for one in records["devices"]}


class Writer:
    """Changes registers, and compares each answer with what they must contain."""

    def __init__(
        self, client: Client, worlds: list[Register], own: list[Register], counts: Counts, devices: Any
    ) -> None:
        self.client, self.worlds, self.own, self.counts, self.devices = client, worlds, own, counts, devices

    def turn(self) -> None:
        """One write to a register that no other writer is at."""
        random_ = self.client.random
        shared = bool(self.own) and random_.random() < 0.3
        register = random_.choice(self.own if shared else self.worlds)
        if not register.lock.acquire(blocking=False):
            return
        try:
            steps = (self.number, self.number, self.trust, self.look) if shared else (
                self.number, self.number, self.trust, self.remove, self.clock, self.reset, self.fork, self.rewind,
                self.look, self.look)  # fmt: skip
            random_.choice(steps)(register)
        finally:
            register.lock.release()

    def _write(self, register: Register, after: State, method: str, path: str, value: Any = None) -> None:
        before = register.states[-1]
        register.states.append(after)
        begun = len(register.states) - 1
        try:
            status, _, number = self.client(method, path, register.world, value)
        except Lost:
            status, number = 0, 0
        if status == 404 and method == "DELETE":  # nginx has repeated what a mock did before it died: the number is
            status, number = 0, 0  # that of the repetition, before which the record was gone already
        if status == 0:
            seen = register.seen
            self.client.surely(
                "POST", f"/__mock__/worlds/{register.world}/clock/advance", register.world, {"by": "PT1S"}
            )
            shown = self.client.shown(register, surely=True)
            if shown not in (before, after) or (shown != after and seen >= begun):
                self._wrong("lost", register, f"{method} {path} left what nobody wrote: {_difference(after, shown)}")
            register.states.append(shown)
        elif status != 200:
            self._wrong("refused", register, f"{method} {path} is answered {status}")
        if number:
            register.rewinds[number] = before
        register.acknowledged = len(register.states) - 1

    def _wrong(self, kind: str, register: Register, words: str) -> None:
        self.counts.wrong[kind].append(f"{register.world}{register.key and '/' + register.key}: {words}")

    def number(self, register: Register) -> None:
        """Write the next number into a record."""
        now, key = register.states[-1], register.key or COUNTER
        count = now[key][0].split()[-1] if key in now else "0"
        name = f"{register.world} {int(count) + 1 if count.isdigit() else 1}"
        record = {**self.devices[COUNTER], "id": key, "deviceName": name, "isTrusted": False}
        if register.key:
            record |= {"userId": self.devices["dev-01"]["userId"], "deviceFingerprint": _print_of(key, self.devices)}
        after = {**now, key: (name, False)}
        self._write(register, after, "PUT", f"/__mock__/worlds/{register.world}/state/devices/{key}", record)

    def _own(self, register: Register) -> str:
        """One of the devices that the client may change; none where all are gone."""
        now, owner = register.states[-1], self.devices["dev-01"]["userId"]
        mine = [key for key in now if key not in self.devices or self.devices[key]["userId"] == owner]
        return self.client.random.choice(mine or [""])

    def trust(self, register: Register) -> None:
        """Trust a device, as a client of the API."""
        now, key = register.states[-1], self._own(register)
        if key:
            after = {**now, key: (now[key][0], True)}
            self._write(register, after, "POST", "/devices/trust", {"fingerprint": _print_of(key, self.devices)})

    def remove(self, register: Register) -> None:
        """Remove a device, as a client of the API."""
        now, key = register.states[-1], self._own(register)
        if key:
            after = {one: value for one, value in now.items() if one != key}
            self._write(register, after, "DELETE", f"/devices/{key}")

    def clock(self, register: Register) -> None:
        """Move the clock."""
        path = f"/__mock__/worlds/{register.world}/clock/advance"
        self._write(register, register.states[-1], "POST", path, {"by": "PT1S"})

    def reset(self, register: Register) -> None:
        """Reset a world."""
        if self.client.random.random() < 0.3:
            fresh, keep = state_of({"devices": self.devices.values()}), {"keep": ["requests"]}
            self._write(register, fresh, "POST", f"/__mock__/worlds/{register.world}/reset", keep)

    def fork(self, register: Register) -> None:
        """Fork a world, and compare the fork with it."""
        name = f"{register.world}-fork"
        path = f"/__mock__/worlds/{register.world}/fork"
        self.client.surely("POST", path, name, {"name": name, "replace": True})
        forked = state_of(self.client.surely("GET", f"/__mock__/worlds/{name}/state", name)[1])
        if forked != register.states[-1]:
            self._wrong("lost", register, f"its fork is another: {_difference(register.states[-1], forked)}")

    def rewind(self, register: Register) -> None:
        """Go back to before one of the last requests."""
        if register.rewinds:
            number = self.client.random.choice(list(register.rewinds)[-20:])
            after, path = register.rewinds[number], f"/__mock__/worlds/{register.world}/rewind"
            self._write(register, after, "POST", path, {"before": number})

    def look(self, register: Register) -> None:
        """Compare a register with what was written to it."""
        shown = self.client.shown(register, surely=True)
        if shown != register.states[-1]:
            self._wrong("lost", register, f"isn't what was written: {_difference(register.states[-1], shown)}")
            register.states.append(shown)


def _print_of(key: str, devices: Any) -> str:
    known = devices.get(key)
    return known["deviceFingerprint"] if known is not None else f"fp-{key}"


def _difference(wanted: State, shown: State) -> str:
    differing = [key for key in {*wanted, *shown} if wanted.get(key) != shown.get(key)]
    return ", ".join(f"{key} {wanted.get(key)} -> {shown.get(key)}" for key in sorted(differing)[:2])


def read(client: Client, registers: list[Register], counts: Counts) -> None:
    """A read beside the writers: it shows a state between the last that was acknowledged, or shown by a read that had
    ended, before it began, and the last begun."""
    register = client.random.choice(registers)
    first = max(register.acknowledged, register.seen)
    try:
        shown = client.shown(register)
    except Lost:
        return
    counts.reads += 1
    last = len(register.states)
    for _ in range(2):
        found = next((place for place in range(first, last) if register.states[place] == shown), None)
        if found is not None:
            with counts.lock:
                register.seen = max(register.seen, found)
            return
        time.sleep(0.5)  # the writer of an unanswered request is still looking
        last = len(register.states)
    counts.wrong["stale"].append(f"{register.world}{register.key}: a read shows none of the states {first} to {last}")
