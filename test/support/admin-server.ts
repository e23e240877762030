import assert from 'node:assert/strict'
import { type AdminPorts, createAdmin } from '#admin'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import { applicationPorts } from './admin-applications.ts'
import { aCall, aGuard, aHouse, aPassword, aUser, recordsOf } from './admin-house.ts'

/** The time of every server made here. */
export const adminClock = createHandClock()
const { clock } = adminClock
export const keys = [
  { name: 'all', key: 'key-of-all', scopes: ['*'] },
  { name: 'users', key: 'key-of-users', scopes: ['users:read'] },
  { name: 'sender', key: 'key-of-sender', scopes: ['messages:send'] },
]
export const house = aHouse({
  users: () => ['1001', '1002', '1003'].map((name) => aUser(name, { registered: name !== '1003' })),
  calls: () => [
    { state: 'ringing', record: aCall('live1', 2000) },
    {
      state: 'answered',
      record: aCall('live2', 3000, { answeredAtMs: clock.wallMs() - 5000, caller: 'sip:bob@home.example' }),
    },
  ],
  records: recordsOf(
    [1, 2, 3].map((n) => aCall(`old${n}`, n, { endedAtMs: 5000, answeredAtMs: 3500, cause: 'caller' })),
  ),
})

/** REST on a free port of its own, where nothing happens by itself. */
export const adminPorts = (): AdminPorts => ({
  house,
  ...applicationPorts(),
  http: [{ address: '127.0.0.1', port: 0 }],
  https: [],
  keys,
  password: aPassword(),
  guard: aGuard(),
  clock,
  random: createRandom(),
  log: silentLog,
})

export type Ask = (path: string, init?: RequestInit) => Promise<Response>

/** The same for as long as `work` runs. */
export const withAdmin = async (
  work: (ask: Ask, port: number) => Promise<void>,
  more: Partial<AdminPorts> = {},
): Promise<void> => {
  const opened = await createAdmin({ ...adminPorts(), ...more })
  assert.ok(opened.ok, opened.ok ? '' : opened.error.text)
  const port = opened.value.http[0]?.port ?? 0
  try {
    await work((path, init) => fetch(`http://127.0.0.1:${port}/api/v1${path}`, init), port)
  } finally {
    await opened.value.close()
  }
}
export const bearer = (key: string): RequestInit => ({ headers: { authorization: `Bearer ${key}` } })
/** Expects this RFC 9457 document and gives its detail. */
export const problem = async (response: Response, status: number): Promise<string> => {
  assert.equal(response.status, status)
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  const body = (await response.json()) as { status: number; title: string; type: string; detail?: string }
  assert.equal(body.status, status)
  assert.ok(body.title.length > 0)
  return body.detail ?? ''
}
export const json = async <T>(response: Response): Promise<T> => {
  assert.equal(response.status, 200)
  return (await response.json()) as T
}
