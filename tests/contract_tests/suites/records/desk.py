"""A desk with tickets, notes, files and agents, none of the project's code in it; `broken` names its defects."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from tests.contract_tests.small import Asked, Reply, Small

Record = dict[str, Any]


class Desk(Small):
    """Records by number, in one collection for each kind."""

    def __init__(self, *broken: str) -> None:
        super().__init__()
        self.broken = frozenset(broken)
        self.tickets: dict[int, Record] = {}
        self.agents: dict[int, Record] = {}
        self.notes: dict[int, Record] = {}
        self.files: dict[int, bytes] = {}
        self.tags: dict[int, int] = {}
        self.done: dict[str, tuple[Any, Reply]] = {}
        self.numbers = itertools.count(1)

    def answer(self, asked: Asked) -> Reply:
        kind, *steps = asked.path.strip("/").split("/")
        held = {"tickets": self.tickets, "agents": self.agents}.get(kind)
        if held is None or len(steps) > 3:
            return self.refused(404)
        if not steps:
            if asked.method == "POST":
                return self.add_ticket(asked) if kind == "tickets" else self.add_agent(asked)
            return self.listed(asked, held) if asked.method in {"GET", "HEAD"} else self.refused(405, Allow="GET, POST")
        if (kind, *steps) == ("tickets", "bulk"):
            return self.add_several(asked) if asked.method == "POST" else self.refused(405, Allow="POST")
        key = int(steps[0]) if re.fullmatch(r"[0-9]{1,18}", steps[0]) else 0
        is_gone = key not in held and not any(one["ticketId"] == key for one in self.notes.values())
        if is_gone or (key not in held and steps[1:2] != ["notes"]):
            return self.refused(404)
        if kind == "tickets" and steps[1:2] in (["notes"], ["files"]):
            return self.below(asked, key, steps[1], *steps[2:])
        if len(steps) == 3:
            return self.refused(404)
        if len(steps) == 2:
            acts: dict[str, Callable[[int], Reply]] = {"close": self.close, "reopen": self.reopen}
            is_act = kind == "tickets" and steps[1] in acts and asked.method == "POST"
            return acts[steps[1]](key) if is_act else self.refused(405 if steps[1] in acts else 404, Allow="POST")
        return self.one(asked, held, key)

    def refused(self, status: int, **headers: str) -> Reply:
        return Reply(status, {"title": "no", "status": status}, {"Content-Type": "application/problem+json", **headers})

    def listed(self, asked: Asked, held: dict[int, Record]) -> Reply:
        sort = parse_qs(asked.query).get("sort", ["-id" if "default order" in self.broken else "id"])[0]
        if sort.removeprefix("-") not in {"id", "urgency"}:
            return self.refused(400)
        ranks = {"low": 0, "normal": 1, "high": 2}  # an order of its own
        found = sorted(held.values(), key=lambda one: ranks.get(one.get(sort.removeprefix("-")), one["id"]))
        return Reply(200, found[::-1] if sort.startswith("-") else found)

    def is_known(self, agent: Any) -> bool:
        return agent is None or agent in self.agents or ("unknown agent" in self.broken and isinstance(agent, int))

    def is_ticket(self, sent: Any) -> bool:
        return (
            isinstance(sent, dict)
            and isinstance(sent.get("title", "-"), str)
            and sent.get("urgency", "low") in {"low", "normal", "high"}
            and self.is_known(sent.get("agentId"))
        )

    def add_ticket(self, asked: Asked) -> Reply:
        sent, key = asked.json, asked.headers.get("Idempotency-Key")
        if not self.is_ticket(sent) or "title" not in sent:
            return self.refused(422 if isinstance(sent, dict) else 400)
        if key in self.done:
            if self.done[key][0] != sent and "other body" not in self.broken:
                return self.refused(422)
            return self.refused(409) if "replayed" in self.broken else self.done[key][1]
        reply = Reply(201, self.kept(sent))
        if key:
            self.done[key] = (sent, reply)
        return reply

    def add_several(self, asked: Asked) -> Reply:
        sent = asked.json
        tickets = sent.get("tickets") if isinstance(sent, dict) else None
        if not isinstance(tickets, list):
            return self.refused(422 if isinstance(sent, dict) else 400)
        valid = [one for one in tickets if self.is_ticket(one) and "title" in one]
        if len(valid) < len(tickets):
            if "some of many" in self.broken:
                self.kept(valid[0])
            return self.refused(422)
        made = [self.kept(one) for one in valid]
        if "last of many" in self.broken and made:
            del self.tickets[made[-1]["id"]]
        return Reply(201, {"tickets": made})

    def kept(self, sent: Record) -> Record:
        number = next(self.numbers)
        made = {"urgency": "normal", **sent, "id": number, "state": "open", "noteCount": 0}
        self.tickets[number] = made
        return made

    def add_agent(self, asked: Asked) -> Reply:
        sent = asked.json
        if not isinstance(sent, dict) or not isinstance(sent.get("login"), str):
            return self.refused(422 if isinstance(sent, dict) else 400)
        if any(one["login"] == sent["login"] for one in self.agents.values()) and "unique" not in self.broken:
            return self.refused(409)
        number = next(self.numbers)
        self.agents[number] = {"login": sent["login"], "id": number}
        return Reply(201, self.agents[number])

    def below(self, asked: Asked, ticket: int, kind: str, step: str = "") -> Reply:
        held: dict[int, Any] = {one: note for one, note in self.notes.items() if note["ticketId"] == ticket}
        held = self.files if kind == "files" else held
        key = int(step) if re.fullmatch(r"[0-9]{1,18}", step) else 0
        if step and key not in held:
            return self.refused(404)
        if asked.method in {"GET", "HEAD"} and (step or kind == "notes"):
            raw = {"headers": {"Content-Type": "application/octet-stream"}, "raw": held[key]} if kind == "files" else {}
            return Reply(200, None if raw else held[key] if step else [*held.values()], **raw)
        if asked.method == "DELETE" and step:
            (self.files if kind == "files" else self.notes).pop(key)
            if kind == "notes" and "count" not in self.broken and ticket in self.tickets:
                self.tickets[ticket]["noteCount"] -= 1
            return Reply(204)
        if ticket not in self.tickets:
            return self.refused(404)
        if asked.method != "POST" or step:
            return self.refused(405, Allow="DELETE, GET" if step else "POST" if kind == "files" else "GET, POST")
        return self.attach(asked) if kind == "files" else self.add_note(asked, ticket)

    def attach(self, asked: Asked) -> Reply:
        if asked.headers.get("Content-Type") != "application/octet-stream":
            return self.refused(415)
        number = next(self.numbers)
        text = asked.body.decode("utf-8", "replace").encode()
        self.files[number] = text if "file" in self.broken else asked.body
        return Reply(201, {"id": number, "size": len(asked.body) + ("size" in self.broken)})

    def add_note(self, asked: Asked, ticket: int) -> Reply:
        if not isinstance(asked.json, dict) or not isinstance(asked.json.get("text"), str):
            return self.refused(422 if isinstance(asked.json, dict) else 400)
        number = next(self.numbers)
        self.notes[number] = {"text": asked.json["text"], "id": number, "ticketId": ticket}
        self.tickets[ticket]["noteCount"] += 1
        self.tags[ticket] = self.tags.get(ticket, 0) + 1
        return Reply(201, self.notes[number])

    def changed(self, key: int, state: str) -> Reply:
        self.tickets[key]["state"] = "open" if "stays open" in self.broken else state
        self.tags[key] = self.tags.get(key, 0) + ("same tag" not in self.broken)
        return Reply(200, self.tickets[key])

    def close(self, key: int) -> Reply:
        is_closed = self.tickets[key]["state"] == "closed" and "closed twice" not in self.broken
        for other in self.tickets if "all closed" in self.broken and not is_closed else ():
            self.changed(other, "closed")
        return self.refused(409) if is_closed else self.changed(key, "closed")

    def reopen(self, key: int) -> Reply:
        is_open = self.tickets[key]["state"] != "closed" and "reopened" not in self.broken
        return self.refused(409) if is_open else self.changed(key, "open")

    def one(self, asked: Asked, held: dict[int, Record], key: int) -> Reply:
        tag = f'"{self.tags.get(key, 0)}"'
        if asked.method in {"GET", "HEAD"}:
            known = asked.headers.get("If-None-Match")
            is_same = known == tag and "never 304" not in self.broken
            is_same = is_same or bool(known and "always 304" in self.broken)
            return Reply(304, headers={"ETag": tag}) if is_same else Reply(200, held[key], {"ETag": tag})
        if asked.method == "DELETE":
            del held[key]
            for one in self.tickets.values() if held is self.agents and "dangling" not in self.broken else ():
                one["agentId"] = None if one.get("agentId") == key else one.get("agentId")
            if held is self.tickets and "notes stay" not in self.broken:
                self.notes = {one: note for one, note in self.notes.items() if note["ticketId"] != key}
            return Reply(204)
        if asked.method != "PATCH" or held is not self.tickets:
            return self.refused(405, Allow="DELETE, GET, PATCH")
        return self.patch(asked, key, tag)

    def patch(self, asked: Asked, key: int, tag: str) -> Reply:
        if not self.is_ticket(asked.json):
            return self.refused(422 if isinstance(asked.json, dict) else 400)
        wanted = asked.headers.get("If-Match", tag)
        is_stale = wanted not in {tag, "*"}
        if is_stale and "written" not in self.broken:
            return self.refused(412)
        names = [name for name in ("title", "urgency", "agentId") if name in asked.json]
        self.tickets[key] |= {
            name: asked.json[name] for name in (names[:1] if "first member" in self.broken else names)
        }
        self.tags[key] = self.tags.get(key, 0) + 1
        if is_stale:
            return self.refused(412)
        new = tag if "old tag" in self.broken else f'"{self.tags[key]}"'
        return Reply(200, self.tickets[key], {"ETag": new})
