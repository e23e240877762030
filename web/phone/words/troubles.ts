import type { Trouble, TroubleName } from '../../sdk/index.ts'
import type { Say, Word } from './index.ts'

/** What went wrong and what to do about it. */
const TROUBLES: Record<Exclude<TroubleName, 'refused'>, Word> = {
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
  certificate: 'This page works, but its channel for calls does not open.',
  'server-away': 'The server cannot be reached.',
  'media-failed':
    'No sound can pass between this browser and the server. A firewall may block UDP: ask your network’s people.',
  'no-sound-from-far': 'Nothing is heard from the other side. The call is being repaired.',
  'not-recorded': 'This call cannot be recorded.',
}

/** Why a call was not made or ended, by its SIP status (RFC 3261 §21). */
const CAUSES: Record<number, Word> = {
  402: 'There is no credit for this call.',
  403: 'This number may not be called from here.',
  404: 'Nobody has this number.',
  408: 'Nobody answered.',
  410: 'Nobody has this number any more.',
  415: 'The other phone does not understand our sound.',
  480: 'The other phone cannot be reached now.',
  484: 'The number is not complete.',
  486: 'Busy.',
  487: 'Nobody answered.',
  488: 'The two phones have no way to talk in common.',
  500: 'Something went wrong on the way.',
  502: 'Something went wrong on the way.',
  503: 'The network is full or away. Try again in a moment.',
  504: 'Something went wrong on the way.',
  600: 'Busy everywhere.',
  603: 'The call was declined.',
  604: 'Nobody has this number.',
}

export const causeWords = (cause: number | undefined, say: Say): string | undefined => {
  const word = cause === undefined ? undefined : CAUSES[cause]
  return word ? say(word) : undefined
}

export const troubleWords = (trouble: Trouble, say: Say): string =>
  trouble.name === 'refused' ? (causeWords(trouble.cause, say) ?? trouble.words) : say(TROUBLES[trouble.name])
