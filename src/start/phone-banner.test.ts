import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FirstStart, Settings } from '#config'
import { type PagePlace, phoneSteps, phoneUrls } from './phone-banner.ts'

const place = (port: number, secure: boolean, path: string, address = '127.0.0.1'): PagePlace => ({
  ...{ at: { address, port }, secure, path },
})
const ALL = [
  place(980, false, '/'),
  place(943, true, '/', '192.0.2.1'),
  place(8200, false, '/phone/'),
  place(8201, true, '/phone/', '192.0.2.1'),
]
const first = {
  created: true,
  sipUsers: [
    { number: '1001', user: '1001', password: 'first-secret' },
    { number: '1002', user: '1002', password: 'second-secret' },
  ],
} as unknown as FirstStart
const settings = { webphone: {}, echo: '600', ue_db: [] } as unknown as Settings

describe('where the phone is', () => {
  test('by http from here, where browsers give a microphone without TLS, by https from elsewhere', () =>
    assert.deepEqual(phoneUrls(ALL), {
      here: 'http://127.0.0.1:8200/phone/',
      elsewhere: 'https://192.0.2.1:943/',
    }))
  test('is what could be bound', () => {
    assert.deepEqual(phoneUrls(ALL.slice(3)), {
      here: 'https://192.0.2.1:8201/phone/',
      elsewhere: 'https://192.0.2.1:8201/phone/',
    })
    assert.deepEqual(phoneUrls([]), {})
    assert.deepEqual(phoneSteps([], settings, first), [])
  })
  test('is told with two names of this machine, so that one browser can be two people', () => {
    const told = phoneSteps(ALL, settings, first).join('\n')
    assert.match(told, /Open http:\/\/127\.0\.0\.1:8200\/phone\/\n.*1001 with the password first-secret,/)
    assert.match(told, /second tab at http:\/\/localhost:8200\/phone\/ as 1002 with second-secret\./)
    assert.match(
      told,
      /Call 600 and hear yourself, or call 1002\.\n.*other machines: https:\/\/192\.0\.2\.1:943\//,
    )
  })
  test('is told without secrets at every later start', () =>
    assert.doesNotMatch(phoneSteps(ALL, settings, { ...first, created: false }).join('\n'), /secret/))
})
