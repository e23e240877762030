import type { TroubleName } from '../sdk/troubles.ts'

/** The widget's few words; a page may replace any of them by an attribute `word-…`. */
const EN = {
  call: 'Call us',
  'video-call': 'Video call',
  starting: 'Starting…',
  calling: 'Calling…',
  ringing: 'Ringing…',
  connected: 'Connected',
  ended: 'Call ended',
  'hang-up': 'Hang up',
  mute: 'Mute',
  unmute: 'Unmute',
  keypad: 'Keypad',
  again: 'Call again',
  number: 'Your phone number',
  'call-back': 'Call me back',
  'called-back': 'We call you back in a moment.',
  close: 'Close',
  silent: 'Nothing is heard from the other side.',
  blocked: 'The microphone is blocked. Allow it beside the address of the page, then try again.',
  absent: 'No microphone was found. You can be called back instead.',
  refused: 'The call could not be made.',
  busy: 'All lines are busy. Try again in a moment.',
  away: 'The telephone server cannot be reached.',
}
export type Word = keyof typeof EN

const ZH: typeof EN = {
  call: '聯絡我們',
  'video-call': '視訊通話',
  starting: '準備中…',
  calling: '撥號中…',
  ringing: '響鈴中…',
  connected: '通話中',
  ended: '通話結束',
  'hang-up': '掛斷',
  mute: '靜音',
  unmute: '取消靜音',
  keypad: '撥號鍵盤',
  again: '再撥一次',
  number: '您的電話號碼',
  'call-back': '請回電給我',
  'called-back': '我們將立即回電。',
  close: '關閉',
  silent: '聽不到對方的聲音。',
  blocked: '麥克風已被封鎖。請在網址列旁允許，然後再試一次。',
  absent: '找不到麥克風，可改由我們回電。',
  refused: '無法撥打。',
  busy: '線路忙碌，請稍後再試。',
  away: '無法連上電話伺服器。',
}

export type Say = (word: Word) => string

export const wordsOf = (element: HTMLElement): Say => {
  const language = element.closest('[lang]')?.getAttribute('lang') || navigator.language
  const words = /^zh\b/i.test(language) ? ZH : EN
  return (word) => element.getAttribute(`word-${word}`) ?? words[word]
}

export const wordOf = (trouble: TroubleName): Word => {
  if (trouble === 'microphone-blocked' || trouble === 'camera-blocked') return 'blocked'
  if (trouble === 'insecure-page' || trouble.startsWith('microphone')) return 'absent'
  if (trouble === 'server-away' || trouble === 'channel-closed' || trouble === 'media-failed') return 'away'
  return 'refused'
}
