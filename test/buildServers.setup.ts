import { buildServers } from '../scripts/build.mjs'

/** Worker threads and child processes need JavaScript: bundle the servers once before the tests that start them. */
export async function setup(): Promise<void> {
  await buildServers()
}
