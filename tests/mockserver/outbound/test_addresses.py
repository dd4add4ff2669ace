"""Deliveries reach this machine and what the user names, whatever a URL looks like and a name resolves to."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from mockserver.outbound import addresses
from mockserver.outbound.addresses import Forbidden, Reach
from tests.mockserver.control.conftest import Control
from tests.mockserver.outbound.conftest import API, BEHAVIOURS, FIXTURES
from tests.mockserver.outbound.receiver import Receiver
from tests.support import Ask


def nowhere(name: str, port: int) -> list[str]:
    """Resolve nothing: to ask for a name tells others about it."""
    raise AssertionError(f"{name}:{port} was looked up")


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[64:ff9b::169.254.169.254]/",
        "http://[2002:a9fe:a9fe::]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1%25eth0]/",
        "http://10.0.0.1/",
        "http://[fd12::1]/",
        "http://93.184.216.34/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://224.0.0.1/",
        "http://example.com/",
        "http://metadata.google.internal/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://169.254.43518/",
        "http://0251.0376.0251.0376/",
        "http://0xa9.0xfe.0xa9.0xfe/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://[::169.254.169.254]/",
        "http://[::ffff:0:169.254.169.254]/",
        "http://[64:ff9b:1::a9fe:a9fe]/",
        "http://[2001:0:a9fe:a9fe::1]/",
        "http://[::1%25lo]/",
        "http://[fec0::1]/",
        "http://255.255.255.255/",
        "http://127.0.0.1%2f@example.com/",
        "http://localhost%00.example.com/",
        "http://127.0.0.1.nip.example/",
        "http://127.0.0.1@example.com/",
        "http://user:secret@127.0.0.1/",
        "http://example.com#@127.0.0.1/",
        "http://127.0.0.1\\@example.com/",
        "http://①②⑦.0.0.1/",
        "http://127.0.0.1/\r\nX-Injected: 1",
        "http://127.0.0.1:4010/__mock__/reset",
        "http://localhost:4010/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:99999/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "ftp://127.0.0.1/",
        "//127.0.0.1/",
        "/hook",
        "http:///hook",
        "http://[127.0.0.1]/",
        "",
        "http://127.0.0.1/" + "a" * 3000,
    ],
)
def test_nothing_else_is_reached(url: str) -> None:
    """Neither another machine nor the mock itself, and no name is looked up that isn't this machine's."""
    with pytest.raises(Forbidden):
        Reach.of([], own=[4010]).target(
            url, lambda name, port: ["127.0.0.1"] if name == "localhost" else nowhere(name, port)
        )


@pytest.mark.parametrize(
    ("url", "address", "authority", "path"),
    [
        ("http://127.0.0.1:9000/hook?a=1", "127.0.0.1", "127.0.0.1:9000", "/hook?a=1"),
        ("https://localhost/", "127.0.0.1", "localhost", "/"),
        ("http://app.localhost:81", "127.0.0.1", "app.localhost:81", "/"),
        ("HTTP://[::1]:80/a b", "", "", ""),
        ("http://[::1]:8080/ü", "::1", "[::1]:8080", "/%C3%BC"),
        ("http://[::ffff:127.0.0.1]:1/", "127.0.0.1", "[::ffff:127.0.0.1]:1", "/"),
    ],
)
def test_this_machine_is_reached(url: str, address: str, authority: str, path: str) -> None:
    """By all of its loopback names and addresses; `Host` has what the URL has."""
    if not address:
        with pytest.raises(Forbidden):
            Reach().target(url)
        return
    target = Reach().target(url, lambda *_: ["127.0.0.1"])
    assert (target.address, target.authority, target.path) == (address, authority, path)


def test_every_address_of_a_name_is_checked() -> None:
    """A name that resolves to one forbidden address is refused, and the connection goes to what was checked."""
    reach = Reach.of(["app.example"])
    assert reach.target("http://app.example/", lambda *_: ["93.184.216.34"]).address == "93.184.216.34"
    for found in (
        ["93.184.216.34", "169.254.169.254"], ["10.1.2.3"], ["::ffff:192.168.0.1"], ["100.100.100.200"], [],
        ["::a9fe:a9fe"], ["::ffff:0:a9fe:a9fe"], ["64:ff9b::a00:1"], ["64:ff9b:1::a9fe:a9fe"], ["2a00::5efe:a00:1"],
        ["fe80::1%eth0"], ["fec0::1"], ["0.0.0.0"], ["255.255.255.255"], ["100.64.0.1"], ["nonsense"],
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            reach.target("http://app.example/", lambda *_, found=found: found)


def test_a_private_network_is_named() -> None:
    """A name alone reaches public addresses; the error says what a private one needs."""
    with pytest.raises(Forbidden, match=r"app \(172\.18\.0\.3\) is a private address: add --deliver-to 172\.18\.0\.3"):
        Reach.of(["app"]).target("http://app/", lambda *_: ["172.18.0.3"])
    assert Reach.of(["172.16.0.0/12"]).target("http://app/", lambda *_: ["172.18.0.3"]).address == "172.18.0.3"
    with pytest.raises(Forbidden):
        Reach.of(["0.0.0.0/0", "::/0"]).target("http://app/", lambda *_: ["169.254.169.254"])


def test_an_alias_is_where_it_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is another name for a private machine (CNAME) has that one's address, and is refused."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "metadata.internal", ("169.254.169.254", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Forbidden, match="where clouds keep credentials"):
        Reach.of(["app.example"]).target("http://app.example/")


def test_a_name_that_moves_is_refused(
    mock_of: Callable[..., Ask], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: a name is looked up once for each attempt, and the connection goes to what was checked."""
    asked: list[str] = []
    moves = iter(["127.0.0.1", "169.254.169.254"])

    def resolve(name: str, _: int) -> list[str]:
        asked.append(name)
        return [next(moves)]

    monkeypatch.setattr(addresses, "_ask", resolve)
    receiver.answers = [(500, {})]
    api = mock_of(API, BEHAVIOURS, FIXTURES, deliver_to=("moving.example",))
    url = receiver.url.replace("127.0.0.1", "moving.example")
    api("POST", "/subscriptions", json={"url": url, "events": []})
    [one] = receiver.wait(1)
    assert one.headers["host"].startswith("moving.example:")
    control = Control(api.engine)
    control("POST", "/worlds/main/clock/advance", {"by": "PT1H"})
    [delivery] = control.world("/deliveries")["deliveries"]
    assert (delivery["state"], asked, len(receiver.received)) == ("refused", ["moving.example"] * 2, 1)


def test_a_redirect_is_not_followed(api: Ask, control: Control, receiver: Receiver) -> None:
    """Neither to another machine nor to this one: the delivery has failed, and is tried again where it was."""
    elsewhere = receiver.url.replace("/hook", "/elsewhere")
    receiver.answers = [(307, {"Location": elsewhere}), (302, {"Location": "file:///etc/passwd"}), (204, {})]
    api("POST", "/subscriptions", json={"url": receiver.url})
    control("POST", "/worlds/main/clock/advance", {"by": "PT1H"})
    assert [one.path.partition("?")[0] for one in receiver.wait(3)] == ["/hook"] * 3
    [delivery] = control.world("/deliveries")["deliveries"]
    assert (delivery["state"], delivery["attempts"]) == ("delivered", 3)


def test_only_hosts_are_named() -> None:
    """A URL isn't a host."""
    for text in ("http://app", "app:80", "a b", "-", ""):
        with pytest.raises(ValueError, match="isn't a host"):
            Reach.of([text])


def test_a_refused_delivery_says_why(api: Ask, control: Control, receiver: Receiver) -> None:
    """The operation succeeds; the delivery is refused, once and for all, and the journal has the reason."""
    assert api("POST", "/subscriptions", json={"url": "http://169.254.169.254/latest"}).status == 201
    control("POST", "/worlds/main/clock/advance", {"by": "PT1H"})
    [delivery] = control.world("/deliveries")["deliveries"]
    assert (delivery["state"], delivery["attempts"]) == ("refused", 0)
    assert "where clouds keep credentials" in delivery["reason"]
    assert control.world("/requests")["requests"][-1]["verdict"] == "undelivered"
