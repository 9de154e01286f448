/** A whole bridge without HTTP for tests: real journal, real links, real simulators; and the count of what was built. */
import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { builtOperations, readLedger } from '@lot-one/plc-sim'
import type { Line as SimulatedLine } from '@lot-one/plc-sim'
import type { OrderEvent, OrderState } from '@lot-one/rules'
import type { PlannedOperation } from '../src/composeJobOrders.ts'
import { createDispatch } from '../src/dispatch.ts'
import type { Dispatch, DispatchOptions } from '../src/dispatch.ts'
import type { Journal } from '../src/journal.ts'
import { openJournal } from '../src/journalOpen.ts'
import type { Line } from '../src/line.ts'
import { newOrder, workerFile } from './journals.ts'
import { testLog } from './simulatedLine.ts'

export const routing = ['sheet-metal', 'paint', 'foaming', 'charge', 'smart-kit', 'assembly-test']

/** Six operations of a made-up product; `colour` goes to paint, `wifi` to the smart kit; `slow` names a station that takes long. */
export function operationsOf(
  orderId: string,
  selection: Readonly<Record<string, string | number | boolean>>,
  stations = routing,
): PlannedOperation[] {
  return stations.map((station, index) => ({
    op: 10 * (index + 1),
    jobOrderId: `${orderId}/${10 * (index + 1)}`,
    station,
    workMasterId: station,
    label: { en: station },
    plannedSeconds: selection['slow'] === station ? 600 : 10,
    parameters: [
      { id: 'Width', value: selection['width'] ?? 600 },
      ...(station === 'paint' ? [{ id: 'Colour', value: selection['colour'] ?? 'white' }] : []),
      ...(station === 'smart-kit' ? [{ id: 'Wifi', value: selection['wifi'] ?? false }] : []),
    ],
    materialRequirements: [{ position: `part-${station}`, part: `PART-${station}`, quantity: 1 }],
    consumes: station === 'paint' ? ['colour'] : [],
  }))
}

export async function openTestJournal(folder: string): Promise<Journal> {
  await mkdir(folder, { recursive: true })
  return openJournal({
    storage: { engine: 'sqlite', folder, workerFile, pid: process.pid },
    now: () => new Date(),
    warn: (message) => testLog.warn({}, message),
  })
}

export function makeDispatch(
  journal: Journal,
  lines: readonly Line[],
  change: Partial<DispatchOptions> = {},
): Dispatch {
  return createDispatch({
    journal,
    lines,
    derive: async (order) => operationsOf(order.orderId, order.selection),
    clock: Date,
    log: testLog,
    secondsPerPlannedSecond: 1 / 200,
    ...change,
  })
}

export async function placeOrder(
  journal: Journal,
  selection: Record<string, string | number | boolean> = { colour: 'white' },
): Promise<string> {
  const orderId = randomUUID()
  const order = newOrder({ orderId })
  const answer = await journal.accept({ ...order, snapshot: { ...order.snapshot, selection } })
  if (answer.outcome !== 'accepted') throw new Error(`order was not accepted: ${answer.outcome}`)
  return orderId
}

/** Resolves with all events of an order once it has reached a state; it must happen after the call or have happened. */
export function reached(
  journal: Journal,
  orderId: string,
  state: OrderState,
): Promise<readonly OrderEvent[]> {
  return seen(journal, orderId, (event) => event.state === state)
}

/** Resolves with all events of an order once one of them fits. */
export async function seen(
  journal: Journal,
  orderId: string,
  fits: (event: OrderEvent) => boolean,
): Promise<readonly OrderEvent[]> {
  await new Promise<void>((resolve, reject) => {
    const leave = journal.follow((event) => {
      if (event.orderId !== orderId || !fits(event)) return
      leave()
      resolve()
    })
    journal.events(orderId, 0).then((events) => {
      if (!events.some(fits)) return
      leave()
      resolve()
    }, reject)
  })
  return journal.events(orderId, 0)
}

/** What the simulators' own ledgers say was built: job order id -> digests of the finished operations. */
export function built(...sims: readonly Pick<SimulatedLine, 'ledgerFile'>[]) {
  return sims.flatMap((sim) => builtOperations(readLedger(sim.ledgerFile)))
}
