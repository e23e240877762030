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

  test('have no name of an Ejoin: not when they come, nor when that one has come since', () => {
    const folder = temporaryFolder('lines')
    const put = (ejoins: { name: string }[], line: object) =>
      openGoipLineBook(folder, [], ejoins).put({ id: 'g1', password: 'p', ...line })
    const ejoins = [{ name: 'ej1' }]
    for (const line of [{ device: 'ej1' }, { id: 'ej1' }, { id: 'ej1', device: '' }])
      assert.deepEqual(put(ejoins, line), { ok: false, error: 'ejoin' })
    for (const line of [{ device: 'box' }, { id: 'ej1', device: 'box' }]) assert.ok(put(ejoins, line).ok)
    assert.ok(put([], { id: 'g2', device: 'ej1' }).ok)
    const ids = (book: ReturnType<typeof openGoipLineBook>) => book.lines.map(({ id }) => id)
    const book = openGoipLineBook(folder, [], ejoins)
    assert.deepEqual(ids(book), ['g1', 'ej1'])
    assert.deepEqual(
      book.waiting.map(({ id }) => id),
      ['g2'],
    )
    assert.ok(book.remove('ej1').ok)
    assert.deepEqual(ids(book), ['g1'])
    assert.deepEqual(ids(openGoipLineBook(folder, [])), ['g1', 'g2'], 'it is there when the Ejoin is gone')
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
