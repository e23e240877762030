import type { Findings } from './check.ts'
import type { RootSettings } from './schema-root.ts'
import type { GoipLine } from './settings-gateways.ts'
import { type ObjectValue, placeIn, quoted } from './value.ts'

type Steps = readonly (string | number)[]
/** What stands where; undefined: it was refused, or need not be there. */
type Named = { name: string | undefined; steps: Steps }

/** A line without a device is one by itself; without its id, which was refused, it has no name. */
export const deviceOf = ({ device, id }: Pick<GoipLine, 'device'> & { id?: string }): string | undefined =>
  device === '' ? id : device

const pathOf = (steps: Steps): string =>
  steps.reduce<string>((path, step) => {
    if (typeof step === 'number') return `${path}[${step}]`
    return path === '' ? step : `${path}.${step}`
  }, '')

const named = (list: string, member: string, names: readonly (string | undefined)[]): Named[] =>
  names.map((name, index) => ({ name, steps: [...list.split('.'), index, member] }))

/** What other parts of a configuration, devices or people know by its name has that name alone. */
export const checkNames = (written: RootSettings, root: ObjectValue, check: Findings): void => {
  const { trunks, routes, goip, ejoin } = written
  const [lines, devices] = [goip?.lines ?? [], ejoin?.devices ?? []]
  const unique = (all: readonly Named[]): void => {
    const seen = new Map<string, Steps>()
    for (const { name, steps } of all) {
      if (name === undefined) continue
      const other = seen.get(name)
      if (!other) seen.set(name, steps)
      else
        check.problem(
          placeIn(root, steps),
          pathOf(steps),
          `${quoted(name)} is also the name of ${pathOf(other)}`,
        )
    }
  }
  const nameOf = ({ name }: { name?: string }): string | undefined => name
  unique(named('trunks', 'name', trunks.map(nameOf)))
  unique(named('routes', 'name', routes.map(nameOf)))
  const ids = lines.map(({ id }) => id)
  unique(named('goip.lines', 'id', ids))
  unique(named('ejoin.devices', 'name', devices.map(nameOf)))
  checkKinds(written, root, check)
}

/** Routes, operators and records name a device without its kind. */
const checkKinds = ({ goip, ejoin }: RootSettings, root: ObjectValue, check: Findings): void => {
  const indexes = new Map<string | undefined, number>(ejoin?.devices.map(({ name }, index) => [name, index]))
  const said = new Set<string>()
  goip?.lines.forEach((line, index) => {
    const name = deviceOf(line)
    const twin = indexes.get(name)
    if (name === undefined || twin === undefined || said.has(name)) return
    said.add(name)
    const steps = ['goip', 'lines', index, line.device === '' ? 'id' : 'device']
    const message = `${quoted(name)} is also the name of ejoin.devices[${twin}].name: give one of the two another`
    check.problem(placeIn(root, steps), pathOf(steps), message)
  })
}
