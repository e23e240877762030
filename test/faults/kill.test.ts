import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { answerAll, callRaw } from '../support/raw-call.ts'
import { challengeOf, simUser } from '../support/raw-handset.ts'
import { aStranger, registerRaw, type Stranger, statusOf } from '../support/raw-sip.ts'
import { md5User, startTandem, type Tandem } from '../support/tandem.ts'
import { bugsOf } from '../support/vitals.ts'
import { sleep } from '../support/wait.ts'

const ROUNDS = 5
/** What got its 200 so long before the end is kept; the rest may be. */
const SAVED_MS = 2000
/** The shortest that is granted: over two rounds later. */
const BRIEF_S = 10
const USERS = Array.from({ length: 20 }, (_, i) => `user${i}`)
const SIMS = Array.from({ length: 4 }, (_, i) => `00101000000000${i}`)

type Page = { items: { impi: string; bindings: { contact: string }[] }[] }
type CallPage = { items: { state: string; endedAt?: string }[] }

/** What the phones know of their own registrations: contact, when the 200 came, when it ends. */
type Bound = { user: string; contact: string; atMs: number; endsMs: number; gone: boolean }

describe('kill -9 amid registrations, challenges and calls', () => {
  let house: Tandem
  let phone: Stranger
  const sqns = new Map<string, bigint[]>()
  const bound: Bound[] = []
  before(async () => {
    const users = USERS.map((name) => md5User(name, 'secret'))
    house = await startTandem({
      config: { ue_db: [...users, ...SIMS.map(simUser)], security: { exempt: ['127.0.0.0/8'] } },
    })
    phone = await aStranger(house, '127.0.0.3')
    answerAll(phone)
  })
  after(async () => {
    phone?.close()
    await house?.stop()
  })

  /** Phones come and go and SIMs ask for challenges until `over`; what is on its way at the end stays unanswered. */
  const traffic = (round: number) => {
    let over = false
    const phones = async (): Promise<void> => {
      for (let i = 0; !over; i++) {
        const user = USERS[i % USERS.length] as string
        const pass = Math.floor(i / USERS.length)
        const seconds = user === 'user1' ? BRIEF_S : 3600
        // Comes, goes, and stays away: what was asked last is what was answered last.
        if (user === 'user2' && pass > 1) continue
        const gone = user === 'user2' && pass === 1
        const contact = `sip:${user}@127.0.0.3:${phone.port};round=${round}`
        const answer = await registerRaw(phone, user, 'secret', `<${contact}>`, gone ? 0 : seconds, 600)
        const atMs = Date.now()
        if (!over && statusOf(answer) === 200)
          bound.push({ user, contact, atMs, endsMs: atMs + seconds * 1000, gone })
        await sleep(5)
      }
    }
    const handset = async (imsi: string): Promise<void> => {
      while (!over) {
        const { sqn } = await challengeOf(phone, imsi, 600)
        if (sqn !== undefined) sqns.set(imsi, [...(sqns.get(imsi) ?? []), sqn])
      }
    }
    const all = Promise.all([phones(), ...SIMS.map(handset)])
    return async (): Promise<void> => {
      over = true
      await house.kill9()
      await all
    }
  }

  const lastOf = (): Bound[] => [...new Map(bound.map((one) => [one.contact, one])).values()]
  const keptAsItShould = async (killedMs: number): Promise<void> => {
    const { items } = await house.rest<Page>('/users?limit=100')
    const contacts = new Set(items.flatMap(({ bindings }) => bindings.map(({ contact }) => contact)))
    const now = Date.now()
    for (const { user, contact, atMs, endsMs, gone } of lastOf()) {
      if (killedMs - atMs < SAVED_MS) continue
      if (gone || endsMs < now) assert.ok(!contacts.has(contact), `${contact} is back`)
      else if (endsMs > now + 1000) assert.ok(contacts.has(contact), `${user}: ${contact} is lost`)
    }
  }
  const recordsAreSound = async (calls: number): Promise<void> => {
    const page = await house.rest<CallPage>('/calls?limit=100')
    assert.equal(page.items.length, calls)
    for (const call of page.items) assert.equal(call.state, 'ended')
    const [file] = globSync('**/*.{db,sqlite}', { cwd: house.dataDir })
    assert.ok(file, 'the database is there')
    const database = new DatabaseSync(join(house.dataDir, file), { readOnly: true })
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' })
    const open = database.prepare('SELECT count(*) AS open FROM calls WHERE ended_at_ms IS NULL').get()
    assert.deepEqual({ ...open }, { open: 0 })
    database.close()
  }

  for (let round = 1; round <= ROUNDS; round++)
    test(`round ${round}: registrations are kept, calls closed, numbers never used twice`, async () => {
      const end = traffic(round)
      for (const user of ['user3', 'user4']) await callRaw(phone, user, 'secret', '600')
      // Not in step with any timer of the house.
      await sleep(SAVED_MS + 700 + round * 137)
      await end()
      const killedMs = Date.now()
      house = await house.again()
      const log = readFileSync(join(house.dataDir, 'tandem.log'), 'latin1')
      assert.deepEqual(log.match(/.*\] (error|warn) .*/g), null, 'a clean start')
      assert.deepEqual(bugsOf(house), [])
      await keptAsItShould(killedMs)
      await recordsAreSound(2 * round)
      assert.ok(lastOf().filter(({ contact }) => contact.endsWith(`=${round}`)).length >= USERS.length)
      for (const [imsi, list] of sqns)
        for (const [i, sqn] of list.entries())
          assert.ok(i === 0 || sqn >> 5n > (list[i - 1] as bigint) >> 5n, `${imsi}: ${list[i - 1]}, ${sqn}`)
      assert.equal(sqns.size, SIMS.length)
    })
})
