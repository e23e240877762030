/** `box1` of the line `box1/goipid1`. */
export const deviceOf = (line: string): string => {
  const end = line.indexOf('/')
  return end < 0 ? line : line.slice(0, end)
}
