import type { Timers } from '#lib/clock'
import type { ServerTransaction } from '#sip'
import { addressOf } from '#sms'
import type { TextEvent, TextPolicy, TextReport, TextWish } from './contract.ts'
import { createInbox } from './inbox.ts'
import { createOutbox } from './outbox.ts'
import { createPost, type Post, type PostPorts } from './post.ts'

export type TextsPorts = PostPorts & {
  timers: Timers
  /** Number of the service centre on the SIM. */
  smsc?: string | undefined
  policy?: TextPolicy | undefined
  onEvent: (event: TextEvent) => void
}

/** A service centre that nobody gave us the number of. */
const SMSC = '+15550199'

/** The texts of one handset, both ways. */
export const createTexts = (ports: TextsPorts) => {
  const { identity, onEvent } = ports
  const smsc = addressOf(ports.smsc ?? SMSC)
  const underWay = new Set<Promise<unknown>>()
  const mail = createPost(ports)
  const post: Post = (letter) => {
    const answer = mail(letter)
    underWay.add(answer)
    void answer.finally(() => underWay.delete(answer))
    return answer
  }
  let policy: TextPolicy = ports.policy ?? { kind: 'take' }
  // Without EF_PSISMSC the number of the centre makes its URI, TS 24.341 §5.3.1.2.
  const centre = `sip:+${smsc.value}@${identity.domain};user=phone`
  const outbox = createOutbox({ ...ports, smsc, centre, post })
  const receive = createInbox({
    ...ports,
    post,
    outbox,
    policy: () => policy,
    setPolicy(next) {
      policy = next
    },
  })

  return {
    async send(to: string, text: string, wish: TextWish = {}): Promise<TextReport> {
      const report = await outbox.send(to, text, wish)
      onEvent({ kind: 'sent', report })
      return report
    },
    /** Resolves when all that was sent so far, reports among it, is answered or given up. */
    settled: async (): Promise<void> => void (await Promise.allSettled(underWay)),
    onMessage: (transaction: ServerTransaction): void => receive(transaction),
    get policy() {
      return policy
    },
    set policy(next: TextPolicy) {
      policy = next
    },
  }
}
