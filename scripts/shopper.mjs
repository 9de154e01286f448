// What a shopper and the staff do in the journeys, the pictures and the measurements alike.
/** @import {Page} from 'playwright-core' */

/** What is written into the order form, by field name. */
export const customer = {
  name: 'Mira Example',
  email: 'mira@example.org',
  street: 'Narrow Lane 3',
  postcode: '10115',
  city: 'Berlin',
}

/**
 * Fills the open order form; waits for it.
 * @param {Page} page
 */
export async function fillOrderForm(page) {
  const form = page.getByTestId('order-form')
  for (const [name, text] of Object.entries(customer)) await form.locator(`[name=${name}]`).fill(text)
}

/**
 * Fills the open order form and sends it.
 * @param {Page} page
 */
export async function sendOrder(page) {
  await fillOrderForm(page)
  await page.getByTestId('order-form').locator('button[type=submit]').click()
}

/**
 * The staff hold every line of a shop, or let them go on.
 * @param {{ readonly url: string }} shop
 * @param {string} staffToken
 * @param {'hold' | 'resume'} what
 */
export async function tellLines(shop, staffToken, what) {
  const headers = { authorization: `Bearer ${staffToken}` }
  const lines = /** @type {{ id: string }[]} */ (
    await (await fetch(`${shop.url}/api/lines`, { headers })).json()
  )
  for (const { id } of lines) {
    const answer = await fetch(`${shop.url}/api/lines/${id}/${what}`, { method: 'POST', headers })
    if (!answer.ok) throw new Error(`${what} of ${id}: ${answer.status} ${await answer.text()}`)
  }
}
