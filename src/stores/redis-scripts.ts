import { hash } from 'node:crypto'

/** A program that Redis runs as one atomic step. It is called by the SHA-1 of its text once the server knows it. */
export interface Script {
  readonly text: string
  readonly sha: string
}

function script(text: string): Script {
  return { text, sha: hash('sha1', text) }
}

/**
 * `isAlive`: whether a session is there that has not expired by `now`, a hash with its three times. What else may be under the
 * key is none. `setAll`: fields and values in turn, few at a time, because `unpack` takes no more than some thousands.
 */
const FUNCTIONS = `
local function isAlive(key, now)
  local times = redis.pcall('HMGET', key, 'created', 'slid', 'expires')
  if times.err then return false end
  for at = 1, 3 do
    if not times[at] or not string.find(times[at], '^%d+$') then return false end
  end
  return tonumber(times[3]) > tonumber(now)
end

local function setAll(key, from, to)
  for at = from, to, 1000 do
    redis.call('HSET', key, unpack(ARGV, at, math.min(at + 999, to)))
  end
end
`

/**
 * KEYS: the session. Its fields and values in turn, and from a primary, because no client knows that a script only reads. What
 * `call` says of another type has something else in front in Redis 6; `pcall` says it as HGETALL does.
 */
export const FIND: Script = script("return redis.pcall('HGETALL', KEYS[1])")

/**
 * KEYS: the session. ARGV: now, milliseconds to live, then all fields and values in turn. 1, or 0 where one is alive.
 *
 * HSET comes first wherever it can: it is what a Redis that is full refuses, and only as the first thing that a script writes.
 */
export const INSERT: Script = script(`${FUNCTIONS}
local key, now, life = KEYS[1], ARGV[1], ARGV[2]
if isAlive(key, now) then return 0 end
if redis.call('EXISTS', key) == 1 then redis.call('DEL', key) end
setAll(key, 3, #ARGV)
redis.call('PEXPIRE', key, life)
return 1
`)

/**
 * KEYS: the session. ARGV: now, milliseconds to live, `slid`, `expires`, then the entries that have a new value and those
 * values in turn, a thousand at most. 1, or 0 where none is alive.
 *
 * What most changes are, and UPDATE without what they do not need, which takes Redis a third less time: whatever has an end was a
 * session, and where that stays so does when Redis removes it.
 */
export const SET_ENTRIES: Script = script(`
local key = KEYS[1]
local expires = redis.pcall('HGET', key, 'expires')
local time = type(expires) == 'string' and tonumber(expires)
if not time or time <= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', key, 'slid', ARGV[3], 'expires', ARGV[4], unpack(ARGV, 5))
if expires ~= ARGV[4] then redis.call('PEXPIRE', key, ARGV[2]) end
return 1
`)

/**
 * KEYS: the session and, where it gets one, its new key. ARGV: now, milliseconds to live, how many fields have a new value, how
 * many are gone; then those with their values in turn, those that are gone, and those to add to with what is added. 1, or 0
 * where none is alive.
 *
 * ioredis sends a command again whose answer was lost: then the new key is there already, and nobody else could have made it.
 * Lua counts in doubles, which are exact for so many digits, and might print them with an exponent: hence the format.
 */
export const UPDATE: Script = script(`${FUNCTIONS}
local key, now, life, set, removed = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if not isAlive(key, now) then
  return (KEYS[2] and isAlive(KEYS[2], now)) and 1 or 0
end
local at = 5 + set * 2
setAll(key, 5, at - 1)
for _ = 1, removed do
  redis.call('HDEL', key, ARGV[at])
  at = at + 1
end
while at < #ARGV do
  local text = redis.call('HGET', key, ARGV[at])
  local digits = text and string.match(text, '^%-?(%d+)$')
  local number = digits and #digits <= 15 and tonumber(text) or 0
  redis.call('HSET', key, ARGV[at], string.format('%.0f', number + tonumber(ARGV[at + 1])))
  at = at + 2
end
if KEYS[2] then
  redis.call('RENAME', key, KEYS[2])
  key = KEYS[2]
end
redis.call('PEXPIRE', key, life)
return 1
`)
