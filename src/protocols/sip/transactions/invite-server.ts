/**
 * INVITE server transaction: RFC 3261 §17.2.1 (figure 7) as changed by RFC 6026 §7.1 and §8.4.
 * Accepted is drawn in two halves, before and after the ACK, so that timer L knows whether one came.
 */
export type State = 'proceeding' | 'accepted' | 'acknowledged' | 'completed' | 'confirmed' | 'terminated'
type FromWire = 'invite' | 'ack'
type FromUser = 'provisional' | 'success' | 'failure'
export type Input = FromWire | FromUser | 'timerG' | 'timerH' | 'timerI' | 'timerL'
export type Effect = 'send' | 'resend' | 'passUp' | 'timeout' | 'armG' | 'armH' | 'armI' | 'armL'
export type Step = readonly [next: State, ...effects: Effect[]]

export const figure: Record<State, Partial<Record<Input, Step>>> = {
  proceeding: {
    invite: ['proceeding', 'resend'],
    provisional: ['proceeding', 'send'],
    success: ['accepted', 'armL', 'send'],
    failure: ['completed', 'armG', 'armH', 'send'],
  },
  accepted: {
    success: ['accepted', 'send'],
    ack: ['acknowledged', 'passUp'],
    timerL: ['terminated', 'timeout'],
  },
  acknowledged: {
    success: ['acknowledged', 'send'],
    ack: ['acknowledged', 'passUp'],
    timerL: ['terminated'],
  },
  completed: {
    invite: ['completed', 'resend'],
    timerG: ['completed', 'armG', 'resend'],
    timerH: ['terminated', 'timeout'],
    ack: ['confirmed', 'armI'],
  },
  confirmed: { timerI: ['terminated'] },
  terminated: {},
}

/** A pair the figure does not show changes nothing: stray packets are ordinary traffic. */
export const step = (state: State, input: Input): Step => figure[state][input] ?? [state]
