import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, test } from 'node:test'
import type { HistoryCall as Told } from '#admin'
import type { HistoryCall as Read } from '../web/sdk/api.ts'
import { scanImports } from './support/source-scan.ts'

/** Who may import whom in web/: the SDK nobody, the widget parts of the SDK, the phone the SDK by its door. */
const ROOMS: { room: string; folders: RegExp; packages: RegExp }[] = [
  { room: 'web/sdk', folders: /^web\/sdk\//, packages: /^$/ },
  { room: 'web/click-to-call', folders: /^web\/(click-to-call|sdk)\//, packages: /^$/ },
  {
    room: 'web/phone',
    folders: /^web\/(phone\/|sdk\/index\.ts$)/,
    packages:
      /^(react|react-dom\/client|react-aria-components|@lingui\/(core|react|message-utils\/compileMessage))$/,
  },
]

const root = join(import.meta.dirname, '..')

export const webFaults = (path: string, text: string): string[] => {
  const room = ROOMS.find((one) => path.startsWith(`${one.room}/`))
  if (!room) return [`${path}: no room of web`]
  const isTest = /\.test\.ts$|\/fake-/.test(path)
  return scanImports(text).imports.flatMap(({ specifier, typeOnly, line }) => {
    const own = specifier.startsWith('.')
      ? room.folders.test(posix.join(posix.dirname(path), specifier))
      : room.packages.test(specifier) ||
        (isTest && specifier.startsWith('node:')) ||
        (typeOnly && specifier === '#webcall')
    return own ? [] : [`${path}:${line} → ${specifier}: not for ${room.room}`]
  })
}

describe('the web', () => {
  const files = globSync('web/{sdk,phone,click-to-call}/**/*.{ts,tsx}', { cwd: root })
  test('is imported as the table allows', () => {
    assert.ok(files.length > 80)
    const faults = files.flatMap((path) => webFaults(path, readFileSync(join(root, path), 'utf8')))
    assert.deepEqual(faults, [])
  })
  test('reads the history as the server tells it', () => {
    // The SDK imports nobody, so both say what a call is: where they part, this does not compile.
    const read = (told: Told): Read => told
    const told: Told = {
      ...{ id: 'a', direction: 'out', with: '1001', name: '', video: false, startedAtMs: 1, missed: false },
      ...{ voiceMail: 'own', recordings: [{ id: 'r', ms: 1, voice: 'other' }] },
    }
    assert.deepEqual(read(told), told)
  })
  test('has no way for text to become markup', () => {
    const risky =
      /dangerouslySetInnerHTML|\binnerHTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\(/
    assert.deepEqual(
      files.filter((path) => risky.test(readFileSync(join(root, path), 'utf8'))),
      [],
    )
  })
  test('and the checker finds what is not', () => {
    const found = (path: string, text: string) => webFaults(path, text).length
    assert.equal(found('web/sdk/a.ts', "import { x } from 'react'"), 1)
    assert.equal(found('web/sdk/a.ts', "import { x } from '../phone/a.ts'"), 1)
    assert.equal(found('web/phone/a.ts', "import { x } from '../sdk/call.ts'"), 1)
    assert.equal(found('web/phone/a.ts', "import { x } from '../../src/core/a.ts'"), 1)
    assert.equal(found('web/click-to-call/a.ts', "import { x } from '../sdk/guest.ts'"), 0)
  })
})
