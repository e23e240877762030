import { type FileHandle, open } from 'node:fs/promises'

/** A file that is written in order, one part after the other; the first fault ends it. */
export const createFile = (path: string) => {
  let handle: FileHandle | undefined
  let length = 0
  let last: Promise<void> = open(path, 'w', 0o600).then((opened) => {
    handle = opened
  })

  const then = (work: (file: FileHandle) => Promise<unknown>): Promise<void> => {
    last = last.then(async () => {
      if (handle) await work(handle)
    })
    // Whoever waits for it hears of a fault.
    last.catch(() => {})
    return last
  }

  return {
    get length() {
      return length
    },
    append(octets: Uint8Array): Promise<void> {
      length += octets.length
      return then((file) => file.write(octets, 0, octets.length))
    },
    /** Changes what is at the beginning. */
    patch: (octets: Uint8Array): Promise<void> => then((file) => file.write(octets, 0, octets.length, 0)),
    cut(octets: number): Promise<void> {
      length = octets
      return then((file) => file.truncate(octets))
    },
    /** On disk, and closed. */
    async finish(): Promise<void> {
      try {
        await then((file) => file.sync())
      } finally {
        await handle?.close()
        handle = undefined
      }
    },
  }
}
