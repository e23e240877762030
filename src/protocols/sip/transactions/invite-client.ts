/**
 * INVITE client transaction: RFC 3261 §17.1.1 (figure 5) as changed by RFC 6026 §7.2 and §8.4.
 * Two timers are borrowed so that Proceeding ends whatever the peer does: timer C of §16.6 step 11, which cancels
 * an INVITE that only rings, and the 64 T1 that §9.1 grants a cancelled one (`timerX`, nameless in the standard).
 */
export type State = 'calling' | 'proceeding' | 'cancelling' | 'accepted' | 'completed' | 'terminated'
type FromWire = 'provisional' | 'success' | 'failure' | 'broken'
export type Input = FromWire | 'cancel' | 'timerA' | 'timerB' | 'timerC' | 'timerD' | 'timerM' | 'timerX'
type Arming = 'armA' | 'armB' | 'armC' | 'armD' | 'armM' | 'armX'
export type Effect = 'send' | 'passUp' | 'ack' | 'sendCancel' | 'timeout' | 'transport' | Arming
export type Step = readonly [next: State, ...effects: Effect[]]

/** What entering the first state does. */
export const opening: Step = ['calling', 'armA', 'armB', 'send']

const answers = {
  success: ['accepted', 'armM', 'passUp'],
  failure: ['completed', 'armD', 'ack', 'passUp'],
  broken: ['terminated', 'transport'],
} as const satisfies Partial<Record<Input, Step>>

export const figure: Record<State, Partial<Record<Input, Step>>> = {
  calling: {
    ...answers,
    timerA: ['calling', 'armA', 'send'],
    timerB: ['terminated', 'timeout'],
    provisional: ['proceeding', 'passUp', 'armC'],
  },
  proceeding: {
    ...answers,
    provisional: ['proceeding', 'passUp', 'armC'],
    cancel: ['cancelling', 'armX', 'sendCancel'],
    timerC: ['cancelling', 'armX', 'sendCancel'],
  },
  cancelling: {
    ...answers,
    provisional: ['cancelling', 'passUp'],
    timerX: ['terminated', 'timeout'],
  },
  accepted: {
    success: ['accepted', 'passUp'],
    timerM: ['terminated'],
  },
  completed: {
    failure: ['completed', 'ack'],
    timerD: ['terminated'],
  },
  terminated: {},
}

/** A pair the figure does not show changes nothing. */
export const step = (state: State, input: Input): Step => figure[state][input] ?? [state]
