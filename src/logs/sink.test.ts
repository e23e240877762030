import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { createLogSink, type LogSink, type LogSinkOptions } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-logs-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Noon and a bit, local time. */
const noonMs = new Date(2026, 6, 10, 12, 0, 0, 250).getTime()
let files = 0
const aFile = (): string => join(folder, `${++files}`, 'tandem.log')

const withSink = async (
  work: (sink: LogSink, text: () => Promise<string>, clock: { wall: number }) => Promise<void> | void,
  more: LogSinkOptions & { options?: string } = {},
): Promise<void> => {
  const file = more.file ?? aFile()
  const clock = { wall: noonMs }
  const sink = createLogSink({ file, clock: { nowMs: () => 0, wallMs: () => clock.wall }, ...more })
  if (more.options) assert.deepEqual(sink.setOptions(more.options), { ok: true, value: undefined })
  const text = async () => {
    await sink.flush()
    return readFileSync(file, 'utf8')
  }
  try {
    await work(sink, text, clock)
  } finally {
    await sink.close()
  }
}

describe('a log line', () => {
  test('has time, layer, level, direction, user, text, and the payload indented below', () =>
    withSink(
      async (sink, text) => {
        sink.write('sip', 'debug', 'REGISTER sip:home', {
          dir: 'FROM',
          user: '1001@home',
          payload: 'REGISTER\r\nVia: x\r\n\r\nbody',
        })
        sink.write('app', 'info', 'ready')
        assert.equal(
          await text(),
          '12:00:00.250 [SIP] debug FROM 1001@home REGISTER sip:home\n    REGISTER\n    Via: x\n    \n    body\n12:00:00.250 [APP] info - - ready\n',
        )
      },
      { options: 'sip.level=debug' },
    ))

  test('shows the time as asked', () =>
    withSink(async (sink, text, clock) => {
      for (const form of ['short', 'full', 'sec']) {
        sink.setOptions(`time=${form}`)
        clock.wall += 61_000
        sink.write('app', 'info', 'x')
      }
      const times = (await text()).split('\n').map((line) => line.split(' [')[0])
      assert.deepEqual(times, ['12:01:01.250', '2026-07-10 12:02:02.250', '183.000', ''])
    }))

  test('cannot be forged, nor obey a terminal, nor be turned around', () =>
    withSink(
      async (sink, text) => {
        sink.write('sip', 'info', 'bad\n12:00:00.000 [APP] info - - forged', {
          user: 'a b\r\n\x1b[2Jc',
          payload: 'one\n12:00:00.000 [APP] forged\rmore\u202e\x1b]0;t\x07',
        })
        assert.equal(
          await text(),
          '12:00:00.250 [SIP] info - a\\x20b\\x0d\\x0a\\x1b[2Jc bad\\x0a12:00:00.000 [APP] info - - forged\n' +
            '    one\n    12:00:00.000 [APP] forged\\x0dmore\\u202e\\x1b]0;t\\x07\n',
        )
      },
      { options: 'all.level=debug' },
    ))

  test('shows UTF-8 that came as octets as its characters', () =>
    withSink(async (sink, text) => {
      sink.write('sip', 'info', Buffer.from('Jürgen 🙂').toString('latin1'))
      sink.write('sip', 'info', 'plain é, 🙂')
      assert.deepEqual((await text()).match(/- - (.*)/g), ['- - Jürgen 🙂', '- - plain é, 🙂'])
    }))

  test('dumps bytes in hexadecimal and cuts content to max_size', () =>
    withSink(
      async (sink, text) => {
        sink.write('cx', 'debug', 'a', { payload: Uint8Array.from({ length: 18 }, (_, i) => i + 0x40) })
        sink.write('sip', 'debug', 'b', { payload: '0123456789' })
        sink.setOptions('all.max_size=0')
        sink.write('sip', 'debug', 'c', { payload: 'hidden' })
        sink.setOptions('all.max_size=-1,all.payload=0')
        sink.write('cx', 'debug', 'd', { payload: Uint8Array.of(0x77) })
        assert.equal(
          await text(),
          [
            '12:00:00.250 [CX] debug - - a',
            '    0000:  40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f  @ABCDEFGHIJKLMNO',
            `    0010:  50${' '.repeat(47)}P`,
            '    … 1 more octets',
            '12:00:00.250 [SIP] debug - - b',
            '    0123',
            '    … 6 more octets',
            '12:00:00.250 [SIP] debug - - c',
            '12:00:00.250 [CX] debug - - d',
            '',
          ].join('\n'),
        )
      },
      { options: 'all.level=debug,cx.max_size=17,sip.max_size=4' },
    ))

  test('holds no secret unless the operator asks for keys', () =>
    withSink(async (sink, text) => {
      sink.write('ims', 'info', 'vector', { key: 'ck=00112233' })
      assert.doesNotMatch(await text(), /0011/)
      sink.setOptions('ims.key=1')
      sink.write('ims', 'info', 'vector', { key: 'ck=00112233' })
      sink.write('sip', 'info', 'vector', { key: 'ck=44556677' })
      assert.match(await text(), /\n {4}key: ck=00112233\n/)
      assert.doesNotMatch(await text(), /4455/)
    }))

  test('is written only up to the level of its layer', () =>
    withSink(
      async (sink, text) => {
        assert.deepEqual(
          [sink.on('sip', 'warn'), sink.on('sip', 'info'), sink.on('rx', 'error')],
          [true, false, false],
        )
        sink.write('sip', 'info', 'no')
        sink.write('rx', 'error', 'no')
        sink.write('sip', 'warn', 'yes')
        assert.match(await text(), /^\S+ \[SIP\] warn - - yes\n$/)
      },
      { options: 'all.level=warn,rx.level=none' },
    ))
})

describe('the log in memory', () => {
  const names = (sink: LogSink, filter = {}) => sink.read(filter).items.map((item) => item.data.join('|'))

  test('keeps the last entries, numbered, and tells how many were lost', () =>
    withSink(
      (sink) => {
        for (let i = 1; i <= 10; i++) sink.write('app', 'info', `n${i}`)
        assert.deepEqual(names(sink), ['n7', 'n8', 'n9', 'n10'])
        assert.deepEqual([sink.read({ after: 3 }).lost, sink.read({ after: 6 }).lost, sink.count], [3, 0, 4])
        const page = sink.read({ after: 6, limit: 2 })
        assert.deepEqual(
          page.items.map((item) => item.idx),
          [7, 8],
        )
        assert.deepEqual(names(sink, { after: page.next }), ['n9', 'n10'])
        assert.deepEqual(names(sink, { after: 10 }), [])
        sink.reset()
        assert.deepEqual([sink.count, names(sink)], [0, []])
        sink.write('app', 'info', 'n11')
        assert.deepEqual(
          sink.read({ after: 10 }).items.map((item) => item.idx),
          [11],
        )
      },
      { ringSize: 4 },
    ))

  test('gives the fields and filters by layer, level and user', () =>
    withSink(
      (sink) => {
        sink.write('sip', 'debug', 'x', { dir: 'TO', user: 'a b', payload: 'l1\nl2' })
        sink.write('ims', 'error', 'y')
        const [item] = sink.read({ layers: { sip: 'debug' } }).items
        assert.deepEqual(item, {
          idx: 1,
          wallMs: noonMs,
          layer: 'sip',
          level: 'debug',
          dir: 'TO',
          user: 'a b',
          data: ['x', 'l1', 'l2'],
        })
        assert.deepEqual(names(sink, { layers: { sip: 'info', ims: 'info' } }), ['y'])
        assert.deepEqual(names(sink, { user: 'a b' }), ['x|l1|l2'])
        assert.equal(sink.read({ user: 'nobody' }).next, 2)
      },
      { options: 'all.level=debug' },
    ))

  test('grows and shrinks while it is in use, and those who wait hear of every line', () =>
    withSink(
      (sink) => {
        let heard = 0
        const stop = sink.watch(() => heard++)
        for (let n = 1; n <= 6; n++) sink.write('app', 'info', `line ${n}`)
        sink.setRingSize(8)
        for (let n = 7; n <= 9; n++) sink.write('app', 'info', `line ${n}`)
        assert.deepEqual([sink.ringSize, sink.count, heard], [8, 7, 9])
        assert.deepEqual(
          sink.read({}).items.map(({ idx, data }) => `${idx} ${data}`),
          [3, 4, 5, 6, 7, 8, 9].map((n) => `${n} line ${n}`),
        )
        sink.setRingSize(2)
        stop()
        sink.write('app', 'info', 'line 10')
        assert.deepEqual([sink.ringSize, sink.count, heard], [2, 2, 9])
        assert.deepEqual(
          sink.read({ after: 7 }).items.map(({ idx }) => idx),
          [9, 10],
        )
      },
      { ringSize: 4 },
    ))

  test('is bounded in octets too', () =>
    withSink(
      (sink) => {
        const payload = 'x'.repeat(1024 * 1024)
        for (let i = 0; i < 50; i++) sink.write('sip', 'debug', 'big', { payload })
        assert.ok(sink.count < 33, String(sink.count))
      },
      { options: 'sip.level=debug' },
    ))
})

describe('the log file', () => {
  const inFolder = (file: string): string[] => readdirSync(join(file, '..')).sort()

  test('is emptied at the start, or continued with append=1, and private', async () => {
    const file = aFile()
    await withSink((sink) => sink.write('app', 'info', 'first'), { file })
    await withSink((sink) => sink.write('app', 'info', 'second'), { file, options: 'append=1' })
    assert.match(readFileSync(file, 'utf8'), /first\n.*second\n$/)
    await withSink((sink) => sink.write('app', 'info', 'third'), { file })
    assert.match(readFileSync(file, 'utf8'), /^\S+ \[APP\] info - - third\n$/)
    assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  test('is rotated by size, in whole lines, and at once when told', async () => {
    const file = aFile()
    await withSink(
      async (sink, text) => {
        for (let i = 0; i < 6; i++) {
          sink.write('app', 'info', `line ${i} ${'x'.repeat(100)}`)
          await sink.flush()
        }
        assert.equal(inFolder(file).length, 3)
        assert.ok(
          inFolder(file).every(
            (name) => name === 'tandem.log' || /^tandem\.log\.\d{8}-\d{6}(-\d+)?$/.test(name),
          ),
        )
        sink.setOptions('file.path=old,file.rotate=now')
        sink.write('app', 'info', 'fresh')
        assert.match(await text(), /^\S+ \[APP\] info - - fresh\n$/)
        assert.equal(readdirSync(join(file, '..', 'old')).length, 1)
      },
      { file, options: 'file.rotate=300' },
    )
    const texts = [
      ...inFolder(file),
      ...readdirSync(join(file, '..', 'old')).map((name) => join('old', name)),
    ]
      .filter((name) => name !== 'old')
      .map((name) => readFileSync(join(file, '..', name), 'utf8'))
    const found = texts
      .join('')
      .match(/line \d/g)
      ?.sort()
    assert.deepEqual(
      found,
      [0, 1, 2, 3, 4, 5].map((n) => `line ${n}`),
    )
  })

  test('is begun anew by file=cut', () =>
    withSink(async (sink, text) => {
      sink.write('app', 'info', 'before')
      sink.setOptions('file=cut')
      sink.write('app', 'info', 'after')
      assert.match(await text(), /^\S+ \[APP\] info - - after\n$/)
    }))

  test('a disk that fails is told once, and memory goes on', async () => {
    const told: string[] = []
    const file = aFile()
    mkdirSync(file, { recursive: true })
    const sink = createLogSink({ file, echo: (line) => told.push(line) })
    for (let i = 0; i < 3; i++) {
      sink.write('app', 'info', 'x')
      await sink.flush()
    }
    assert.equal(told.length, 1)
    assert.match(told[0] ?? '', /cannot be written: EISDIR/)
    assert.equal(sink.count, 3)
    rmSync(file, { recursive: true })
    await sink.flush()
    assert.match(readFileSync(file, 'utf8'), /^(.* x\n){3}$/)
    assert.match(told[1] ?? '', /written again/)
    await sink.close()
  })

  test('loses nothing when the process ends by itself, by exit or by an exception', () => {
    for (const end of ['', 'process.exit(3)', 'throw new Error("x")']) {
      const file = aFile()
      mkdirSync(join(file, '..'))
      const program = `import { createLogSink } from '#logs'
        const sink = createLogSink({ file: ${JSON.stringify(file)} })
        for (let i = 0; i < 1000; i++) sink.write('app', 'info', 'n' + i)
        ${end}`
      const path = join(import.meta.dirname, '..', '..')
      spawnSync(process.execPath, ['--input-type=module', '-e', program], { cwd: path })
      assert.equal(readFileSync(file, 'utf8').split('\n').length, 1001, end)
    }
  })
})

test('the echo tells a person what matters, and never floods', () => {
  const told: string[] = []
  const sink = createLogSink({ file: join(folder, 'echo.log'), echo: (line) => told.push(line) })
  sink.write('app', 'info', 'quiet')
  for (let i = 0; i < 500; i++) sink.write('app', 'warn', `w${i}`)
  assert.match(told[0] ?? '', /w0$/)
  assert.ok(told.length <= 102)
  const alone: string[] = []
  createLogSink({ echo: (line) => alone.push(line) }).write('app', 'info', 'seen')
  assert.match(alone[0] ?? '', /seen$/)
  writeFileSync(join(folder, 'echo.log'), '')
})

test('the options are described in their own syntax', () => {
  const sink = createLogSink()
  assert.equal(sink.setOptions('sip.level=nonsense').ok, false)
  sink.setOptions('sip.level=debug,time=full')
  assert.match(
    sink.describe(),
    /^file: none\ntime=full,append=0\nims\.level=info.*\nsip\.level=debug,sip\.max_size=-1,sip\.payload=1,sip\.key=0/,
  )
})
