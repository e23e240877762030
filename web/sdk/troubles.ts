/** What can go wrong, by name; the page says it in its own language, `words` in plain English. */
export type TroubleName =
  | 'insecure-page'
  | 'microphone-blocked'
  | 'microphone-absent'
  | 'microphone-busy'
  | 'microphone-failed'
  | 'microphone-silent'
  | 'camera-blocked'
  | 'camera-absent'
  | 'camera-busy'
  | 'camera-failed'
  | 'channel-closed'
  | 'certificate'
  | 'server-away'
  | 'media-failed'
  | 'no-sound-from-far'
  | 'not-recorded'
  | 'refused'

/** `cause`: a SIP status. `fault`: why a guest's call was refused, by name. */
export type Trouble = { name: TroubleName; words: string; cause?: number; fault?: string; address?: string }

const WORDS: Record<TroubleName, string> = {
  'insecure-page': 'Browsers give the microphone to secure pages only. Open this page by https.',
  'microphone-blocked':
    'The microphone is blocked for this page. Allow it beside the address of the page, then try again.',
  'microphone-absent': 'No microphone was found. Plug one in, then try again.',
  'microphone-busy': 'Another program holds the microphone. Close it there, then try again.',
  'microphone-failed': 'The microphone does not work. Choose another one in the settings.',
  'microphone-silent': 'The microphone gives no sound. Is it muted at the headset?',
  'camera-blocked': 'The camera is blocked for this page. Allow it beside the address of the page.',
  'camera-absent': 'No camera was found.',
  'camera-busy': 'Another program holds the camera. Close it there, then try again.',
  'camera-failed': 'The camera does not work. Choose another one in the settings.',
  'channel-closed': 'The connection to the server was lost.',
  certificate:
    'The page works, but its channel for calls does not open. Most often the browser does not trust its certificate yet: open the address once and accept it.',
  'server-away': 'The server cannot be reached.',
  'media-failed': 'No sound can pass between this browser and the server. A firewall may block UDP.',
  'no-sound-from-far': 'Nothing is heard from the other side. The call is being repaired.',
  'not-recorded': 'This call cannot be recorded.',
  refused: 'The server said no.',
}

export const troubleOf = (name: TroubleName, more: Partial<Omit<Trouble, 'name'>> = {}): Trouble => ({
  name,
  words: WORDS[name],
  ...more,
})

/** A refusal of the server in its own words. */
export const refusalOf = (answer: Readonly<Record<string, unknown>>): Trouble =>
  troubleOf('refused', {
    ...(typeof answer.reason === 'string' && answer.reason ? { words: answer.reason } : {}),
    ...(typeof answer.cause === 'number' ? { cause: answer.cause } : {}),
    ...(typeof answer.fault === 'string' ? { fault: answer.fault } : {}),
  })

/** Why getUserMedia said no. The names are those of the Media Capture specification, old ones of Chrome included. */
export const captureTrouble = (kind: 'microphone' | 'camera', error: unknown): Trouble => {
  const name = error instanceof Error || error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError' || name === 'PermissionDeniedError')
    return troubleOf(`${kind}-blocked`)
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return troubleOf(`${kind}-absent`)
  if (name === 'NotReadableError' || name === 'TrackStartError' || name === 'AbortError')
    return troubleOf(`${kind}-busy`)
  return troubleOf(`${kind}-failed`)
}

/** Thrown by the SDK's promises; always carries a trouble. */
export class TroubleError extends Error {
  readonly trouble: Trouble
  constructor(trouble: Trouble) {
    super(trouble.words)
    this.trouble = trouble
  }
}

export const troubleIn = (error: unknown): Trouble =>
  error instanceof TroubleError
    ? error.trouble
    : troubleOf('refused', error instanceof Error && error.message ? { words: error.message } : {})
