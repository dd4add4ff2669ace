"""A club with members, trips and pictures, none of the project's code in it; `broken` names its defects."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qs

from tests.contract_tests.small import Asked, Reply, Small

UNKNOWN = Reply(404, {"error": "unknown"})


class Club(Small):
    """Records by number, in one collection for each kind."""

    def __init__(self, *broken: str) -> None:
        super().__init__()
        self.broken = frozenset(broken)
        self.held: dict[str, dict[int, dict[str, Any]]] = {"members": {}, "trips": {}, "pictures": {}}
        self.files: dict[int, bytes] = {}
        self.versions: dict[int, int] = {}
        self.numbers = itertools.count(1)

    def answer(self, asked: Asked) -> Reply:
        steps = asked.path.strip("/").split("/")
        held = self.held.get(steps[0])
        if held is None or len(steps) > 3:
            return UNKNOWN
        if len(steps) == 1:
            makes: dict[str, Callable[[Asked], Reply]] = {"trips": self.add_trip, "pictures": self.add_picture}
            return makes.get(steps[0], self.add_member)(asked) if asked.method == "POST" else self.listed(asked)
        key = int(steps[1]) if re.fullmatch(r"[0-9]{1,18}", steps[1]) else 0
        if key not in held:
            return UNKNOWN
        if len(steps) == 3:
            return self.below(asked, key, steps[2])
        return self.one(asked, held, key)

    def listed(self, asked: Asked) -> Reply:
        town = parse_qs(asked.query, keep_blank_values=True).get("town", [None])[0]
        found = [one for one in self.held["members"].values() if town is None or self.is_of(one, town)]
        return Reply(200, found)

    def is_of(self, member: dict[str, Any], town: str) -> bool:
        return bool(member["town"].startswith(town)) if "prefix" in self.broken else member["town"] == town

    def added(self, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
        key = next(self.numbers)
        self.held[kind][key] = {"id": key, **fields}
        return self.held[kind][key]

    def add_member(self, asked: Asked) -> Reply:
        sent = asked.json
        texts = ("email", "name", "town")
        if not isinstance(sent, dict) or not all(isinstance(sent.get(name), str) for name in texts):
            return Reply(400, {"error": "member"})
        if not (self.is_phone(sent.get("phone")) and self.is_day(sent.get("born", "2000-01-01"))):
            return Reply(400, {"error": "phone or day"})
        is_taken = any(one["email"] == sent["email"] for one in self.held["members"].values())
        if is_taken and "unique" not in self.broken:
            return Reply(409, {"error": "email"})
        letter = sent.get("newsletter", "default" not in self.broken)
        fields = {name: sent[name] for name in texts}
        made = self.added("members", {**fields, "newsletter": letter, "rank": "guest"})
        place = "/members" if "location" in self.broken else f"/members/{made['id']}"
        return Reply(201, made, {"Location": place})

    def is_phone(self, text: Any) -> bool:
        return text is None or "pattern" in self.broken or bool(re.fullmatch(r"\+[0-9]{6,12}", str(text)))

    def is_day(self, text: Any) -> bool:
        if "day" in self.broken:
            return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(text)))
        try:
            return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
        except ValueError:
            return False

    def add_trip(self, asked: Asked) -> Reply:
        sent = asked.json
        name = {"walk": "steps", "ride": "horse"}.get(sent.get("kind") if isinstance(sent, dict) else None)
        if name is None or not isinstance(sent.get(name), int if name == "steps" else str):
            return Reply(400, {"error": "trip"})
        value = "Max" if name == "horse" and "alternative" in self.broken else sent[name]
        return Reply(201, self.added("trips", {"kind": sent["kind"], name: value}))

    def add_picture(self, asked: Asked) -> Reply:
        boundary = re.search(r"boundary=(\S+)", asked.headers.get("Content-Type", ""))
        parts = asked.body.split(f"--{boundary[1]}".encode())[1:-1] if boundary else []
        found = {re.search(rb'name="(\w+)"', part)[1]: part.partition(b"\r\n\r\n")[2][:-2] for part in parts}  # type: ignore[index]
        if found.keys() != {b"file", b"caption"}:
            return Reply(400, {"error": "picture"})
        file, caption = found[b"file"], found[b"caption"].decode("latin-1" if "caption" in self.broken else "utf-8")
        made = self.added("pictures", {"caption": caption, "size": len(file)})
        self.files[made["id"]] = file.replace(b"\r\n", b"\n") if "file" in self.broken else file
        return Reply(201, made)

    def below(self, asked: Asked, key: int, step: str) -> Reply:
        if step == "file" and asked.method in {"GET", "HEAD"}:
            return Reply(200, headers={"Content-Type": "application/octet-stream"}, raw=self.files[key])
        if step != "promote" or asked.method != "POST":
            return Reply(405, {"error": "method"}, {"Allow": "POST" if step == "promote" else "GET"})
        member = self.held["members"][key]
        if "action" not in self.broken:
            member["rank"] = "full"
            self.versions[key] = self.versions.get(key, 0) + 1
        return Reply(200, {**member, "rank": "full"})

    def one(self, asked: Asked, held: dict[int, dict[str, Any]], key: int) -> Reply:
        tag = f'"{self.versions.get(key, 0)}"'
        if asked.method in {"GET", "HEAD"}:
            return Reply(200, held[key], {"ETag": tag})
        if asked.method == "DELETE":
            if asked.headers.get("If-Match", tag) not in {tag, "*"} and "stale" not in self.broken:
                return Reply(412, {"error": "changed"})
            del held[key]
            return Reply(204)
        if asked.method != "PATCH" or held is not self.held["members"]:
            return Reply(405, {"error": "method"}, {"Allow": "DELETE, GET, PATCH"})
        sent = asked.json
        if not isinstance(sent, dict):
            return Reply(400, {"error": "patch"})
        held[key] |= {name: sent[name] for name in ("name", "town") if name in sent}
        self.versions[key] = self.versions.get(key, 0) + 1
        return Reply(200, held[key])
