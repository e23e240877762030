import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { openHistory } from '../index.ts'

const folder = mkdtempSync(join(tmpdir(), 'history-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const aFile = (): string => join(folder, `${++files}`)

describe('the history of the monitor', () => {
  test('begins empty, and is there the next time, newest first', () => {
    const path = aFile()
    const history = openHistory(path)
    assert.deepEqual(history.lines, [])
    for (const line of ['users', 'users', 'calls  ', '', '   ', 'users']) history.add(line)
    assert.deepEqual(openHistory(path).lines, ['users', 'calls', 'users'])
  })

  test('is for its owner alone, also when it was not before', () => {
    const path = aFile()
    writeFileSync(path, 'users\n')
    chmodSync(path, 0o644)
    openHistory(path).add('calls')
    assert.equal(statSync(path).mode & 0o777, 0o600)
  })

  test('is shared by several terminals', () => {
    const path = aFile()
    const [one, other] = [openHistory(path), openHistory(path)]
    one.add('users')
    other.add('calls')
    one.add('stats')
    assert.deepEqual(openHistory(path).lines, ['stats', 'calls', 'users'])
  })

  test('never holds what names a secret, nor what begins with a space', () => {
    const path = aFile()
    const history = openHistory(path)
    const secrets = [
      'password hunter2',
      'set Password=hunter2',
      'x pwd passwd: 1',
      'api_key 1',
      'api-key=1',
      'the SECRET is 1',
      ' sms 1 hi',
    ]
    for (const line of secrets) history.add(line)
    for (const line of ['password', 'help password', 'log sip.key=1']) history.add(line)
    assert.deepEqual(openHistory(path).lines, ['log sip.key=1', 'help password', 'password'])
  })

  test('has its bounds', () => {
    const path = aFile()
    writeFileSync(path, Array.from({ length: 2500 }, (_, i) => `line ${i}\n`).join(''), { mode: 0o600 })
    const history = openHistory(path)
    assert.equal(history.lines.length, 1000)
    assert.equal(history.lines[0], 'line 2499')
    assert.equal(readFileSync(path, 'utf8').split('\n').length, 1001)
    history.add('x'.repeat(1001))
    assert.equal(openHistory(path).lines[0], 'line 2499')
    writeFileSync(path, 'x'.repeat(3 << 20))
    assert.deepEqual(openHistory(path).lines, [])
  })

  test('that cannot be kept costs nothing else', () => {
    const history = openHistory(join(folder, 'no', 'such', 'folder'))
    history.add('users')
    assert.deepEqual(history.lines, [])
  })
})
