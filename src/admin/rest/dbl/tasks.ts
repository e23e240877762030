import type { GatewayStore, TaskItem } from '#core'
import type { Clock } from '#lib/clock'
import type { Random } from '#lib/random'

export type Task = { taskID: string; items: TaskItem[] }
type TaskPorts = { store: Pick<GatewayStore, 'keepTask' | 'task'>; clock: Clock; random: Random }

/** What was handed in, by the numbers that callers got for it: kept for as long as texts are. */
export const createTasks = ({ store, clock, random }: TaskPorts) => {
  /** Programs of the time keep it in 31 bits. */
  const freshId = async (): Promise<string> => {
    for (;;) {
      const view = new DataView(random.bytes(4).buffer)
      const id = `${1 + (view.getUint32(0) & 0x7ffffffe)}`
      if (!(await store.task(id))) return id
    }
  }
  return {
    /** Resolves when it is on disk; rejects when the disk does not take it. */
    async add(items: TaskItem[]): Promise<Task> {
      const task = { taskID: await freshId(), items }
      await store.keepTask({ id: task.taskID, atMs: clock.wallMs(), items })
      return task
    },
    /** `taskID`, or `taskID.number` for one of its recipients. */
    async find(wanted: string): Promise<Task | undefined> {
      const dot = wanted.indexOf('.')
      const taskID = dot < 0 ? wanted : wanted.slice(0, dot)
      const items = await store.task(taskID)
      if (!items || dot < 0) return items && { taskID, items }
      const number = wanted.slice(dot + 1)
      return { taskID, items: items.filter((item) => item.number === number) }
    },
  }
}
export type Tasks = ReturnType<typeof createTasks>
