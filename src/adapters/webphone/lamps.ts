import type { CommandOf } from '#webcall'
import type { Session, WatchedLamp } from './sessions.ts'
import type { Lamp, Lamps } from './watched.ts'

const isExtension = (ext: string): boolean => /^[\w.+*#@-]{1,64}$/.test(ext)

type Told = Omit<Lamp, 'xml'> & Partial<Pick<Lamp, 'xml'>>
const tell = ({ phone }: Session, ext: string, { code, xml = '', lamp, ...more }: Told): void =>
  phone.say({ op: 9012, state: code, ext, lamp, ...more, blfxml: xml })

/** 1014: whom a client watches. New clients ask again when they are back, maybe without a memory, and are told again. */
export const onLamps = (
  lamps: Lamps | undefined,
  most: number,
  session: Session,
  { seq, what, ext }: CommandOf<1014>,
): void => {
  const { watched, phone, account } = session
  const answer = (code: number, reason?: string): void =>
    phone.say({ op: 2014, seq, ext: [...watched.keys()], code, ...(reason !== undefined && { reason }) })
  if (what === 'list') return answer(0)
  if (what === 'stop') {
    for (const name of ext.length === 0 ? [...watched.keys()] : ext) {
      watched.get(name)?.stop()
      watched.delete(name)
    }
    return answer(0)
  }
  const fresh = ext.filter((name) => !watched.has(name))
  if (ext.length === 0 || !fresh.every(isExtension)) return answer(-2, 'ext names no extension.')
  if (watched.size + fresh.length > most) return answer(-1, `At most ${most} extensions can be watched.`)
  const present = phone.isNew ? ext.filter((name) => watched.has(name)) : []
  for (const name of fresh) {
    const one: WatchedLamp = { stop: () => {} }
    watched.set(name, one)
    // What is told at once comes after the acknowledgement.
    one.stop =
      lamps?.watch(name, account.subscriber, (lamp) => {
        const { xml: _, ...rest } = lamp
        if (phone.isNew) one.last = rest
        queueMicrotask(() => {
          if (watched.has(name)) tell(session, name, lamp)
        })
      }) ?? one.stop
  }
  answer(0)
  for (const name of present) {
    const last = watched.get(name)?.last
    if (last) tell(session, name, last)
  }
  if (!lamps) for (const name of fresh) tell(session, name, { code: -489, xml: '', lamp: 'unavailable' })
}
