"""The kinds of hostile requests: what is sent, what the client does then, and what it may be answered."""

import gzip
import json
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

SIZE = 7_900_000
"""Bytes of a body just below `--max-body`."""
HOST = b"Host: 127.0.0.1\r\n"
ALICE = HOST + b"Authorization: Bearer alice-token~hostile\r\n"
TYPED = ALICE + b"Content-Type: application/json\r\n"
GOOD = b'{"fingerprint": "fp-alice-macbook"}'
CLOSED = 0
"""The status of a connection that is closed without an answer."""

Make = Callable[[random.Random], bytes]


@dataclass(frozen=True)
class Kind:
    """One kind; `ends` is what the client does once all is sent: it reads an answer, half-closes and reads, dribbles
    the rest and reads, or leaves: it closes, or resets."""

    name: str
    sent: Make
    statuses: frozenset[int]
    ends: str = "reads"


KINDS: dict[str, Kind] = {}


def kind(name: str, sent: bytes | Make, *statuses: int, ends: str = "reads") -> None:
    """Add a kind; no status where the client doesn't wait for one."""
    make = sent if callable(sent) else lambda _: sent
    KINDS[name] = Kind(name, make, frozenset(statuses), ends)


def get(path: bytes = b"/devices", head: bytes = ALICE, version: bytes = b"1.1") -> bytes:
    """A request without a body."""
    return b"GET " + path + b" HTTP/" + version + b"\r\n" + head + b"\r\n"


def post(body: bytes = GOOD, head: bytes = TYPED, length: bytes | None = None) -> bytes:
    """A request with a body."""
    size = b"%d" % len(body) if length is None else length
    return b"POST /devices/trust HTTP/1.1\r\n" + head + b"Content-Length: " + size + b"\r\n\r\n" + body


def chunked(chunks: bytes, coding: bytes = b"chunked") -> bytes:
    """A request with chunks."""
    return b"POST /devices/trust HTTP/1.1\r\n" + TYPED + b"Transfer-Encoding: " + coding + b"\r\n\r\n" + chunks


def coded(coding: bytes, body: bytes) -> bytes:
    """A request with a body in a content coding."""
    return post(body, TYPED + b"Content-Encoding: " + coding + b"\r\n")


def typed(media: bytes, body: bytes) -> bytes:
    """A request with a body of a media type."""
    return post(body, ALICE + b"Content-Type: " + media + b"\r\n")


def control(method: bytes, path: bytes, head: bytes, body: bytes = b"") -> bytes:
    """A call of the control API."""
    length = b"Content-Length: %d\r\n" % len(body)
    return method + b" /__mock__" + path + b" HTTP/1.1\r\n" + head + length + b"\r\n" + body


SAID = HOST + b"Content-Type: application/json\r\n"
ALL = b"%x\r\n%s\r\n0\r\n\r\n" % (len(GOOD), GOOD)

# Heads.
kind("no Host", get(head=b""), 400)
kind("two Hosts", get(head=HOST + ALICE), 400)
kind("an invalid Host", get(head=b"Host: a b\r\n"), 400)
kind("a Host with a path", get(head=b"Host: a/b\r\n"), 400)
kind("a Host with a comma", get(head=b"Host: a,b\r\n"), 400)
kind("a blank before a colon", get(head=b"Host : a\r\n"), 400)
kind("a folded header", get(head=ALICE + b" folded: x\r\n"), 400)
kind("a header without a name", get(head=ALICE + b": x\r\n"), 400)
kind("NUL in a header", get(head=ALICE + b"X: a\0b\r\n"), 400)
kind("a header name of bytes", get(head=ALICE + b"\xff\xfe: x\r\n"), 400)
kind("1,000 headers", get(head=ALICE + b"".join(b"X-%d: x\r\n" % n for n in range(1000))), 400, 431)
kind("a header of 500 kB", get(head=ALICE + b"X: " + b"x" * 500_000 + b"\r\n"), 200, 400, 431, CLOSED)
kind("a target of 100 kB", get(b"/" + b"x" * 100_000), 400, 404, 414, CLOSED)
kind("HTTP/0.9", b"GET /devices\r\n\r\n", 400)
kind("HTTP/9.9", get(version=b"9.9"), 400, 505)
kind("a method of 10 kB", b"X" * 10_000 + get()[3:], 400, 404, 405)
kind("an unknown method", b"BREW" + get()[3:], 405)
kind("CONNECT", b"CONNECT a:1 HTTP/1.1\r\n" + HOST + b"\r\n", 404)
kind("OPTIONS *", b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 404)
kind("TRACE", b"TRACE" + get()[3:], 405)
kind("a path that leads out", get(b"/../../etc/passwd"), 404)
kind("NUL in a path", get(b"/devices/%00/untrust"), 404, 405)
kind("a path of other bytes", get(b"/devices/%ff%fe"), 404, 405)
kind("a path of raw bytes", get(b"/\xff\xfe"), 400)
kind("10,000 parameters", get(b"/devices?" + b"&".join(b"a%d=1" % n for n in range(6000))), 200, 400, 414, CLOSED)
kind("a deep parameter", get(b"/devices?a" + b"[b]" * 5000 + b"=1"), 200, 400)
kind("1,000 cookies", get(head=ALICE + b"Cookie: " + b"; ".join(b"c%d=x" % n for n in range(1000)) + b"\r\n"), 200)
kind("a token of 50 kB", get(head=HOST + b"Authorization: Bearer " + b"x" * 50_000 + b"\r\n"), 401)
kind("another token each time", lambda r: get(head=HOST + b"Authorization: Bearer %x\r\n" % r.getrandbits(99)), 401)
kind("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500, 400, CLOSED)
kind("random bytes", lambda r: r.randbytes(5000) + b"\r\n\r\n", 400, CLOSED)
kind("HTTP/2 and then bytes", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 500, CLOSED)
kind("an upgrade to a socket", get(head=ALICE + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"), 200, 400, 426)
kind("Expect and no body", post(b"", TYPED + b"Expect: 100-continue\r\n", b"35"), ends="closes")
kind("an unknown Expect", post(head=TYPED + b"Expect: magic\r\n"), 200, 417)
kind("half a head", b"GET /devices HTTP/1.1\r\nHost:", CLOSED, 400, ends="half-closes")
kind("nothing", b"", CLOSED, ends="half-closes")
kind("a head and a reset", get(), ends="resets")
kind("a dribbled head", get(), 200, ends="dribbles")
kind("a thousand requests unread", get() * 1000, ends="closes")
kind("a hundred requests in one", get() * 100, 200)

# Bodies.
kind("half a body", post(length=b"100"), 408)
kind("half a body and the end", post(length=b"100"), 400, ends="half-closes")
kind("half a body and a reset", post(length=b"100"), ends="resets")
kind("a dribbled body", post(), 200, ends="dribbles")
kind("a negative length", post(length=b"-1"), 400)
kind("a length with a sign", post(length=b"+35"), 400)
kind("a length of 99 digits", post(length=b"9" * 99), 400, 413)
kind("two lengths", post(head=TYPED + b"Content-Length: 3\r\n"), 400)
kind("a length and chunks", post(ALL, TYPED + b"Transfer-Encoding: chunked\r\n", b"3"), 200, 400)
kind("gzip, chunked", chunked(ALL, b"gzip, chunked"), 501)
kind("chunked twice", chunked(ALL, b"chunked, chunked"), 400)
kind("an unknown coding", chunked(ALL, b"foo"), 400)
kind("a chunk of no size", chunked(b"zz\r\n" + GOOD), 400)
kind("a chunk of 16 EB", chunked(b"fffffffffffffffff\r\n" + GOOD), 400)
kind("a chunk's extension of 100 kB", chunked(b"3;" + b"x" * 100_000 + b"\r\n{}\n\r\n0\r\n\r\n"), 400, 413)
kind("chunks without an end", chunked(b"3\r\n{ \n\r\n"), 400, ends="half-closes")
kind("trailers of 100 kB", chunked(b"2\r\n{}\r\n0\r\n" + b"X: x\r\n" * 16_000 + b"\r\n"), 400, CLOSED)
kind("31 MB", lambda _: post(_values(31_000_000)), 408, 413)
kind("8 MB of values", lambda _: post(_values(SIZE)), 400)
kind("8 MB of keys", lambda _: post(_keys(SIZE)), 400)
kind("100,000 levels", post(b"[" * 100_000 + b"]" * 100_000), 400)
kind("a number of 100,000 digits", post(b'{"fingerprint": ' + b"9" * 100_000 + b"}"), 400)
kind("half a surrogate", post(b'{"fingerprint": "\\ud800"}'), 400)
kind("bytes that aren't UTF-8", post(b'{"fingerprint": "\xff"}'), 400)
kind("a bomb of gzip", lambda _: coded(b"gzip", _bomb()), 413)
kind("a bomb in a bomb", lambda _: coded(b"gzip, gzip", gzip.compress(_bomb())), 413)
kind("no gzip", coded(b"gzip", GOOD), 400)
kind("ten codings", coded(b", ".join([b"gzip"] * 10), GOOD), 400)
kind("multipart without a boundary", typed(b"multipart/form-data", GOOD), 400, 415)
kind("a form of 100,000 fields", typed(b"application/x-www-form-urlencoded", b"a=1&" * 100_000), 400, 415)
kind("an unknown charset", typed(b"application/json; charset=x-nope", GOOD), 200, 400, 415)
kind("a media type of 50 kB", typed(b"a/" + b"x" * 50_000, GOOD), 400, 415)

# What the mock is steered by, and its control API.
kind("a delay of years", get(head=ALICE + b"Mock-Delay: 99999999s\r\n"), 400)
kind("a wish for anything", get(head=ALICE + b"Prefer: code=999, example=" + b"x" * 5000 + b"\r\n"), 400, 404)
kind("a world that has no name", get(head=ALICE.replace(b"hostile", b"../..")), 400)
kind("another world each time", lambda r: get(head=ALICE.replace(b"hostile", b"w%d" % r.getrandbits(64))), 200, 429)
kind("a page elsewhere", control(b"POST", b"/reset", HOST + b"Origin: https://evil.example\r\n"), 403)
kind("a name that leads here", control(b"GET", b"/requests", b"Host: evil.example\r\n"), 401, 429)
kind("a guess of the token", control(b"GET", b"/worlds", HOST + b"Via: x\r\nAuthorization: Bearer x\r\n"), 401, 429)
kind("a control call of no JSON", control(b"PUT", b"/worlds/hostile/faults", SAID, b"{"), 400)
kind("events and a reset", control(b"GET", b"/events", HOST + b"Accept: text/event-stream\r\n"), ends="resets")
kind("all events from the start", control(b"GET", b"/worlds/hostile/requests?limit=5", HOST), 200, 404)


@cache
def _values(size: int) -> bytes:
    return b"[" + b"1," * (size // 2 - 1) + b"1]"


@cache
def _keys(size: int) -> bytes:
    return json.dumps({f"k{number:07}": 1 for number in range(size // 15)}).encode()


@cache
def _bomb() -> bytes:
    return gzip.compress(b"\0" * 100_000_000)


RESET = struct.pack("ii", 1, 0)
"""The value of SO_LINGER with which closing resets a connection."""


def in_turn(seed: int) -> Iterator[Kind]:
    """Kinds without end: each once, in another order each time."""
    order = random.Random(seed)
    names = [*KINDS]
    while True:
        order.shuffle(names)
        yield from (KINDS[name] for name in names)
