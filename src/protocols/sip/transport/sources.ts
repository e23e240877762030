/** How many unanswered INVITEs each address has here, and how many octets of them. */
export const createSources = (limit: number, octetLimit: number, exempt: (address: string) => boolean) => {
  const sources = new Map<string, { count: number; octets: number }>()
  return {
    /** False when that address has as many as it may. */
    take(address: string, octets: number): boolean {
      const known = sources.get(address)
      if (!known) {
        sources.set(address, { count: 1, octets })
        return true
      }
      if ((known.count >= limit || known.octets + octets > octetLimit) && !exempt(address)) return false
      known.count++
      known.octets += octets
      return true
    },
    release(address: string, octets: number): void {
      const known = sources.get(address)
      if (!known) return
      known.count--
      known.octets -= octets
      if (known.count === 0) sources.delete(address)
    },
    get size(): number {
      return sources.size
    },
  }
}
