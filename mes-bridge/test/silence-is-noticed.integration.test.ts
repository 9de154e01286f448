/** A line that keeps its session and says nothing any more, and events that never come: found out without a slow poll. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LineChange } from '../src/line.ts'
import { standardProfile } from '../src/lineProfiles.ts'
import { jobOrder, makeLink, pkiFolder, startSim, temporaryFolder, until } from './simulatedLine.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let pki: string
const cleanUps: (() => Promise<void>)[] = []

beforeAll(async () => {
  folder = await temporaryFolder()
  pki = await pkiFolder(folder.path)
})
afterAll(async () => {
  await Promise.all(cleanUps.map((cleanUp) => cleanUp()))
  await folder.remove()
})

/** A line that is never polled for want of anything better to do: what is found out here is found out on purpose. */
async function watched(lineId: string) {
  const sim = await startSim(folder.path, pki, lineId)
  const profile = { ...standardProfile, pollMs: 120_000 }
  const line = makeLink(lineId, sim.endpointUrl, pki, {}, { profile })
  cleanUps.push(async () => {
    await line.stop()
    await sim.stop()
  })
  const changes: LineChange[] = []
  const links: ReturnType<typeof line.link>[] = []
  line.follow((change) => {
    changes.push(change)
    if (change.kind === 'link') links.push(line.link())
  })
  line.start()
  await until(line, () => line.isOnline())
  return { sim, line, changes, links }
}

async function running(
  { line }: { line: ReturnType<typeof makeLink> },
  order = jobOrder('silent', 10, 'paint'),
) {
  await line.store('paint', order)
  await line.command('paint', 'Start', order.jobOrderId)
  return order.jobOrderId
}

const reaches = (line: ReturnType<typeof makeLink>, jobOrderId: string, jobState: string) =>
  until(line, () => line.observed(jobOrderId)?.jobState === jobState)

describe.concurrent('a line falls silent', () => {
  test('a subscription the line has lost is made anew within seconds, and what was missed is read', async () => {
    const at = await watched('forgetful')
    const { sim, line, links } = at
    // Two seconds at this speed: it ends while nobody hears it.
    const order = jobOrder('silent', 10, 'paint', { plannedSeconds: 400 })
    const jobOrderId = await running(at, order)
    await reaches(line, jobOrderId, 'Running')
    sim.loseSubscriptions()
    const lostAt = Date.now()
    await reaches(line, jobOrderId, 'Ended')
    expect(line.observed(jobOrderId)).toMatchObject({ by: 'read' })
    await until(
      line,
      () => links.some(({ state, reason }) => state === 'resyncing' && reason) && line.isOnline(),
    )
    expect(Date.now() - lostAt).toBeLessThan(8_000)
    expect(links.find(({ state, reason }) => state === 'resyncing' && reason)?.reason).toMatch(
      /silent for [45] s/,
    )
    // The same session, and events are back.
    expect(links.map(({ state }) => state)).not.toContain('connecting')
    const next = await running(at, jobOrder('silent', 20, 'paint'))
    await reaches(line, next, 'Ended')
    expect(line.observed(next)).toMatchObject({ by: 'event' })
  })

  test('a line whose sockets are open and which answers nothing is given up, and taken up when it speaks', async () => {
    const { sim, line, links } = await watched('mute')
    // With places for so few, a session left behind would lock us out.
    sim.change({ maxSessions: 2 })
    sim.silence()
    const since = Date.now()
    await until(line, () => line.link().state === 'connecting')
    expect(Date.now() - since).toBeLessThan(9_000)
    expect(links.map(({ reason = '' }) => reason).join()).toMatch(/silent for 4 s/)
    sim.speak()
    await until(line, () => line.isOnline())
  })

  test('an event that never comes is made up for by a look at the moment it was due', async () => {
    const { sim, line } = await watched('lossy')
    const lost = { paint: 'Ended', foaming: 'Running', charge: 'AllowedToStart' }
    const since = Date.now()
    await Promise.all(
      Object.entries(lost).map(async ([station, method], index) => {
        sim.faults.add({ station, method, action: { do: 'dropEvent' } })
        // Begun without a word, nobody can know how long it takes: then it is looked for at once.
        if (method === 'AllowedToStart')
          sim.faults.add({ station, method: 'Running', action: { do: 'dropEvent' } })
        const order = jobOrder('lossy', 10 * (index + 1), station)
        await line.store(station, order)
        await line.command(station, 'Start', order.jobOrderId)
        await reaches(line, order.jobOrderId, 'Ended')
      }),
    )
    expect(Date.now() - since).toBeLessThan(4_000)
  })
})
