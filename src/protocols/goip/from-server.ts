import { err, ok, type Result } from '#lib/result'
import { type GoipFault, MOST_OCTETS } from './from-device.ts'

/** What a server says to a device: the two kinds of acknowledgement, and commands `WORD session rest`. */
export type FromServer =
  | { kind: 'registered'; count: string; status: string }
  | { kind: 'receipt'; name: string; receipt: string; verdict: 'OK' | 'ERROR' | 'DISABLE'; text: string }
  | { kind: 'command'; word: string; session: string; rest: string }

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Reads one datagram of a server, as a device does: a simulated one, or ours in a test. */
export const parseFromServer = (octets: Uint8Array): Result<FromServer, GoipFault> => {
  if (octets.length === 0) return err('empty')
  if (octets.length > MOST_OCTETS) return err('long')
  const text = utf8.decode(octets)
  // Two public servers answer `req:` where the manual has `reg:`.
  const registered = /^re[gq]:(-?\d{1,20});status:(-?\d{1,6})/.exec(text)
  if (registered)
    return ok({ kind: 'registered', count: registered[1] as string, status: registered[2] as string })
  const line = text.endsWith('\n') ? text.slice(0, -1) : text
  const command = /^([A-Za-z_]{1,32}) (-?\d{1,20})(?: (.*))?/s.exec(line)
  if (!command) return err('form')
  const word = command[1] as string
  const number = command[2] as string
  const rest = command[3] ?? ''
  const verdict = /^(OK|ERROR|DISABLE)(?: (.*))?$/s.exec(rest)
  if (!verdict || !/^[A-Z_]+$/.test(word)) return ok({ kind: 'command', word, session: number, rest })
  const said = verdict[1] as 'OK' | 'ERROR' | 'DISABLE'
  return ok({ kind: 'receipt', name: word, receipt: number, verdict: said, text: verdict[2] ?? '' })
}
