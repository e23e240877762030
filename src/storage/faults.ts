/** What can be wrong with the place where records are kept. `rejected`: the database refused a value, a bug of ours. */
export type StoreFault = {
  kind:
    | 'busy'
    | 'read-only'
    | 'io'
    | 'corrupt'
    | 'full'
    | 'cannot-open'
    | 'newer-schema'
    | 'unsupported'
    | 'rejected'
    | 'closed'
  /** One sentence for the operator. */
  text: string
}

/** How a promise of the store rejects. It carries no stack: a full disk is no bug, and may fail thousands of requests. */
export class StoreFailure extends Error {
  readonly fault: StoreFault
  constructor(fault: StoreFault) {
    super(fault.text)
    this.name = 'StoreFailure'
    this.fault = fault
    delete this.stack
  }
}

/** Primary result codes of SQLite: https://sqlite.org/rescode.html */
const faults: Record<number, [StoreFault['kind'], string]> = {
  5: ['busy', 'is locked by another process'],
  6: ['busy', 'is locked by another process'],
  8: ['read-only', 'cannot be written: check owner and permissions of the file and its folder'],
  10: ['io', 'cannot be read or written: the disk reports an error'],
  11: ['corrupt', 'is damaged: restore it from a backup, or move it away to start with an empty one'],
  13: ['full', 'cannot grow: the disk is full'],
  14: ['cannot-open', 'cannot be opened: check that its folder exists and may be written'],
  26: ['corrupt', 'is not a database: restore it from a backup, or move it away to start with an empty one'],
}

/** Faults that may pass: what could not be written is kept and tried again. */
export const mayPass = (fault: StoreFault): boolean =>
  fault.kind === 'busy' || fault.kind === 'read-only' || fault.kind === 'io' || fault.kind === 'full'

export const faultOf = (error: unknown, file: string): StoreFault => {
  if (error instanceof StoreFailure) return error.fault
  const { errcode, message } = error as { errcode?: number; message?: string }
  const known = errcode === undefined ? undefined : faults[errcode & 0xff]
  if (!known) return { kind: 'rejected', text: `${file}: ${message ?? String(error)}` }
  return { kind: known[0], text: `${file} ${known[1]} (${message})` }
}
