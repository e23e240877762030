import type { MediaSocket } from '../media-socket.ts'
import { createChance } from '../mobile/chance.ts'
import { createMobileNetwork, type MobileText } from '../mobile/network.ts'
import { type RadioManner, realRadio } from '../mobile/radio.ts'
import { simCardAt } from '../mobile/sim-card.ts'
import { createTestNetwork } from '../testing.ts'
import { type GoipEvent, type GoipManner, realGoip } from './contract.ts'
import { createGoipDevice } from './device.ts'
import type { GoipQuirk } from './quirks.ts'

type Wish = Partial<Omit<GoipManner, 'quirks' | 'radio'>> & {
  lines?: number
  quirks?: GoipQuirk[]
  radio?: Partial<RadioManner>
  reply?: string
}

/** A device of `lines` channels (g1, g2, …, password `pw`), and a server that says what a test makes it say. */
export const aGoip = async ({ lines = 1, quirks = [], radio, reply, ...manner }: Wish = {}) => {
  const net = createTestNetwork()
  const { timers } = net
  const left: MobileText[] = []
  const network = createMobileNetwork({ timers, onLeft: (text) => left.push(text), reply })
  const server: MediaSocket = await net.openMediaAt('192.0.2.1')('')
  const heard: { text: string; port: number }[] = []
  const ports = new Map<string, number>()
  server.onPacket = (octets, from) => {
    const text = new TextDecoder().decode(octets)
    const id = /;id:([^;]+)/.exec(text)?.[1]
    if (id !== undefined) ports.set(id, from.port)
    heard.push({ text, port: from.port })
  }
  const events: GoipEvent[] = []
  const device = createGoipDevice(
    {
      ...{ timers, chance: createChance(1), network, server: server.local },
      openSocket: () => net.openMediaAt('192.0.2.9')(''),
      onEvent: (event) => events.push(event),
    },
    {
      lines: Array.from({ length: lines }, (_, index) => ({
        ...{ id: `g${index + 1}`, password: 'pw', sim: simCardAt(index, '+15550100201') },
      })),
      manner: {
        ...{ ...realGoip, radio: { ...realRadio, ...radio }, ...manner },
        quirks: new Set(quirks),
      },
    },
  )
  await device.plug()
  return {
    ...{ net, device, network, left, events, heard },
    pass: net.pass,
    say: (text: string, line = 'g1') =>
      server.send(new TextEncoder().encode(text), { address: '192.0.2.9', port: ports.get(line) ?? 0 }),
    /** What the device has said since the last time, without its keepalives. */
    said: () =>
      heard
        .splice(0)
        .map(({ text }) => text)
        .filter((text) => !text.startsWith('req:')),
    /** Opens a session up to the point where numbers can be sent. */
    async session(sid: number, text: string, line = 'g1') {
      this.say(`MSG ${sid} ${Buffer.byteLength(text)} ${text}\n`, line)
      await net.pass(50)
      this.say(`PASSWORD ${sid} pw\n`, line)
      await net.pass(50)
    },
  }
}
