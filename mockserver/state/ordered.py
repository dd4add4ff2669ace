"""The keys of many records in the order of their first storing, as an immutable sequence.

It is cut into blocks: a change copies one of them, and a part of the sequence is found without looking at the rest.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

_FULL: Final = 512
"""How many keys a block may have; with as many blocks, reading one costs as much as finding it."""


class _Block(msgspec.Struct, frozen=True, gc=False):
    orders: tuple[int, ...]
    keys: tuple[str, ...]

    def place(self, order: int, key: str) -> int:
        """Where a key stands, or would stand."""
        orders, keys = self.orders, self.keys
        place = bisect_left(orders, order)
        while place < len(keys) and orders[place] == order and keys[place] < key:
            place += 1
        return place


class Ordered(msgspec.Struct, frozen=True, gc=False):
    """Keys by their places in the order. Two keys share a place only while a log is read; they lie by their text."""

    blocks: tuple[_Block, ...] = ()
    count: int = 0

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, str]]) -> Ordered:
        """The keys with these places."""
        known = sorted(pairs)
        starts = range(0, len(known), _FULL // 2)
        return cls(tuple(_block(known[start : start + _FULL // 2]) for start in starts), len(known))

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[str]:
        for block in self.blocks:
            yield from block.keys

    def put(self, order: int, key: str) -> Ordered:
        """This sequence with a key that it doesn't have."""
        blocks = self.blocks
        if not blocks:
            return Ordered((_Block((order,), (key,)),), 1)
        number = max(bisect_right(blocks, (order, key), key=_start) - 1, 0)
        block = blocks[number]
        inner = block.place(order, key)
        orders = (*block.orders[:inner], order, *block.orders[inner:])
        keys = (*block.keys[:inner], key, *block.keys[inner:])
        if len(keys) <= _FULL:
            made: tuple[_Block, ...] = (_Block(orders, keys),)
        else:  # at the end, where nearly all are added, the old block stays full
            half = _FULL if inner == _FULL else _FULL // 2
            made = (_Block(orders[:half], keys[:half]), _Block(orders[half:], keys[half:]))
        return Ordered((*blocks[:number], *made, *blocks[number + 1 :]), self.count + 1)

    def drop(self, order: int, key: str) -> Ordered:
        """This sequence without a key that it has."""
        number = bisect_right(self.blocks, (order, key), key=_start) - 1
        block = self.blocks[number]
        inner = block.place(order, key)
        orders, keys = block.orders, block.keys
        rest = _Block((*orders[:inner], *orders[inner + 1 :]), (*keys[:inner], *keys[inner + 1 :]))
        made = (rest,) if rest.keys else ()
        return Ordered((*self.blocks[:number], *made, *self.blocks[number + 1 :]), self.count - 1)

    def rank(self, order: int, key: str) -> int | None:
        """How many keys come before this one; None where the sequence doesn't have it."""
        number = bisect_right(self.blocks, (order, key), key=_start) - 1
        if number < 0:
            return None
        block = self.blocks[number]
        inner = block.place(order, key)
        if block.keys[inner : inner + 1] != (key,):
            return None
        return sum(len(one.keys) for one in self.blocks[:number]) + inner

    def part(self, start: int, stop: int) -> Iterator[str]:
        """The keys from one rank up to another."""
        begins = 0
        for block in self.blocks:
            if begins >= stop:
                return
            keys = block.keys
            if begins + len(keys) > start:
                yield from keys[max(start - begins, 0) : stop - begins]
            begins += len(keys)


def _block(pairs: list[tuple[int, str]]) -> _Block:
    return _Block(tuple(order for order, _ in pairs), tuple(key for _, key in pairs))


def _start(block: _Block) -> tuple[int, str]:
    return block.orders[0], block.keys[0]
