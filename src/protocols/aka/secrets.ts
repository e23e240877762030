/** What is shared by a SIM and its home: the properties of an entry of `ue_db`. */
export type SimSecrets = {
  algo: 'xor' | 'miln' | 'tuak'
  /** 16 octets; TUAK also 32. */
  k: Uint8Array
  /** Milenage: one of the two, 16 octets. */
  op?: Uint8Array | undefined
  opc?: Uint8Array | undefined
  /** Milenage: five rotations of 0 to 127 bits and five constants of 16 octets. */
  r?: readonly number[] | undefined
  c?: readonly Uint8Array[] | undefined
  /** TUAK: one of the two, 32 octets. */
  top?: Uint8Array | undefined
  topc?: Uint8Array | undefined
  keccakIter?: number | undefined
  /** Octets of RES, default 8. XOR: 4 to 16. Milenage: 4 to 8, more is as 8. TUAK: 4, 8, 16 or 32. */
  resLen?: number | undefined
}

/** Undefined when a SIM can be made of these secrets; else which property is wrong and what would be right. */
export const secretsFault = (
  secrets: SimSecrets,
): { property: keyof SimSecrets; wanted: string } | undefined => {
  const { algo, k, resLen = 8 } = secrets
  if (algo === 'tuak' ? k.length !== 16 && k.length !== 32 : k.length !== 16)
    return { property: 'k', wanted: algo === 'tuak' ? '16 or 32 bytes' : '16 bytes' }
  if (algo === 'tuak') return tuakFault(secrets, resLen)
  if (!Number.isInteger(resLen) || resLen < 4 || resLen > 16)
    return { property: 'resLen', wanted: '4 to 16 bytes' }
  return algo === 'miln' ? milenageFault(secrets) : undefined
}

const milenageFault = ({ op, opc, r, c }: SimSecrets): ReturnType<typeof secretsFault> => {
  if (!op && !opc) return { property: 'opc', wanted: 'op or opc' }
  if (opc && opc.length !== 16) return { property: 'opc', wanted: '16 bytes' }
  if (!opc && op?.length !== 16) return { property: 'op', wanted: '16 bytes' }
  if (r && (r.length !== 5 || r.some((bits) => !Number.isInteger(bits) || bits < 0 || bits > 127)))
    return { property: 'r', wanted: 'five integers, each 0 to 127' }
  if (c && (c.length !== 5 || c.some((constant) => constant.length !== 16)))
    return { property: 'c', wanted: 'five strings of 16 bytes' }
  return undefined
}

const tuakFault = (
  { top, topc, keccakIter = 1 }: SimSecrets,
  resLen: number,
): ReturnType<typeof secretsFault> => {
  if (!top && !topc) return { property: 'topc', wanted: 'top or topc' }
  if (topc && topc.length !== 32) return { property: 'topc', wanted: '32 bytes' }
  if (!topc && top?.length !== 32) return { property: 'top', wanted: '32 bytes' }
  if (!Number.isInteger(keccakIter) || keccakIter < 1)
    return { property: 'keccakIter', wanted: 'an integer, 1 or more' }
  if (![4, 8, 16, 32].includes(resLen)) return { property: 'resLen', wanted: '4, 8, 16 or 32 bytes' }
  return undefined
}
