import { printCommand, printPasswordFirst } from '#goip-wire'
import { err, ok, type Result } from '#lib/result'
import type { LineSettings } from './ports.ts'

type Shape = { values: readonly RegExp[]; passwordFirst?: true }

const NUMBER = /^\+?[0-9*#]{1,32}$/
const COUNT = /^-?\d{1,9}$/
const WORD = /^[\w.,:-]{1,64}$/

const plain: Shape = { values: [] }
const one = (value: RegExp): Shape => ({ values: [value] })

/**
 * What an operator may ask of a line. `set_imei` is missing on purpose, and so are raw AT commands, which can do the
 * same: another identity for a device is a crime in several countries.
 */
const COMMANDS: Readonly<Record<string, Shape>> = {
  get_gsm_num: plain,
  set_gsm_num: one(NUMBER),
  get_exp_time: plain,
  set_exp_time: one(COUNT),
  get_remain_time: plain,
  reset_remain_time: plain,
  get_gsm_state: plain,
  get_imei: plain,
  get_out_call_interval: plain,
  set_out_call_interval: one(COUNT),
  svr_drop_call: plain,
  svr_reboot_module: plain,
  svr_reboot_dev: plain,
  /** `on`, `off`, or the firmware's own digit. */
  module_ctl_i: one(/^(?:on|off|[0-2])$/),
  /** A digit for each channel: 1 on, 0 off, 2 as it is. */
  module_ctl: one(/^[0-2]{1,64}$/),
  set_base_cell: one(WORD),
  get_cells_list: plain,
  CURCELL: plain,
  status_flag: one(/^[01]$/),
  /** reason 0 to 5, mode 0 to 4, number, seconds. */
  CF: { values: [/^[0-5]$/, /^[0-4]$/, NUMBER, COUNT], passwordFirst: true },
  CW: { values: [/^[0-2]$/], passwordFirst: true },
  GSM: { values: [], passwordFirst: true },
}

export const GOIP_COMMANDS: readonly string[] = Object.keys(COMMANDS)

/** The words of a command as a function of its session number; an error says what is wrong with it. */
export const wordsOf = (
  name: string,
  values: string[],
  settings: LineSettings,
): Result<(session: number) => string, string> => {
  const shape = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!shape) return err(`${JSON.stringify(name.slice(0, 40))} is no command of a GoIP`)
  const needed = shape.values.length
  if (values.length !== needed)
    return err(`${name} takes ${needed === 1 ? '1 value' : `${needed} values`}, not ${values.length}`)
  const wrong = values.findIndex((value, index) => !shape.values[index]?.test(value))
  if (wrong >= 0) return err(`value ${wrong + 1} of ${name} is not of its kind`)
  const said = name === 'module_ctl_i' ? [moduleWord(values[0] ?? '', settings)] : values
  const print = shape.passwordFirst ? printPasswordFirst : undefined
  return ok((session) =>
    print
      ? print(name, session, settings.password, said)
      : printCommand(name, session, said, settings.password),
  )
}

const moduleWord = (value: string, { module_off }: LineSettings): string =>
  value === 'on' ? '1' : value === 'off' ? String(module_off) : value

/** CF and CW answer with words of their own. */
export const isGood =
  (name: string) =>
  (word: string): boolean =>
    word === name || word === `${name}OK` || word === `${name}STATE`
