import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { type FirstStart, loadConfiguration, type Settings, writeFirstConfiguration } from '#config'
import type { Binding, CallRecord } from '#core'
import type { Timers } from '#lib/clock'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import { aCall } from '../../test/support/admin-house.ts'
import {
  type BannerFacts,
  createEventLog,
  keepDaysOf,
  prepareFolder,
  printBanner,
  readPidFile,
  startRetention,
  writePidFile,
} from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-start-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const settingsOf = (text: string): Settings => {
  const loaded = loadConfiguration({ name: join(folder, 'ims.cfg'), text })
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.error.map(({ message }) => message).join())
  return loaded.value.settings
}
const banner = (settings: Settings, more: Partial<BannerFacts> = {}): string =>
  printBanner({
    version: '1.2.3',
    settings,
    bound: settings.sip_addr.map(() => ({ udp: 5060, tcp: 5060 })),
    logFile: join(settings.data_dir, 'tandem.log'),
    file: join(folder, 'ims.cfg'),
    cwd: folder,
    ...more,
  })

describe('the banner', () => {
  const first = (): FirstStart => {
    const made = writeFirstConfiguration({ dataDir: join(folder, 'data'), random: createRandom() })
    assert.ok(made.ok)
    return made.value
  }

  test('of the first start tells every secret that a newcomer needs, in 80 columns', () => {
    const made = first()
    const text = banner(made.loaded.settings, { first: made, file: made.file, adminPassword: 'abcd-efgh' })
    assert.match(text, /^Tandem 1\.2\.3 listens on$/m)
    assert.match(text, /Admin password: abcd-efgh/)
    for (const { password } of made.sipUsers) assert.ok(text.includes(`password ${password}`))
    for (const step of ['--user 1001 --call 600', '--user 1003 --answer', '--user 1001 --call 1003'])
      assert.match(text, new RegExp(`^    npx tandem sim ue ${step}$`, 'm'))
    assert.match(text, /^ {4}npx tandem monitor users$/m)
    assert.match(text, /^ {2}GoIP gateways \(UDP\) +\S+:44444$/m)
    assert.match(text, /^ {4}npx tandem sim goip --reply$/m)
    assert.match(text, /^ {4}npx tandem sim ue --user 1003 --text "\+15550100900:hello" --texts 1$/m)
    assert.doesNotMatch(text, /0\.0\.0\.0/, 'nobody can type that into a phone')
    for (const line of text.split('\n')) assert.ok(line.length < 80, line)
  })

  test('of later starts tells no secret', () => {
    const made = first()
    assert.equal(made.created, false)
    const text = banner(made.loaded.settings, { first: made, file: made.file })
    for (const { password } of made.sipUsers) assert.ok(!text.includes(password))
    assert.doesNotMatch(text, /Admin password/)
    assert.match(text, /user 1001, password in data\/tandem\.cfg/)
  })

  test('of any other file gives commands that find that file and its folder', () => {
    const settings = settingsOf(`
      sip_addr: ["192.0.2.1", "[2001:db8::1]:5070"], domain: "x.example", echo: "600", data_dir: "state",
      ue_db: [
        { impi: "door", impu: "door", pwd: "d", ring_only: true },
        { imsi: "001010000000001", K: "00112233445566778899aabbccddeeff", impi: "sim", impu: "a~b" },
        { impi: "alice", impu: "alice", pwd: "geheim" },
      ],`)
    const text = banner(settings, { bound: [{ udp: 5060, tcp: 5061 }, { udp: 5070 }] })
    assert.match(text, /SIP over UDP +192\.0\.2\.1:5060\n +SIP over TCP +192\.0\.2\.1:5061\n/)
    assert.match(text, /SIP over UDP +\[2001:db8::1\]:5070/)
    assert.match(text, /sim ue --config ims\.cfg --user alice --call 600$/m)
    assert.match(text, /sim ue --config ims\.cfg --user 'a~b' --answer$/m)
    assert.match(text, /monitor --data state users$/m)
    assert.doesNotMatch(text, /geheim|door|REST|Also at/)
    assert.match(banner(settings, { cwd: '/elsewhere' }), new RegExp(`--config ${folder}/ims.cfg`))
  })
})

describe('the data folder', () => {
  test('is made, and refused with a reason where it cannot be', () => {
    assert.ok(prepareFolder(join(folder, 'a/b')).ok)
    const file = join(folder, 'file')
    writeFileSync(file, '')
    for (const place of [file, join(file, 'below')]) {
      const refused = prepareFolder(place)
      assert.match(
        refused.ok ? '' : refused.error,
        /^data_dir: .*: there is a file of that name: move it away/,
      )
    }
  })

  test('tells who runs in it', () => {
    assert.equal(readPidFile(folder), undefined)
    const remove = writePidFile(folder)
    assert.equal(readPidFile(folder), process.pid)
    remove()
    assert.equal(readPidFile(folder), undefined)
  })
})

describe('retention', () => {
  const DAY = 24 * 60 * 60_000

  test('removes old records at the start and once a day, also after a failure', async () => {
    const { clock } = createHandClock()
    const armed: [delayMs: number, run: () => void][] = []
    const timers: Timers = {
      clock,
      armed: 0,
      after: (delayMs, run) => {
        armed.push([delayMs, run])
        return { cancel: () => {} }
      },
    }
    const asked: number[] = []
    const lines: string[] = []
    const log = {
      on: () => true,
      write: (_: string, level: string, text: string) => void lines.push(`${level} ${text}`),
    }
    startRetention({
      timers,
      log,
      what: 'call records',
      keepDays: 30,
      deleteBefore: async (ms) => {
        asked.push(Math.round((clock.wallMs() - ms) / DAY))
        if (asked.length === 2) throw new Error('disk')
        return 3
      },
    })
    for (let day = 0; day < 2; day++) {
      await new Promise((done) => setImmediate(done))
      const [delayMs, run] = armed.pop() ?? []
      assert.equal(delayMs, DAY)
      run?.()
    }
    await new Promise((done) => setImmediate(done))
    assert.deepEqual(asked, [30, 30, 30])
    assert.deepEqual(lines, [
      'info 3 call records older than 30 days removed',
      'error old call records stay for another day: disk',
      'info 3 call records older than 30 days removed',
    ])
  })

  test('keeps them as long as the configuration says', () => {
    assert.equal(keepDaysOf(settingsOf('sip_addr: "127.0.0.1"')), 180)
    assert.equal(keepDaysOf(settingsOf('sip_addr: "127.0.0.1", webphone: { cdr_keep_days: 7 }')), 7)
  })
})

test('the log tells of phones and calls, each once', () => {
  const lines: string[] = []
  const log = createEventLog({
    on: (_, level) => level !== 'debug',
    write: (layer, level, text, detail) => void lines.push(`${layer} ${level} ${detail?.user} ${text}`),
  })
  const registration = {
    ...{ kind: 'registration.changed' as const, impi: '1001', contact: 'sip:1001@192.0.2.7' },
    binding: {} as Binding,
  }
  for (const change of ['registered', 'refreshed', 'expired'] as const) log({ ...registration, change })
  const call = aCall('c1', 1000)
  const step = (state: 'routing' | 'answered' | 'held' | 'ended', more: Partial<CallRecord> = {}) =>
    log({ kind: 'call.changed', call: Object.assign(call, more), state })
  step('routing')
  step('answered', { answeredAtMs: 2000 })
  step('held')
  step('answered')
  step('ended', { endedAtMs: 4500, cause: 'callee' })
  log({ kind: 'call.changed', call: aCall('c2', 0, { cause: 'busy', status: 486 }), state: 'ended' })
  assert.deepEqual(lines, [
    'ims info 1001 registered sip:1001@192.0.2.7',
    'ims info 1001 expired sip:1001@192.0.2.7',
    'ims info sip:1001@home.example call c1 to 1002',
    'ims info sip:1001@home.example call c1 answered by sip:1002@home.example',
    'ims info sip:1001@home.example call c1 on hold',
    'ims info sip:1001@home.example call c1 taken up again',
    'ims info sip:1001@home.example call c1 ended after 2.5 s: callee',
    'ims info sip:1001@home.example call c2 ended: busy (486)',
  ])
})
