import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash32, nameOfText } from './hash.ts'
import { sameSecret } from './secret.ts'

test('secrets are the same or not, whatever their lengths', () => {
  assert.equal(sameSecret('geheim', 'geheim'), true)
  for (const given of ['', 'geheiM', 'geheimgeheim', 'g', 'xgeheim'])
    assert.equal(sameSecret(given, 'geheim'), false)
  assert.equal(sameSecret('', ''), false)
})

// Kept on disk: a registration's print and a device's receipts would not be known again.
test('hashes are those of FNV-1a and stay what they are', () => {
  assert.deepEqual([hash32(''), hash32('a'), hash32('foobar')], [0x811c9dc5, 0xe40c292c, 0xbf9cf968])
  assert.notEqual(nameOfText('ab'), nameOfText('ba'))
  assert.equal(nameOfText('ab'), nameOfText('ab'))
})
