import type { Driver } from './web-town.ts'

type Speaker = { page: Driver; hertz: number }

const hearEachOther = (one: Speaker, other: Speaker): Promise<unknown> =>
  Promise.all([one.page.hears(other.hertz), other.page.hears(one.hertz)])

/** The first, an old client, calls the second, asks the third, goes back, asks again, and sends its call on to it. */
export const consultAndSendOn = async (first: Speaker, second: Speaker, third: Speaker): Promise<void> => {
  const { page } = first
  await page.call(second.page.user)
  await hearEachOther(first, second)
  const cid = await page.cid()
  await page.say(1008, { cid, rto: third.page.user })
  await page.until(9007, { cid, state: '2' })
  await Promise.all([hearEachOther(first, third), second.page.silent()])
  await page.say(1007, { cid, type: '2' })
  await page.until(9007, { cid, state: '0' })
  await hearEachOther(first, second)
  await page.forget()
  await third.page.forget()
  await page.say(1008, { cid, rto: third.page.user })
  await page.until(9007, { cid, state: '2' })
  await page.hears(third.hertz)
  await page.say(1010, { cid })
  await page.until(9004, { cid, state: '0', cause: '200' })
  await hearEachOther(second, third)
  await third.page.say(1010, { cid: await third.page.cid() })
  await second.page.until(9004, { state: '0' })
}
