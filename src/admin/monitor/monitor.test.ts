import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text as textOf } from 'node:stream/consumers'
import { after, describe, test } from 'node:test'
import { createHandClock } from '#lib/timers'
import { aCall, aHouse, aUser, recordsOf } from '../../../test/support/admin-house.ts'
import {
  attachMonitor,
  converse,
  createMonitor,
  type Monitor,
  type MonitorPorts,
  runMonitor,
  serveMonitor,
} from '../index.ts'

const { clock } = createHandClock()
const aMonitor = (more: Partial<MonitorPorts> = {}): Monitor =>
  createMonitor({
    house: aHouse({
      users: () => [
        aUser('1001', {
          registered: true,
          number: '+491001',
          calls: 1,
          bindings: [
            {
              contact: 'sip:1001@192.0.2.7:5060',
              expiresInS: 3599,
              q: 1,
              source: '192.0.2.7:5060',
              transport: 'udp',
              userAgent: 'evil\x1b[2J\nphone',
            },
          ],
        }),
        aUser('1002'),
      ],
      calls: () => [{ state: 'answered', record: aCall('c1', 0, { answeredAtMs: clock.wallMs() - 65_000 }) }],
      records: recordsOf(
        [1, 2, 3].map((n) =>
          aCall(`o${n}`, n * 1000, {
            callee: `n${n}`,
            answeredAtMs: n * 1000,
            endedAtMs: n * 1000 + 7000,
            cause: 'callee',
          }),
        ),
      ),
    }),
    log: {
      describe: () => 'file: x',
      setOptions: (text) =>
        text === 'good=1' ? { ok: true, value: undefined } : { ok: false, error: 'expected good=1' },
    },
    clock,
    quit: () => {},
    ...more,
  })
const shown = async (monitor: Monitor, line: string): Promise<string> => {
  const answer = await monitor.run(line)
  assert.ok(answer.ok, answer.ok ? '' : answer.error)
  return answer.value
}

describe('the monitor', () => {
  test('lists its commands and explains each of them', async () => {
    const monitor = aMonitor()
    const help = await shown(monitor, 'help')
    for (const name of ['help', 'users', 'calls', 'log', 'quit']) {
      assert.match(help, new RegExp(`^${name}`, 'm'))
      assert.match(await shown(monitor, ` help  ${name} `), new RegExp(`^${name}`))
    }
    for (const line of help.split('\n')) assert.ok(line.length < 80, line)
    assert.deepEqual(monitor.commands, ['help', 'calls', 'log', 'quit', 'users'])
    assert.deepEqual(await monitor.run('help nothing'), { ok: false, error: '"nothing" is not a command' })
    assert.deepEqual(await monitor.run('userz'), {
      ok: false,
      error: '"userz" is not a command: "help" lists them',
    })
    assert.deepEqual(await monitor.run('   '), { ok: true, value: '' })
  })

  test('shows users aligned, and no terminal obeys what a phone says', async () => {
    assert.deepEqual((await shown(aMonitor(), 'users')).split('\n'), [
      'USER  NUMBER   CALLS  REGISTERED FROM     EXPIRES',
      '1001  +491001  1      udp 192.0.2.7:5060  59:59',
      '1002  -        0      -',
      '2 users, 1 registered',
    ])
    assert.deepEqual((await shown(aMonitor(), 'users 1001')).split('\n'), [
      'private identity   1001@home.example',
      'public identities  sip:1001@home.example',
      '                   tel:+491001',
      'number             +491001',
      'calls              1',
      'registered         sip:1001@192.0.2.7:5060',
      '  from             udp 192.0.2.7:5060, expires in 59:59',
      '  phone            evil\\x1b[2J\\x0aphone',
    ])
    assert.match(await shown(aMonitor(), 'users 1002'), /\nregistered +no$/)
    assert.deepEqual(await aMonitor().run('users 77'), { ok: false, error: 'no user "77"' })
  })

  test('shows calls in progress and the last that ended', async () => {
    assert.match(
      await shown(aMonitor(), 'calls'),
      /^ID +STATE .*\nc1 +answered +1001 +1002 +call +1:05\n1 call$/,
    )
    assert.equal(await shown(aMonitor({ house: aHouse() }), 'calls'), 'no calls')
    const last = (await shown(aMonitor(), 'calls last 2')).split('\n')
    assert.match(last[1] ?? '', /^1970-01-01 00:00:03 +1001 +n3 +call +7 s +callee hung up$/)
    assert.equal(last.length, 3)
    assert.equal((await shown(aMonitor(), 'calls last n2')).split('\n').length, 2)
    assert.equal((await shown(aMonitor(), 'calls last')).split('\n').length, 4)
  })

  test('says who gave up, and keeps the domain of strangers', async () => {
    const records = recordsOf([
      aCall('a', 0, { cause: 'caller', caller: 'sip:bob@elsewhere.example' }),
      aCall('b', 1, { cause: 'not-registered', status: 480 }),
    ])
    const house = aHouse({ users: () => [aUser('1001')], records })
    const lines = (await shown(aMonitor({ house }), 'calls last')).split('\n')
    assert.match(lines[1] ?? '', / 1001 +1002 +call +- +not-registered \(480\)$/)
    assert.match(lines[2] ?? '', / bob@elsewhere.example +1002 +call +- +caller gave up$/)
  })

  test('shows and changes the log options', async () => {
    const monitor = aMonitor()
    assert.equal(await shown(monitor, 'log'), 'file: x')
    assert.equal(await shown(monitor, 'log good=1'), '')
    assert.deepEqual(await monitor.run('log bad=1'), { ok: false, error: 'expected good=1' })
  })

  test('stops the server after the answer, and survives a fault of a command', async () => {
    let stopped = false
    const monitor = aMonitor({
      quit: () => {
        stopped = true
      },
      house: aHouse({ records: () => Promise.reject(new Error('disk')) }),
    })
    assert.equal(await shown(monitor, 'quit'), 'stopping')
    assert.equal(stopped, false)
    await new Promise((resume) => setImmediate(resume))
    assert.equal(stopped, true)
    assert.deepEqual(await monitor.run('calls last'), { ok: false, error: 'calls: disk' })
  })

  test('takes further commands', async () => {
    const hello = {
      name: 'hello',
      usage: 'name',
      summary: 'Greets.',
      detail: '',
      run: (rest: string) => ({ ok: true as const, value: `hello ${rest}` }),
    }
    const monitor = createMonitor(
      {
        house: aHouse(),
        clock,
        quit: () => {},
        log: { describe: () => '', setOptions: () => ({ ok: true, value: undefined }) },
      },
      [hello],
    )
    assert.equal(await shown(monitor, 'hello you there'), 'hello you there')
  })
})

describe('the attached monitor', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-monitor-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  let sockets = 0
  const withServer = async (work: (path: string) => Promise<void>, monitor = aMonitor()): Promise<void> => {
    const path = join(folder, `${++sockets}.sock`)
    const served = await serveMonitor(path, monitor)
    assert.ok(served.ok, served.ok ? '' : served.error)
    try {
      await work(path)
    } finally {
      await served.value.close()
    }
    assert.ok(!existsSync(path), 'the socket is removed')
  }
  const attached = async (path: string) => {
    const result = await attachMonitor(path)
    assert.ok(result.ok, result.ok ? '' : result.error)
    return result.value
  }
  const streams = () => ({ input: new PassThrough(), output: new PassThrough(), error: new PassThrough() })

  test('answers like the server’s own, several terminals at once', () =>
    withServer(async (path) => {
      assert.equal(statSync(path).mode & 0o777, 0o600)
      const [one, two] = [await attached(path), await attached(path)]
      assert.deepEqual(one.commands, aMonitor().commands)
      const answers = await Promise.all([
        one.run('log'),
        two.run('userz'),
        one.run('calls'),
        one.run('help log'),
      ])
      assert.deepEqual(
        answers.map((answer) => answer.ok),
        [true, false, true, true],
      )
      assert.equal(answers[0]?.ok && answers[0].value, 'file: x')
      one.close()
      two.close()
    }))

  test('completes like the server’s own', () =>
    withServer(async (path) => {
      const one = await attached(path)
      const answers = await Promise.all([one.complete('us'), one.run('userz'), one.complete('help lo')])
      assert.deepEqual(answers, [['users'], await aMonitor().run('userz'), ['log']])
      one.close()
      await one.gone
      assert.deepEqual(await one.complete('us'), [])
    }))

  test('replaces the socket of a dead process, but not that of a living one', async () => {
    const path = join(folder, 'stale.sock')
    writeFileSync(path, '')
    const first = await serveMonitor(path, aMonitor())
    assert.ok(first.ok)
    const second = await serveMonitor(path, aMonitor())
    assert.ok(!second.ok)
    assert.match(second.error, /another server answers there/)
    assert.equal((await (await attached(path)).run('log')).ok, true)
    await first.value.close()
  })

  test('says why it cannot attach or serve', async () => {
    const nobody = await attachMonitor(join(folder, 'nobody.sock'))
    assert.match(nobody.ok ? '' : nobody.error, /no server is running there/)
    const long = await serveMonitor(join(folder, 'x'.repeat(120)), aMonitor())
    assert.match(long.ok ? '' : long.error, /longer than/)
    const nowhere = await serveMonitor(join(folder, 'no', 'such'), aMonitor())
    assert.match(nowhere.ok ? '' : nowhere.error, /no\/such/)
  })

  test('hears nonsense, floods and strange servers without harm', () =>
    withServer(async (path) => {
      const answer = await new Promise<string>((resolve) => {
        let heard = ''
        const socket = connect(path, () => socket.write('nonsense\n{"a":1}\n"log"\n'))
        socket.on('data', (chunk) => {
          heard += chunk
          if (heard.split('\n').length === 5) socket.destroy()
        })
        socket.on('close', () => resolve(heard))
      })
      assert.equal(answer.match(/not understood/g)?.length, 2)
      assert.match(answer, /file: x/)
      await new Promise<void>((resolve) => {
        const socket = connect(path, () => socket.write('x'.repeat(5 * 1024 * 1024)))
        socket.on('error', () => {}).on('close', () => resolve())
        socket.resume()
      })
      assert.equal((await (await attached(path)).run('log')).ok, true)
      const strange = join(folder, 'strange.sock')
      const server = createServer((socket) => void socket.end('hello\n')).listen(strange)
      const refused = await attachMonitor(strange)
      assert.match(refused.ok ? '' : refused.error, /does not answer/)
      await new Promise((resolve) => server.close(resolve))
    }))

  test('runs one command for scripts, with an exit code', () =>
    withServer(async (path) => {
      const good = streams()
      assert.equal(await runMonitor(path, ['help', 'log'], good), 0)
      good.output.end()
      assert.match(await textOf(good.output), /^log \[log_options\]\n/)
      const bad = streams()
      assert.equal(await runMonitor(path, ['nothing'], bad), 1)
      bad.error.end()
      assert.match(await textOf(bad.error), /is not a command/)
      assert.equal(await runMonitor(`${path}x`, ['help'], streams()), 1)
    }))

  test('converses until the input ends or exit is typed; the server goes on', () =>
    withServer(async (path) => {
      for (const last of ['', 'exit\nlog\n']) {
        const { input, output, error } = streams()
        input.end(`log\nuserz\n${last}`)
        assert.equal(await runMonitor(path, [], { input, output, error }), 0)
        output.end()
        assert.equal(await textOf(output), 'file: x\n"userz" is not a command: "help" lists them\n')
      }
      assert.equal((await (await attached(path)).run('log')).ok, true)
    }))

  test('ends when the server does', async () => {
    const path = join(folder, 'ending.sock')
    const served = await serveMonitor(path, aMonitor())
    assert.ok(served.ok)
    const { input, output, error } = streams()
    const ended = runMonitor(path, [], { input, output, error })
    const other = await attached(path)
    await served.value.close()
    assert.equal(await ended, 0)
    await other.gone
    assert.deepEqual(await other.run('log'), { ok: false, error: 'the server is gone' })
  })

  test('on the server’s own terminal the end of the input only ends the conversation', async () => {
    let stopped = false
    const { input, output } = streams()
    input.end('calls\n')
    const quit = () => {
      stopped = true
    }
    await converse(aMonitor({ quit }), { input, output })
    assert.equal(stopped, false)
  })
})
