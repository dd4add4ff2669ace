"""The steps of a ledger in Redis: scripts in Lua, each of which Redis runs as a whole.

The keys of a world are a hash with its counters, the list of its changes, the hashes of its snapshots, of its journal
and of what is counted. They share a hash slot, and no script touches keys of two slots.
"""

from __future__ import annotations

from typing import Final

READ: Final = """
local at = redis.call('HMGET', KEYS[1], 'generation', 'sequence', 'floor', 'used')
if not at[1] then return false end
local stale = 0
if tonumber(ARGV[3]) - tonumber(at[4]) >= 1 then
  redis.call('HSET', KEYS[1], 'used', ARGV[3])
  stale = 1
end
if at[1] == ARGV[1] and at[2] == ARGV[2] then return {at[1], at[2], stale, at[2], false, {}} end
local floor = tonumber(at[3])
if at[1] == ARGV[1] and tonumber(ARGV[2]) >= floor then
  return {at[1], at[2], stale, ARGV[2], false, redis.call('LRANGE', KEYS[2], tonumber(ARGV[2]) - floor, -1)}
end
local newest = -1
for _, sequence in ipairs(redis.call('HKEYS', KEYS[3])) do newest = math.max(newest, tonumber(sequence)) end
local snapshot = redis.call('HGET', KEYS[3], newest)
return {at[1], at[2], stale, newest, snapshot, redis.call('LRANGE', KEYS[2], newest - floor, -1)}
"""
"""Hash, changes, snapshots; generation, sequence, now: where the log is, and what comes after which place."""

PAST: Final = """
local at = redis.call('HMGET', KEYS[1], 'generation', 'floor')
if at[1] ~= ARGV[1] then return false end
local wanted, floor, found = tonumber(ARGV[2]), tonumber(at[2]), -1
for _, sequence in ipairs(redis.call('HKEYS', KEYS[3])) do
  local number = tonumber(sequence)
  if number <= wanted and number > found then found = number end
end
if found < 0 then return false end
local entries = {}
if wanted > found then entries = redis.call('LRANGE', KEYS[2], found - floor, wanted - floor - 1) end
return {found, redis.call('HGET', KEYS[3], found), entries}
"""
"""Hash, changes, snapshots; generation, sequence: where a snapshot is, that, and the entries from there up to it."""

APPEND: Final = """
local at = redis.call('HMGET', KEYS[1], 'generation', 'sequence', 'floor')
if at[1] ~= ARGV[1] or at[2] ~= ARGV[2] then return false end
local following = tonumber(ARGV[2]) + 1
redis.call('RPUSH', KEYS[2], ARGV[3])
redis.call('HSET', KEYS[1], 'sequence', following)
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[3], following, ARGV[4])
  local oldest = math.huge
  for _, number in ipairs(redis.call('HKEYS', KEYS[4])) do oldest = math.min(oldest, tonumber(number)) end
  local needed = following
  if oldest < math.huge then
    needed = tonumber(string.sub(redis.call('HGET', KEYS[4], oldest), 1, 12))
  end
  local floor, sequences = 0, redis.call('HKEYS', KEYS[3])
  for _, sequence in ipairs(sequences) do
    if tonumber(sequence) <= needed then floor = math.max(floor, tonumber(sequence)) end
  end
  for _, sequence in ipairs(sequences) do
    if tonumber(sequence) < floor then redis.call('HDEL', KEYS[3], sequence) end
  end
  redis.call('LTRIM', KEYS[2], floor - tonumber(at[3]), -1)
  redis.call('HSET', KEYS[1], 'floor', floor)
end
if ARGV[5] == '1' then return redis.call('HINCRBY', KEYS[1], 'number', 1) end
return 0
"""
"""Hash, changes, snapshots, journal; generation, sequence, entry, snapshot or nothing, whether it is numbered."""

REGISTER: Final = """
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) and redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return redis.call('HINCRBY', KEYS[1], 'generation', 1)
"""
"""Namespace, worlds; name, how many there may be, now: a new generation, or 0 where there are too many."""

CREATE: Final = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'generation', ARGV[1], 'sequence', 0, 'floor', 0, 'number', 0, 'newest', 0, 'bytes', 0,
  'used', ARGV[2])
redis.call('HSET', KEYS[3], 0, ARGV[3])
return 1
"""
"""Hash, changes, snapshots; generation, now, snapshot: 0 where the world is there."""

NUMBER: Final = """
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return 0 end
return redis.call('HINCRBY', KEYS[1], 'number', 1)
"""
"""Hash; generation: the number of the next journal entry."""

KEEP: Final = """
local at = redis.call('HMGET', KEYS[1], 'generation', 'newest')
if at[1] ~= ARGV[1] then return 0 end
local number, dropped = tonumber(ARGV[2]), tonumber(ARGV[2]) - tonumber(ARGV[5])
local size = #ARGV[3] - redis.call('HSTRLEN', KEYS[2], dropped)
redis.call('HDEL', KEYS[2], dropped)
redis.call('HSET', KEYS[2], number, ARGV[3])
redis.call('HINCRBY', KEYS[1], 'bytes', size)
if number > tonumber(at[2]) then redis.call('HSET', KEYS[1], 'newest', number) end
redis.call('HINCRBY', KEYS[3], ARGV[4], 1)
return 1
"""
"""Hash, journal, tally; generation, number, entry, kind, how many are kept: 0 where the world is gone."""

EVENT: Final = """
local place = redis.call('HINCRBY', KEYS[1], 'place', 1)
redis.call('ZADD', KEYS[2], place, place .. ARGV[1])
if place % 64 == 0 then redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - tonumber(ARGV[2])) end
return place
"""
"""Namespace, events; what follows the place, how many are kept: the place."""

CLEAR: Final = """
local tally = redis.call('HGETALL', KEYS[3])
redis.call('UNLINK', KEYS[2], KEYS[3])
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'bytes', 0) end
return tally
"""
"""Hash, journal, tally: what was counted."""

REMOVE: Final = """
local used = redis.call('HGET', KEYS[1], 'used')
if not used or (ARGV[1] ~= '' and tonumber(used) > tonumber(ARGV[1])) then return false end
local tally = redis.call('HGETALL', KEYS[5])
redis.call('UNLINK', unpack(KEYS))
return tally
"""
"""All keys of a world; since when it must be idle, or nothing: what was counted."""

DROP_HALF: Final = """
local numbers = redis.call('HKEYS', KEYS[2])
table.sort(numbers, function(one, other) return tonumber(one) < tonumber(other) end)
local size = 0
for place = 1, math.ceil(#numbers / 2) do
  size = size + redis.call('HSTRLEN', KEYS[2], numbers[place])
  redis.call('HDEL', KEYS[2], numbers[place])
end
if size > 0 then redis.call('HINCRBY', KEYS[1], 'bytes', -size) end
return size
"""
"""Hash, journal: the bytes of the older half of the entries, which are dropped."""

FORGET_EVENTS: Final = """
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if string.match(member, '^%d+ %d+ (%S+)') == ARGV[1] then redis.call('ZREM', KEYS[1], member) end
end
return 0
"""
"""Events; the world of which they are forgotten."""

SCRIPTS: Final = (
    READ, PAST, APPEND, REGISTER, CREATE, NUMBER, KEEP, EVENT, CLEAR, REMOVE, DROP_HALF, FORGET_EVENTS,
)  # fmt: skip
