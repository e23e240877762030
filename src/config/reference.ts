import type { AnyProperty } from './schema.ts'
import { shown } from './schema-groups.ts'
import { rootShape } from './schema-root.ts'

/** Every property as a line of a table: made from the schema, so that the page cannot promise anything else. */
export const printReference = (): string => {
  const lines = ['| property | holds | default | status | about |', '| --- | --- | --- | --- | --- |']
  walk('', rootShape as Readonly<Record<string, AnyProperty>>, lines)
  return `${lines.join('\n')}\n`
}

const walk = (prefix: string, shape: Readonly<Record<string, AnyProperty>>, lines: string[]): void => {
  for (const [name, property] of Object.entries(shape)) {
    const { kind, about, status = 'built' } = property
    const path = `${prefix}${name}`
    const cells = [`\`${path}\``, kind.text, defaultOf(property), status, about]
    lines.push(`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    if (kind.inner?.shape) walk(`${path}${kind.inner.list ? '[]' : ''}.`, kind.inner.shape, lines)
  }
}

const defaultOf = (property: AnyProperty): string => {
  if (property.required) return 'must be given'
  if (property.otherwise !== undefined) return property.otherwise
  if (property.default === undefined) return property.fill ? 'as below' : 'none'
  return `\`${shown(property.kind, property.default)}\``
}
