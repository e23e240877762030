/** `open`: the network waits for a choice. */
export type UssdScreen = { text: string; open: boolean }

const MENU = '1 Balance\n2 My number\n3 Tariff\n0 End'
const TARIFF = '1 Talk\n2 Text\n9 Back'

/** A mobile network's service menu for one SIM: `*100#` balance, `*101#` number, `*111#` a menu; undefined: no such code. */
export const createUssdMenu = ({ number, balance }: { number: string; balance: string }) => {
  let place: 'main' | 'tariff' | undefined
  const at = (next: typeof place, text: string): UssdScreen => {
    place = next
    return { text, open: next !== undefined }
  }
  return {
    dial(code: string): UssdScreen | undefined {
      if (code === '*100#') return at(undefined, `Balance ${balance}`)
      if (code === '*101#') return at(undefined, `Your number is ${number}`)
      if (code === '*111#') return at('main', MENU)
      if (place === 'main') {
        if (code === '1') return at(undefined, `Balance ${balance}`)
        if (code === '2') return at(undefined, `Your number is ${number}`)
        if (code === '3') return at('tariff', TARIFF)
        if (code === '0') return at(undefined, 'Goodbye')
      }
      if (place === 'tariff') return code === '9' ? at('main', MENU) : at(undefined, `Tariff ${code} it is`)
      place = undefined
      return undefined
    },
    leave(): void {
      place = undefined
    },
  }
}
export type UssdMenu = ReturnType<typeof createUssdMenu>
