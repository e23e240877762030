/** Those who listen. A listener that throws does not keep the others from hearing. */
export type Emitter<T> = {
  on(listener: (value: T) => void): () => void
  emit(value: T): void
}

export const createEmitter = <T>(): Emitter<T> => {
  const listeners = new Set<(value: T) => void>()
  return {
    on: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    emit: (value) => {
      for (const listener of [...listeners])
        try {
          listener(value)
        } catch (error) {
          // Told to the page's own error handler, after everyone has heard.
          queueMicrotask(() => {
            throw error
          })
        }
    },
  }
}

/** A value that is replaced, never changed, and told to whoever watches. */
export type Cell<T> = { get(): T; set(value: T): void; on(listener: () => void): () => void }

export const createCell = <T>(first: T): Cell<T> => {
  const changes = createEmitter<void>()
  let value = first
  return {
    get: () => value,
    set: (next) => {
      if (Object.is(next, value)) return
      value = next
      changes.emit()
    },
    on: (listener) => changes.on(listener),
  }
}
