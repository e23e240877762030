import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { answerAll, callRaw } from '../support/raw-call.ts'
import { challengeOf, simUser } from '../support/raw-handset.ts'
import { aStranger, registerRaw, type Stranger, statusOf } from '../support/raw-sip.ts'
import { md5User, startTandem, type Tandem, temporaryFolder } from '../support/tandem.ts'
import { bugsOf } from '../support/vitals.ts'
import { until } from '../support/wait.ts'

const IMSI = '001010000000001'

const mount = (options: string, folder: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0
const unmount = (folder: string): void => void spawnSync('umount', ['-l', folder])

/** A file system of its own can only be made by root; elsewhere the tests of src/storage have to do. */
const mayMount = (): boolean => {
  const folder = temporaryFolder('mount')
  const may = mount('size=64k', folder)
  if (may) unmount(folder)
  return may
}
const skip = mayMount() ? false : 'mounting is not allowed here'

describe('a disk that is full', { skip }, () => {
  const folder = temporaryFolder('disk')
  const ballast = join(folder, 'ballast')
  let house: Tandem
  let phone: Stranger
  const taken: bigint[] = []
  before(async () => {
    mount('size=4m', folder)
    const users = [md5User('alice', 'wonder'), simUser(IMSI)]
    const config = { ue_db: users, log_options: 'all.level=info', security: { exempt: ['127.0.0.0/8'] } }
    house = await startTandem({ config, dataDir: folder })
    phone = await aStranger(house, '127.0.0.3')
    answerAll(phone)
  })
  after(async () => {
    phone?.close()
    await house?.stop()
    unmount(folder)
  })

  const fill = (): void => {
    for (const size of [65_536, 4096, 1])
      try {
        for (;;) appendFileSync(ballast, Buffer.alloc(size))
      } catch (full) {
        assert.equal((full as NodeJS.ErrnoException).code, 'ENOSPC')
      }
  }
  /** 401 with a number never seen, or an honest refusal. */
  const challenged = async (): Promise<number> => {
    const { answer, sqn } = await challengeOf(phone, IMSI, 3000)
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
    fill()
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
    rmSync(ballast)
    house = await house.again()
    assert.equal(await challenged(), 401)
  })

  test('recovers by itself when there is space again', async () => {
    fill()
    await until('a refusal', async () => (await challenged()) >= 500, { everyMs: 5 })
    rmSync(ballast)
    await until('a challenge', async () => (await challenged()) === 401)
    await callRaw(phone, 'alice', 'wonder', '600')
    await until('the word that it is over', () => /can be written again/.test(house.output()))
    assert.deepEqual(await house.stop(), { code: 0, signal: null })
  })
})

describe('a data folder that is read-only', { skip }, () => {
  test('is told at the start, in a sentence that names it', async () => {
    const folder = temporaryFolder('read-only')
    mount('size=4m', folder)
    writeFileSync(join(folder, 'test.cfg'), '{ ue_db: [], sip_addr: "127.0.0.1:0" }')
    execFileSync('mount', ['-o', 'remount,ro', folder])
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
      unmount(folder)
    }
  })
})
