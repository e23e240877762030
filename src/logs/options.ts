import { LAYERS, type Layer, LEVELS, type Level } from '#lib/log'
import { err, ok, type Result } from '#lib/result'

/** `maxSize`: octets of a payload that are shown, 0 none, -1 all. `payload`: hexadecimal dumps; `key`: secrets; `crypto`: plain and ciphered data. */
export type LayerSettings = { level: Level; maxSize: number; payload: boolean; key: boolean; crypto: boolean }

export type LogSettings = {
  layers: Record<Layer, LayerSettings>
  time: 'sec' | 'short' | 'full'
  append: boolean
  /** Octets at which the file is rotated; 0 never. */
  rotateSize: number
  /** Where rotated files go, as written; empty: beside the file. */
  path: string
}

/** What an option string asks to be done once, beside the settings it changes. */
export type LogAction = 'cut' | 'rotate'

const fresh = (): LayerSettings => ({ level: 'info', maxSize: -1, payload: true, key: false, crypto: false })

export const defaultSettings = (): LogSettings => ({
  layers: Object.fromEntries(LAYERS.map((layer) => [layer, fresh()])) as Record<Layer, LayerSettings>,
  time: 'short',
  append: false,
  rotateSize: 0,
  path: '',
})

/**
 * `log_options` of the manual's section 5.2: a comma separated list of assignments, applied from left to right on top
 * of `from`, which is not changed. All of it or nothing: the error names the first wrong token and what would be right.
 */
export const parseLogOptions = (
  text: string,
  from: LogSettings = defaultSettings(),
): Result<{ settings: LogSettings; actions: LogAction[] }, string> => {
  const settings = structuredClone(from)
  const actions: LogAction[] = []
  for (const part of text.split(',')) {
    const token = part.trim()
    if (token === '') continue
    const at = token.indexOf('=')
    const wrong =
      at < 0
        ? 'an assignment such as sip.level=debug'
        : assign(settings, actions, token.slice(0, at).trim(), token.slice(at + 1).trim())
    if (wrong) return err(`"${shown(token)}": expected ${wrong}`)
  }
  return ok({ settings, actions })
}

/** The same in the syntax that `parseLogOptions` reads. */
export const printLogOptions = (settings: LogSettings): string[] => {
  const bit = (value: boolean): string => (value ? '1' : '0')
  const rotate = settings.rotateSize > 0 ? [`file.rotate=${settings.rotateSize}`] : []
  const path = settings.path === '' ? [] : [`file.path=${settings.path}`]
  const layers = LAYERS.map((layer) => {
    const { level, maxSize, payload, key, crypto } = settings.layers[layer]
    const values = [
      `level=${level}`,
      `max_size=${maxSize}`,
      `payload=${bit(payload)}`,
      `key=${bit(key)}`,
      `crypto=${bit(crypto)}`,
    ]
    return values.map((value) => `${layer}.${value}`).join(',')
  })
  return [
    [`time=${settings.time}`, `append=${bit(settings.append)}`, ...rotate, ...path].join(','),
    ...layers,
  ]
}

const NAMES = `one of ${LAYERS.join(', ')} or all`
const TIMES = ['sec', 'short', 'full'] as const
const FLAGS: Record<string, boolean> = { '0': false, '1': true, false: false, true: true }
const UNITS: Record<string, number> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }
const shown = (token: string): string => (token.length > 60 ? `${token.slice(0, 60)}…` : token)

type Assign = (settings: LogSettings, value: string, actions: LogAction[]) => string | undefined

/** Each gives what would have been right, or nothing when it was. */
const whole: Record<string, Assign> = {
  time: (settings, value) => {
    const time = TIMES.find((one) => one === value)
    if (!time) return `time=${TIMES.join('|')}`
    settings.time = time
  },
  append: (settings, value) => {
    if (FLAGS[value] === undefined) return 'append=0|1'
    settings.append = FLAGS[value]
  },
  file: (_settings, value, actions) => {
    if (value !== 'cut') return 'file=cut'
    actions.push('cut')
  },
  'file.rotate': (settings, value, actions) => {
    const size = /^(\d{1,12})([KMG]?)$/i.exec(value)
    const octets = Number(size?.[1]) * (UNITS[size?.[2]?.toUpperCase() ?? ''] ?? 1)
    if (value === 'now') actions.push('rotate')
    else if (!size || !Number.isSafeInteger(octets)) return 'file.rotate=now or a size such as 100M'
    else settings.rotateSize = octets
  },
  'file.path': (settings, value) => {
    if (value === '' || value.includes('\0')) return 'file.path=FOLDER'
    settings.path = value
  },
}

const ofLayer: Record<string, (layer: LayerSettings, value: string) => string | undefined> = {
  level: (layer, value) => {
    const level = LEVELS.find((one) => one === value)
    if (!level) return `level=${LEVELS.join('|')}`
    layer.level = level
  },
  max_size: (layer, value) => {
    if (!/^(-1|\d{1,9})$/.test(value)) return 'max_size=0 for none, -1 for all, or a number of octets'
    layer.maxSize = Number(value)
  },
  ...Object.fromEntries(
    (['payload', 'key', 'crypto'] as const).map((name) => [
      name,
      (layer: LayerSettings, value: string) => {
        if (FLAGS[value] === undefined) return `${name}=0|1`
        layer[name] = FLAGS[value]
        return undefined
      },
    ]),
  ),
}

const assign = (
  settings: LogSettings,
  actions: LogAction[],
  name: string,
  value: string,
): string | undefined => {
  if (Object.hasOwn(whole, name)) return whole[name]?.(settings, value, actions)
  const [prefix = '', option = ''] = name.split('.', 2)
  const layers = prefix === 'all' ? LAYERS : LAYERS.filter((layer) => layer === prefix)
  if (layers.length === 0)
    return name.includes('.')
      ? `a layer: ${NAMES}`
      : `time, file, file.rotate, file.path, append or a layer's option such as all.level`
  if (!Object.hasOwn(ofLayer, option)) return `${prefix}.${Object.keys(ofLayer).join('|')}`
  for (const layer of layers) {
    const wrong = ofLayer[option]?.(settings.layers[layer], value)
    if (wrong) return `${prefix}.${wrong}`
  }
  return undefined
}
