import { readable } from '#lib/text'
import type { CommandOf, Pdu, Seq } from '#webcall'
import { announce } from './incoming.ts'
import { createLogin, type LoginPorts } from './login.ts'
import type { Account, WebphonePorts } from './ports.ts'
import { GRACE_S, type Session, type Sessions } from './sessions.ts'
import { isRefused, type UpstreamWish } from './upstream.ts'
import { type Connection, takeNonce } from './visitor.ts'

type LoginsPorts = LoginPorts &
  Pick<WebphonePorts, 'timers' | 'random' | 'mailboxes' | 'features' | 'upstream'> & { sessions: Sessions }

const FULL = 'No more web phones can be registered.'

/** 1001 and 1002: who comes, who comes back, and who has to wait. */
export const createLogins = (ports: LoginsPorts) => {
  const { sessions, settings, timers, guard, mailboxes } = ports
  const login = createLogin(ports)

  /** The live one that stands in an old client's way: it knows no second phone of one number. */
  const rivalOf = ({ subscriber, tel }: Account): Session | undefined =>
    sessions.of(subscriber).find((one) => !one.phone.isNew && one.account.tel === tel)

  const giveWay = (rival: Session): void => {
    const { link } = rival.phone
    rival.phone.say({ op: 9001, state: -1 })
    sessions.end(rival)
    link?.close(1000)
  }

  const watchMailbox = (session: Session): void => {
    const { phone, account } = session
    session.mailbox?.()
    session.mailbox = session.mwi
      ? (account.upstream?.mailboxes ?? mailboxes)?.watch(account.subscriber, (state) =>
          queueMicrotask(() => phone.say({ op: 9011, exact: true, ...state })),
        )
      : undefined
  }

  /** Of an extension of another exchange that one has the mailbox, and is asked to record. */
  const featuresOf = ({ upstream }: Account): WebphonePorts['features'] =>
    upstream ? { ...ports.features, mailbox: false, record: true } : ports.features

  const acknowledged = ({ link }: Connection, seq: Seq): Pdu => {
    const pbook = settings.phoneBook?.(link.host)
    return { op: 2001, seq, code: 0, cids: [], ...(pbook !== undefined && { pbook }) }
  }

  const greet = (connection: Connection, session: Session, { seq }: CommandOf<1001>): void => {
    const { phone, account } = session
    const own: Partial<Pdu> = phone.isNew
      ? {
          ...{ resume: session.resume, graceS: GRACE_S },
          ...{ tel: account.tel, name: readable(account.identity.user) },
          ...{ features: featuresOf(account), limits: { blf: settings.maxBlf } },
        }
      : {}
    const isSaid = !phone.isNew && account.upstream !== undefined
    if (!isSaid) connection.say({ ...acknowledged(connection, seq), cids: [...phone.calls.keys()], ...own })
    connection.session = session
    connection.known()
    const { code: state, reason } = account.upstream?.state() ?? { code: 0 }
    phone.say({ op: 9001, state, ...(reason !== undefined && { reason }) })
    watchMailbox(session)
    for (const call of [...phone.calls.values()])
      if (call.state === 'incoming') announce(call)
      else if (!call.first) call.remind()
  }

  const enter = (connection: Connection, command: CommandOf<1001>, account: Account): void => {
    const { link, dialect, say } = connection
    if (!dialect) return
    const { resume, seq } = command
    const back = resume === undefined ? undefined : sessions.resumed(account, resume, link)
    const rival = dialect.name === 'lines' && !back ? rivalOf(account) : undefined
    if (rival?.phone.link?.open && !settings.takeover) {
      account.upstream?.leave()
      const reason = 'The number is registered already.'
      return say(account.upstream ? { op: 9001, state: -1, reason } : { op: 2001, seq, code: -1, reason })
    }
    if (rival) giveWay(rival)
    const opened = back
      ? ({ kind: 'in', session: back } as const)
      : sessions.open(account, dialect, link, command.client)
    if (opened.kind === 'full') {
      account.upstream?.leave()
      if (!account.upstream || dialect.name === 'json') say({ op: 2001, seq, code: 0 })
      return say({ op: 9001, state: -503, reason: FULL })
    }
    const { session } = opened
    session.phone.waiting = command.waiting && session.phone.isNew
    session.mwi = command.mwi
    if (!back) follow(session)
    greet(connection, session, command)
  }

  /** What the other exchange says of the registration later on. */
  const follow = (session: Session): void => {
    const { upstream } = session.account
    upstream?.watch(({ code, reason, over }) => {
      const { phone } = session
      const { link } = phone
      phone.say({ op: 9001, state: code, ...(reason !== undefined && { reason }) })
      if (!over || session.over) return
      phone.say({ op: 9016, reason: 'deregistered' })
      sessions.end(session)
      link?.close(1000)
    })
  }

  /** The other exchange decides. Old clients have their acknowledgement first, new ones all at once. */
  const enterElsewhere = async (
    connection: Connection,
    command: CommandOf<1001>,
    wish: UpstreamWish,
  ): Promise<void> => {
    const { link, say, dialect } = connection
    const { resume, seq } = command
    const known = resume === undefined ? undefined : sessions.resumable(wish.tel, resume)
    const isOld = dialect?.name === 'lines'
    if (isOld) say(acknowledged(connection, seq))
    if (known?.account.upstream?.isSame(wish)) return enter(connection, command, known.account)
    connection.entering = true
    const entered = await ports.upstream?.enter(wish)
    connection.entering = false
    if (entered?.ok) {
      const upstream = entered.value
      guard.succeed(link.address)
      if (!link.open || connection.session) return upstream.leave()
      const { subscriber, identity } = upstream
      return enter(connection, command, { subscriber, identity, tel: wish.tel, upstream })
    }
    const { code, reason = 'The exchange does not answer.' } = entered?.error ?? { code: -2 }
    if (isRefused(code)) guard.fail(link.address)
    if (!isOld) say({ op: 2001, seq, code: 0 })
    say({ op: 9001, state: code === -401 || code === -407 ? -403 : code, reason })
  }

  return {
    /** 1001. Who has failed before is answered later and later. */
    register(connection: Connection, command: CommandOf<1001>): void {
      const { link, say, session } = connection
      const { seq } = command
      if (session || connection.entering)
        return say({ op: 2001, seq, code: -1, reason: 'This connection is registered already.' })
      const nonce = takeNonce(connection, timers.clock.nowMs())
      const { address, secure } = link
      const delayMs = guard.delayMs(address)
      const result = login(command, { address, secure, nonce })
      const tell = (): void => {
        if (!link.open || connection.session) return
        if (result.kind === 'in') return enter(connection, command, result.account)
        if (result.kind === 'elsewhere') return void enterElsewhere(connection, command, result.wish)
        if (result.kind === 'refused') return say({ op: 2001, seq, code: -2, reason: result.reason })
        say({ op: 2001, seq, code: 0 })
        say({ op: 9001, state: -403, reason: result.reason })
      }
      if (delayMs > 0) timers.after(delayMs, tell)
      else tell()
    },
    /** 1002. */
    unregister(connection: Connection, session: Session, { seq }: CommandOf<1002>): void {
      connection.say({ op: 2002, seq, code: 0 })
      connection.session = undefined
      session.phone.say({ op: 9001, state: -1 })
      sessions.end(session)
    },
  }
}
export type Logins = ReturnType<typeof createLogins>
