import type { Call } from '../call.ts'
import { ownerOf } from '../self.ts'
import { answered, answersAlone } from './answering.ts'
import type { Sound } from './contract.ts'
import type { Mailbox } from './mailbox.ts'
import type { Spoken } from './spoken.ts'

const MOST = 100

/** Whose mailbox it is hears it: new messages first. 1: the next one, 2: the same again, 7: gone. */
export const createListening =
  ({ mailbox, spoken }: { mailbox: Mailbox; spoken: Spoken }) =>
  async (call: Call): Promise<void> => {
    const { offer, record } = call
    const subscriber = ownerOf(offer)
    if (!subscriber) return call.refuse({ why: 'forbidden' })
    if (!offer.description) return call.refuse({ why: 'not-acceptable-media' })
    const { sdp } = offer.description
    const { impi } = subscriber
    const all = await mailbox.list({ impi, limit: MOST })
    // Oldest first within each.
    const left = all.reverse().sort((a, b) => Number(a.heard) - Number(b.heard))
    let now: Sound | undefined

    const say = async (files: string[]): Promise<ReturnType<Call['media']['speak']>> =>
      call.media.speak('caller', sdp, { play: files }, call.callerMedia)
    const next = async (): ReturnType<Call['media']['speak']> => {
      now = left.shift()
      return now
        ? say([await mailbox.prompt('next'), await mailbox.fileOf(now)])
        : say([await mailbox.prompt('none')])
    }
    const onPlayed = async (): Promise<void> => {
      if (!now) return call.end('callee')
      await mailbox.mark(impi, now.id, true)
      if (!call.over) await next()
    }
    const onDigit = async (digit: string): Promise<void> => {
      if (!now || !'127'.includes(digit)) return
      if (digit === '2') left.unshift(now)
      else if (digit === '7') await mailbox.remove(impi, now.id)
      else await mailbox.mark(impi, now.id, true)
      if (!call.over) await next()
    }

    const answer = await next()
    if (call.over) return
    if (!answer.ok) return call.refuse({ why: answer.error })
    spoken.listen(record.id, (end) => {
      if (end === 'played' && !call.over) call.watch(onPlayed())
    })
    call.whenOver(() => spoken.forget(record.id))
    const digitIn = (digit: string): void => call.watch(onDigit(digit))
    call.onDigit = digitIn
    answersAlone(call)
    record.ownMailbox = true
    call.caller.voiceMail?.()
    call.answered()
    await answered(call, answer.value)
  }
export type Listening = ReturnType<typeof createListening>
