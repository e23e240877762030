import type { Random } from '#lib/random'

/** One recipient of a task; `id` of its message, or why there is none. */
export type TaskItem = { number: string; id: string }
export type Task = { taskID: string; items: TaskItem[] }

const MOST_TASKS = 10_000
const MOST_ITEMS = 200_000

/** What was handed in, by the numbers that callers got for it. The oldest are forgotten, and all at a restart. */
export const createTasks = (random: Random) => {
  const tasks = new Map<string, Task>()
  let items = 0

  const freshId = (): string => {
    for (;;) {
      const view = new DataView(random.bytes(4).buffer)
      const id = `${1 + (view.getUint32(0) & 0x7ffffffe)}`
      if (!tasks.has(id)) return id
    }
  }
  return {
    add(list: TaskItem[]): Task {
      const task = { taskID: freshId(), items: list }
      tasks.set(task.taskID, task)
      items += list.length
      for (const [id, { items: old }] of tasks) {
        if (tasks.size <= MOST_TASKS && items <= MOST_ITEMS) break
        tasks.delete(id)
        items -= old.length
      }
      return task
    },
    /** `taskID`, or `taskID.number` for one of its recipients. */
    find(wanted: string): Task | undefined {
      const dot = wanted.indexOf('.')
      const task = tasks.get(dot < 0 ? wanted : wanted.slice(0, dot))
      if (!task || dot < 0) return task
      const number = wanted.slice(dot + 1)
      return { ...task, items: task.items.filter((item) => item.number === number) }
    },
  }
}
export type Tasks = ReturnType<typeof createTasks>
