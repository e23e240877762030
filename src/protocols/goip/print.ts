/** The server's side of the GoIP SMS interface. Bulk commands end in a newline, everything else goes without. */

export const printRegistered = (count: string, status: number | string): string =>
  `reg:${count};status:${status};`

export const printReceipt = (name: string, receipt: string, newline = false): string =>
  `${name} ${receipt} OK${newline ? '\n' : ''}`

/** The device need not tell such things any more. */
export const printDisable = (name: string, receipt: string): string => `${name} ${receipt} DISABLE`

export const printRefusal = (name: string, receipt: string, text: string): string =>
  `${name} ${receipt} ERROR ${line(text)}`

/** `length` counts octets of UTF-8, at most 3000. */
export const printMsg = (session: number, text: string): string =>
  `MSG ${session} ${Buffer.byteLength(text)} ${text}\n`

export const printPassword = (session: number, password: string): string =>
  `PASSWORD ${session} ${password}\n`

export const printSend = (session: number, telid: number, number: string): string =>
  `SEND ${session} ${telid} ${word(number)}\n`

/** One text without a session of its own: the facts' §1.5. The text may hold anything, as it is last. */
export const printSms = (
  session: number,
  telid: number,
  password: string,
  number: string,
  text: string,
): string => `SMS ${session} ${telid} ${password} ${word(number)} ${text}\n`

export const printDone = (session: number): string => `DONE ${session}\n`

/** Here the password comes before the code. */
export const printUssd = (session: number, password: string, code: string): string =>
  `USSD ${session} ${password} ${word(code)}`

export const printUssdExit = (session: number, password: string): string => `USSDEXIT ${session} ${password}`

/** Values before the password: `set_exp_time 7 60 secret`, `get_imei 8 secret`. */
export const printCommand = (name: string, session: number, values: string[], password: string): string =>
  [name, session, ...values.map(word), password].join(' ')

/** CF, CW and GSM have the password first. */
export const printPasswordFirst = (
  name: string,
  session: number,
  password: string,
  values: string[] = [],
): string => [name, session, password, ...values.map(word)].join(' ')

/** A blank or a newline inside an argument would begin the next one, or the next command. */
const word = (text: string): string => text.replace(/\s+/g, '')

const line = (text: string): string => text.replace(/\s+/g, ' ').trim()
