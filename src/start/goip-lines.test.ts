import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { temporaryFolder } from '../../test/support/tandem.ts'
import { openGoipLineBook } from './goip-lines.ts'

describe('lines that are added while the server runs', () => {
  test('are there after a restart, with what they do not say by default, and only for the server to read', () => {
    const folder = temporaryFolder('lines')
    const book = openGoipLineBook(folder, [])
    assert.equal(book.put({ id: 'g1', password: 'p', number: '+1555' }).ok, true)
    assert.equal(book.put({ id: 'g2', password: 'p' }).ok, true)
    assert.equal(book.put({ id: 'g2', password: 'q', status_ok: 200 }).ok, true)
    assert.equal(book.remove('g1').ok, true)
    assert.deepEqual(book.remove('g1'), { ok: false, error: 'unknown' })
    assert.deepEqual(openGoipLineBook(folder, []).lines, [
      {
        ...{ id: 'g2', password: 'q', number: '', device: '', status_ok: 200, status_refused: 404 },
        ...{ wait_poll: 'silent', number_format: 'plus', pin_address: true, ack_newline: false },
        ...{ direct_sms: false, call_events: true, module_off: 2, trunk: '' },
      },
    ])
    assert.equal(statSync(join(folder, 'goip-lines.json')).mode & 0o777, 0o600)
  })

  test('give way to those of the configuration, which are changed there', () => {
    const folder = temporaryFolder('lines')
    openGoipLineBook(folder, []).put({ id: 'g1', password: 'p' })
    const book = openGoipLineBook(folder, [{ id: 'g1' }])
    assert.deepEqual(book.lines, [])
    assert.deepEqual(book.put({ id: 'g1', password: 'p' }), { ok: false, error: 'configured' })
    assert.deepEqual(book.remove('g1'), { ok: false, error: 'configured' })
  })

  test('of a file that is none are none; one that cannot be kept is not there', () => {
    const folder = temporaryFolder('lines')
    writeFileSync(join(folder, 'goip-lines.json'), '{ "id": [')
    assert.deepEqual(openGoipLineBook(folder, []).lines, [])
    const book = openGoipLineBook(join(folder, 'nowhere'), [])
    assert.deepEqual(book.put({ id: 'g1', password: 'p' }), { ok: false, error: 'failure' })
    assert.deepEqual(book.lines, [])
  })
})
