"""Deliveries reach this machine and what the user names, whatever a URL looks like and a name resolves to."""

from __future__ import annotations

import pytest

from mockserver.outbound.addresses import Forbidden, Reach
from tests.mockserver.control.conftest import Control
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
    for found in (["93.184.216.34", "169.254.169.254"], ["10.1.2.3"], ["::ffff:192.168.0.1"], ["100.100.100.200"], []):
        with pytest.raises(Forbidden):
            reach.target("http://app.example/", lambda *_, found=found: found)


def test_a_private_network_is_named() -> None:
    """A name alone reaches public addresses; the error says what a private one needs."""
    with pytest.raises(Forbidden, match=r"app \(172\.18\.0\.3\) is a private address: add --deliver-to 172\.18\.0\.3"):
        Reach.of(["app"]).target("http://app/", lambda *_: ["172.18.0.3"])
    assert Reach.of(["172.16.0.0/12"]).target("http://app/", lambda *_: ["172.18.0.3"]).address == "172.18.0.3"
    with pytest.raises(Forbidden):
        Reach.of(["0.0.0.0/0", "::/0"]).target("http://app/", lambda *_: ["169.254.169.254"])


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
