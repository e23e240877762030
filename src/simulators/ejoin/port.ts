import { createRadio, type Radio } from '../mobile/radio.ts'
import type { MobileSim } from '../mobile/sim-card.ts'
import { createUssdMenu, type UssdMenu } from '../mobile/ussd-menu.ts'
import type { EjoinManner, EjoinPorts } from './contract.ts'
import { portName } from './print.ts'

export const REGISTERED = 3

type PortPorts = Pick<EjoinPorts, 'timers' | 'chance' | 'network'> & {
  manner: EjoinManner
  onChange: (port: EjoinPort) => void
  onText: (port: EjoinPort, from: string, text: string) => void
}

/** One port: a module, and several cards of which one is in use. */
export type EjoinPort = {
  readonly index: number
  readonly cards: readonly MobileSim[]
  /** From 1. */
  readonly slot: number
  readonly card: MobileSim
  readonly name: string
  readonly st: number
  readonly radio: Radio
  readonly menu: UssdMenu
  /** Reports of it so far, texts sent, minutes called. */
  readonly count: { seq: number; texts: number; minutes: number }
  setNumber(slot: number, number: string): void
  /** Changes its state and tells so. */
  enter(st: number): void
  /** Registers the card of a slot, step by step. */
  use(slot: number): void
  stop(): void
}

export const createEjoinPort = (
  { timers, chance, network, manner, onChange, onText }: PortPorts,
  index: number,
  own: readonly MobileSim[],
): EjoinPort => {
  const cards = own.map((card) => ({ ...card }))
  const menus = cards.map(({ number }) => createUssdMenu({ number, balance: '4.20' }))
  const count = { seq: 0, texts: 0, minutes: 0 }
  let [slot, st, step] = [1, 0, 0]
  let leave: (() => void) | undefined

  const cardNow = (): MobileSim => cards[slot - 1] as MobileSim
  const radio = createRadio({ timers, chance, network }, () => cardNow().number, manner.radio)
  const set = (next: number): void => {
    st = next
    radio.registered = st === REGISTERED
    leave?.()
    leave = radio.registered
      ? network.attach(cardNow().number, ({ from, text }) => onText(port, from, text))
      : undefined
  }
  const port: EjoinPort = {
    ...{ index, cards, radio, count },
    get slot() {
      return slot
    },
    get card() {
      return cardNow()
    },
    get name() {
      return portName(index, slot, manner.quirks)
    },
    get st() {
      return st
    },
    get menu() {
      return menus[slot - 1] as UssdMenu
    },
    setNumber(at, number) {
      const card = cards[at - 1]
      if (card) card.number = number
      set(st)
    },
    enter(next) {
      step++
      set(next)
      onChange(port)
    },
    use(at) {
      if (!cards[at - 1]) return
      slot = at
      port.enter(11)
      const mine = step
      timers.after(manner.stepMs, () => {
        if (mine !== step) return
        port.enter(2)
        const then = step
        timers.after(manner.stepMs, () => then === step && port.enter(REGISTERED))
      })
    },
    stop() {
      step++
      radio.stop()
      set(0)
    },
  }
  radio.registered = false
  return port
}

/** `*`, `1A,2B,4-32`, `2.02`: which ports, and which slot where one is named. Undefined: not to be read. */
export const portsIn = (
  text: string,
  ports: readonly EjoinPort[],
): { port: EjoinPort; slot: number | undefined }[] | undefined => {
  if (text === '*' || text === '') return ports.map((port) => ({ port, slot: undefined }))
  const found: { port: EjoinPort; slot: number | undefined }[] = []
  for (const piece of text.split(',')) {
    const range = /^(\d{1,3})-(\d{1,3})$/.exec(piece)
    const one = /^(\d{1,3})(?:\.(\d{1,3})|([A-Da-d]))?$/.exec(piece)
    if (range) {
      const inside = ports.filter(({ index }) => index >= Number(range[1]) && index <= Number(range[2]))
      for (const port of inside) found.push({ port, slot: undefined })
      continue
    }
    const port = one && ports[Number(one[1]) - 1]
    if (!port) return undefined
    const letter = one[3]?.toUpperCase()
    found.push({ port, slot: letter ? letter.charCodeAt(0) - 64 : one[2] ? Number(one[2]) : undefined })
  }
  return found
}
