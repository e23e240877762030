import { type Api, type BookGroup, type Cell, createCell } from '../../sdk/index.ts'
import { peopleOf } from './numbers.ts'

export type Loaded<T> = { state: 'loading' | 'ready' | 'failed'; value: T }

export type Book = {
  groups: Cell<Loaded<readonly BookGroup[]>>
  /** The name of a number, or nothing. */
  nameOf(tel: string): string
  load(): Promise<void>
}

export const createBook = (api: Api, onLoaded: (watched: string[]) => void): Book => {
  const groups = createCell<Loaded<readonly BookGroup[]>>({ state: 'loading', value: [] })
  let names = new Map<string, string>()
  return {
    groups,
    nameOf: (tel) => names.get(tel) ?? '',
    load: async () => {
      try {
        const { groups: found } = await api.phoneBook()
        const people = peopleOf(found)
        names = new Map(people.map(({ tel, name }) => [tel, name]))
        groups.set({ state: 'ready', value: found })
        onLoaded(people.filter(({ blf }) => blf).map(({ tel }) => tel))
      } catch {
        groups.set({ state: 'failed', value: groups.get().value })
      }
    },
  }
}
