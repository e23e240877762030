import type { CommandOf } from '#webcall'
import type { Session } from './sessions.ts'
import type { Lamp, Lamps } from './watched.ts'

const isExtension = (ext: string): boolean => /^[\w.+*#@-]{1,64}$/.test(ext)

const tell = ({ phone }: Session, ext: string, { code, xml, lamp, ...more }: Lamp): void =>
  phone.say({ op: 9012, state: code, ext, lamp, ...more, blfxml: xml })

/** 1014: whom a client watches. */
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
      watched.get(name)?.()
      watched.delete(name)
    }
    return answer(0)
  }
  const fresh = ext.filter((name) => !watched.has(name))
  if (ext.length === 0 || !fresh.every(isExtension)) return answer(-2, 'ext names no extension.')
  if (watched.size + fresh.length > most) return answer(-1, `At most ${most} extensions can be watched.`)
  const stops = fresh.map((name): [string, () => void] => {
    const stop = lamps?.watch(name, account.subscriber, (lamp) => {
      // What is told at once comes after the acknowledgement.
      queueMicrotask(() => {
        if (watched.has(name)) tell(session, name, lamp)
      })
    })
    return [name, stop ?? (() => {})]
  })
  for (const [name, stop] of stops) watched.set(name, stop)
  answer(0)
  if (!lamps) for (const name of fresh) tell(session, name, { code: -489, xml: '', lamp: 'unavailable' })
}
