import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { createFileReader } from './description-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-file-'))
after(() => rmSync(folder, { recursive: true }))
const read = createFileReader(folder)
writeFileSync(join(folder, 'a.sdp'), 'v=0\n\u00e9')
writeFileSync(join(folder, 'big.sdp'), Buffer.alloc(65_537))
mkdirSync(join(folder, 'folder.sdp'))

describe('a file with a description', () => {
  test('is read from the folder of the configuration, octet for octet', async () => {
    assert.deepEqual(await read('a.sdp'), { ok: true, value: 'v=0\n\u00c3\u00a9' })
    assert.deepEqual(await read(join(folder, 'a.sdp')), await read('a.sdp'))
  })

  for (const [what, name, error] of [
    ['is not there', 'none.sdp', /^none\.sdp: there is no such file$/],
    ['is a folder', 'folder.sdp', /^folder\.sdp: is not a file$/],
    ['is a device', '/dev/zero', /is not a file$/],
    ['is far too long', 'big.sdp', /^big\.sdp: 65537 octets, 65536 are the most$/],
    ['has a name that ends early', 'a.sdp\0.txt', /zero character/],
    ['has a name that is far too long', 'x'.repeat(5000), /ENAMETOOLONG/],
  ] as const)
    test(`that ${what} is refused`, async () => {
      const got = await read(name)
      assert.ok(!got.ok)
      assert.match(got.error, error)
    })

  test('that is a pipe is refused at once', { skip: process.platform === 'win32' }, async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.sdp')])
    const got = await read('pipe.sdp')
    assert.ok(!got.ok)
    assert.match(got.error, /is not a file/)
  })
})
