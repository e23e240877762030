import { parentPort } from 'node:worker_threads'
import type { ToClerk, Told } from './clerk-talk.ts'
import { createMessage, createRecording } from './recording.ts'
import { readUlaw } from './wav.ts'

/** The thread in which sounds become files, and files sounds. */

const open = new Map<number, ReturnType<typeof createRecording> | ReturnType<typeof createMessage>>()

const carryOut = async (told: ToClerk): Promise<unknown> => {
  if (told.op === 'recording') return void open.set(told.id, createRecording(told))
  if (told.op === 'message') return void open.set(told.id, createMessage(told))
  if (told.op === 'read') return readUlaw(told.path)
  const one = open.get(told.id)
  // Of a thread before this one.
  if (!one) throw new Error('what came before is lost')
  if (told.op === 'put') return one.put(told.octets, told.types)
  open.delete(told.id)
  return one.finish()
}

parentPort?.on('message', (told: ToClerk & { ticket: number }) => {
  const { ticket } = told
  const tell = (answer: Omit<Told, 'ticket'>): void => {
    const { value } = answer
    const give = value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []
    parentPort?.postMessage({ ticket, ...answer } satisfies Told, give)
  }
  carryOut(told).then(
    (value) => tell({ value }),
    (fault: unknown) => tell({ fault: fault instanceof Error ? fault.message : String(fault) }),
  )
})
