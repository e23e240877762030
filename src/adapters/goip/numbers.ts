/**
 * A number as a line's operator wants it: `plus` (+15550100900), `bare` (15550100900), `national:49` (the country
 * code becomes 0), or a prefix of one's own, `prefix:00`. Short codes and names stay as they are.
 */
export const numberFor = (to: string, format: string): string => {
  const digits = to.startsWith('+') ? to.slice(1) : undefined
  if (digits === undefined || !/^\d{5,20}$/.test(digits)) return to
  if (format === 'bare') return digits
  const [word, value = ''] = format.split(':')
  if (word === 'national') return digits.startsWith(value) ? `0${digits.slice(value.length)}` : to
  return word === 'prefix' ? value + digits : to
}
