/**
 * What Redis runs: each script is one atomic step on the two keys of one session, which share a slot.
 *
 * A session is a hash (gen, owner, n, rx, acked, tx, doubt, epoch; why and grave when it is over) and a
 * list with the messages that its client has not confirmed.
 *
 * @module
 */

/** The owner of a session that was released by who may have handled more than it committed. */
export const UNCLEAN = "!";

/**
 * Makes a server the owner: `new GEN`, `old GEN RX ACKED DOUBT MESSAGES`, `lost WHY RX`, `stale`, `served`, or
 * `busy GEN OWNER`, if another one must release the session before.
 */
export const OPEN = `
local h, q = KEYS[1], KEYS[2]
local owner, new, forced, keep, epoch, n, sent, was = unpack(ARGV)
if epoch == '' then epoch = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') end
local f = redis.call('HMGET', h, 'gen', 'owner', 'rx', 'acked', 'epoch', 'n', 'doubt', 'why', 'grave')
if f[1] and f[5] ~= epoch then
  redis.call('DEL', h, q)
  f = {}
end
local ahead = f[1] and tonumber(n) - f[6] or 1
if ahead <= 0 then return {ahead < 0 and 'stale' or 'served'} end
if f[1] and was and not string.find(was, ',' .. f[6] .. ',', 1, true) then return {'lost', 'gap', ''} end
if not f[1] or (f[8] and new == '1' and sent == '0') then
  if new ~= '1' then return {'lost', 'unknown', ''} end
  local gen = (f[1] or 0) + 1
  redis.call('DEL', h, q)
  redis.call('HSET', h, 'gen', gen, 'owner', owner, 'rx', 0, 'acked', 0, 'tx', 0, 'epoch', epoch,
    'n', n, 'doubt', 0)
  redis.call('PEXPIRE', h, keep)
  return {'new', tostring(gen)}
end
if f[8] then return {'lost', f[8], f[9]} end
local free = f[2] == '' or f[2] == '${UNCLEAN}' or f[2] == owner or forced == f[1]
if not free then return {'busy', f[1], f[2]} end
local gen, doubt = f[1] + 1, f[7]
if f[2] ~= '' then doubt = sent end
redis.call('HSET', h, 'gen', gen, 'owner', owner, 'n', n, 'doubt', doubt)
redis.call('PEXPIRE', h, keep)
redis.call('PEXPIRE', q, keep)
return {'old', tostring(gen), f[3], f[4], doubt, redis.call('LRANGE', q, 0, -1)}`;

/**
 * Commits: `ok` or `fenced`. A client library may send a command again whose answer was lost; what is
 * there already is then committed.
 */
export const SYNC = `
local h, q = KEYS[1], KEYS[2]
local f = redis.call('HMGET', h, 'gen', 'tx', 'acked', 'why')
if f[1] ~= ARGV[1] or f[4] then return 'fenced' end
local tx, count, first, acked = tonumber(f[2]), #ARGV - 6, tonumber(ARGV[4]), tonumber(ARGV[3])
if count > 0 and tx ~= first - 1 + count then
  if tx ~= first - 1 then return 'fenced' end
  redis.call('RPUSH', q, unpack(ARGV, 7))
  tx = tx + count
end
if acked > tx then return 'fenced' end
if acked > tonumber(f[3]) then redis.call('LTRIM', q, acked - f[3], -1) end
redis.call('HSET', h, 'rx', ARGV[2], 'acked', ARGV[3], 'tx', tx, 'n', ARGV[6])
redis.call('PEXPIRE', h, ARGV[5])
redis.call('PEXPIRE', q, ARGV[5])
return 'ok'`;

/** Lets another server own the session. */
export const RELEASE = `
if redis.call('HGET', KEYS[1], 'owner') == ARGV[1] then
  redis.call('HSET', KEYS[1], 'owner', ARGV[2])
end
return 'ok'`;

/** Leaves a grave. */
export const REMOVE = `
if redis.call('HGET', KEYS[1], 'gen') == ARGV[1] then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'owner', '', 'n', ARGV[2], 'why', ARGV[3], 'grave', ARGV[4])
end
return 'ok'`;
