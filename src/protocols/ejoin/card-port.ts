/** Where a card sits: port and slot of the device, or a slot of a remote SIM pool. Slots count from 1. */
export type CardPort = { port: number; slot: number; pool?: { name: number; slot: number } }

/** `1.02`, `1B` (letters for slots 1 to 4), `12.sp256.101`; the manual's own sample misprints it `1.spl28.016`. */
export const parseCardPort = (text: string): CardPort | undefined => {
  const remote = /^(\d{1,3})\.sp([l\d]\d{0,5})\.(\d{1,5})$/i.exec(text)
  if (remote) {
    const name = Number((remote[2] as string).replace(/^l/i, '1'))
    return { port: Number(remote[1]), slot: 1, pool: { name, slot: Number(remote[3]) } }
  }
  const local = /^(\d{1,3})(?:\.(\d{1,3})|([A-Z]))?$/i.exec(text)
  if (!local) return undefined
  const letter = local[3]
  const slot = letter ? letter.toUpperCase().charCodeAt(0) - 64 : Number(local[2] ?? 1)
  return Number(local[1]) > 0 && slot > 0 ? { port: Number(local[1]), slot } : undefined
}

export const printCardPort = ({ port, slot, pool }: CardPort): string =>
  pool
    ? `${port}.sp${pool.name}.${String(pool.slot).padStart(3, '0')}`
    : `${port}.${String(slot).padStart(2, '0')}`
