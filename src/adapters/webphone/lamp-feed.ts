import type { Lamps as CoreLamps, PhoneDialog, Shown, Subscribers } from '#core'
import { type DialogOf, HELD, printDialogInfo } from '#dialog-info'
import type { Clock } from '#lib/clock'
import { nameOfText } from '#lib/hash'
import { readable, wired } from '#lib/text'
import { identityUri, line, userOf } from './names.ts'
import type { Lamp, Lamps } from './watched.ts'

export type LampFeedPorts = {
  clock: Clock
  subscribers: Pick<Subscribers, 'byIdentity'>
  lamps: Pick<CoreLamps, 'watch' | 'dialogsOf' | 'lampOf'>
}

const NOBODY: Lamp = { code: -404, xml: '', lamp: 'unavailable' }
const ANONYMOUS = 'sip:anonymous@anonymous.invalid'

const partyOf = ({ identity, display }: Shown) => ({
  identity: identity === '' ? ANONYMOUS : identity,
  ...(display !== '' && { display }),
})

const dialogOf = (own: string, ext: string, nowMs: number, dialog: PhoneDialog): DialogOf => {
  const { id, direction, state, held, remote, end, beganAtMs } = dialog
  return {
    ...{ id: nameOfText(id), direction, state },
    ...(end && { event: end }),
    ...(state === 'confirmed' && { duration: Math.max(0, Math.round((nowMs - beganAtMs) / 1000)) }),
    local: { identity: own, display: ext, ...(held && { target: own, params: HELD }) },
    remote: partyOf(remote),
  }
}

/** Whose phone is in use, for browsers: a lamp, and the document of RFC 4235 that old clients read. */
export const createLampFeed = ({ clock, subscribers, lamps }: LampFeedPorts): Lamps => ({
  watch(ext, _watcher, hear) {
    const found = subscribers.byIdentity(wired(ext))
    if (!found) {
      hear(NOBODY)
      return () => {}
    }
    const { subscriber, identity } = found
    const own = identityUri(identity, subscriber.domain)
    let version = 0

    const tell = (changed: PhoneDialog | undefined): void => {
      const { lamp, direction, remote } = lamps.lampOf(subscriber)
      const over = changed?.state === 'terminated' ? [changed] : []
      const dialogs = [...lamps.dialogsOf(subscriber), ...over].map((one) =>
        dialogOf(own, ext, clock.wallMs(), one),
      )
      // Old clients look for a state: who is in no call has one that is over.
      const idle: DialogOf = {
        id: ext,
        direction: 'initiator',
        state: 'terminated',
        local: { identity: own, display: ext },
      }
      const xml = printDialogInfo({
        ...{ version: version++, state: 'full', entity: own },
        dialogs: dialogs.length > 0 ? dialogs : [idle],
      })
      hear({
        ...{ code: 0, lamp },
        // The manual's word for who is not there, which is none of the RFC's.
        xml: lamp === 'unavailable' ? xml.replace('<state>terminated<', '<state>void<') : xml,
        ...(direction && { direction }),
        ...(remote && { remote: userOf(remote.identity), remoteName: line(readable(remote.display)) }),
      })
    }
    const stop = lamps.watch(subscriber, tell)
    tell(undefined)
    return stop
  },
})
