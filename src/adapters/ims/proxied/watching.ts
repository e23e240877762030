import { DIALOG_INFO_TYPE, type DialogInfo, type DialogOf, isHeld, parseDialogInfo } from '#dialog-info'
import { MESSAGE_SUMMARY_TYPE, type MessageSummary, parseMessageSummary } from '#message-summary'
import type { ServerTransaction } from '#sip'
import { parseEvent } from '#sip'
import type { ProxyAccount, ProxyAccounts } from './accounts.ts'
import { type SubscribingPorts, UpstreamSubscription, type Wish } from './subscription.ts'
import type { Reply } from './user.ts'

export type ProxyLamp = {
  /** 0, or minus the status with which that is refused. */
  code: number
  /** The document as it came. */
  xml: string
  lamp: 'idle' | 'calling' | 'alerting' | 'ringing' | 'busy' | 'held' | 'unavailable'
  direction?: 'in' | 'out'
  remote?: { identity: string; display: string }
}
type Watcher = { account: ProxyAccount; hear: (lamp: ProxyLamp) => void }

const RANKS: readonly ProxyLamp['lamp'][] = ['busy', 'held', 'ringing', 'alerting', 'calling', 'idle']

const lampOfDialog = (dialog: DialogOf): ProxyLamp['lamp'] => {
  const { state, direction } = dialog
  if (state === 'confirmed') return isHeld(dialog) ? 'held' : 'busy'
  if (state === 'early') return 'ringing'
  if (state === 'terminated') return 'idle'
  return direction === 'recipient' ? 'alerting' : 'calling'
}

/** Of several calls the one that says most. */
export const lampOf = (dialogs: Iterable<DialogOf>): Omit<ProxyLamp, 'code' | 'xml'> => {
  let best: DialogOf | undefined
  for (const one of dialogs)
    if (!best || RANKS.indexOf(lampOfDialog(one)) < RANKS.indexOf(lampOfDialog(best))) best = one
  const lamp = best ? lampOfDialog(best) : 'idle'
  if (!best || lamp === 'idle') return { lamp }
  const { direction, remote } = best
  return {
    lamp,
    ...(direction && { direction: direction === 'initiator' ? 'out' : 'in' }),
    ...(remote?.identity !== undefined && {
      remote: { identity: remote.identity, display: remote.display ?? '' },
    }),
  }
}

/** The documents of one subscription, RFC 4235 §4.3: older ones are passed over. `gap`: one was missed. */
export const createDialogTable = () => {
  let version = -1
  let dialogs = new Map<string, DialogOf>()
  return {
    take(info: DialogInfo): 'new' | 'old' | 'gap' {
      if (info.version <= version) return 'old'
      const isGap = info.state === 'partial' && info.version !== version + 1
      version = info.version
      if (info.state === 'full') dialogs = new Map()
      for (const dialog of info.dialogs)
        if (dialog.state === 'terminated') dialogs.delete(dialog.id)
        else dialogs.set(dialog.id, dialog)
      return isGap ? 'gap' : 'new'
    },
    lamp: () => lampOf(dialogs.values()),
  }
}

/** Whose phones are in use there, and what waits in mailboxes: one subscription for everybody who watches the same. */
export const createWatching = (
  ports: SubscribingPorts & { accounts: Pick<ProxyAccounts, 'called'>; reply: Reply },
) => {
  const { accounts, reply } = ports
  const byCallId = new Map<string, UpstreamSubscription>()
  const lamps = new Map<string, ReturnType<typeof watchLamp>>()

  const subscribe = (wish: Wish) => {
    const subscription = new UpstreamSubscription(ports, wish)
    byCallId.set(subscription.callId, subscription)
    return {
      anew: () => subscription.anew(),
      stop(): void {
        subscription.stop()
        byCallId.delete(subscription.callId)
      },
    }
  }

  const watchLamp = (ext: string) => {
    const watchers = new Set<Watcher>()
    let last: ProxyLamp | undefined
    let by: Watcher | undefined
    let own: ReturnType<typeof subscribe> | undefined
    const tell = (lamp: ProxyLamp): void => {
      last = lamp
      for (const { hear } of watchers) hear(lamp)
    }
    /** With the login of whoever watches first; when that one goes, of the next. */
    const begin = (watcher: Watcher): void => {
      by = watcher
      let table = createDialogTable()
      own = subscribe({
        ...{ account: watcher.account, of: ext, event: 'dialog', accept: DIALOG_INFO_TYPE },
        onBegin() {
          table = createDialogTable()
        },
        hear(body) {
          const info = parseDialogInfo(body)
          if (!info.ok) return
          const news = table.take(info.value)
          if (news === 'gap') return own?.anew()
          if (news === 'new') tell({ code: 0, xml: new TextDecoder().decode(body), ...table.lamp() })
        },
        onRefused: (status) => tell({ code: -status, xml: '', lamp: 'unavailable' }),
      })
    }
    return {
      add(watcher: Watcher): void {
        watchers.add(watcher)
        if (last) watcher.hear(last)
        if (!own) begin(watcher)
      },
      /** True: nobody is left. */
      remove(watcher: Watcher): boolean {
        watchers.delete(watcher)
        const [next] = watchers
        if (next && by !== watcher) return false
        own?.stop()
        own = undefined
        if (next) begin(next)
        return next === undefined
      },
    }
  }

  return {
    /** Until what it gives is called. */
    lamp(account: ProxyAccount, ext: string, hear: (lamp: ProxyLamp) => void): () => void {
      const watched = lamps.get(ext) ?? watchLamp(ext)
      lamps.set(ext, watched)
      const watcher = { account, hear }
      watched.add(watcher)
      return () => {
        if (watched.remove(watcher) && lamps.get(ext) === watched) lamps.delete(ext)
      }
    },
    /** The extension's own mailbox; exchanges that know no subscriptions say it unasked. */
    mailbox(account: ProxyAccount, hear: (waiting: Omit<MessageSummary, 'account'>) => void): () => void {
      const take = (body: Uint8Array): void => {
        const summary = parseMessageSummary(body)
        if (!summary.ok) return
        const { account: _, ...waiting } = summary.value
        hear(waiting)
      }
      account.onWaiting = take
      const own = subscribe({
        ...{ account, of: account.wish.tel, event: 'message-summary', accept: MESSAGE_SUMMARY_TYPE },
        ...{ hear: take, onRefused: () => {} },
      })
      return () => {
        account.onWaiting = undefined
        own.stop()
      }
    },
    /** NOTIFY of a subscription of ours, or of a mailbox unasked. */
    take(transaction: ServerTransaction): boolean {
      const { request } = transaction
      if (request.method !== 'NOTIFY') return false
      const { headers } = request
      const respond: ServerTransaction['respond'] = (response) => transaction.respond(response)
      const own = byCallId.get(headers.get('Call-ID') ?? '')
      if (own?.onNotify({ request, respond })) return true
      if (parseEvent(headers.get('Event') ?? '')?.event !== 'message-summary') return false
      const account = accounts.called(request)
      if (!account) return false
      reply(transaction, 200)
      account.onWaiting?.(request.body)
      return true
    },
    get size(): number {
      return byCallId.size
    },
  }
}
