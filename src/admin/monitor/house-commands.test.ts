import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { err, ok, type Result } from '#lib/result'
import { createHandClock } from '#lib/timers'
import { aHouse } from '../../../test/support/admin-house.ts'
import { createHouseCommands, createMonitor, createOperations, type HouseCommandPorts } from '../index.ts'

const { clock } = createHandClock()
const aPlace = (more: Partial<HouseCommandPorts> = {}) => {
  const asked: unknown[] = []
  const candidates = {
    users: () => ['1001', '1002', 'with space'],
    impis: () => ['1001@home.example'],
    contacts: () => ['sip:1001@192.0.2.7:5060'],
    calls: () => ['c1', 'c2'],
  }
  const commands = createHouseCommands({
    candidates,
    mtCall: async (wish): Promise<Result<{ sessionId: string }, string>> => {
      asked.push(wish)
      return 'impi' in wish ? ok({ sessionId: 's1' }) : err('there is no such user')
    },
    isImpi: (name) => name.includes('@'),
    counters: () => ({ messages: { sip_register_rx: 2, sip_200_tx: 12 }, errors: {} }),
    meanings: { messages: [['sip_<method>_rx', 'requests received']], errors: [['sip_stray', 'odd ones']] },
    figures: () => [
      ['users', '2'],
      ['calls in progress', '0'],
    ],
    ...more,
  })
  const operations = createOperations({
    candidates,
    deregister: () => true,
    hangUp: () => true,
    blocked: () => ['192.0.2.66'],
    unblock: () => true,
    renewPassword: async () => ok('x'),
  })
  const log = { describe: () => '', setOptions: () => ok(undefined) }
  const ports = { house: aHouse(), log, clock, quit: () => {}, candidates }
  return { asked, ...createMonitor(ports, [...commands, ...operations]) }
}

describe('the rest of the manual’s commands', () => {
  test('call a user, with a file or without', async () => {
    const { run, asked } = aPlace()
    assert.deepEqual(await run('mt_call 1001@home.example'), ok('call s1: "calls" shows it'))
    await run('mt_call  1001@home.example  my file.sdp ')
    assert.deepEqual(await run('mt_call 1001'), err('there is no such user'))
    assert.deepEqual(asked, [
      { impi: '1001@home.example' },
      { impi: '1001@home.example', file: 'my file.sdp' },
      { impu: '1001' },
    ])
    assert.ok(!(await run('mt_call')).ok)
  })

  test('list MMEs, and say why there are none', async () => {
    const none = await aPlace().run('mme')
    assert.match(none.ok ? none.value : '', /no MME is connected/)
    assert.deepEqual(await aPlace({ mmes: () => [] }).run('mme'), ok('no MME is connected'))
    assert.deepEqual(await aPlace({ mmes: () => ['192.0.2.8:29118'] }).run('mme'), ok('192.0.2.8:29118'))
  })

  test('show counters by name, and what they mean', async () => {
    const { run } = aPlace()
    assert.deepEqual(
      await run('stats'),
      ok(
        'users              2\ncalls in progress  0\nmessages\n  sip_200_tx       12\n  sip_register_rx  2\nerrors\n  none',
      ),
    )
    assert.deepEqual(
      await run('cevent  help  msg'),
      ok('messages\n  sip_<method>_rx  requests received\nerrors\n  sip_stray  odd ones'),
    )
    assert.deepEqual(await run('cevent'), err('known: cevent help msg'))
  })
})

describe('the tab key', () => {
  const cases: [line: string, hits: string[]][] = [
    [
      '',
      [
        'blocked',
        'calls',
        'cevent',
        'hangup',
        'help',
        'log',
        'mme',
        'mt_call',
        'password',
        'quit',
        'stats',
        'unblock',
        'unregister',
        'users',
      ],
    ],
    ['un', ['unblock', 'unregister']],
    ['  he', ['help']],
    ['help m', ['mme', 'mt_call']],
    ['help mme ', []],
    ['nonsense ', []],
    ['users ', ['1001', '1002']],
    ['users 1001 ', []],
    ['calls ', ['last']],
    ['calls last 1002', ['1002']],
    ['mt_call ', ['1001@home.example']],
    ['mt_call 1001@home.example ', []],
    ['unregister sip', ['sip:1001@192.0.2.7:5060']],
    ['hangup c', ['c1', 'c2']],
    ['unblock ', ['192.0.2.66']],
    ['cevent ', ['help']],
    ['cevent help ', ['msg']],
    ['log sip.level=d', ['sip.level=debug']],
    ['log sip.max', ['sip.max_size=']],
    ['quit ', []],
  ]
  for (const [line, hits] of cases)
    test(`after "${line}"`, async () => assert.deepEqual(await aPlace().complete(line), hits))

  test('reads no more of a long list than a person does', async () => {
    let read = 0
    const users = function* () {
      for (; read < 1e6; read++) yield `${read}`
    }
    const none = () => []
    const log = { describe: () => '', setOptions: () => ok(undefined) }
    const candidates = { users, impis: none, contacts: none, calls: none }
    const monitor = createMonitor({ house: aHouse(), log, clock, quit: () => {}, candidates })
    assert.equal((await monitor.complete('users ')).length, 100)
    assert.equal(read, 99)
  })

  test('survives a list that fails', async () => {
    const users = (): Iterable<string> => {
      throw new Error('gone')
    }
    const none = () => []
    const log = { describe: () => '', setOptions: () => ok(undefined) }
    const candidates = { users, impis: none, contacts: none, calls: none }
    const monitor = createMonitor({ house: aHouse(), log, clock, quit: () => {}, candidates })
    assert.deepEqual(await monitor.complete('users '), [])
  })
})
