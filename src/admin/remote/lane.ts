import type { Message } from './message.ts'

/** One message at work; gives the text to answer. Never rejects. */
export type Job = {
  order: NonNullable<Message['order']>
  run(): Promise<string>
  after?: (() => void) | undefined
}

/**
 * The order of one client's messages: each begins when all before it are answered, so that what it sees is what they
 * did. Those that go together begin together and are answered in order; those that go apart hold up nobody.
 * `send` resolves when more may be sent.
 */
export const createLane = (send: (text: string) => Promise<void>, onChange: (waiting: number) => void) => {
  let answered: Promise<void> = Promise.resolve()
  /** The last one that went alone is answered. */
  let barrier = answered
  let waiting = 0
  const count = (by: number): void => {
    waiting += by
    onChange(waiting)
  }
  return {
    add({ order, run, after }: Job): void {
      count(1)
      const result = (order === 'together' ? barrier : answered).then(run)
      if (order === 'apart') {
        // It begins in its turn, and from then on nobody waits for it.
        void result.then(send).then(() => count(-1))
        return
      }
      answered = Promise.all([result, answered])
        .then(([text]) => send(text))
        .then(() => {
          count(-1)
          after?.()
        })
      if (order === 'alone') barrier = answered
    },
    get waiting(): number {
      return waiting
    },
  }
}
