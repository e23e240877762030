import type { AdminPorts, House, UserView } from '#admin'
import { type CallRecord, createGuard } from '#core'
import { createHandClock } from '#lib/timers'

/** A small house for REST and monitor to look at: users and calls are plain lists. */
export const aUser = (name: string, more: Partial<UserView> = {}): UserView => ({
  impi: `${name}@home.example`,
  impus: [`sip:${name}@home.example`, `tel:+49${name}`],
  registered: false,
  bindings: [],
  calls: 0,
  ...more,
})

export const aCall = (id: string, startedAtMs: number, more: Partial<CallRecord> = {}): CallRecord => ({
  id,
  caller: 'sip:1001@home.example',
  callee: 'sip:1002@home.example',
  dialled: '1002',
  kind: 'call',
  video: false,
  startedAtMs,
  callIds: [`${id}@here`],
  ...more,
})

export const aHouse = (more: Partial<House> = {}): House => ({
  version: '1.2.3',
  users: () => [],
  calls: () => [],
  records: async () => [],
  ...more,
})

/** Answers as the store does, from a list. */
export const recordsOf =
  (records: CallRecord[]): House['records'] =>
  async ({ limit, before, beforeId = '', user }) =>
    records
      .filter((r) => user === undefined || [r.caller, r.callee, r.dialled].includes(user))
      .sort((a, b) => b.startedAtMs - a.startedAtMs || (a.id < b.id ? 1 : -1))
      .filter(
        (r) =>
          before === undefined || r.startedAtMs < before || (r.startedAtMs === before && r.id < beforeId),
      )
      .slice(0, limit)

export const aGuard = (blockAfter = 20) => {
  const { clock } = createHandClock()
  return createGuard({ clock, blockAfter, blockMinutes: 10, exempt: () => false, onBlocked: () => {} })
}

/** Knows one password, `right` at first. `fixed`: the configuration says it. */
export const aPassword = (fixed = false): AdminPorts['password'] => {
  let known = 'right'
  const hearers: (() => void)[] = []
  return {
    verify: async (text) => (text === known ? 'right' : 'wrong'),
    change: async (text) => {
      if (fixed) return 'fixed'
      known = text
      for (const hear of hearers) hear()
      return 'done'
    },
    onChange: (hear) => void hearers.push(hear),
  }
}
