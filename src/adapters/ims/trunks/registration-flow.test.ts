import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import type { Flow } from '#lib/wire'
import { createResponse, createSipEndpoint, parseMessage, printMessage } from '#sip'
import type { TrunkLine } from './line.ts'
import { createTrunkRegistration, type TrunkRegistration } from './registration.ts'

type Far = Flow & { open: boolean; texts: string[] }
const nobody = { onRequest: () => {}, onAck: () => {}, onStrayResponse: () => {} }

/** A trunk over TCP that lets everybody in for an hour, and answers pings. */
const aTrunk = () => {
  const timers = createHandClock()
  const random = createRandom()
  const flows: Far[] = []
  const connect = (): Far => {
    const flow: Far = {
      ...{
        transport: 'tcp',
        reliable: true,
        connection: flows.length + 1,
        listener: 0,
        open: true,
        texts: [],
      },
      ...{ local: { address: '192.0.2.5', port: 5060 }, address: '192.0.2.9', port: 5060 },
      send(text) {
        flow.texts.push(text)
        timers.after(10, () => answer(flow, text))
        return true
      },
      close: () => end(flow),
    }
    flows.push(flow)
    return flow
  }
  const end = (flow: Far): void => {
    flow.open = false
    sip.onClose(flow)
  }
  const answer = (flow: Far, text: string): void => {
    if (!flow.open) return
    if (text === '\r\n\r\n') return sip.onData(flow, Buffer.from('\r\n'))
    const request = parseMessage(Buffer.from(text))
    if (!request.ok || request.value.kind !== 'request') return
    const response = createResponse(request.value, 200, 'OK')
    response.headers.add('Contact', request.value.headers.get('Contact') ?? '')
    sip.onData(flow, Buffer.from(printMessage(response), 'latin1'))
  }
  const wire = { flowTo: () => flows.find(({ open }) => open) ?? connect(), close: async () => {} }
  const sip = createSipEndpoint({
    ...{ timers, random, log: silentLog, wire, user: nobody, tcpThreshold: 1300 },
    values: { t1: 500, t2: 4000, t4: 5000 },
  })
  const line: TrunkLine = {
    ...{ name: 'provider', transport: 'tcp', host: 'pbx.test', trusted: false, caller: '', strip: 0 },
    ...{ prefix: '', format: 'as_dialled', endpoint: () => ({ address: '192.0.2.9', port: 5060 }) },
    login: { username: 'office', password: 'secret' },
  }
  const told: TrunkRegistration[] = []
  const registration = createTrunkRegistration(
    {
      ...{ timers, random, log: silentLog, wire, request: sip.request, keep: sip.keep },
      told: (state) => void told.push(state),
    },
    line,
  )
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) {
      timers.advance(100)
      for (let turn = 0; turn < 8; turn++) await Promise.resolve()
    }
  }
  const asked = (): number =>
    flows.flatMap(({ texts }) => texts).filter((one) => /^REGISTER/.test(one)).length
  return { registration, flows, end, pass, asked, told, timers, sip }
}

describe('our registration over a connection', () => {
  test('keeps it alive between the renewals', async () => {
    const { registration, flows, pass, asked } = aTrunk()
    registration.start()
    await pass(1000)
    for (let minutes = 0; minutes < 48; minutes += 2) {
      const before = flows[0]?.texts.length
      await pass(120_000)
      assert.notEqual(flows[0]?.texts.length, before, 'the net ends what was silent for 30 minutes')
    }
    assert.deepEqual([asked(), flows.length], [1, 1])
    registration.close()
  })

  test('is made anew at once when that has ended, and nobody is told of it', async () => {
    const { registration, flows, end, pass, asked, told } = aTrunk()
    registration.start()
    await pass(200_000)
    end(flows[0] as Far)
    await pass(2500)
    assert.deepEqual([asked(), flows.length, registration.state], [2, 2, { registered: true }])
    assert.deepEqual(told, [{ registered: true }, { registered: true }])
    await pass(200_000)
    end(flows[1] as Far)
    await pass(2500)
    assert.deepEqual([asked(), flows.length], [3, 3])
    registration.close()
  })

  test('at a trunk that ends every connection comes later and later', async () => {
    const { registration, flows, end, pass, asked, told } = aTrunk()
    registration.start()
    for (let s = 0; s < 600; s++) {
      await pass(1000)
      const open = flows.find((one) => one.open)
      if (open && registration.state.registered) end(open)
    }
    assert.ok(asked() > 4 && asked() < 20, `${asked()} times in ten minutes`)
    assert.match(told.at(-1)?.reason ?? '', /connection was closed/)
    registration.close()
  })

  test('that is given up leaves the connection alone', async () => {
    const { registration, flows, end, pass, sip, asked } = aTrunk()
    registration.start()
    await pass(1000)
    registration.close()
    await pass(1000)
    assert.equal(sip.figures().keptConnections, 0)
    end(flows[0] as Far)
    await pass(10_000)
    assert.equal(asked(), 2, 'the second took it back')
  })
})
