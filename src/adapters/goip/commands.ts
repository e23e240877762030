import { printCommand, printPasswordFirst } from '#goip-wire'

/**
 * What an operator may ask of a line. `set_imei` is missing on purpose: it gives a device another identity, which is
 * a crime in several countries.
 */
const VALUES_FIRST = new Set([
  ...['get_gsm_num', 'set_gsm_num', 'get_exp_time', 'set_exp_time', 'get_remain_time', 'reset_remain_time'],
  ...['get_gsm_state', 'get_imei', 'get_out_call_interval', 'set_out_call_interval'],
  ...['svr_drop_call', 'svr_reboot_module', 'svr_reboot_dev', 'module_ctl_i', 'module_ctl'],
  ...['set_base_cell', 'get_cells_list', 'CURCELL', 'status_flag'],
])
const PASSWORD_FIRST = new Set(['CF', 'CW', 'GSM'])

export const GOIP_COMMANDS: readonly string[] = [...VALUES_FIRST, ...PASSWORD_FIRST]

/** Undefined for a command that is none of ours. */
export const wordsOf = (
  name: string,
  session: number,
  values: string[],
  password: string,
): string | undefined => {
  if (VALUES_FIRST.has(name)) return printCommand(name, session, values, password)
  return PASSWORD_FIRST.has(name) ? printPasswordFirst(name, session, password, values) : undefined
}

/** CF and CW answer with words of their own. */
export const isGood =
  (name: string) =>
  (word: string): boolean =>
    word === name || word === `${name}OK` || word === `${name}STATE`
