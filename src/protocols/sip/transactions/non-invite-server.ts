/** Non-INVITE server transaction: RFC 3261 §17.2.2, figure 8. */
export type State = 'trying' | 'proceeding' | 'completed' | 'terminated'
export type Input = 'request' | 'provisional' | 'final' | 'timerJ'
export type Effect = 'send' | 'resend' | 'armJ'
export type Step = readonly [next: State, ...effects: Effect[]]

export const figure: Record<State, Partial<Record<Input, Step>>> = {
  trying: {
    provisional: ['proceeding', 'send'],
    final: ['completed', 'send', 'armJ'],
  },
  proceeding: {
    request: ['proceeding', 'resend'],
    provisional: ['proceeding', 'send'],
    final: ['completed', 'send', 'armJ'],
  },
  completed: {
    request: ['completed', 'resend'],
    timerJ: ['terminated'],
  },
  terminated: {},
}

/** A pair the figure does not show changes nothing. */
export const step = (state: State, input: Input): Step => figure[state][input] ?? [state]
