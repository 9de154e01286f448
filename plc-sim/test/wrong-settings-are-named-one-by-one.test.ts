import { expect, test } from 'vitest'
import { FaultScript, parseFault } from '../src/faults.ts'
import { parseOptions } from '../src/options.ts'
import { defaultStations } from '../src/stations.ts'

const noFile = (file: string): string => {
  throw new Error(`no ${file}`)
}
function problems(argv: string[], env: Record<string, string> = {}, read = noFile): readonly string[] {
  const options = parseOptions(argv, env, read)
  return 'problems' in options ? options.problems : []
}

test('without any settings there are two lines with all stations', () => {
  const options = parseOptions([], { LOT_ONE_DATA: '/data', LOT_ONE_SIM_SPEED: '10' }, noFile)
  expect(options).toEqual({
    lines: [
      { id: 'line-1', port: 4840, stations: defaultStations },
      { id: 'line-2', port: 4841, stations: defaultStations },
    ],
    dir: '/data/lines',
    host: '127.0.0.1',
    speed: 10,
    seed: 'lot-one',
    users: undefined,
    trust: [],
    securityNone: false,
    profile: undefined,
    forget: false,
    renewCertificate: false,
  })
})

test('every wrong setting is named with its value and what would be right', () => {
  expect(problems([], { LOT_ONE_SIM_SPEED: 'fast' })).toEqual([
    'LOT_ONE_SIM_SPEED is "fast"; it must be a number from 0.01 to 100000, such as 10.',
  ])
  expect(problems(['--speed=-1', '--line', 'a', '--line', 'b:70000', '--users', 'none.json'])).toHaveLength(4)
  expect(problems(['--line', 'a:1', '--line', 'a:2', '--line', 'b:1'])).toEqual([
    '--line names a twice.',
    '--line gives the port 1 to two lines.',
  ])
  expect(problems(['--colour', 'red'])).toEqual([expect.stringContaining("'--colour'")])
})

test('users and stations are checked wherever they come from', () => {
  const user = { name: 'a', password: 'long enough', role: 'Operator' }
  const users = (...list: unknown[]): readonly string[] =>
    problems([], { LOT_ONE_SIM_USERS: JSON.stringify(list) })
  expect(users(user)).toEqual([])
  expect(users()).toEqual([expect.stringMatching(/^LOT_ONE_SIM_USERS must be a list/)])
  expect(users({ ...user, password: 'short' })).toEqual([
    'LOT_ONE_SIM_USERS has no password of at least 8 characters for a.',
  ])
  expect(users({ ...user, role: 'King' })).toEqual([
    'LOT_ONE_SIM_USERS has the role "King" for a; it must be Operator or Observer.',
  ])
  expect(users(user, user)).toEqual(['LOT_ONE_SIM_USERS names a twice.'])

  const stations = (value: unknown) =>
    parseOptions(['--stations', 'file', '--line', 'a:0', '--line', 'b:0'], {}, () => JSON.stringify(value))
  expect(stations({ a: ['paint', { id: 'weld', slots: 1 }] })).toMatchObject({
    lines: [
      {
        id: 'a',
        stations: [
          { id: 'paint', slots: 32 },
          { id: 'weld', displayName: 'weld', workMasters: ['weld'], slots: 1 },
        ],
      },
      { id: 'b', stations: defaultStations },
    ],
  })
  expect(stations(['weld'])).toEqual({
    problems: ['--stations has a wrong station 1 for *: "weld" is none of the default stations.'],
  })
  expect(stations([{ id: 'weld', slots: 0 }])).toEqual({
    problems: ['--stations has a wrong station 1 for *: slots must be a whole number from 1 to 10000.'],
  })
})

test('a fault that makes no sense is refused in a sentence', () => {
  expect(parseFault({ action: { do: 'refuse', bits: [4] }, station: 'paint' })).toMatchObject({
    station: 'paint',
  })
  expect(parseFault({ action: { do: 'explode' } })).toMatch(/^The fault action "explode" is none of refuse, /)
  expect(parseFault({ action: { do: 'refuse', bits: [64] } })).toMatch(/bits/)
  expect(parseFault({ action: { do: 'delayAnswer' } })).toMatch(/ms/)
  expect(parseFault({ action: { do: 'die' }, times: 'often' })).toMatch(/times/)
  expect(parseFault(null)).toMatch(/object/)
})

test('a fault lets as many calls pass as it skips, acts as often as it says, then is gone', () => {
  const script = new FaultScript()
  script.add({ action: { do: 'loseAnswer' }, method: 'Store', skip: 1, times: 2 })
  const site = { station: 'paint', method: 'Store', jobOrderId: 'a' }
  const acted = Array.from({ length: 5 }, () => script.take('onAnswer', site).length)
  expect(acted).toEqual([0, 1, 1, 0, 0])
  expect(script.take('beforeExecution', site)).toEqual([])
})
