import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { allTexts, anEjoinBox } from '../support/ejoin-box.ts'
import { startTandem, type Tandem } from '../support/tandem.ts'
import { bugsOf } from '../support/vitals.ts'
import { sleep, until } from '../support/wait.ts'

const SECRET = 'a-secret-of-24-characters'
const KILLS = 4

/** The process dies again and again while a device posts texts, each until it hears 200, and keeps them all as well. */
describe('kill -9 and an Ejoin gateway', () => {
  let house: Tandem
  let box: Awaited<ReturnType<typeof anEjoinBox>>
  const bugs: string[] = []
  before(async () => {
    box = await anEjoinBox()
    const device = { name: 'ej1', secret: SECRET, url: box.url, username: 'root', password: 'p w' }
    house = await startTandem({
      config: { ejoin: { devices: [device] }, security: { exempt: ['127.0.0.0/8'] } },
    })
  })
  after(async () => {
    await house?.stop()
    box?.close()
  })

  const post = async (body: unknown): Promise<number> => {
    try {
      const url = `http://127.0.0.1:${house.ports.http}/ejoin/${SECRET}`
      const { status } = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
      return status
    } catch {
      return 0
    }
  }
  const stored = async (): Promise<string[]> => (await allTexts(house)).map(({ text }) => text)

  test('every text is there, once', { timeout: 180_000 }, async () => {
    let [number, over, acknowledged] = [0, false, 0]
    const source = async (): Promise<void> => {
      while (!over) {
        const row = [0, '1.01', 1_795_300_000 + ++number, '15550100200', '', btoa(`text ${number}`)]
        box.inbox.push(row)
        // One in ten is never reported: it is in the device's inbox alone.
        if (number % 10 === 0) continue
        while ((await post({ type: 'recv-sms', sms_num: 1, sms: [row] })) !== 200) await sleep(20)
        acknowledged++
      }
    }
    const sources = Array.from({ length: 8 }, source)
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(500 + 150 * kill)
      await house.kill9()
      bugs.push(...bugsOf(house))
      house = await house.again()
    }
    await sleep(500)
    over = true
    await Promise.all(sources)
    // A look at the inbox follows every start: here, the last one.
    await house.stop()
    house = await house.again()
    const texts = await until('all texts are there', async () => {
      const found = await stored()
      return new Set(found).size >= number && found
    })
    const wanted = Array.from({ length: number }, (_, i) => `text ${i + 1}`)
    assert.deepEqual(texts.toSorted(), wanted.toSorted(), 'none lost, none twice')
    assert.ok(acknowledged > 50, `${acknowledged} were acknowledged`)
    assert.deepEqual([bugs, box.wrong], [[], []])
  })
})
