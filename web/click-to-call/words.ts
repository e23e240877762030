import type { Trouble } from '../sdk/troubles.ts'

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
  off: 'Calls from this page are switched off.',
  site: 'This page may not make calls. Tell those who run it.',
  'no-number': 'This page does not say whom to call. Tell those who run it.',
  'not-allowed': 'This number cannot be called from here.',
  often: 'You have called often. Try again in an hour.',
  'used-up': 'No more calls can be taken today. Try again tomorrow.',
  ticket: 'It took too long until the call began. Call again.',
  'wrong-number': 'Write your number in digits, perhaps with a + before them.',
  'no-call-back': 'This number cannot be called back.',
  'nobody-there': 'Nobody can be reached at the moment. Try again later.',
  unknown: 'Nobody has this number.',
  unanswered: 'Nobody answered.',
  engaged: 'The line is busy.',
  declined: 'The call was declined.',
  away: 'The telephone server cannot be reached from this page.',
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
  off: '此網頁的通話功能已關閉。',
  site: '此網頁未獲准撥打電話，請通知網站管理者。',
  'no-number': '此網頁未指定撥打對象，請通知網站管理者。',
  'not-allowed': '無法從此處撥打這個號碼。',
  often: '您撥打的次數過多，請一小時後再試。',
  'used-up': '今日已無法再接受通話，請明天再試。',
  ticket: '等候撥號的時間過長，請再撥一次。',
  'wrong-number': '請以數字輸入您的號碼，前面可加「+」。',
  'no-call-back': '無法回撥此號碼。',
  'nobody-there': '目前無法接通，請稍後再試。',
  unknown: '此號碼是空號。',
  unanswered: '無人接聽。',
  engaged: '對方忙線中。',
  declined: '對方拒接。',
  away: '此網頁無法連上電話伺服器。',
}

export type Say = (word: Word) => string

export const wordsOf = (element: HTMLElement): Say => {
  const language = element.closest('[lang]')?.getAttribute('lang') || navigator.language
  const words = /^zh\b/i.test(language) ? ZH : EN
  return (word) => element.getAttribute(`word-${word}`) ?? words[word]
}

/** How a call ends that nobody answered, by its SIP status. */
const CAUSES: Record<number, Word> = {
  ...{ 404: 'unknown', 408: 'unanswered', 410: 'unknown', 480: 'nobody-there', 486: 'engaged' },
  ...{ 487: 'unanswered', 503: 'busy', 600: 'engaged', 603: 'declined', 604: 'unknown' },
}

/** What the server refused, by its name for it. */
export const wordOfFault = (fault: string | undefined): Word =>
  fault !== undefined && Object.hasOwn(EN, fault) ? (fault as Word) : 'refused'

export const wordOf = ({ name: trouble, cause, fault }: Trouble): Word => {
  if (fault !== undefined) return wordOfFault(fault)
  if (cause !== undefined) return CAUSES[cause] ?? 'refused'
  if (trouble === 'microphone-blocked' || trouble === 'camera-blocked') return 'blocked'
  if (trouble === 'insecure-page' || trouble.startsWith('microphone')) return 'absent'
  if (trouble === 'server-away' || trouble === 'channel-closed' || trouble === 'media-failed') return 'away'
  return 'refused'
}
