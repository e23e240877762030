/** JSON Schema, as far as the shapes of REST need it. */
export type Schema = { readonly [word: string]: unknown }

export const text: Schema = { type: 'string' }
export const time: Schema = { type: 'string', format: 'date-time' }
export const integer: Schema = { type: 'integer' }
export const flag: Schema = { type: 'boolean' }

/** `required`: all of them, unless said otherwise. Nothing else may be in it. */
export const object = (properties: Record<string, Schema>, required = Object.keys(properties)): Schema => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
})
export const list = (items: Schema): Schema => ({ type: 'array', items })
export const without = (properties: Record<string, Schema>, ...optional: string[]): string[] =>
  Object.keys(properties).filter((name) => !optional.includes(name))
export const page = (items: Schema): Schema => object({ items: list(items), cursor: text }, ['items'])
export const about = (description: string, schema: Schema): Schema => ({ ...schema, description })
