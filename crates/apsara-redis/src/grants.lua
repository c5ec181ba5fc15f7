-- Gives grants of one lane, as apsara_core::pacing::Schedule does, step for step; there the reasons are.
--
-- KEYS[1]  the lane: a hash, which expires once nothing in it limits anybody
-- KEYS[2]  a list to record the times of grants in, if there is one
-- ARGV     what to do, calls, span, late, early, how long the process knows this server, if it knew another before; then
--          take: patience, and the epoch and the time of the place that is held, or 0 and 0
--          give_back: the epoch and the time of the place
--          close: for how long
-- Returns  {0 granted | 1 promised | 2 late, wait, epoch, at, now, run}, where run names the server from its start to its end
--
-- All times are microseconds of this server's clock. They need 51 bits, so that a number holds them; tostring would not.

local LONGEST_LOG, MOST_FREE, STRICTER_HOLDS, LONGEST_CLOSURE = 1000, 100, 60000000, 120000000
local GRANTED, PROMISED, LATE = 0, 1, 2

local lane, record = KEYS[1], KEYS[2]
local what = ARGV[1]
local calls, span, late, early = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local known_for = tonumber(ARGV[6])

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

local info = redis.call('INFO', 'server')
local run = info:match('run_id:(%w+)') or ''
local uptime = tonumber(info:match('uptime_in_seconds:(%d+)') or '0') * 1000000

local function text(number) return string.format('%.0f', number) end

-- Reads what is known, or begins anew where that cannot be relied on.

local own

local function begin(is_known)
  redis.call('DEL', lane)
  local closed = 0
  if not is_known then closed = now + span end
  own = {epoch = now, calls = calls, span = span, asked = now, closed = closed, in_last = 0, pushed = 0, free = {}}
end

local function is_stricter()
  local asked, kept = calls * own.span, own.calls * span
  return asked < kept or (asked == kept and calls < own.calls)
end

local read = redis.call('HMGET', lane,
  'run', 'seen', 'epoch', 'calls', 'span', 'asked', 'closed', 'in_last', 'pushed', 'free')
if not read[1] then
  -- Nothing is kept of a lane that rests. But within the span, this server before its start, or the one before it, may have given grants.
  begin(uptime > span + 1000000 and known_for > span)
elseif read[1] ~= run or now < tonumber(read[2]) then
  -- It came from a file or from another server, or the clock went back.
  begin(false)
else
  own = {
    epoch = tonumber(read[3]), calls = tonumber(read[4]), span = tonumber(read[5]), asked = tonumber(read[6]),
    closed = tonumber(read[7]), in_last = tonumber(read[8]), pushed = tonumber(read[9]), free = {},
  }
  for at in read[10]:gmatch('%d+') do table.insert(own.free, tonumber(at)) end
  if calls == own.calls and span == own.span then
    own.asked = now
  elseif is_stricter() or now > own.asked + STRICTER_HOLDS then
    begin(false)
  end
end

-- The log is a ring of fields, named by numbers.

local each = math.ceil(own.calls / LONGEST_LOG)
local entries = math.floor(own.calls / each)

local function entry(number) return tonumber(redis.call('HGET', lane, text(number % entries))) end

local function last() return own.pushed > 0 and entry(own.pushed - 1) or 0 end

local function next_time(open)
  local after_last = math.max(open, last())
  if (own.in_last < each and own.pushed > 0) or own.pushed < entries then return after_last end
  return math.max(after_last, entry(own.pushed) + own.span)
end

local function note(at)
  if own.in_last < each and own.pushed > 0 then
    own.in_last = own.in_last + 1
  else
    own.pushed, own.in_last = own.pushed + 1, 1
  end
  redis.call('HSET', lane, text((own.pushed - 1) % entries), text(at))
end

local function answer(at)
  local wait = math.max(0, at - now)
  if wait > early then return {PROMISED, wait, own.epoch, at, now, run} end
  if record then redis.call('RPUSH', record, text(now + wait)) end
  return {GRANTED, wait, own.epoch, at, now, run}
end

local function take(patience, epoch, held)
  if epoch == own.epoch and held >= own.closed and now <= held + late then return answer(held) end
  local open = math.max(now, own.closed)
  local first, free = nil, {}
  for _, at in ipairs(own.free) do
    if at >= open then
      table.insert(free, at)
      if not first or at < first then first = at end
    end
  end
  own.free = free
  local at = first or next_time(open)
  if at - now > patience then return {LATE, at - now, own.epoch, 0, now, run} end
  if first then
    for number, free_at in ipairs(own.free) do
      if free_at == first then
        table.remove(own.free, number)
        break
      end
    end
  else
    note(at)
  end
  return answer(at)
end

local function give_back(epoch, at)
  if epoch ~= own.epoch or at <= now or #own.free >= MOST_FREE then return end
  for _, free in ipairs(own.free) do
    if free == at then return end
  end
  table.insert(own.free, at)
end

local reply = {GRANTED, 0, own.epoch, 0, now, run}
if what == 'take' then
  reply = take(tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9]))
elseif what == 'give_back' then
  give_back(tonumber(ARGV[7]), tonumber(ARGV[8]))
elseif what == 'close' then
  own.closed = math.max(own.closed, now + math.min(tonumber(ARGV[7]), LONGEST_CLOSURE))
end

local free = {}
for number, at in ipairs(own.free) do free[number] = text(at) end
redis.call('HSET', lane, 'run', run, 'seen', text(now), 'epoch', text(own.epoch), 'calls', text(own.calls),
  'span', text(own.span), 'asked', text(own.asked), 'closed', text(own.closed), 'in_last', text(own.in_last),
  'pushed', text(own.pushed), 'free', table.concat(free, ','))
-- A stricter quota is kept to for a while, though nobody asks for it any more.
local limits_until = math.max(now + own.span, own.closed + own.span, last() + own.span, own.asked + STRICTER_HOLDS)
redis.call('PEXPIRE', lane, text(math.ceil((limits_until - now) / 1000) + 1000))
return reply
