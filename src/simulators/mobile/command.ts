import type { Timers } from '#lib/clock'
import { type Prompt, typed } from './prompt.ts'

/** What a simulated gateway needs from the process around it. */
export type GatewayCommandPorts = {
  timers: Timers
  resolve: (host: string) => Promise<string | undefined>
  print: (line: string) => void
  /** What is typed. */
  input: AsyncIterable<string>
  interrupted: Promise<void>
}

/** Answers what is typed. */
export const listen = async (
  input: AsyncIterable<string>,
  prompt: Prompt,
  print: (line: string) => void,
): Promise<void> => {
  for await (const line of input) {
    const answer = typed(prompt, line)
    if (answer !== undefined) print(answer)
  }
}
