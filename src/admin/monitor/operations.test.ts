import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { err, ok, type Result } from '#lib/result'
import { createHandClock } from '#lib/timers'
import { aHouse } from '../../../test/support/admin-house.ts'
import { createMonitor, createOperations, type OperationPorts } from '../index.ts'

const operated = (more: Partial<OperationPorts> = {}) => {
  const asked: string[] = []
  const known =
    (what: string, name: string) =>
    (wanted: string): boolean => {
      asked.push(`${what} ${wanted}`)
      return wanted === name
    }
  const operations = createOperations({
    deregister: known('deregister', 'sip:1001@192.0.2.7:5060;transport=tcp'),
    hangUp: known('hangUp', 'c1'),
    blocked: () => ['192.0.2.66', '2001:db8::66'],
    unblock: known('unblock', '192.0.2.66'),
    renewPassword: async (): Promise<Result<string, string>> => ok('new-one'),
    ...more,
  })
  const { clock } = createHandClock()
  const log = { describe: () => '', setOptions: () => ok(undefined) }
  const monitor = createMonitor({ house: aHouse(), log, clock, quit: () => {} }, operations)
  return { asked, run: monitor.run, commands: monitor.commands }
}

describe('what an operator can do in the monitor', () => {
  test('stands in help, each with an explanation', async () => {
    const { run, commands } = operated()
    for (const name of ['blocked', 'hangup', 'password', 'unblock', 'unregister']) {
      assert.ok(commands.includes(name))
      const help = await run(`help ${name}`)
      assert.ok(help.ok && help.value.split('\n').length === 3, name)
    }
  })

  test('acts on what is named, once', async () => {
    const { run, asked } = operated()
    const all = ['unregister sip:1001@192.0.2.7:5060;transport=tcp', 'hangup c1', 'unblock 192.0.2.66']
    const answers = []
    for (const line of all) answers.push(await run(line))
    assert.deepEqual(answers, [
      ok('sip:1001@192.0.2.7:5060;transport=tcp is no longer registered'),
      ok('call c1 has ended'),
      ok('192.0.2.66 is answered again'),
    ])
    assert.deepEqual(asked, [
      'deregister sip:1001@192.0.2.7:5060;transport=tcp',
      'hangUp c1',
      'unblock 192.0.2.66',
    ])
  })

  test('says where the right name stands when there is none of that name, or none was given', async () => {
    const { run, asked } = operated()
    const hints: [line: string, hint: RegExp][] = [
      ['unregister sip:nobody@192.0.2.9', /^nobody is registered at sip:nobody@192.0.2.9: "users NAME"/],
      ['hangup c2', /^no call c2: "calls"/],
      ['unblock 192.0.2.1', /^nothing is held against 192.0.2.1: "blocked"/],
    ]
    for (const [line, hint] of hints) {
      const answer = await run(line)
      assert.match(answer.ok ? '' : answer.error, hint)
    }
    for (const line of ['unregister', 'hangup', 'unblock  ']) {
      const answer = await run(line)
      assert.match(answer.ok ? '' : answer.error, /is needed: /, line)
    }
    assert.equal(asked.length, 3)
  })

  test('lists who is blocked', async () => {
    assert.deepEqual(await operated().run('blocked'), ok('192.0.2.66\n2001:db8::66'))
    assert.deepEqual(await operated({ blocked: () => [] }).run('blocked'), ok('no address is blocked'))
  })

  test('makes a password, or says who rules it', async () => {
    assert.deepEqual(await operated().run('password'), ok('The admin password is now new-one'))
    const { run } = operated({ renewPassword: async () => err('the file rules') })
    assert.deepEqual(await run('password'), err('the file rules'))
  })
})
