"""The steps of a ledger in Redis: scripts in Lua, each of which Redis runs as a whole.

The keys of a world are a hash with its counters, the list of its changes, the hashes of its snapshots, of its journal
and of what is counted. They share a hash slot, and no script touches keys of two slots.
"""

from __future__ import annotations

from typing import Final

_SINCE: Final = """
local function since(at, changes, snapshots, known, stamp)
  local sequence, floor = tonumber(at[2]), tonumber(at[4])
  if known >= floor and known <= sequence then
    if known == floor then return {at[1], at[2], at[3], known, false, redis.call('LRANGE', changes, 0, -1)} end
    local entries = redis.call('LRANGE', changes, known - floor - 1, -1)
    if entries[1] and string.sub(entries[1], 1, 19) == stamp then
      table.remove(entries, 1)
      return {at[1], at[2], at[3], known, false, entries}
    end
  end
  local newest = -1
  for _, number in ipairs(redis.call('HKEYS', snapshots)) do newest = math.max(newest, tonumber(number)) end
  local snapshot = redis.call('HGET', snapshots, newest)
  return {at[1], at[2], at[3], newest, snapshot, redis.call('LRANGE', changes, newest - floor, -1)}
end
"""
"""What comes after a place, where the log has it; a server that was restored may have lost it. Each change begins with
its stamp."""

_ADDED: Final = """
local function added(change, stamp, snapshot, sequence, floor, key, changes, snapshots, journal)
  redis.call('RPUSH', changes, stamp .. change)
  redis.call('HSET', key, 'sequence', sequence, 'stamp', stamp)
  if snapshot == '' then return end
  redis.call('HSET', snapshots, sequence, snapshot)
  local oldest, needed = math.huge, sequence
  for _, number in ipairs(redis.call('HKEYS', journal)) do oldest = math.min(oldest, tonumber(number)) end
  if oldest < math.huge then needed = tonumber(string.sub(redis.call('HGET', journal, oldest), 1, 12)) end
  local from, sequences = 0, redis.call('HKEYS', snapshots)
  for _, number in ipairs(sequences) do
    if tonumber(number) <= needed then from = math.max(from, tonumber(number)) end
  end
  for _, number in ipairs(sequences) do
    if tonumber(number) < from then redis.call('HDEL', snapshots, number) end
  end
  redis.call('LTRIM', changes, from - floor, -1)
  redis.call('HSET', key, 'floor', from)
end
"""
"""Add a change to a log, which begins anew at a snapshot, as far as no journal entry needs what is before."""

_NOTED: Final = """
local function noted(space, events, text, kept)
  local place = redis.call('HINCRBY', space, 'place', 1)
  redis.call('ZADD', events, place, place .. text)
  if place % 64 == 0 then redis.call('ZREMRANGEBYRANK', events, 0, -1 - kept) end
  return place
end
local function counted(space, worlds, world, size, used)
  if used ~= '' then redis.call('ZADD', worlds, 'XX', used, world) end
  return redis.call('HINCRBY', space, 'bytes', size)
end
"""
"""What is noted of all worlds together: events; the bytes of the journals, and when a world was used."""

READ: Final = f"""{_SINCE}
local at = redis.call('HMGET', KEYS[1], 'generation', 'sequence', 'stamp', 'floor', 'used')
if not at[1] then return false end
local stale, known = 0, -1
if tonumber(ARGV[4]) - tonumber(at[5]) >= 1 then
  redis.call('HSET', KEYS[1], 'used', ARGV[4])
  stale = 1
end
if at[1] == ARGV[1] then
  if at[3] == ARGV[3] and at[2] == ARGV[2] then return {{stale, {{at[1], at[2], at[3], at[2], false, {{}}}}}} end
  known = tonumber(ARGV[2])
end
return {{stale, since(at, KEYS[2], KEYS[3], known, ARGV[3])}}
"""
"""Hash, changes, snapshots; generation, sequence, stamp, now: where the log is, and what comes after which place."""

SETTLE: Final = f"""{_SINCE}{_ADDED}{_NOTED}
local at = redis.call('HMGET', KEYS[1], 'generation', 'sequence', 'stamp', 'floor', 'used', 'number', 'bytes')
if at[1] ~= ARGV[1] then return false end
if ARGV[2] ~= '' and at[3] ~= ARGV[2] then return since(at, KEYS[2], KEYS[3], tonumber(ARGV[3]), ARGV[4]) end
local number, size, stale, now, world = tonumber(at[6]) + 1, #ARGV[6], 0, '', ARGV[9]
local dropped = number - tonumber(ARGV[7])
redis.call('HSET', KEYS[4], number, ARGV[6])
if dropped > 0 then
  size = size - redis.call('HSTRLEN', KEYS[4], dropped)
  redis.call('HDEL', KEYS[4], dropped)
end
redis.call('HINCRBY', KEYS[5], ARGV[5], 1)
redis.call('HSET', KEYS[1], 'number', number, 'bytes', tonumber(at[7]) + size, 'used', ARGV[8])
if ARGV[10] ~= '' then
  added(ARGV[10], ARGV[11], ARGV[12], tonumber(at[2]) + 1, tonumber(at[4]), KEYS[1], KEYS[2], KEYS[3], KEYS[4])
end
if tonumber(ARGV[8]) - tonumber(at[5]) >= 1 then now = ARGV[8] end
if not KEYS[6] then return {{number, size, now}} end
local place = noted(KEYS[6], KEYS[8], ' ' .. number .. ' ' .. world, ARGV[7])
return {{number, place, counted(KEYS[6], KEYS[7], world, size, now)}}
"""
"""Hash, changes, snapshots, journal, tally, and namespace, worlds, events where these are on the same server.

Generation, stamp where the log must be there, the place that is known and its stamp; kind, entry, how many are kept,
now, world; change or nothing, its stamp, snapshot or nothing. False where the world is gone, six things where the log
is elsewhere; else the number of the entry, its place and the bytes of all journals, or what `NOTE` needs for these.
"""

NOTE: Final = f"""{_NOTED}
return {{noted(KEYS[1], KEYS[3], ARGV[1], ARGV[2]), counted(KEYS[1], KEYS[2], ARGV[3], ARGV[4], ARGV[5])}}
"""
"""Namespace, worlds, events; what follows the place, how many are kept, world, bytes, now where it was used: the place,
and the bytes of all journals."""

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

APPEND: Final = f"""{_ADDED}
local at = redis.call('HMGET', KEYS[1], 'generation', 'sequence', 'stamp', 'floor')
if at[1] ~= ARGV[1] or at[3] ~= ARGV[2] or at[2] ~= ARGV[3] then return 0 end
added(ARGV[4], ARGV[5], ARGV[6], tonumber(at[2]) + 1, tonumber(at[4]), KEYS[1], KEYS[2], KEYS[3], KEYS[4])
return 1
"""
"""Hash, changes, snapshots, journal; generation, stamp, sequence, change, its stamp, snapshot or nothing."""

REGISTER: Final = """
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) and redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
local last = tonumber(redis.call('HGET', KEYS[1], 'generation') or 0)
local generation = math.max(last + 1, math.floor(tonumber(ARGV[3])))
redis.call('HSET', KEYS[1], 'generation', generation)
return generation
"""
"""Namespace, worlds; name, how many there may be, now: a new generation, or 0 where there are too many. They aren't
counted from 1, for a server that was restored may have lost the last ones."""

CREATE: Final = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'generation', ARGV[1], 'sequence', 0, 'stamp', ARGV[4], 'floor', 0, 'number', 0,
  'bytes', 0, 'used', ARGV[2])
redis.call('HSET', KEYS[3], 0, ARGV[3])
return 1
"""
"""Hash, changes, snapshots; generation, now, snapshot, stamp: 0 where the world is there."""

CLEAR: Final = """
local tally = redis.call('HGETALL', KEYS[3])
local bytes = redis.call('HGET', KEYS[1], 'bytes')
redis.call('UNLINK', KEYS[2], KEYS[3])
if bytes then redis.call('HSET', KEYS[1], 'bytes', 0) end
return {tally, tonumber(bytes or 0)}
"""
"""Hash, journal, tally: what was counted, and the bytes that the journal had."""

REMOVE: Final = """
local at = redis.call('HMGET', KEYS[1], 'used', 'bytes')
if not at[1] or (ARGV[1] ~= '' and tonumber(at[1]) > tonumber(ARGV[1])) then return false end
local tally = redis.call('HGETALL', KEYS[5])
redis.call('UNLINK', unpack(KEYS))
return {tally, tonumber(at[2])}
"""
"""All keys of a world; since when it must be idle, or nothing: what was counted, and the bytes that the journal had."""

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
    READ, SETTLE, NOTE, PAST, APPEND, REGISTER, CREATE, CLEAR, REMOVE, DROP_HALF, FORGET_EVENTS,
)  # fmt: skip
