import type { Endpoint, Flow, Wire, WireUser } from '#lib/wire'
import { aHouse, HOUSE } from './house.ts'
import { sdpOf } from './raw-call.ts'
import { headerOf, requestText } from './raw-sip.ts'

const CALLER = { address: '192.0.2.10', port: 5060 }
const CALLEE = { address: '192.0.2.11', port: 5060 }
const VIA = `SIP/2.0/UDP ${CALLER.address}:${CALLER.port}`
const contactOf = ({ address }: { address: string }) => `Contact: <sip:x@${address}>`
type HouseWire = Wire & { start(user: WireUser): void; flow(to: Endpoint): Flow }
const SDP = ['Content-Type: application/sdp']

/**
 * Calls through the house in memory whose two phones are bare texts: all that is allocated is the house's own, but for
 * a little. Each has its steps one turn apart, so that many can be under way together.
 */
export const aBareHouse = async () => {
  const heard: string[] = []
  let listen: WireUser | undefined
  const flowTo = (remote: Endpoint): Flow => ({
    ...{ transport: 'udp', reliable: false, connection: 0, listener: 0, local: HOUSE, open: true },
    ...{ address: remote.address, port: remote.port, close: () => {} },
    send: (text) => heard.push(text) > 0,
  })
  const [caller, callee] = [flowTo(CALLER), flowTo(CALLEE)]
  const towards = ({ address }: Endpoint): Flow => (address === CALLER.address ? caller : callee)
  const wire: HouseWire = {
    start: (user) => {
      listen = user
    },
    flow: towards,
    flowTo: (_transport, to) => towards(to),
    close: async () => {},
  }
  const house = aHouse({ trusted: () => true, wire })
  const say = (flow: Flow, text: string): void => listen?.onData(flow, Buffer.from(text, 'latin1'))
  house.registrations.update(house.subscribers.byImpi('bob') as never, [
    {
      ...{ contact: `sip:bob@${CALLEE.address}`, expiresS: 3600, q: 1000, callId: 'r', cseq: 1 },
      ...{ transport: 'udp', ...CALLEE, listener: 0, path: [], features: '', userAgent: '' },
      ...{ instance: undefined, regId: undefined },
    },
  ])

  /** What the house says next, of the kind that is wanted. */
  const hear = async (flow: Flow, text: string, start: string): Promise<string> => {
    heard.length = 0
    say(flow, text)
    await house.settle()
    // Only a test looks at these; they would grow for ever.
    house.store.calls.clear()
    house.media.closed.length = 0
    return heard.find((answer) => answer.startsWith(start)) ?? ''
  }
  const answer = (request: string, status: string, body = ''): string => {
    const copied = request.match(/^(Via|From|Call-ID|CSeq|Record-Route):.*\r\n/gim)?.join('') ?? ''
    const to = headerOf(request, 'To') ?? ''
    const tagged = to.includes(';tag=') ? to : `${to};tag=b${headerOf(request, 'Call-ID')?.slice(0, 8)}`
    const head = [`SIP/2.0 ${status}`, `${copied}To: ${tagged}`, contactOf(CALLEE), ...(body ? SDP : [])]
    return [...head, `Content-Length: ${body.length}`, '', body].join('\r\n')
  }

  async function* call(callId: string): AsyncGenerator<void, void, void> {
    const ask = (method: string, to: string, cseq: number, body = ''): string =>
      requestText({
        ...{
          method,
          uri: 'sip:bob@tandem.test',
          from: `<sip:alice@tandem.test>;tag=${callId}`,
          to,
          callId,
          cseq,
        },
        ...{ via: VIA, headers: [contactOf(CALLER), ...(body ? SDP : [])], body },
      }).replace(/(;tag=[^;\r]*);tag=.*/, '$1')
    const invite = ask('INVITE', 'bob', 1, sdpOf(CALLER.address, 4000))
    const ring = await hear(caller, invite, 'INVITE')
    yield
    await hear(callee, answer(ring, '180 Ringing'), '')
    yield
    const ok = answer(ring, '200 OK', sdpOf(CALLEE.address, 4002))
    const to = headerOf(await hear(callee, ok, 'SIP/2.0 200'), 'To') ?? ''
    yield
    await hear(caller, ask('ACK', to, 1), '')
    yield
    const bye = await hear(caller, ask('BYE', to, 2), 'BYE')
    yield
    await hear(callee, answer(bye, '200 OK'), '')
  }

  let calls = 0
  /** `count` calls, at most `together` at a time; `ended` is told after each how many are over. */
  const run = async (count: number, together: number, ended: (count: number) => void): Promise<void> => {
    const live: AsyncGenerator[] = []
    for (let begun = 0, over = 0; over < count; house.timers.advance(10)) {
      for (; live.length < together && begun < count; begun++) live.push(call(`c${calls++}`))
      for (const one of [...live])
        if ((await one.next()).done) {
          live.splice(live.indexOf(one), 1)
          ended(++over)
        }
    }
  }
  return { house, run }
}
