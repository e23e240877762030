import type { Binding } from '../bindings.ts'
import type { Call } from '../call.ts'
import type { Found } from '../subscribers.ts'

/** Phones that are not there, but can be called in: pages that are closed. */
export type Waking = {
  wakes(impi: string): boolean
  /** Tells them of the call, where none of them is open. */
  wake(call: Call, found: Found): void
  /** Hears of the next binding of that subscriber, until the function that it gives is called. */
  next(found: Found, hear: (binding: Binding) => void): () => void
}

/** The first phone that comes while the caller hears it ring; undefined: none did, or the call is over. */
export const firstToCome = async (waking: Waking, call: Call, found: Found): Promise<Binding | undefined> => {
  call.ringing()
  call.caller.progress('ringing', 180)
  let stop = (): void => {}
  const binding = await new Promise<Binding | undefined>((resolve) => {
    // Named first, as calls are to die young (decision 71).
    const nobody = (): void => resolve(undefined)
    stop = waking.next(found, resolve)
    call.stopRinging = nobody
    call.whenOver(nobody)
  })
  stop()
  call.stopRinging = undefined
  return call.over ? undefined : binding
}
