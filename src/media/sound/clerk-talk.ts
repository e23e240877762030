import type { Side } from '#core'
import type { Types } from './formats.ts'

/** What the main thread wants of the one that makes files; each has a ticket, and one answer. */
export type ToClerk =
  | { op: 'recording'; id: number; folder: string; name: string; serial: number }
  | { op: 'message'; id: number; path: string; side: Side }
  | { op: 'put'; id: number; octets: Uint8Array; types: Types }
  | { op: 'finish'; id: number }
  | { op: 'read'; path: string }

export type Told = { ticket: number; value?: unknown; fault?: string }
