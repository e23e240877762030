/** Whether only this machine reaches the address. */
export const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1'
