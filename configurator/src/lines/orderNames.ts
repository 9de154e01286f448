/** The end of an order or job order id: what differs between two of the same day. */
export function shortId(id: string): string {
  const [order = '', operation] = id.split('/')
  return `…${order.slice(-8)}${operation === undefined ? '' : `/${operation}`}`
}
