import type { Sound } from '#core'
import type { Value } from '../batch.ts'

export type SoundRow = {
  id: string
  kind: string
  impi: string
  call_id: string
  other: string
  name: string
  at_ms: number
  ms: number
  path: string
  type: string
  heard: number
  urgent: number
  voice: string | null
}

export const SOUND_COLUMNS = [
  'id',
  'kind',
  'impi',
  'call_id',
  'other',
  'name',
  'at_ms',
  'ms',
  'path',
  'type',
  'heard',
  'urgent',
  'voice',
] as const satisfies (keyof SoundRow)[]

export const pushSound = (out: Value[], s: Sound): void => {
  out.push(s.id, s.kind, s.impi, s.call, s.with, s.name, s.atMs, s.ms, s.path, s.type)
  out.push(s.heard ? 1 : 0, s.urgent ? 1 : 0, s.voice ?? null)
}

export const toSound = (row: SoundRow): Sound => ({
  ...{ id: row.id, kind: row.kind as Sound['kind'], impi: row.impi, call: row.call_id, with: row.other },
  ...{ name: row.name, atMs: row.at_ms, ms: row.ms, path: row.path, type: row.type as Sound['type'] },
  ...{ heard: row.heard === 1, urgent: row.urgent === 1 },
  ...(row.voice !== null && { voice: row.voice as NonNullable<Sound['voice']> }),
})
