import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { prepareDataFolder, readConfig, staffTokenOf } from '../src/config.ts'
import { temporaryFolder } from './journals.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
const defaults = { dataFolder: '/data', rulesFolder: '/rules' }

function linesFile(text: string): string {
  const file = join(folder.path, 'lines.yaml')
  writeFileSync(file, text)
  return file
}

function problemsOf(env: Record<string, string>): readonly string[] {
  const read = readConfig(env, defaults)
  return read.ok ? [] : read.problems
}

test('without any setting everything has its documented default', () => {
  expect(readConfig({}, defaults)).toEqual({
    ok: true,
    value: {
      host: '127.0.0.1',
      port: 8080,
      dataFolder: '/data',
      rulesFolder: '/rules',
      lines: [],
      simSpeed: 1,
    },
  })
  expect(readConfig({ PORT: '', DATABASE_URL: '' }, defaults)).toMatchObject({
    ok: true,
    value: { port: 8080 },
  })
})

test('every wrong value is named with what is expected, all at once', () => {
  const problems = problemsOf({ PORT: '80a', LOT_ONE_SIM_SPEED: '0', HOST: 'not a host' })
  expect(problems).toHaveLength(3)
  expect(problems).toContain('PORT is "80a", but must be a whole number from 0 to 65535.')
  expect(problems).toContain('LOT_ONE_SIM_SPEED is "0", but must be a number from 0.1 to 1000.')
})

test('a secret is never repeated', () => {
  const problems = problemsOf({ DATABASE_URL: 'mysql://me:hunter2@db/x', LOT_ONE_STAFF_TOKEN: 'hunter2' })
  expect(problems).toHaveLength(2)
  expect(problems.join()).not.toContain('hunter2')
})

test('a lines file gives lines, with the password from the environment', () => {
  const file = linesFile(`lines:
  - id: line-1
    endpoint: opc.tcp://127.0.0.1:4840
    security: { policy: Basic256Sha256, mode: SignAndEncrypt, user: bridge, passwordEnv: LINE_1_PASSWORD }
    stations: { paint: PaintShop }
`)
  expect(readConfig({ LOT_ONE_LINES: file, LINE_1_PASSWORD: 'secret' }, defaults)).toMatchObject({
    ok: true,
    value: {
      lines: [
        {
          id: 'line-1',
          endpoint: 'opc.tcp://127.0.0.1:4840',
          security: { policy: 'Basic256Sha256', mode: 'SignAndEncrypt', user: 'bridge', password: 'secret' },
          stations: { paint: 'PaintShop' },
        },
      ],
    },
  })
})

test.each([
  ['lines:\n  - id: [', ':2:', 'Flow sequence'],
  ['lines: []\n', ':1:8 ', 'at least one line'],
  [
    'lines:\n  - id: a\n    endpoint: http://x\n    security: { policy: None, mode: None }\n',
    ':3:15 ',
    'opc.tcp://host:port',
  ],
  [
    'lines:\n  - id: a\n    endpoint: opc.tcp://x:1\n    security: { policy: Rot13, mode: None }\n',
    ':4:25 ',
    'Basic256Sha256',
  ],
  [
    'lines:\n  - id: a\n    endpoint: opc.tcp://x:1\n    security: { policy: None, mode: Sign }\n',
    ':4:',
    'does not go with',
  ],
  [
    'lines:\n  - id: a\n    endpoint: opc.tcp://x:1\n    security: { policy: None, mode: None, passwordEnv: NOT_SET }\n',
    ':4:',
    'NOT_SET is not set',
  ],
  [
    'lines:\n  - id: a\n    endpoint: opc.tcp://x:1\n    security: { policy: None, mode: None }\n    colour: red\n',
    ':2:',
    'colour',
  ],
])('a broken lines file is told with line and column: %j', (text, place, words) => {
  const [problem, ...more] = problemsOf({ LOT_ONE_LINES: linesFile(text) })
  expect(problem).toContain(`lines.yaml${place}`)
  expect(problem).toContain(words)
  expect(more.length).toBeLessThan(3)
})

test('an endpoint alone is a whole line: named by its address, with the strongest encryption it offers', () => {
  const file = linesFile('lines:\n  - endpoint: opc.tcp://press-4.plant:4840/ua\n')
  const read = readConfig({ LOT_ONE_LINES: file }, { dataFolder: '/d', rulesFolder: '/r' })
  expect(read.ok && read.value.lines).toEqual([
    {
      id: 'press-4.plant-4840-ua',
      endpoint: 'opc.tcp://press-4.plant:4840/ua',
      security: { policy: 'best', mode: 'SignAndEncrypt' },
    },
  ])
})

test('a lines file that is not there is said in a sentence', () => {
  expect(problemsOf({ LOT_ONE_LINES: '/nowhere/lines.yaml' })).toEqual([
    'The lines file /nowhere/lines.yaml cannot be read (ENOENT). Correct LOT_ONE_LINES or leave it out.',
  ])
})

test('the data folder is made for its owner alone; one that cannot be written is said in a sentence', () => {
  const data = join(folder.path, 'deep/data')
  expect(prepareDataFolder(data)).toEqual({ ok: true, value: data })
  expect(statSync(data).mode & 0o777).toBe(0o700)
  const blocked = join(folder.path, 'file')
  writeFileSync(blocked, '')
  expect(prepareDataFolder(join(blocked, 'data'))).toEqual({
    ok: false,
    problems: [
      `The data folder ${blocked}/data cannot be written (ENOTDIR). Name another one with LOT_ONE_DATA.`,
    ],
  })
})

test('the staff token is made once, kept for its owner alone, and a configured one wins', () => {
  const dataFolder = join(folder.path, 'tokens')
  mkdirSync(dataFolder)
  chmodSync(dataFolder, 0o700)
  const config = { host: '', port: 0, dataFolder, rulesFolder: '', lines: [], simSpeed: 1 }
  const first = staffTokenOf(config, randomBytes)
  expect(first.made).toBe(true)
  expect(first.token).toMatch(/^[\w-]{24}$/)
  expect(statSync(first.file).mode & 0o777).toBe(0o600)
  expect(readFileSync(first.file, 'utf8').trim()).toBe(first.token)
  expect(staffTokenOf(config, randomBytes)).toEqual({ ...first, made: false })
  expect(staffTokenOf({ ...config, staffToken: 'x'.repeat(16) }, randomBytes).token).toBe('x'.repeat(16))
})
