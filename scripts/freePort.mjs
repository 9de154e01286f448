// A port that stays free until somebody listens on it: the system gives every outgoing connection a port of its ephemeral range
// (32768 and up on Linux, 49152 and up elsewhere), so a port from there may be gone again a moment later.
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * A port between 15000 and 32000 that nobody listens on now.
 * @param {string} [host]
 * @returns {Promise<number>}
 * @throws when a hundred ports in a row are taken
 */
export async function freePort(host = '127.0.0.1') {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(15_000, 32_000)
    const free = await new Promise((done) => {
      const probe = createServer()
      probe.once('error', () => done(false))
      probe.listen(port, host, () => probe.close(() => done(true)))
    })
    if (free) return port
  }
  throw new Error(`No free port was found on ${host} between 15000 and 32000.`)
}
