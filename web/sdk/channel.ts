import { type Answer, type Members, parsePdu, type ServerEvent } from './protocol.ts'
import type { World } from './world.ts'

/** One WebSocket: commands with their answers, and the server's events. It never reconnects; its owner does. */
export type Channel = {
  /** Always settles: a lost channel or a silent server answers code −1. */
  ask(op: number, members?: Members): Promise<Answer>
  tell(op: number, members: Members): void
  close(): void
}

export type ChannelEvents = {
  onOpen(): void
  onEvent(event: ServerEvent): void
  /** `opened`: it had been open before. Told once. */
  onGone(opened: boolean): void
}

const ANSWER_MS = 20_000

/** A socket that neither opens nor fails, as behind some firewalls. */
const OPEN_MS = 10_000

type Waiting = { settle(answer: Answer): void; cancel(): void }

export const openChannel = (world: World, url: string, events: ChannelEvents): Channel => {
  const waiting = new Map<number, Waiting>()
  let seq = 0
  let state: 'opening' | 'open' | 'gone' = 'opening'

  const lost = (op: number): Answer => ({
    op: op + 1000,
    code: -1,
    reason: 'The connection to the server was lost.',
  })

  const gone = () => {
    if (state === 'gone') return
    const opened = state === 'open'
    state = 'gone'
    cancelOpening()
    for (const one of [...waiting.values()]) one.settle(lost(0))
    waiting.clear()
    socket.onopen = socket.onmessage = socket.onclose = null
    try {
      socket.close()
    } catch {
      // Already closed.
    }
    events.onGone(opened)
  }

  const socket = world.openSocket(url)
  const cancelOpening = world.after(OPEN_MS, gone)
  socket.onopen = () => {
    state = 'open'
    cancelOpening()
    events.onOpen()
  }
  socket.onclose = gone
  socket.onmessage = ({ data }) => {
    const pdu = parsePdu(data)
    if (!pdu) return
    if (pdu.op >= 9000) return events.onEvent(pdu)
    const one = waiting.get(Number(pdu.seq))
    if (!one) return
    waiting.delete(Number(pdu.seq))
    one.cancel()
    one.settle({ ...pdu, code: typeof pdu.code === 'number' ? pdu.code : 0 })
  }

  const tell = (op: number, members: Members, number = 0): void => {
    if (state === 'open') socket.send(JSON.stringify({ op, seq: number, ...members }))
  }

  return {
    tell: (op, members) => tell(op, members),
    ask: (op, members = {}) =>
      new Promise((settle) => {
        if (state !== 'open') return settle(lost(op))
        const number = ++seq
        const cancel = world.after(ANSWER_MS, () => {
          waiting.delete(number)
          settle({ op: op + 1000, code: -1, reason: 'The server does not answer.' })
        })
        waiting.set(number, { settle, cancel })
        tell(op, members, number)
      }),
    close: gone,
  }
}
