/** A card of the test network 001 01; its secrets play no role here. */
export type MobileSim = { number: string; iccid: string; imsi: string; imei: string; operator: string }

const padded = (index: number, digits: number): string => String(index).padStart(digits, '0')

/** The card with this place in a device; numbers count up from the first one's. `own`: it has a number of its own. */
export const simCardAt = (index: number, firstNumber: string, own?: string): MobileSim => {
  const sign = firstNumber.startsWith('+') ? '+' : ''
  const digits = firstNumber.replace(/\D/g, '') || '0'
  const counted = (BigInt(digits) + BigInt(index)).toString().padStart(digits.length, '0')
  return {
    number: own || sign + counted,
    iccid: `890001000000${padded(index, 7)}`,
    imsi: `00101${padded(index, 10)}`,
    imei: `35000000${padded(index, 7)}`,
    operator: 'TEST NET',
  }
}
