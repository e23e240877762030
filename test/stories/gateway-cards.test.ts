import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type GatewayTown, startGatewayTown } from '../support/gateway-town.ts'
import { type Sim, simUser, startHandset } from '../support/handset.ts'
import type { Program } from '../support/program.ts'
import { DOMAIN, logOf } from '../support/tandem.ts'
import { until } from '../support/wait.ts'

const aSim = (digit: number): Sim => ({
  ...{ imsi: `00101000000002${digit}`, k: `${digit}${digit}`.repeat(16), opc: '22'.repeat(16) },
  auth: 'AKAv1-MD5',
})
const [DORA, EMIL] = [aSim(1), aSim(2)]
const OUTSIDE = '+15550900900'
const [FIRST, SECOND] = ['+15550100201', '+15550100202']

describe('cards of a simulated GoIP that change places', () => {
  let town: GatewayTown
  const out = (name: string, from: string, line: string) => ({
    ...{ name, match: { kind: 'message', from, to: '^\\+1555' }, to: `gateway:box1/${line}` },
  })
  before(async () => {
    town = await startGatewayTown({
      boxes: { box1: { kind: 'goip', lines: 2 } },
      config: {
        ue_db: [simUser(DORA, DOMAIN, '+4930441'), simUser(EMIL, DOMAIN, '+4930442')],
        routes: [out('dora', '4930441$', 'box1-1'), out('emil', '4930442$', 'box1-2')],
      },
    })
    await town.registered(2)
  })
  const handsets: Program[] = []
  after(async () => {
    for (const one of handsets) await one.kill9()
    await town?.stop()
  })

  const handset = (sim: Sim, what: string[]): Program => {
    const one = startHandset(`127.0.0.1:${town.house.ports.sip}`, DOMAIN, sim, [...what, '-v'])
    handsets.push(one)
    return one
  }
  const texts = async (sim: Sim, words: string): Promise<void> => {
    const { ended, output } = handset(sim, ['--text', `${OUTSIDE}:${words}`])
    assert.equal((await ended).code, 0, `${output()}\n${logOf(town.house)}`)
    await until(`${words} is delivered`, async () => {
      const { items } = await town.house.rest<{ items: { text?: string; state: string }[] }>('/messages')
      return items.some(({ text, state }) => text === words && state === 'delivered')
    })
  }
  /** Somebody outside answers that card, and the handset gets it. */
  const answered = async (card: string, words: string, sim: Sim): Promise<void> => {
    assert.ok(town.network.bring(OUTSIDE, card, words))
    const { ended, output } = handset(sim, ['--texts', '1'])
    assert.equal((await ended).code, 0, `${output()}\n${logOf(town.house)}`)
    assert.ok(output().includes(words), output())
  }
  const cards = async (): Promise<string> => {
    const { items } = await town.house.rest<{ items: { id: string; iccid?: string }[] }>('/lines')
    return items
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ iccid }) => iccid)
      .join()
  }
  const moved = async (restart: boolean): Promise<void> => {
    const were = await cards()
    await town.reseat('box1', [1, 0])
    if (restart) await town.restart()
    await town.box('box1').plug()
    await until('each line has the card of the other', async () => {
      return (await cards()) === were.split(',').reverse().join()
    })
    await town.registered(2)
  }

  test('answers go to whoever texted by the card, wherever it is', { timeout: 180_000 }, async () => {
    await Promise.all([texts(DORA, 'from Dora'), texts(EMIL, 'from Emil')])
    assert.deepEqual(town.left.map(({ from, text }) => `${from} ${text}`).sort(), [
      `${FIRST} from Dora`,
      `${SECOND} from Emil`,
    ])
    await moved(false)
    await Promise.all([answered(FIRST, 'to Dora', DORA), answered(SECOND, 'to Emil', EMIL)])
  })

  test('also if they do so while the house is not there', { timeout: 180_000 }, async () => {
    await moved(true)
    await Promise.all([answered(SECOND, 'to Emil again', EMIL), answered(FIRST, 'to Dora again', DORA)])
  })
})
