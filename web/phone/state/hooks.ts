import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { Call, CallView, Cell } from '../../sdk/index.ts'
import { useWords } from '../words/index.ts'
import type { House } from './house.ts'
import { isWithheld } from './numbers.ts'

export const HouseContext = createContext<House | undefined>(undefined)

export const useHouse = (): House => {
  const house = useContext(HouseContext)
  if (!house) throw new Error('a screen outside the house')
  return house
}

export const useCell = <T>(cell: Cell<T>): T => useSyncExternalStore(cell.on, cell.get)

export type Shown = { call: Call; view: CallView }

/** All calls with what is to be shown of them; a new list at each change. */
export const useCalls = (): readonly Shown[] => {
  const { phone } = useHouse()
  const store = useMemo(() => {
    const read = () => phone.calls.list().map((call) => ({ call, view: call.view.get() }))
    let shown: readonly Shown[] = read()
    return {
      on: (listener: () => void) =>
        phone.calls.changed.on(() => {
          shown = read()
          listener()
        }),
      get: () => shown,
    }
  }, [phone])
  return useSyncExternalStore(store.on, store.get)
}

/** The time, each second while `running`. */
export const useNow = (running: boolean): number => {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!running) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [running])
  return now
}

/** A telephone, upright or lying, as in style/telephone.css: the keypad is a page of its own. */
const NARROW = matchMedia('(max-width: 800px), (max-width: 1000px) and (max-height: 480px)')
const onWidth = (listener: () => void): (() => void) => {
  NARROW.addEventListener('change', listener)
  return () => NARROW.removeEventListener('change', listener)
}
export const useNarrow = (): boolean => useSyncExternalStore(onWidth, () => NARROW.matches)

/** The name of a number as the phone book has it, else as the caller said. */
export const useNameOf = (): ((tel: string, name?: string) => string) => {
  const { book } = useHouse()
  const say = useWords()
  useCell(book.groups)
  return (tel, name = '') => book.nameOf(tel) || name || (isWithheld(tel) ? say('Number withheld') : tel)
}

/** Whether a number is that of the echo: it is heard, and no more. */
export const useIsEcho = (): ((tel: string) => boolean) => {
  const { echo } = useHouse().config
  return (tel) => tel.replace(/@.*/, '') === echo
}

/** The number below a name; nothing where that says no more. */
export const belowName = (name: string, tel: string): string => (name === tel || isWithheld(tel) ? '' : tel)
