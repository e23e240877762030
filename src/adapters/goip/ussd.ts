import type { UssdReply } from '#core'
import { printUssd, printUssdExit } from '#goip-wire'
import type { Timer, Timers } from '#lib/clock'
import { err, ok, type Result } from '#lib/result'
import type { Ask } from './exchanges.ts'
import type { GoipLine } from './lines.ts'

/** Asked again earlier, a device hangs up on the network (field experience; the manual says 10 s): so it is asked once. */
const ANSWER_MS = 60_000
/** The network gives up on a menu that nobody answers. */
const MENU_MS = 60_000
/** A blank would begin the next argument. */
const CODE = /^[0-9*#+]{1,160}$/
/** Said as if it were the network's answer. */
const FAILED = /^USSD send failed!/

const good = (word: string): boolean => word === 'USSD' || word === 'USSDEXIT'

type UssdPorts = { timers: Timers; ask: Ask; say: (line: GoipLine, text: string) => void }

/** USSD codes, and menus that wait for the next choice under the same session number. */
export const createUssd = ({ timers, ask, say }: UssdPorts) => {
  const menus = new Map<GoipLine, { session: number; timer: Timer }>()

  const leave = (line: GoipLine): number | undefined => {
    const menu = menus.get(line)
    menu?.timer.cancel()
    menus.delete(line)
    return menu?.session
  }
  const exit = (line: GoipLine): void => {
    const session = leave(line)
    if (session !== undefined) say(line, printUssdExit(session, line.settings.password))
  }

  return {
    /** Ends an open menu: something else wants the line. */
    exit,
    /** The code, or the next choice of an open menu. */
    async dial(line: GoipLine, code: string): Promise<Result<UssdReply, string>> {
      if (!CODE.test(code)) return err('a USSD code is made of digits, * and #')
      const menu = leave(line)
      const { answer, session } = await ask({
        ...{ line, good, everyMs: ANSWER_MS, times: 1 },
        words: (number) => printUssd(number, line.settings.password, code),
        ...(menu !== undefined && { session: menu }),
      })
      if (!answer.ok) return answer
      const { word, rest } = answer.value
      if (FAILED.test(rest)) return err(rest)
      // Nothing tells a menu from a last word: each stays open for a while, until something else wants the line.
      const open = word === 'USSD'
      if (open) menus.set(line, { session, timer: timers.after(MENU_MS, () => exit(line)) })
      return ok({ text: rest, open })
    },
    close(): void {
      for (const line of [...menus.keys()]) leave(line)
    },
  }
}
export type Ussd = ReturnType<typeof createUssd>
