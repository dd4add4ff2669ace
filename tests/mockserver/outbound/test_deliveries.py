"""Callbacks and webhooks leave after their operation, are tried again on the world's clock, and can be steered."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mockserver.clock import parse_instant
from mockserver.errors import BehaviourError, StoreLost
from mockserver.exchange import dispatching
from mockserver.outbound import deliveries as queue
from mockserver.state.world import World
from tests.mockserver.control.conftest import Control
from tests.mockserver.outbound.conftest import API, BEHAVIOURS, FIXTURES
from tests.mockserver.outbound.receiver import Receiver
from tests.support import Ask, json_body

MAIN = "/worlds/main"


def subscribe(api: Ask, receiver: Receiver, *events: str) -> Any:
    """Subscribe the receiver."""
    answer = api("POST", "/subscriptions", json={"url": receiver.url, "events": [*events]})
    assert answer.status == 201
    return answer.json


def frozen(control: Control) -> None:
    """Stop the clock, so that nothing is sent before the clock is moved."""
    assert control("PUT", f"{MAIN}/clock", {"now": "2031-01-01T00:00:00Z", "frozen": True}).status == 200


def deliveries(control: Control) -> list[Any]:
    """The deliveries of the main world."""
    found: list[Any] = control.world("/deliveries")["deliveries"]
    return found


def attempts(control: Control, event: str) -> list[Any]:
    """The journal entries of the attempts to deliver an event."""
    entries: list[Any] = control.world("/requests")["requests"]
    return [entry for entry in entries if entry["operation"] == event]


def test_a_callback_is_sent_after_its_operation(api: Ask, control: Control, receiver: Receiver) -> None:
    """Its URL comes from request and response, its body has the new record, and journal and list show it."""
    made = subscribe(api, receiver)
    [received] = receiver.wait(1)
    assert (received.method, received.path) == ("POST", f"/hook?id={made['id']}")
    assert received.json == made
    control("POST", f"{MAIN}/clock/advance", {"by": "PT0S"})  # waits for what is under way
    [delivery] = deliveries(control)
    assert (delivery["event"], delivery["state"], delivery["status"]) == ("subscribe/onEvent", "delivered", 204)
    [entry] = attempts(control, "subscribe/onEvent")
    assert (entry["verdict"], entry["deliveries"], entry["answer"]["status"]) == ("delivered", [delivery["id"]], 204)


def test_a_webhook_goes_to_those_who_want_it(api: Ask, control: Control, receiver: Receiver) -> None:
    """`notify` finds the subscriptions; name, time and record stand where the body has a place for them."""
    subscribe(api, receiver, "deviceTrusted")
    subscribe(api, receiver, "others")
    receiver.wait(2)
    assert api("POST", "/devices/d1/trust").status == 200
    body = receiver.wait(3)[2].json
    assert body == {"type": "deviceTrusted", "timestamp": body["timestamp"], "data": {"id": "d1", "trusted": True}}
    control("POST", f"{MAIN}/clock/advance", {"by": "PT0S"})
    assert len(receiver.received) == 3


def test_a_callback_names_the_record_by_its_kind(mock_of: Callable[..., Ask], receiver: Receiver) -> None:
    """`subscriptionId` in its body is the id of the subscription that was made."""
    paths = copy.deepcopy(API)
    [callback] = paths["paths"]["/subscriptions"]["post"]["callbacks"]["onEvent"].values()
    members = {"subscriptionId": {"type": "string"}, "url": {"type": "string"}, "events": {"type": "array"}}
    event = {"type": "object", "required": ["subscriptionId", "url"], "properties": members}
    callback["post"]["requestBody"] = json_body(event)
    made = subscribe(mock_of(paths, behaviours=BEHAVIOURS, fixtures=FIXTURES), receiver)
    assert receiver.wait(1)[0].json["subscriptionId"] == made["id"]


def test_retries_follow_the_clock_of_the_world(api: Ask, control: Control, receiver: Receiver) -> None:
    """A receiver that fails twice gets the third attempt at its instant, without any waiting."""
    frozen(control)
    receiver.answers = [(500, {}), (503, {"Retry-After": "100"}), (204, {})]
    subscribe(api, receiver)
    receiver.wait(1)
    control("POST", f"{MAIN}/clock/advance", {"by": "PT9S"})
    assert len(receiver.received) == 1
    control("POST", f"{MAIN}/clock/advance", {"by": "PT1H"})
    assert len(receiver.received) == 3
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    start = parse_instant("2031-01-01T00:00:00Z")
    at = [(parse_instant(entry["at"]) - start) / 1000 for entry in attempts(control, "subscribe/onEvent")]
    assert at == [0, 10, 110]
    assert deliveries(control)[0]["state"] == "delivered"


def test_a_delivery_is_given_up(api: Ask, control: Control, receiver: Receiver) -> None:
    """After the last attempt; `resend` begins anew, with the same id."""
    frozen(control)
    receiver.answers = [(500, {})] * 4 + [(204, {})]
    subscribe(api, receiver)
    control("POST", f"{MAIN}/clock/advance", {"by": "P1D"})
    [delivery] = deliveries(control)
    assert (delivery["state"], delivery["attempts"], len(receiver.received)) == ("failed", 4, 4)
    assert "given up after 4 attempts" in delivery["reason"]
    again = control("POST", f"{MAIN}/deliveries/{delivery['id']}/resend").json
    assert (again["state"], again["attempts"]) == ("delivered", 1)
    assert receiver.received[4].headers["webhook-id"] == delivery["id"]


def test_a_receiver_that_is_gone_is_left_alone(api: Ask, control: Control, receiver: Receiver) -> None:
    """410 ends the attempts."""
    frozen(control)
    receiver.answers = [(410, {})]
    subscribe(api, receiver)
    control("POST", f"{MAIN}/clock/advance", {"by": "P1D"})
    assert (deliveries(control)[0]["state"], len(receiver.received)) == ("failed", 1)


def test_redirects_are_not_followed(api: Ask, control: Control, receiver: Receiver) -> None:
    """A redirect is a failure."""
    frozen(control)
    receiver.answers = [(307, {"Location": receiver.url + "/elsewhere"}), (204, {})]
    subscribe(api, receiver)
    control("POST", f"{MAIN}/clock/advance", {"by": "PT1S"})
    assert "answered 307" in deliveries(control)[0]["reason"]
    assert len(receiver.received) == 1


def test_deliveries_can_be_paused_and_dropped(api: Ask, control: Control, receiver: Receiver) -> None:
    """While they are paused, nothing leaves; what isn't dropped leaves afterwards."""
    control("PATCH", f"{MAIN}/deliveries", {"paused": True})
    first, second = subscribe(api, receiver), subscribe(api, receiver)
    control("POST", f"{MAIN}/clock/advance", {"by": "PT1H"})
    assert receiver.received == []
    dropped = control("DELETE", f"{MAIN}/deliveries/{deliveries(control)[0]['id']}").json
    assert dropped["state"] == "dropped"
    assert control("PATCH", f"{MAIN}/deliveries", {"paused": False}).json["paused"] is False
    assert [one.path for one in receiver.received] == [f"/hook?id={second['id']}"]
    assert first["id"] != second["id"]


def test_a_webhook_is_sent_by_hand(control: Control, receiver: Receiver) -> None:
    """With a body from the contract or the given one, before the call returns; an invalid one doesn't leave."""
    sent = control("POST", f"{MAIN}/deliveries", {"event": "deviceTrusted", "to": receiver.url})
    assert (sent.status, sent.json["state"], len(receiver.received)) == (201, "delivered", 1)
    body = {"type": "device.removed", "data": {"id": "d9"}}
    control("POST", f"{MAIN}/deliveries", {"event": "deviceTrusted", "to": receiver.url, "body": body})
    assert receiver.received[1].json == body
    wrong = control("POST", f"{MAIN}/deliveries", {"event": "deviceTrusted", "to": receiver.url, "body": {"type": 1}})
    assert (wrong.json["state"], len(receiver.received)) == ("refused", 2)
    assert "would have broken the contract: body" in wrong.json["reason"]


def test_explanations_name_deliveries(api: Ask, control: Control, receiver: Receiver) -> None:
    """That of a request has what became of its callbacks, and that of an attempt the request."""
    subscribe(api, receiver)
    receiver.wait(1)
    control("POST", f"{MAIN}/clock/advance", {"by": "PT0S"})
    steps = control("GET", f"{MAIN}/requests/1/why?as=json").json["steps"]
    assert {"verb": "notify", "did": steps[-1]["did"]} in steps
    assert "delivered after 1 attempt" in steps[-1]["did"]
    why = control("GET", f"{MAIN}/requests/2/why").body.decode()
    assert "because  request 1: POST /subscriptions" in why
    assert f"curl -i -X POST '{receiver.url}?id=" in why
    assert "by the API in world main" in why


def test_a_callback_without_an_address_is_explained(mock_of: Callable[..., Ask]) -> None:
    """The step says what has no value."""
    optional = {**API["components"]["schemas"]["Subscription"], "required": []}
    api = mock_of({**API, "components": {"schemas": {**API["components"]["schemas"], "Subscription": optional}}})
    assert api("POST", "/subscriptions", json={}).status == 201
    steps = Control(api.engine)("GET", f"{MAIN}/requests/1/why?as=json").json["steps"]
    assert steps[-1]["did"].startswith("subscribe/onEvent: not sent, as {$request.body#/url}")


def test_deliveries_outlive_an_outage_of_the_store(
    api: Ask, control: Control, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits is sent once the store answers again, without another request."""
    monkeypatch.setattr(dispatching, "_OUTAGE", 0.01)
    look, outage = queue.next_of, iter([True, True])

    def lost(world: World, machine: int) -> queue.Delivery | None:
        if next(outage, False):
            raise StoreLost("it is gone")
        return look(world, machine)

    monkeypatch.setattr(queue, "next_of", lost)
    subscribe(api, receiver)
    receiver.wait(1)
    assert next(outage, None) is None
    control("POST", f"{MAIN}/clock/advance", {"by": "PT0S"})
    assert [one["state"] for one in deliveries(control)] == ["delivered"]


def test_a_lost_attempt_is_made_again_when_its_time_is_over() -> None:
    """Who sends holds a delivery for a minute; a look that finds it held comes back then."""
    held = queue.Delivery("m", "e", "POST", "http://127.0.0.1/", state=queue.SENDING, lease=60_000)
    world = queue.with_deliveries(World("w", {}), [held])
    assert queue.next_of(world, 1_000) is None
    assert queue.lease_left(world, 1_000) == 59_000
    assert queue.next_of(world, 60_000) == held
    assert queue.lease_left(queue.paused(world, on=True), 1_000) is None
    assert queue.lease_left(World("w", {}), 1_000) is None


def test_verify_and_coverage_know_deliveries(api: Ask, control: Control, receiver: Receiver) -> None:
    """A call that names the callback is an attempt; `only` is about what clients send."""
    subscribe(api, receiver)
    receiver.wait(1)
    control("POST", f"{MAIN}/clock/advance", {"by": "PT0S"})
    calls = [{"operation": "subscribe"}, {"operation": "subscribe/onEvent", "status": 204}]
    assert control("POST", f"{MAIN}/verify", {"calls": calls, "order": "listed", "only": True}).json["verified"]
    assert control("POST", f"{MAIN}/verify", {"calls": calls[:1], "only": True}).json["verified"]
    assert not control("POST", f"{MAIN}/verify", {"calls": [{"operation": "subscribe/onEvent", "status": 500}]}).json[
        "verified"
    ]
    named = {"calls": [{"operation": "onEvent", "status": 204}]}  # no other has that name
    assert control("POST", f"{MAIN}/verify", named).json["verified"]
    assert len(control.world("/deliveries?event=onEvent")["deliveries"]) == 1
    assert len(control.world("/requests?operation=onEvent")["requests"]) == 1
    rows = {row["operation"]: row for row in control.world("/coverage")["operations"]}
    assert rows["subscribe/onEvent"]["statuses"][0]["times"] == 1
    assert rows["webhooks/deviceTrusted"]["statuses"][0]["times"] == 0


def test_a_rewind_and_a_fork_send_nothing_twice(api: Ask, control: Control, receiver: Receiver) -> None:
    """What has been sent stays sent, and a fork begins with an empty queue."""
    frozen(control)
    receiver.answers = [(500, {})]
    subscribe(api, receiver)
    receiver.wait(1)
    control("POST", f"{MAIN}/clock/advance", {"by": "PT0S"})
    control("POST", f"{MAIN}/fork", {"name": "other"})
    control("POST", "/worlds/other/clock/advance", {"by": "PT1H"})
    assert len(receiver.received) == 1
    api("GET", "/devices/d1")
    control("POST", f"{MAIN}/rewind", {"before": "last"})
    [delivery] = deliveries(control)
    assert (delivery["state"], delivery["attempts"]) == ("waiting", 1)
    control("POST", f"{MAIN}/reset", {})
    assert deliveries(control) == []


def test_deliveries_change_no_id_of_a_record(mock_of: Callable[..., Ask], receiver: Receiver) -> None:
    """Attempts come when they come, and the ids of records are the same on every machine."""
    ids = []
    for paused in (True, False):
        api = mock_of(API, BEHAVIOURS, FIXTURES)
        control = Control(api.engine)
        control("PATCH", f"{MAIN}/deliveries", {"paused": paused})
        subscribe(api, receiver)
        control("POST", f"{MAIN}/clock/advance", {"by": "PT0S"})
        ids.append(subscribe(api, receiver)["id"])
    assert ids[0] == ids[1]


def test_the_mocks_own_records_are_hidden(api: Ask, control: Control, receiver: Receiver) -> None:
    """The state of a world, its summary and its changes have the records of the API alone; a new state keeps them."""
    subscribe(api, receiver)
    receiver.wait(1)
    assert control.world("/state").keys() == control.world()["records"].keys() == {"devices", "subscriptions"}
    assert {one["collection"] for one in control.world("/changes")["changes"]} == {"subscriptions"}
    control("PUT", f"{MAIN}/state", {"devices": []})
    assert len(deliveries(control)) == 1


@pytest.mark.parametrize(
    ("notify", "problem"),
    [
        ({"deviceTrust": "$subscriptions.url"}, "no webhook or callback 'deviceTrust' (did you mean 'deviceTrusted'?)"),
        ({"deviceTrusted": {"where": {}}}, "`to` is missing"),
        ({"deviceTrusted": "$subscriptions.uri"}, "subscriptions have no field 'uri' (did you mean 'url'?)"),
        ({"deviceTrusted": {"to": "$record.id", "where": {"id": 1}}}, "`where` chooses records"),
    ],
)
def test_wrong_notifications_are_errors(mock_of: Callable[..., Ask], notify: Any, problem: str) -> None:
    """Names are checked like those of all verbs."""
    operations = {**BEHAVIOURS["operations"], "trust": {**BEHAVIOURS["operations"]["trust"], "notify": notify}}
    fixtures = {**FIXTURES, "subscriptions": [{"id": "s", "url": "http://127.0.0.1:9/"}]}
    with pytest.raises(BehaviourError) as caught:
        mock_of(API, {**BEHAVIOURS, "operations": operations}, fixtures)
    assert problem in str(caught.value)


def test_an_earlier_process_leaves_work(
    mock_of: Callable[..., Ask], receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits in a store goes out with the first request that the next process answers."""
    monkeypatch.delenv("TESTED_STORE", raising=False)
    store = {"store": f"sqlite:{tmp_path}/w.db"}
    receiver.answers = [(500, {}), (204, {})]
    first = mock_of(API, BEHAVIOURS, FIXTURES, **store)
    subscribe(first, receiver)
    receiver.wait(1)
    Control(first.engine)("PUT", f"{MAIN}/clock", {"frozen": True})
    first.engine.dispatching().wake = lambda *_: None  # type: ignore[method-assign]  # it is gone
    first.engine.store.update("main", lambda world: queue.with_deliveries(world, [due_now(world)]))
    second = mock_of(API, BEHAVIOURS, FIXTURES, **store)
    second("GET", "/devices/d1")
    assert receiver.wait(2)[1].headers["webhook-id"] == receiver.received[0].headers["webhook-id"]


def due_now(world: World) -> queue.Delivery:
    """The only delivery of a world, due at once."""
    [delivery] = queue.deliveries_of(world)
    return replace(delivery, due=0, state=queue.WAITING)


def test_the_queue_has_bounds(api: Ask, control: Control, receiver: Receiver) -> None:
    """In number and bytes; one more is refused, and what is over makes room."""
    control("PATCH", f"{MAIN}/deliveries", {"paused": True})
    heavy = [queue.Delivery(f"m{number}", "e", "POST", "u", body="x" * 100_000) for number in range(160)]
    api.engine.store.update("main", lambda world: queue.with_deliveries(world, heavy))
    subscribe(api, receiver)
    refused = deliveries(control)[-1]
    assert (refused["state"], "wait already" in refused["reason"]) == ("refused", True)
    over = [replace(one, state=queue.DELIVERED) for one in heavy]
    api.engine.store.update("main", lambda world: queue.with_deliveries(world, over))
    assert len(deliveries(control)) == queue.FINISHED
