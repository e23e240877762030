/** Non-INVITE client transaction: RFC 3261 §17.1.2, figure 6. */
export type State = 'trying' | 'proceeding' | 'completed' | 'terminated'
export type Input = 'provisional' | 'final' | 'broken' | 'timerE' | 'timerF' | 'timerK'
export type Effect = 'send' | 'passUp' | 'timeout' | 'transport' | 'armE' | 'armF' | 'armK'
export type Step = readonly [next: State, ...effects: Effect[]]

/** What entering the first state does. */
export const opening: Step = ['trying', 'armE', 'armF', 'send']

const answers = {
  final: ['completed', 'armK', 'passUp'],
  broken: ['terminated', 'transport'],
  timerF: ['terminated', 'timeout'],
} as const satisfies Partial<Record<Input, Step>>

export const figure: Record<State, Partial<Record<Input, Step>>> = {
  trying: {
    ...answers,
    timerE: ['trying', 'armE', 'send'],
    provisional: ['proceeding', 'passUp'],
  },
  proceeding: {
    ...answers,
    timerE: ['proceeding', 'armE', 'send'],
    provisional: ['proceeding', 'passUp'],
  },
  completed: { timerK: ['terminated'] },
  terminated: {},
}

/** A pair the figure does not show changes nothing. */
export const step = (state: State, input: Input): Step => figure[state][input] ?? [state]
