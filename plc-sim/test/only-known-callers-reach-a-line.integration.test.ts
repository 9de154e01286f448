import { readFile, readdir } from 'node:fs/promises'
import { OPCUAClient, SecurityPolicy } from 'node-opcua'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AuditRecord } from '../src/audit.ts'
import { type Line, defaultStations, quietLibrary } from '../src/server.ts'
import { type Identity, type TestClient, clientIdentity, connect, temporaryFolder, trust } from './client.ts'
import { operator, startTestLine } from './testLine.ts'

let line: Line
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let identity: Identity
const observer = { name: 'screen', password: 'observer-password' }

beforeAll(async () => {
  quietLibrary()
  folder = await temporaryFolder()
  identity = await clientIdentity(folder.path)
  line = await startTestLine(`${folder.path}/line-1`, identity, {
    stations: defaultStations.slice(0, 1),
    users: [
      { ...operator, role: 'Operator' },
      { ...observer, role: 'Observer' },
    ],
  })
})
afterAll(async () => {
  await line?.stop()
  await folder?.dispose()
})

async function using<T>(
  options: Partial<Parameters<typeof connect>[0]>,
  run: (client: TestClient) => Promise<T>,
): Promise<T> {
  const client = await connect({ endpointUrl: line.endpointUrl, identity, ...options })
  try {
    return await run(client)
  } finally {
    await client.close()
  }
}

test('a wrong password, an unknown user and nobody at all are refused', async () => {
  const nothing = (): Promise<void> => Promise.resolve()
  const wrong = { ...operator, password: 'wrong-password' }
  await expect(using({ user: wrong }, nothing)).rejects.toThrow(
    /BadUserAccessDenied|BadIdentityTokenRejected/,
  )
  const unknown = { name: 'eve', password: '' }
  await expect(using({ user: unknown }, nothing)).rejects.toThrow(
    /BadUserAccessDenied|BadIdentityTokenRejected/,
  )
  await expect(using({}, nothing)).rejects.toThrow(/BadIdentityToken|anonymous/i)
})

test('both security policies work', async () => {
  for (const policy of [SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes256_Sha256_RsaPss])
    await using({ user: operator, policy }, async (client) => {
      const station = await client.station('sheet-metal')
      const jobOrderID = `by ${policy}`
      expect(await client.command(station, 'Store', { jobOrderID })).toMatchObject({ status: 'Good' })
    })
})

test('only signed and encrypted endpoints are offered', async () => {
  const client = OPCUAClient.create({ endpointMustExist: false, connectionStrategy: { maxRetry: 0 } })
  await client.connect(line.endpointUrl)
  const endpoints = await client.getEndpoints()
  await client.disconnect()
  const offered = endpoints.map(
    ({ securityPolicyUri, securityMode }) => `${securityMode} ${securityPolicyUri?.split('#')[1]}`,
  )
  expect(offered.sort()).toEqual(['3 Aes256_Sha256_RsaPss', '3 Basic256Sha256'])
})

test('an observer reads everything and commands nothing', async () => {
  await using({ user: operator }, async (client) => {
    await client.command(await client.station('sheet-metal'), 'Store', { jobOrderID: 'seen' })
  })
  await using({ user: observer }, async (client) => {
    const station = await client.station('sheet-metal')
    expect((await client.list(station)).map(([id]) => id)).toContain('seen')
    for (const method of ['Start', 'Cancel', 'Abort'])
      expect((await client.command(station, method, 'seen')).status).toBe('BadUserAccessDenied')
    expect((await client.command(station, 'Store', { jobOrderID: 'mine' })).status).toBe(
      'BadUserAccessDenied',
    )
    expect((await client.list(station)).find(([id]) => id === 'seen')?.[1]).toBe(1)
  })
})

test('a stranger is refused until its certificate is trusted, without a restart', async () => {
  const stranger = await clientIdentity(folder.path, 'stranger')
  const come = (): Promise<string> =>
    using({ identity: stranger, user: operator }, async (client) => (await client.stations())[0]?.name ?? '')
  await expect(come()).rejects.toThrow(/Connection|refused|BadSecurity|rejected/i)
  const rejected = await readdir(`${folder.path}/line-1/pki/rejected`)
  expect(rejected.some((name) => name.startsWith('stranger'))).toBe(true)
  await trust(line, stranger)
  expect(await come()).toBe('sheet-metal')
})

test('every call leaves a line in the audit record: who, with which certificate, what, and the answer', async () => {
  await using({ user: operator }, async (client) => {
    await client.command(await client.station('sheet-metal'), 'Start', 'no-such-job')
  })
  const records = (await readFile(line.auditFile, 'utf8'))
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as AuditRecord)
  expect(records.at(-1)).toMatchObject({
    user: 'bridge',
    certificate: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
    station: 'sheet-metal',
    method: 'Start',
    jobOrderId: 'no-such-job',
    status: 'Uncertain',
    bits: [1],
  })
})
