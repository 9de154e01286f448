// Lines and clients for tests.
import { existsSync } from 'node:fs'
import { type Line, type LineOptions, defaultStations, startLine } from '../src/server.ts'
import { type ConnectOptions, type Identity, type TestClient, connect } from './client.ts'
import { useTestKeys } from './testKeys.ts'

export const operator = { name: 'bridge', password: 'operator-password' }

/** Starts a line that trusts the client and knows `operator`; a hundred times faster than planned. */
export function startTestLine(
  dir: string,
  identity: Identity,
  options: Partial<LineOptions> = {},
): Promise<Line> {
  if (!existsSync(dir)) useTestKeys(dir)
  return startLine({
    lineId: 'line-1',
    port: 0,
    dir,
    stations: defaultStations,
    users: [{ ...operator, role: 'Operator' }],
    speed: 100,
    trust: [identity.certificateFile],
    ...options,
  })
}

/** Connects as the operator. */
export function login(
  { endpointUrl }: Pick<Line, 'endpointUrl'>,
  identity: Identity,
  options: Partial<ConnectOptions> = {},
): Promise<TestClient> {
  return connect({ endpointUrl, identity, user: operator, ...options })
}
