/**
 * What the codes of tasks mean to somebody who wants a text sent. `again`: the device has it already (13, the same
 * task id twice); `later`: it has no room now; `perhaps`: it waited in vain for the network, which may have the text.
 */
export type TaskVerdict = 'done' | 'again' | 'line' | 'number' | 'later' | 'perhaps'

const VERDICTS: Record<number, TaskVerdict> = {
  ...{ 0: 'done', 200: 'done' },
  // Invalid user, invalid port, SIM not registered, server error, not authorised, invalid command.
  ...{ 1: 'line', 2: 'line', 5: 'line', 7: 'line', 14: 'line', 15: 'line' },
  6: 'perhaps',
  // No USSD, no text, no recipient, no task id, no sender, and what concerns MMS: no other line will do better.
  ...{ 3: 'number', 8: 'number', 9: 'number', 11: 'number', 12: 'number' },
  ...{ 17: 'number', 18: 'number', 19: 'number', 20: 'number' },
  ...{ 10: 'later', 16: 'later', 13: 'again' },
}

const WORDS: Record<number, string> = {
  ...{ 1: 'invalid user', 2: 'invalid port', 3: 'USSD expected', 5: 'SIM not registered', 6: 'timeout' },
  ...{ 7: 'server error', 8: 'SMS expected', 9: 'recipient expected', 10: 'pending transaction' },
  ...{ 11: 'task id expected', 12: 'port expected', 13: 'duplicate task id', 14: 'not authorised' },
  ...{ 15: 'invalid command', 16: 'too many tasks' },
}

/** A code that nobody has written down is the line's trouble. */
export const verdictOf = (code: number): TaskVerdict => VERDICTS[code] ?? 'line'
export const wordsOfCode = (code: number): string => WORDS[code] ?? `code ${code}`
