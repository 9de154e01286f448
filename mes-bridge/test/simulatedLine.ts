/** A real line simulator and a real line link for tests, in temporary folders. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultStations, quietLibrary, startLine } from '@lot-one/plc-sim'
import type { Line as SimulatedLine, LineOptions } from '@lot-one/plc-sim'
import { createHash } from 'node:crypto'
import { createLine, prepareOwnCertificate } from '../src/line.ts'
import type { AuditEntry, Line, LineConfig, LineOptions as LinkOptions, Log } from '../src/line.ts'
import type { JobOrder } from '../src/jobOrder.ts'

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
/** Prints what the modules say when LOT_ONE_TEST_LOG is set. */
export const testLog: Log = process.env['LOT_ONE_TEST_LOG']
  ? {
      debug:
        process.env['LOT_ONE_TEST_LOG'] === 'debug'
          ? (_, message) => console.log(new Date().toISOString().slice(14), 'debug', message)
          : () => {},
      info: (_, message) => console.log(new Date().toISOString().slice(14), 'info', message),
      warn: (_, message) => console.log(new Date().toISOString().slice(14), 'warn', message),
      error: (fields, message) => console.log('error', message, fields),
    }
  : silentLog

export const password = 'let-me-in'

/** A folder below the system's temporary one, removed by `remove`. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'lot-one-'))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Starts a simulator that trusts the bridge's certificate of `pkiFolder`. */
export async function startSim(
  folder: string,
  pkiFolder: string,
  lineId: string,
  options: Partial<LineOptions> = {},
): Promise<SimulatedLine> {
  quietLibrary()
  await withKeys(join(keys, lineId), join(folder, lineId, 'pki'))
  const { certificateFile } = await prepareOwnCertificate(pkiFolder)
  const sim = await startLine({
    lineId,
    port: 0,
    dir: join(folder, lineId),
    stations: defaultStations,
    users: [
      { name: 'bridge', password, role: 'Operator' },
      { name: 'watcher', password, role: 'Observer' },
    ],
    speed: 200,
    trust: [certificateFile],
    ...options,
  })
  await keepKeys(join(folder, lineId, 'pki'), join(keys, lineId))
  return sim
}

/** Keys made once per process: making one takes a second. */
const keys = mkdtempSync(join(tmpdir(), 'lot-one-keys-'))
process.on('exit', () => rmSync(keys, { recursive: true, force: true }))

async function withKeys(from: string, to: string): Promise<void> {
  if (existsSync(from) && !existsSync(join(to, 'own')))
    await cp(join(from, 'own'), join(to, 'own'), { recursive: true })
}

async function keepKeys(from: string, to: string): Promise<void> {
  if (!existsSync(to)) await cp(join(from, 'own'), join(to, 'own'), { recursive: true })
}

/** A folder with a bridge certificate that no other test writes to. */
export async function pkiFolder(folder: string): Promise<string> {
  const own = join(folder, 'pki')
  const kept = join(keys, 'bridge')
  if (existsSync(kept)) await cp(kept, own, { recursive: true })
  else {
    await prepareOwnCertificate(own)
    await cp(join(own, 'own'), join(kept, 'own'), { recursive: true })
    await cp(join(own, 'application-uri'), join(kept, 'application-uri'))
  }
  return own
}

/** Makes a link that trusts the line's certificate at first use. */
export function makeLink(
  id: string,
  endpoint: string,
  pkiFolder: string,
  config: Partial<LineConfig> = {},
  options: Partial<LinkOptions> = {},
): Line & { readonly audited: AuditEntry[] } {
  const audited: AuditEntry[] = []
  const line = createLine(
    {
      id,
      endpoint,
      security: { policy: 'Basic256Sha256', mode: 'SignAndEncrypt', user: 'bridge', password },
      trust: 'firstUse',
      ...config,
    },
    { clock: Date, pkiFolder, log: testLog, audit: (entry) => void audited.push(entry), ...options },
  )
  return Object.assign(line, { audited })
}

/** Resolves as soon as `holds` is true; looks again at every change of the line. */
export function until(line: Line, holds: () => boolean): Promise<void> {
  if (holds()) return Promise.resolve()
  return new Promise((resolve) => {
    const leave = line.follow(() => {
      if (!holds()) return
      leave()
      resolve()
    })
  })
}

/** A job order for one station, with a digest that follows its content. */
export function jobOrder(
  orderId: string,
  op: number,
  station: string,
  change: Partial<JobOrder> = {},
): JobOrder {
  const content = {
    jobOrderId: `${orderId}/${op}`,
    orderId,
    op,
    station,
    workMasterId: station,
    priority: 0,
    plannedSeconds: 10,
    productId: 'fridge',
    rulesHash: 'rules-1',
    parameters: [
      { id: 'Program', value: 'BODY_2' },
      { id: 'Width', value: 600 },
      { id: 'NoFrost', value: true },
    ],
    materialRequirements: [{ position: 'door', part: 'DOOR-600', quantity: 2 }],
    ...change,
  }
  return { ...content, digest: createHash('sha256').update(JSON.stringify(content)).digest('hex') }
}
