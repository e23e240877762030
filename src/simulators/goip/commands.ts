/** What a channel keeps about itself and lets a server read and set. `set_imei` is left out: a device is what it is. */
export type ChannelState = {
  number: string
  imei: string
  expiryMinutes: number
  remainMinutes: number
  intervalS: number
  cell: string
  module: boolean
  reporting: boolean
  inCall: boolean
}

/** What a command makes the device do besides answering. */
export type ChannelActs = {
  dropCall(): void
  rebootModule(): void
  rebootDevice(): void
  setModule(on: boolean): void
  listCells(): void
}

type Handler = (value: string, state: ChannelState, acts: ChannelActs) => string | undefined

const whole = (value: string): number | undefined => (/^-?\d{1,9}$/.test(value) ? Number(value) : undefined)

/** Each gives what follows the session in a good answer; undefined: the value is none. */
const HANDLERS: Record<string, Handler> = {
  get_gsm_num: (_, { number }) => number,
  set_gsm_num: (value, state) => {
    state.number = value
    return `${value} ok`
  },
  get_exp_time: (_, { expiryMinutes }) => `${expiryMinutes}`,
  set_exp_time: (value, state) => {
    const minutes = whole(value)
    if (minutes === undefined) return undefined
    state.expiryMinutes = minutes
    return `${minutes} ok`
  },
  get_remain_time: (_, { remainMinutes }) => `${remainMinutes}`,
  reset_remain_time: (_, state) => {
    state.remainMinutes = state.expiryMinutes
    return 'ok'
  },
  get_gsm_state: (_, { inCall }) => (inCall ? 'ACTIVE' : 'IDLE'),
  get_imei: (_, { imei }) => imei,
  get_out_call_interval: (_, { intervalS }) => `${intervalS}`,
  set_out_call_interval: (value, state) => {
    const seconds = whole(value)
    if (seconds === undefined) return undefined
    state.intervalS = seconds
    return `${seconds} ok`
  },
  svr_drop_call: (_, _state, acts) => done(acts.dropCall),
  svr_reboot_module: (_, _state, acts) => done(acts.rebootModule),
  svr_reboot_dev: (_, _state, acts) => done(acts.rebootDevice),
  module_ctl_i: (value, _state, acts) => {
    if (!/^[012]$/.test(value)) return undefined
    acts.setModule(value === '1')
    return 'ok'
  },
  module_ctl: (value, _state, acts) => {
    if (!/^[012]+$/.test(value)) return undefined
    if (value[0] !== '2') acts.setModule(value[0] === '1')
    return 'ok'
  },
  set_base_cell: (value, state) => {
    state.cell = value
    return `${value} ok`
  },
  get_cells_list: (_, _state, acts) => done(acts.listCells),
  CURCELL: (_, { cell }) => cell,
  status_flag: (value, state) => {
    state.reporting = value === '1'
    return 'ok'
  },
}

const done = (act: () => void): string => {
  act()
  return 'ok'
}

/** What a server hears on `word session rest`; undefined: no word of ours. */
export const answerOf = (
  [word, session, rest]: [string, string, string],
  password: string,
  state: ChannelState,
  acts: ChannelActs,
): string | undefined => {
  const words = rest.split(' ')
  if (word === 'CF' || word === 'CW' || word === 'GSM') {
    if (words[0] !== password) return `${word === 'GSM' ? '' : word}ERROR ${session} PASSWORD`
    if (word === 'GSM') return recordOf(session, state)
    return words.at(word === 'CF' ? 2 : 1) === '2' ? `${word}STATE ${session} off` : `${word}OK ${session}`
  }
  const handler = Object.hasOwn(HANDLERS, word) ? HANDLERS[word] : undefined
  if (!handler) return undefined
  if (words.pop() !== password) return `ERROR ${session} PASSWORD`
  const tail = handler(words.join(' '), state, acts)
  return tail === undefined ? `ERROR ${session} ${words.join(' ')} value` : `${word} ${session} ${tail}`
}

const recordOf = (session: string, state: ChannelState): string =>
  `GSM:${session};get_gsm_num:${state.number};get_exp_time:${state.expiryMinutes};` +
  `get_remain_time:${state.remainMinutes};get_gsm_state:${state.inCall ? 'ACTIVE' : 'IDLE'};imei:${state.imei};` +
  `out_call_interval:${state.intervalS};module_down:${state.module ? 0 : 1}`
