import type { EjoinAnswer, EjoinAsk, EjoinManner } from './contract.ts'
import type { Inbox } from './inbox.ts'
import type { EjoinPort } from './port.ts'
import type { Tasks } from './tasks.ts'

/** What both editions of the web interface work on. */
export type ApiPorts = {
  ports: readonly EjoinPort[]
  tasks: Tasks
  inbox: Inbox
  manner: EjoinManner
  status: (allSlots: boolean) => Record<string, unknown>
  /** Where reports of the device, of texts that come in and of tasks go; undefined: as before. */
  reportTo: (to: { device?: string; texts?: string; periodS?: number }) => void
  command: (op: string, ports: string) => boolean
}
export type Api = Record<string, (ask: EjoinAsk) => unknown>

export const json = (status: number, body: unknown): EjoinAnswer => ({ status, body: JSON.stringify(body) })

/** Undefined when it is no JSON. */
export const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
export const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
export const numbersOf = (value: unknown): number[] => listOf(value).map(Number).filter(Number.isInteger)

/** Task members are numbers or strings, and 0 or 1. */
export const flagOf = (value: unknown, fallback: boolean): boolean =>
  value === undefined ? fallback : Number(value) === 1
