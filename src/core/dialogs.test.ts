import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHandClock } from '#lib/timers'
import { createDialogs } from './dialogs.ts'
import { createEvents } from './events.ts'
import type { CallRecord } from './records.ts'

const aTown = () => {
  const timers = createHandClock()
  const events = createEvents()
  const dialogs = createDialogs({ timers, events, media: { stats: async () => [] } })
  const begin = (id: string): CallRecord => {
    const call: CallRecord = {
      ...{ id, caller: 'sip:a@x', callee: 'sip:b@x', dialled: 'b', kind: 'call', video: false },
      ...{ startedAtMs: timers.clock.wallMs(), callIds: [`${id}@phone`] },
    }
    events.publish({ kind: 'call.changed', call, state: 'routing' })
    return call
  }
  const end = (call: CallRecord): void => {
    call.endedAtMs = timers.clock.wallMs()
    events.publish({ kind: 'call.changed', call, state: 'ended' })
  }
  return { timers, dialogs, begin, end }
}

test('a call that never stops talking is remembered up to a bound, and its end all the same', () => {
  const { dialogs, begin, end } = aTown()
  const call = begin('long')
  for (let n = 0; n < 2000; n++) dialogs.onMessage('recv', 'long@phone', 'INFO')
  dialogs.onMessage('send', 'nobody@phone', 200)
  end(call)
  const [dialog] = dialogs.list()
  assert.ok(dialog)
  assert.ok(dialog.events.length <= 501, `${dialog.events.length}`)
  assert.deepEqual(
    dialog.events.slice(0, 3).map(({ type, message }) => [type, message]),
    [
      ['recv', 'INVITE'],
      ['state', undefined],
      ['recv', 'INFO'],
    ],
  )
  assert.deepEqual([dialog.events.at(-1)?.type, dialog.events.at(-1)?.state], ['state', 'stop'])
})

test('of a flood of calls the last ten thousand are remembered, for half a minute', () => {
  const { timers, dialogs, begin, end } = aTown()
  const running = begin('running')
  for (let n = 0; n < 12_000; n++) end(begin(`call${n}`))
  assert.equal(dialogs.count, 10_001)
  assert.equal(dialogs.callOf('running'), running.id)
  assert.equal(dialogs.callOf('call11999'), undefined, 'what is over cannot be stopped')
  timers.advance(31_000)
  assert.equal(dialogs.count, 1)
})

test('messages of every kind are told by their names', () => {
  const { dialogs, begin } = aTown()
  begin('one')
  const said: (string | number)[] = [
    'INVITE',
    'ACK',
    'BYE',
    'CANCEL',
    'PRACK',
    'UPDATE',
    'INFO',
    'OPTIONS',
    'REFER',
  ]
  for (const message of [...said, 'FOO', 100, 200, 699]) dialogs.onMessage('recv', 'one@phone', message)
  assert.deepEqual(
    dialogs
      .list()[0]
      ?.events.slice(2)
      .map(({ type, state, message }) => `${type} ${state} ${message}`),
    [...said, undefined, 100, 200, 699].map((message) => `recv init ${message}`),
  )
})
