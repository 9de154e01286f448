import { expect, test } from 'vitest'
import { faultProfiles, parseProfile } from '../src/faultProfiles.ts'
import { FaultScript, type FaultSite, parseFault } from '../src/faults.ts'

const sites: FaultSite[] = Array.from({ length: 2000 }, (_, n) => ({
  station: 'paint',
  method: 'Store',
  jobOrderId: `job-${n}`,
}))
const profile = (text: string) => {
  const parsed = parseProfile(text)
  if (typeof parsed === 'string') throw new Error(parsed)
  return parsed
}
/** The job orders whose answer is lost. */
function lost(seed: string, order: readonly FaultSite[], probability = '0.05'): Set<string> {
  const script = new FaultScript(seed)
  for (const fault of profile(`loseAnswer=${probability}`).faults) script.add(fault)
  return new Set(order.flatMap((site) => (script.take('onAnswer', site).length > 0 ? [site.jobOrderId] : [])))
}

test('a probability is kept, and the seed decides which calls it hits, in whatever order they come', () => {
  const hit = lost('one', sites)
  expect(hit.size).toBeGreaterThan(60)
  expect(hit.size).toBeLessThan(140)
  expect(lost('one', sites.toReversed())).toEqual(hit)
  expect(lost('two', sites)).not.toEqual(hit)
  expect(lost('one', sites, '0').size).toBe(0)
  expect(lost('one', sites, '1').size).toBe(sites.length)
})

test('a call that met a fault is drawn again when it is made again', () => {
  const script = new FaultScript('one')
  for (const fault of profile('loseAnswer=0.5').faults) script.add(fault)
  const tries = sites.slice(0, 200).map((site) => {
    let count = 1
    while (script.take('onAnswer', site).length > 0) count++
    return count
  })
  expect(Math.max(...tries)).toBeGreaterThan(2)
  expect(Math.max(...tries)).toBeLessThan(20)
})

test('every named profile is made of valid faults and quirks', () => {
  for (const [name, { about, faults }] of Object.entries(faultProfiles)) {
    expect(about, name).not.toBe('')
    for (const fault of faults) expect(parseFault(fault), name).toBe(fault)
    expect(parseProfile(JSON.stringify(faultProfiles[name])), name).toEqual(faultProfiles[name])
  }
})

test('profiles add up, and what is wrong with one is said', () => {
  const mixed = profile('positions, skewed, loseAnswer=0.1')
  expect(mixed.quirks).toEqual({ bitPositions: true, clockOffsetMs: -420_000 })
  expect(mixed.faults).toEqual([{ action: { do: 'loseAnswer' }, probability: 0.1 }])
  expect(parseProfile('nice')).toMatch(/^names "nice", which is none of the profiles calm, lossy/)
  expect(parseProfile('explode=0.1')).toMatch(/^names "explode", which is none of the faults refuse, fail/)
  expect(parseProfile('die=often')).toBe(
    'gives die the probability "often"; it must be a number from 0 to 1.',
  )
  expect(parseProfile('{"faults": [{"action": {"do": "refuse"}}]}')).toBe(
    'has a wrong fault 1: refuse needs bits, a list of bit numbers from 0 to 63.',
  )
  expect(parseProfile('{"quirks": {"maxSessions": 0}}')).toBe(
    'has wrong quirks: maxSessions must be a whole number from 1.',
  )
  expect(parseProfile('{"quirks": {"colour": "red"}}')).toMatch(/"colour" is none of the quirks bitPositions/)
  expect(parseProfile('{')).toBe('is not JSON.')
})
