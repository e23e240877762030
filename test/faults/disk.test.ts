import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { answerAll, callRaw } from '../support/raw-call.ts'
import { challengeOf, simUser } from '../support/raw-handset.ts'
import { aStranger, registerRaw, type Stranger, statusOf } from '../support/raw-sip.ts'
import { noDisks, openSmallDisk, type SmallDisk } from '../support/small-disk.ts'
import { md5User, startTandem, type Tandem } from '../support/tandem.ts'
import { bugsOf } from '../support/vitals.ts'
import { until } from '../support/wait.ts'

const IMSI = '001010000000001'

describe('a disk that is full', { skip: noDisks }, () => {
  let disk: SmallDisk
  let house: Tandem
  let phone: Stranger
  const taken: bigint[] = []
  before(async () => {
    disk = openSmallDisk('4m')
    const users = [md5User('alice', 'wonder'), simUser(IMSI)]
    const config = { ue_db: users, log_options: 'all.level=info', security: { exempt: ['127.0.0.0/8'] } }
    house = await startTandem({ config, dataDir: disk.folder })
    phone = await aStranger(house, '127.0.0.3')
    answerAll(phone)
  })
  after(async () => {
    phone?.close()
    await house?.stop()
    disk?.close()
  })

  /** 401 with a number never seen, or an honest refusal. */
  const challenged = async (): Promise<number> => {
    const { answer, sqn } = await challengeOf(phone, IMSI, 15_000)
    const status = statusOf(answer)
    if (sqn !== undefined) {
      assert.ok(sqn >> 5n > (taken.at(-1) ?? -1n) >> 5n, `${sqn} after ${taken.at(-1)}`)
      taken.push(sqn)
    } else assert.ok(status >= 500 && status < 600, `status ${status}`)
    return status
  }
  const complaints = (): number => house.output().match(/cannot be written/g)?.length ?? 0

  test('refuses SIMs rather than give out a number it cannot keep', async () => {
    assert.equal(await challenged(), 401)
    disk.fill()
    await until('a refusal', async () => (await challenged()) >= 500, { everyMs: 5 })
    for (let i = 0; i < 20; i++) assert.ok((await challenged()) >= 500)
  })

  test('goes on serving phones and calls, and complains once in a while', async () => {
    assert.equal(statusOf(await registerRaw(phone, 'alice', 'wonder')), 200)
    for (let i = 0; i < 5; i++) await callRaw(phone, 'alice', 'wonder', '600')
    assert.equal((await house.rest<{ status: string }>('/health')).status, 'ok')
    const { items } = await house.rest<{ items: { state: string }[] }>('/calls')
    assert.ok(items.filter(({ state }) => state === 'answered').length >= 5)
    assert.ok(complaints() >= 1 && complaints() <= 5, `${complaints()} complaints`)
    assert.deepEqual(bugsOf(house).slice(0, 3), [])
  })

  test('has used no number twice after kill -9 and with space again', async () => {
    await house.kill9()
    disk.free()
    house = await house.again()
    assert.equal(await challenged(), 401)
  })

  test('recovers by itself when there is space again', async () => {
    disk.fill()
    await until('a refusal', async () => (await challenged()) >= 500, { everyMs: 5 })
    disk.free()
    await until('a challenge', async () => (await challenged()) === 401)
    await callRaw(phone, 'alice', 'wonder', '600')
    await until('the word that it is over', () => /can be written again/.test(house.output()))
    assert.deepEqual(await house.stop(), { code: 0, signal: null })
  })
})

describe('a data folder that is read-only', { skip: noDisks }, () => {
  test('is told at the start, in a sentence that names it', async () => {
    const { folder, readOnly, close } = openSmallDisk('4m')
    writeFileSync(join(folder, 'test.cfg'), '{ ue_db: [], sip_addr: "127.0.0.1:0" }')
    readOnly()
    try {
      const start = startTandem({ config: join(folder, 'test.cfg'), dataDir: folder })
      await assert.rejects(start, (error: Error) => {
        assert.match(error.message, /ended \(1\)/)
        assert.match(error.message, /^Tandem cannot start: .*read-only/m)
        assert.ok(error.message.includes(folder), error.message)
        assert.doesNotMatch(error.message.split('\n    at ')[0] ?? '', /\n\s+at /)
        return true
      })
    } finally {
      close()
    }
  })
})
