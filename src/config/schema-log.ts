import { LAYERS, LEVELS } from '#lib/log'
import type { Kind } from './schema.ts'
import { refuse } from './schema-kinds.ts'
import { quoted } from './value.ts'

const LAYER_OPTIONS: Record<string, { test: RegExp; wanted: string }> = {
  level: { test: new RegExp(`^(?:${LEVELS.join('|')})$`), wanted: LEVELS.join(', ') },
  max_size: { test: /^(?:-1|\d+)$/, wanted: 'a number of bytes, 0 for none, -1 for all' },
  payload: { test: /^(?:0|1|true|false)$/, wanted: '0 or 1' },
  key: { test: /^(?:0|1|true|false)$/, wanted: '0 or 1' },
  crypto: { test: /^(?:0|1|true|false)$/, wanted: '0 or 1' },
}

const OPTIONS: Record<string, { test: RegExp; wanted: string }> = {
  time: { test: /^(?:sec|short|full)$/, wanted: 'sec, short or full' },
  file: { test: /^cut$/, wanted: 'cut' },
  'file.rotate': { test: /^(?:now|\d+[KMG]?)$/, wanted: 'now, or a size such as 100M' },
  'file.path': { test: /./, wanted: 'a path' },
  append: { test: /^(?:0|1|true|false)$/, wanted: '0 or 1' },
}

/** `log_options` of manual 5.2. Layers of other programs are warned about, since the option may be copied from them. */
export const logOptions: Kind<string> = {
  text: 'log options',
  read: (value, at) => {
    if (value.kind !== 'string') return refuse(value, at, 'a string')
    let wrong = false
    for (const option of value.value.split(',').map((text) => text.trim())) {
      if (option === '') continue
      const [, name = '', setting = ''] = /^([^=]*)=(.*)$/.exec(option) ?? []
      const [layer = '', property = ''] = name.split('.')
      const rule = OPTIONS[name] ?? (name.split('.').length === 2 ? LAYER_OPTIONS[property] : undefined)
      if (!rule?.test.test(setting)) {
        const right = rule
          ? `${name} is ${rule.wanted}`
          : 'options are layer.level=, layer.max_size=, time=, file.rotate= and the like'
        at.check.problem(value.place, at.path, `${quoted(option)}: ${right}`)
        wrong = true
      } else if (!OPTIONS[name] && layer !== 'all' && !LAYERS.some((known) => known === layer)) {
        at.check.warn(
          value.place,
          at.path,
          `there is no layer ${layer}; layers are all, ${LAYERS.join(', ')}`,
        )
      }
    }
    return wrong ? undefined : value.value
  },
}
