import stationsFile from '../stations.json' with { type: 'json' }
import type { StationConfig } from './stationConfig.ts'

/** The stations every simulated line has unless it is told otherwise (`plc-sim/stations.json`). */
export const defaultStations: readonly StationConfig[] = stationsFile

/**
 * Checks a stations file.
 * @param value a list of stations, or an object from line id to such a list; a line it does not name has the defaults.
 * @returns the stations of each line by id (`*` for all others), or one sentence that names what is wrong.
 */
export function parseStations(value: unknown): Map<string, readonly StationConfig[]> | string {
  if (Array.isArray(value)) return parseStations({ '*': value })
  if (value === null || typeof value !== 'object')
    return 'must be a list of stations, or an object from line id to such a list.'
  const lines = new Map<string, readonly StationConfig[]>()
  for (const [lineId, list] of Object.entries(value)) {
    if (!Array.isArray(list) || list.length === 0) return `names no stations for ${lineId}.`
    const ids = new Set<string>()
    const stations: StationConfig[] = []
    for (const [index, station] of list.entries()) {
      const checked = parseStation(station as unknown)
      if (typeof checked === 'string') return `has a wrong station ${index + 1} for ${lineId}: ${checked}`
      if (ids.has(checked.id)) return `names the station ${checked.id} twice for ${lineId}.`
      ids.add(checked.id)
      stations.push(checked)
    }
    lines.set(lineId, stations)
  }
  return lines
}

function parseStation(value: unknown): StationConfig | string {
  const known = typeof value === 'string' ? defaultStations.find(({ id }) => id === value) : undefined
  if (known) return known
  if (value === null || typeof value !== 'object')
    return `${JSON.stringify(value)} is none of the default stations.`
  const given = value as Partial<Record<keyof StationConfig, unknown>>
  const { id } = given
  if (typeof id !== 'string' || !/^[\w-]+$/.test(id)) return 'id must be letters, digits, - and _.'
  const base = defaultStations.find((station) => station.id === id)
  const { displayName = base?.displayName ?? id, workMasters = base?.workMasters ?? [id] } = given
  if (typeof displayName !== 'string') return 'displayName must be a string.'
  if (!isIdList(workMasters)) return 'workMasters must be a list of ids.'
  const { materials = base?.materials } = given
  if (materials !== undefined && !isIdList(materials)) return 'materials must be a list of ids.'
  const { slots = base?.slots ?? 32, defaultDurationMs = base?.defaultDurationMs ?? 10_000 } = given
  const { maxDownloadableJobOrders = base?.maxDownloadableJobOrders ?? 5000 } = given
  if (!isWhole(slots, 1, 10_000)) return 'slots must be a whole number from 1 to 10000.'
  if (!isWhole(defaultDurationMs, 1, 86_400_000))
    return 'defaultDurationMs must be a whole number of ms up to a day.'
  if (!isWhole(maxDownloadableJobOrders, 1, 65_535))
    return 'maxDownloadableJobOrders must be from 1 to 65535.'
  return {
    id,
    displayName,
    workMasters,
    ...(materials && { materials }),
    slots,
    defaultDurationMs,
    maxDownloadableJobOrders,
  }
}

function isIdList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}
