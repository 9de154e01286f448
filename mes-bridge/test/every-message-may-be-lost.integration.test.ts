/**
 * One message after the other is lost at its exact place in the protocol: each kind of request before it reaches the line, each
 * kind of answer before it reaches the bridge; cut, swallowed, or held back until it comes much too late. Every unit is built
 * once all the same, by the line's own count. WIRE_CAMPAIGN=1 adds the combinations that cost long waits.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Line as SimulatedLine } from '@lot-one/plc-sim'
import type { Dispatch } from '../src/dispatch.ts'
import type { Journal } from '../src/journal.ts'
import { connect } from '../src/line/connection.ts'
import { discover, readLimits } from '../src/line/discover.ts'
import { openPki } from '../src/line/trust.ts'
import { standardProfile } from '../src/lineProfiles.ts'
import { built, makeDispatch, openTestJournal, placeOrder, reached, routing } from './factory.ts'
import { makeLink, password, pkiFolder, startSim, temporaryFolder, until } from './simulatedLine.ts'
import { wireProxy } from './wireProxy.ts'
import type { Harm, Service, WireProxy } from './wireProxy.ts'

const isCampaign = process.env['WIRE_CAMPAIGN'] !== undefined
const security = { policy: 'None', mode: 'None', user: 'bridge', password } as const
const profile = { ...standardProfile, callDeadlineMs: 400, publishingIntervalMs: 20, silenceMs: 1_000 }

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let sim: SimulatedLine
let proxy: WireProxy
let line: ReturnType<typeof makeLink>
let journal: Journal
let dispatch: Dispatch

beforeAll(async () => {
  folder = await temporaryFolder()
  const pki = await pkiFolder(folder.path)
  sim = await startSim(folder.path, pki, 'line-1', { securityNone: true, speed: 1_000 })
  proxy = await wireProxy(sim.endpointUrl, await methodNames(pki))
  line = makeLink('line-1', proxy.endpointUrl, pki, { security }, { profile })
  line.start()
  await until(line, () => line.isOnline())
  journal = await openTestJournal(`${folder.path}/data`)
  dispatch = makeDispatch(journal, [line])
  await dispatch.start()
})
afterAll(async () => {
  await dispatch.stop()
  await line.stop()
  await journal.close()
  await proxy.close()
  await sim.stop()
  await folder.remove()
})

/** Which node is which method, found as the bridge finds it. */
async function methodNames(folderOfKeys: string): Promise<Map<string, string>> {
  const pki = await openPki(folderOfKeys)
  const nobody = new AbortController().signal
  const silent = { trustFirstUse: true, onFirstUse: () => undefined, onFound: () => undefined }
  const made = await connect(
    {
      endpoint: sim.endpointUrl,
      lineId: 'names',
      security,
      pki,
      profile: standardProfile,
      clock: Date,
      ...silent,
    },
    nobody,
  )
  if (made.outcome !== 'connected') throw new Error(made.reason)
  const { stations } = await discover(made.session, await readLimits(made.session))
  await made.close()
  await pki.release()
  return new Map(
    stations.flatMap(({ methods }) =>
      [...methods].map(([name, id]) => [`${id.namespace}:${String(id.value)}`, name] as const),
    ),
  )
}

async function expectBuiltOnce(orderId: string): Promise<void> {
  await reached(journal, orderId, 'completed')
  const done = built(sim).filter(({ jobOrderId }) => jobOrderId.startsWith(orderId))
  expect(done.map(({ station }) => station)).toEqual(routing)
  expect(done.every(({ finishedAt }) => finishedAt !== undefined)).toBe(true)
}

const ways = ['request', 'answer'] as const

describe('a call', () => {
  const quick: Harm[] = ['cut', 'swallow']
  const cases = ['Store', 'Start', 'Clear'].flatMap((method) =>
    ways.flatMap((way) => {
      const isShown = isCampaign || (method === 'Start' && way === 'request')
      return [...quick, ...(isShown ? ['hold' as const] : [])].map((harm) => [method, way, harm] as const)
    }),
  )
  test.each(cases)('%s: its %s is lost (%s)', async (method, way, harm) => {
    // The second of six, so that the order is under way.
    const harmed = proxy.fail({ service: 'Call', method, way, skip: 1 }, harm)
    const orderId = await placeOrder(journal)
    await harmed
    await expectBuiltOnce(orderId)
    // What was held back comes now, over a connection of long ago.
    proxy.letGo()
    await until(line, () => line.isOnline())
    await expectBuiltOnce(orderId)
  })
})

describe('while the link is being made', () => {
  const steps: Service[] = [
    'CreateSession',
    'ActivateSession',
    'Browse',
    'CreateSubscription',
    'CreateMonitoredItems',
    'Read',
  ]
  const harms: Harm[] = isCampaign ? ['cut', 'swallow'] : ['cut']
  const cases = steps.flatMap((service) =>
    ways.flatMap((way) => harms.map((harm) => [service, way, harm] as const)),
  )
  test.each(cases)('%s: its %s is lost (%s)', async (service, way, harm) => {
    const harmed = proxy.fail({ service, way }, harm)
    proxy.cut()
    const orderId = await placeOrder(journal)
    await harmed
    await expectBuiltOnce(orderId)
  })
})

test('notifications that are swallowed are missed by nobody', async () => {
  for (let n = 0; n < 8; n++) void proxy.fail({ service: 'Publish', way: 'answer', skip: 2 * n }, 'swallow')
  await expectBuiltOnce(await placeOrder(journal))
})
