/** How many unanswered INVITEs each address has here. */
export const createSources = (limit: number, exempt: (address: string) => boolean) => {
  const counts = new Map<string, number>()
  return {
    /** False when that address has as many as it may. */
    take(address: string): boolean {
      const count = counts.get(address) ?? 0
      if (count >= limit && !exempt(address)) return false
      counts.set(address, count + 1)
      return true
    },
    release(address: string): void {
      const count = (counts.get(address) ?? 0) - 1
      if (count > 0) counts.set(address, count)
      else counts.delete(address)
    },
    get size(): number {
      return counts.size
    },
  }
}
