-- append: the only way into the ledger, and the only Lua of guichet.
--
-- It runs alone on the server, so what it checks is still so when it writes; in
-- the AOF it is one transaction, so stream and head never disagree after a crash.
--
-- KEYS[1]  stream, the ledger; one entry has the fields
--            body  canonical JSON of the fact
--            prev  id/digest of the entry before, "0-0/000..." for none
-- KEYS[2]  hash, the head: gen, run, last (id of the newest entry), digest (its digest)
-- KEYS[3]  string, a manifest: of the latest snapshot, or with 'keep' of the one to replace
-- KEYS[4]  string, the other manifest: of the base, or with 'keep' whichever is not KEYS[3]
-- KEYS[5]  with 'keep' only: list, the chunks of the new snapshot
--
-- ARGV[1]  'append'                 'open'                              'keep'
-- ARGV[2]  generation of the batch  highest generation the caller saw   0
-- ARGV[3]  body of the first fact   id of the snapshot that a new       id of the snapshot
--                                   log continues, or 0-0
-- ARGV[4]  body of the second fact  its digest, or forty zeros          its digest
-- ARGV[5]  body of the third fact   KEYS[3] as it was read, or ''       the new manifest
-- ARGV[..] at most 256 bodies
--
-- Results, all strings:
--   append  {'ok', id of prev, digest of prev, id of each fact...}
--           {'other_generation' | 'history', gen, run, last, digest}
--           {'no_stream'}
--           A refused batch is not in the log, no part of it.
--   open    {'ok', gen, run, last, digest}
--           {'snapshot_changed'}: the log is missing, and KEYS[3] is not what was
--           read. Read it again: genesis must name the snapshot that is kept.
--   keep    {'ok'}
--           {'foreign'}: the log is there, and the snapshot is of another one. Over
--           a log that survived, no fold is ever published.
--
-- When this process is not the one that wrote last (restart, failover), facts may
-- have been lost: history is appended and the generation raised, before anything
-- else. The run id is asked from the very process that executes the script; a run
-- id remembered by a client belongs to a connection that a pool may have replaced.
--
-- A digest is sha1hex(digest of the entry before .. body).

local stream, head = KEYS[1], KEYS[2]
local intent, wanted = ARGV[1], ARGV[2]
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')

local known = redis.call('HMGET', head, 'gen', 'run', 'last', 'digest')
local gen, writer, last, digest = known[1], known[2], known[3], known[4]

local function write(id, body)
  last = redis.call('XADD', stream, id, 'body', body, 'prev', last .. '/' .. digest)
  digest = redis.sha1hex(digest .. body)
end

local function set_head()
  redis.call('HSET', head, 'gen', gen, 'run', run, 'last', last, 'digest', digest)
end

-- begin raises gen above floor and writes the first fact of the new generation.
-- A generation counts in millions; the rest is taken from the run id. After two
-- failovers in a row the second primary may never have heard of the first: both
-- count from the same number, and must not come to the same generation.
local function begin(kind, floor, id)
  gen = tonumber(floor) > 0 and math.floor(tonumber(floor) / 1e6 + 1) * 1e6 + tonumber(string.sub(run, 1, 8), 16) % 1e6 or 1
  gen = string.format('%.0f', gen)
  local now = redis.call('TIME')
  write(id, string.format(
    '{"at":%s%06d,"data":{"run":"%s"},"format":1,"gen":%s,"kind":"%s","role":"ledger"}',
    now[1], tonumber(now[2]), run, gen, kind))
  set_head()
end

-- after is an id behind both the clock and the given id: a log that continues a
-- snapshot must not reuse ids, even if the new server's clock is slow.
local function after(id)
  local ms = tonumber(string.match(id, '^%d+'))
  local now = redis.call('TIME')
  if tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000) > ms then
    return '*'
  end
  return string.format('%.0f-0', ms + 1)
end

-- drop removes the chunks of a manifest that is replaced, unless the other one
-- names them too.
local function drop(manifest, other)
  if manifest and manifest ~= other then
    redis.call('UNLINK', string.match(manifest, '"key":"([^"]*)"'))
  end
end

-- belongs reports whether the log went through a position, or begins after it.
local function belongs(id, sum)
  local there = redis.call('XRANGE', stream, id, id)[1]
  if there then
    return redis.sha1hex(string.match(there[2][4], '/(%x+)$') .. there[2][2]) == sum
  end
  local first = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
  return first and first[2][4] == id .. '/' .. sum
end

if intent == 'keep' then
  if redis.call('EXISTS', stream) == 1 and not belongs(ARGV[3], ARGV[4]) then
    return {'foreign'}
  end
  local before, other = redis.call('GET', KEYS[3]), redis.call('GET', KEYS[4])
  redis.call('PERSIST', KEYS[5])
  redis.call('SET', KEYS[3], ARGV[5])
  drop(before, other)
  return {'ok'}
end

if redis.call('EXISTS', stream) == 0 then
  if intent == 'append' then
    return {'no_stream'}
  end
  local snapshot, base = redis.call('GET', KEYS[3]), redis.call('GET', KEYS[4])
  if (snapshot or '') ~= ARGV[5] then
    return {'snapshot_changed'}
  end
  last, digest = ARGV[3], ARGV[4]
  if last ~= '0-0' then
    -- The new log is folded from this snapshot, whatever later ones there are.
    redis.call('SET', KEYS[4], snapshot)
    drop(base, snapshot)
  end
  begin('genesis', math.max(tonumber(wanted), tonumber(gen or '0')), after(last))
elseif not gen then
  -- Somebody removed the head alone. The log survives: the head is in its last
  -- entry, and as nobody can tell what else was removed, history follows.
  local newest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
  if not newest then
    return redis.error_reply('LEDGER stream is empty and the head is missing; remove the stream')
  end
  local body, prev = newest[2][2], newest[2][4]
  last, digest = newest[1], redis.sha1hex(string.match(prev, '/(%x+)$') .. body)
  begin('history', cjson.decode(body).gen, '*')
  if intent == 'append' then
    return {'history', gen, run, last, digest}
  end
elseif writer ~= run then
  begin('history', gen, '*')
  if intent == 'append' then
    return {'history', gen, run, last, digest}
  end
end

if intent == 'open' then
  return {'ok', gen, run, last, digest}
end

if wanted ~= gen then
  return {'other_generation', gen, run, last, digest}
end

local written = {'ok', last, digest}
for i = 3, #ARGV do
  write('*', ARGV[i])
  written[#written + 1] = last
end
set_head()
return written
