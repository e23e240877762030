import type { Endpoint, Flow, Transport, Wire, WireUser } from '#lib/wire'

/** A network of UDP endpoints in memory; datagrams arrive in a later turn, in order. `lose` decides who gets through. */
export const createMemoryNet = () => {
  const users = new Map<string, WireUser>()
  const queue: (() => void)[] = []
  const traffic: { from: string; to: string; text: string }[] = []
  let lose: (text: string) => boolean = () => false
  let pumping = false

  const pump = (): void => {
    if (pumping) return
    pumping = true
    setImmediate(() => {
      pumping = false
      for (const deliver of queue.splice(0)) deliver()
      if (queue.length > 0) pump()
    })
  }

  const flowBetween = (local: Endpoint, remote: Endpoint): Flow => ({
    transport: 'udp',
    reliable: false,
    connection: 0,
    listener: 0,
    local,
    address: remote.address,
    port: remote.port,
    open: true,
    send: (text) => {
      const [from, to] = [`${local.address}:${local.port}`, `${remote.address}:${remote.port}`]
      traffic.push({ from, to, text })
      if (lose(text)) return true
      queue.push(() => users.get(to)?.onData(flowBetween(remote, local), Buffer.from(text, 'latin1')))
      pump()
      return true
    },
    close: () => {},
  })

  return {
    /** The wire of one host; `start` begins delivery to it. */
    wire(local: Endpoint): Wire & { start(user: WireUser): void; flow(to: Endpoint): Flow } {
      return {
        start: (user) => void users.set(`${local.address}:${local.port}`, user),
        flow: (to) => flowBetween(local, to),
        flowTo: (transport: Transport, to) => (transport === 'udp' ? flowBetween(local, to) : undefined),
        close: async () => {},
      }
    },
    traffic,
    setLoss: (rule: (text: string) => boolean) => {
      lose = rule
    },
    /** Lets everything that is under way arrive. */
    settle: async (): Promise<void> => {
      for (let quiet = 0; quiet < 3; ) {
        await new Promise((done) => setImmediate(done))
        quiet = queue.length === 0 && !pumping ? quiet + 1 : 0
      }
    },
  }
}
export type MemoryNet = ReturnType<typeof createMemoryNet>
