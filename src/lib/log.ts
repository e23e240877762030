/** The layers of the log: ims, sip, rx and cx are the manual's, the others Tandem's own; gw: gateways with SIM cards. */
export const LAYERS = ['ims', 'sip', 'rx', 'cx', 'media', 'store', 'api', 'app', 'gw'] as const
export type Layer = (typeof LAYERS)[number]

export const LEVELS = ['none', 'error', 'warn', 'info', 'debug'] as const
export type Level = (typeof LEVELS)[number]

/** FROM and TO: a message received from, sent to a peer; UL and DL are the same seen from a handset's radio. */
export type Direction = 'UL' | 'DL' | 'FROM' | 'TO'

export type LogDetail = {
  dir?: Direction
  /** Whom the line is about: an IMPI, an IMPU, or an address while neither is known. */
  user?: string
  /** Content of a protocol message; shown at level debug, cut to the layer's max_size. Bytes are dumped in hexadecimal. */
  payload?: string | Uint8Array
  /** Key material. Written only where the operator asked for it by layer.key=1, never otherwise. */
  key?: string
}

export type Log = {
  /** Ask before building a costly line. */
  on(layer: Layer, level: Level): boolean
  write(layer: Layer, level: Exclude<Level, 'none'>, text: string, detail?: LogDetail): void
}

/** Discards everything: for tests and tools. */
export const silentLog: Log = { on: () => false, write: () => {} }

/** What a log says of something thrown. */
export const bugText = (bug: unknown): string =>
  bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)
