import type { Timers } from '#lib/clock'

/** One channel of a well-behaved GoIP: the manual's bulk sessions, with all numbers remembered; events said until they are heard. */
export type GoipDevice = ReturnType<typeof aGoipDevice>

type Channel = {
  id: string
  password: string
  timers: Timers
  /** To the server. */
  say: (text: string) => void
  /** Milliseconds that a text takes. */
  sendMs?: number
}
type Bulk = { text: string; proved: boolean; telids: Map<string, string> }

/** "Goip will resend the data if Server no response in 3 seconds, most resend 3 times." */
const [EVENT_MS, EVENT_TIMES] = [3000, 4]

export const aGoipDevice = ({ id, password, timers, say, sendMs = 2000 }: Channel) => {
  const sessions = new Map<string, Bulk>()
  const left: { to: string; text: string; reference: string }[] = []
  const unheard = new Map<string, (heard: boolean) => void>()
  let [count, receipts, references] = [0, 1_000_000, 0]

  const open = (session: string, text: string): void => {
    if (!sessions.has(session)) {
      if (sessions.size >= 5) return say(`ERROR ${session} too many request\n`)
      sessions.set(session, { text, proved: false, telids: new Map() })
      timers.after(90_000, () => sessions.delete(session))
    }
    say(`PASSWORD ${session}\n`)
  }
  const prove = (session: string, rest: string): void => {
    const bulk = sessions.get(session)
    if (!bulk) return
    if (rest !== password) return say(`ERROR ${session} PASSWORD\n`)
    bulk.proved = true
    say(`SEND ${session}\n`)
  }
  const submit = (session: string, rest: string): void => {
    const bulk = sessions.get(session)
    if (!bulk?.proved) return
    const [telid = '', to = ''] = rest.split(' ')
    const known = bulk.telids.get(telid)
    if (known) return say(known)
    bulk.telids.set(telid, `WAIT ${session} ${telid}\n`)
    say(`WAIT ${session} ${telid}\n`)
    timers.after(sendMs, () => {
      const reference = `${++references}`
      left.push({ to, text: bulk.text, reference })
      bulk.telids.set(telid, `OK ${session} ${telid} ${reference}\n`)
      say(`OK ${session} ${telid} ${reference}\n`)
    })
  }
  const tell = (name: string, rest: string): Promise<boolean> => {
    const receipt = `${receipts++}`
    const words = `${name}:${receipt};id:${id};password:${password};${rest}`
    return new Promise((resolve) => {
      unheard.set(`${name} ${receipt}`, resolve)
      const again = (times: number): void => {
        if (!unheard.has(`${name} ${receipt}`)) return
        if (times === 0) return resolve(false)
        say(words)
        timers.after(EVENT_MS, () => again(times - 1))
      }
      again(EVENT_TIMES)
    })
  }

  return {
    /** Texts that have left by its SIM. */
    left,
    sessions,
    keepalive: (): void => say(`req:${++count};id:${id};pass:${password};num:;signal:20;gsm_status:LOGIN;`),
    /** True when the server says OK to one of its repetitions. */
    receive: (from: string, text: string) => tell('RECEIVE', `srcnum:${from};msg:${text}`),
    report: (reference: string, state = 0) => tell('DELIVER', `sms_no:${reference};state:${state}`),
    tell,
    hear(text: string): void {
      const [, word = '', session = '', rest = ''] = /^(\w+) (-?\d+) ?(.*?)\n?$/s.exec(text) ?? []
      if (word === 'MSG') open(session, rest.slice(rest.indexOf(' ') + 1))
      else if (word === 'PASSWORD') prove(session, rest)
      else if (word === 'SEND') submit(session, rest)
      else if (word === 'DONE') {
        sessions.delete(session)
        say(`DONE ${session}\n`)
      } else if (rest === 'OK') {
        unheard.get(`${word} ${session}`)?.(true)
        unheard.delete(`${word} ${session}`)
      }
    },
  }
}

/** A bad path for datagrams: some are lost, some come twice, some late. Repeatable by its seed. */
export const badPath = (timers: Timers, { loss = 0.1, twice = 0.1, late = 0.2, seed = 1 } = {}) => {
  let state = seed >>> 0
  const chance = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return (deliver: () => void): void => {
    if (chance() < loss) return
    for (let copies = chance() < twice ? 2 : 1; copies > 0; copies--)
      timers.after(chance() < late ? 20 + chance() * 400 : 10, deliver)
  }
}
