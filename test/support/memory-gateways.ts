import type {
  GatewayCall,
  GatewayEvent,
  GatewayStore,
  KeptSim,
  KeyHolder,
  MessageStore,
  ParkedReport,
  TaskItem,
} from '#core'

export type MemoryGateways = GatewayStore & {
  sims: Map<string, KeptSim>
  recipients: Map<string, number[]>
  parked: Map<string, ParkedReport>
  keys: Map<string, KeyHolder>
  written: GatewayEvent[]
  tasks: Map<string, TaskItem[]>
  recorded: Map<string, GatewayCall>
  full: boolean
  /** The same message store, whose marks are found here. */
  over<T extends MessageStore>(store: T): T
}

/** What is kept of gateways, without a disk. */
export const memoryGateways = (): MemoryGateways => {
  const marks: { line: string; mark: string; id: string; atMs: number }[] = []
  const turn = () => new Promise((resume) => setImmediate(resume))
  const kept = async (write: () => void): Promise<void> => {
    await turn()
    if (memory.full) throw new Error('the disk is full')
    write()
  }
  const memory: MemoryGateways = {
    ...{
      sims: new Map(),
      recipients: new Map(),
      parked: new Map(),
      keys: new Map(),
      written: [],
      tasks: new Map(),
      recorded: new Map(),
      full: false,
    },
    over: (store) => {
      const save: MessageStore['save'] = async (message, more) => {
        await store.save(message, more)
        if (more?.claim) memory.keys.set(more.claim.key, { id: message.id, untilMs: more.claim.untilMs })
        for (const { line, marks: names, atMs } of more?.handed ?? [])
          for (const mark of names) marks.push({ line, mark, id: message.id, atMs })
      }
      return new Proxy(store, { get: (target, name) => (name === 'save' ? save : Reflect.get(target, name)) })
    },
    save: (sim) => void memory.sims.set(sim.key, structuredClone(sim)),
    addRecipient: (key, _month, recipient) =>
      void memory.recipients.set(key, [...(memory.recipients.get(key) ?? []), recipient]),
    loadSims: async () =>
      Array.from(memory.sims.values(), (sim) => ({
        ...sim,
        recipients: memory.recipients.get(sim.key) ?? [],
      })),
    handedTo: async (line, mark, sinceMs) => {
      await turn()
      const found = marks.filter((one) => one.line === line && one.mark === mark && one.atMs >= sinceMs)
      return found
        .map(({ id }) => id)
        .reverse()
        .slice(0, 10)
    },
    park: (report, claim) =>
      kept(() => {
        memory.parked.set(report.id, report)
        if (claim) memory.keys.set(claim.key, { id: '', untilMs: claim.untilMs })
      }),
    unpark: (id) => void memory.parked.delete(id),
    loadParked: async () => [...memory.parked.values()],
    noteKey: (claim) => kept(() => memory.keys.set(claim.key, { id: '', untilMs: claim.untilMs })),
    holderOf: async (key) => {
      await turn()
      return memory.keys.get(key)
    },
    keepTask: (task) => kept(() => memory.tasks.set(task.id, task.items)),
    task: async (id) => memory.tasks.get(id),
    addEvent: (event, claim) =>
      kept(() => {
        memory.written.push(event)
        if (event.call) memory.recorded.set(event.call.key, event.call)
        if (claim) memory.keys.set(claim.key, { id: `${event.atMs}`, untilMs: claim.untilMs })
      }),
    saveCall: (call) => kept(() => memory.recorded.set(call.key, call)),
    events: async () => memory.written.map((event, seq) => ({ ...event, seq })),
    calls: async ({ line, sinceMs = 0, beforeMs = Number.POSITIVE_INFINITY }) =>
      [...memory.recorded.values()].filter(
        (call) =>
          (line === undefined || call.line === line) &&
          (call.beginMs ?? 0) >= sinceMs &&
          (call.beginMs ?? 0) < beforeMs,
      ),
    deleteBefore: async () => 0,
  }
  return memory
}
