/** One tab holds the connection (Web Locks); the others say so, and may take it over. */
export type TabState = 'waiting' | 'mine' | 'elsewhere'

export type OneTab = { take(): void; leave(): void }

export type TabPorts = {
  locks: Pick<LockManager, 'request'> | undefined
  name: string
  onState(state: TabState): void
}

export const createOneTab = ({ locks, name, onState }: TabPorts): OneTab => {
  let release = () => {}
  let left = false

  const hold = () =>
    new Promise<void>((done) => {
      release = done
      if (left) done()
      else onState('mine')
    })

  const request = async (options: LockOptions): Promise<boolean> => {
    try {
      await locks?.request(name, options, (lock) => (lock ? hold() : Promise.reject(new Error('held'))))
      return true
    } catch {
      return false
    }
  }

  /** Waits until the other tab is closed. */
  const queue = async () => {
    if (left) return
    onState('elsewhere')
    await request({})
    // Taken from us by a tab in which the user said "here".
    if (!left) void queue()
  }

  const begin = async (options: LockOptions) => {
    await request(options)
    if (!left) void queue()
  }

  // A browser without locks, or a page that is not secure: every tab by itself.
  if (!locks) onState('mine')
  else void begin({ ifAvailable: true })

  return {
    take: () => {
      if (!locks) return
      void begin({ steal: true })
    },
    leave: () => {
      left = true
      release()
    },
  }
}
