import { readdir, rename } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startLine, defaultStations } from '@lot-one/plc-sim'
import type { Line as SimulatedLine } from '@lot-one/plc-sim'
import { standardProfile } from '../src/lineProfiles.ts'
import { forwarder } from './forwarder.ts'
import { freePort } from '../../scripts/freePort.mjs'
import { makeLink, password, pkiFolder, startSim, temporaryFolder, until } from './simulatedLine.ts'

describe('a line that cannot be used says why, and goes on by itself when the cause is gone', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let pki: string
  const cleanUps: (() => Promise<unknown>)[] = []
  /** One line for all: it is the bridge that starts anew and knows nothing. */
  let home: Awaited<ReturnType<typeof temporaryFolder>>
  let sim: SimulatedLine
  beforeAll(async () => {
    home = await temporaryFolder()
    sim = await startSim(home.path, await pkiFolder(home.path), 'line-1')
  })
  afterAll(async () => {
    await sim.stop()
    await home.remove()
  })
  beforeEach(async () => {
    folder = await temporaryFolder()
    pki = await pkiFolder(folder.path)
  })
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
    await folder.remove()
  })

  function linked(...args: Parameters<typeof makeLink>) {
    const line = makeLink(...args)
    cleanUps.push(() => line.stop())
    line.start()
    return line
  }

  test('nobody listens', async () => {
    const line = linked('line-1', `opc.tcp://127.0.0.1:${await freePort()}`, pki)
    await until(line, () => line.view().link.reason !== undefined)
    expect(line.view().link).toMatchObject({
      state: 'connecting',
      reason: expect.stringContaining('ECONNREFUSED'),
    })
  })

  test('its certificate is unknown: it shows the fingerprint and waits for a decision', async () => {
    const line = linked('line-1', sim.endpointUrl, pki, { trust: 'ask' })
    await until(line, () => line.view().link.state === 'stopped')
    const { reason, fingerprint } = line.view().link
    expect(fingerprint).toBe(sim.certificateThumbprint)
    expect(reason).toContain('/trusted/certs/')
    expect(await line.trust('00'.repeat(20))).toEqual({ outcome: 'noSuchCertificate' })
    expect(await line.trust(sim.certificateThumbprint.toUpperCase())).toEqual({ outcome: 'trusted' })
    await until(line, () => line.isOnline())
  })

  test('its certificate is moved to the trusted ones by hand: no restart needed', async () => {
    const line = linked('line-1', sim.endpointUrl, pki, { trust: 'ask' })
    await until(line, () => line.view().link.state === 'stopped')
    const [file = ''] = await readdir(`${pki}/rejected`)
    expect(line.view().link.reason).toContain(file)
    await rename(`${pki}/rejected/${file}`, `${pki}/trusted/certs/${file}`)
    await until(line, () => line.isOnline())
  })

  test('it does not know the bridge', async () => {
    const stranger = await startLine({
      lineId: 'line-1',
      port: 0,
      dir: `${folder.path}/sim`,
      stations: defaultStations,
      users: [],
    })
    cleanUps.push(() => stranger.stop())
    const line = linked('line-1', stranger.endpointUrl, pki)
    await until(line, () => line.view().link.state === 'stopped')
    expect(line.view().link.reason).toMatch(/does not trust this bridge .*trust its certificate [0-9a-f]{40}/)
  })

  test('the password is wrong', async () => {
    const security = {
      policy: 'Basic256Sha256',
      mode: 'SignAndEncrypt',
      user: 'bridge',
      password: 'guess',
    } as const
    const line = linked('line-1', sim.endpointUrl, pki, { security })
    await until(line, () => line.view().link.state === 'stopped')
    expect(line.view().link.reason).toMatch(/refuses user bridge .*check user and password/)
    expect(line.view().link.reason).not.toContain('guess')
  })

  test('the user may only look: every call is refused by name and nothing is stored', async () => {
    const security = { policy: 'Basic256Sha256', mode: 'SignAndEncrypt', user: 'watcher', password } as const
    const line = linked('line-1', sim.endpointUrl, pki, { security })
    await until(line, () => line.isOnline())
    expect(await line.command('paint', 'Start', 'x')).toEqual({
      outcome: 'refused',
      bits: [],
      names: ['BadUserAccessDenied'],
    })
  })

  test('the security it offers is another one', async () => {
    const security = {
      policy: 'Aes128_Sha256_RsaOaep',
      mode: 'SignAndEncrypt',
      user: 'bridge',
      password,
    } as const
    const line = linked('line-1', sim.endpointUrl, pki, { security })
    await until(line, () => line.view().link.state === 'stopped')
    expect(line.view().link.reason).toMatch(/does not offer Aes128_Sha256_RsaOaep.*only Basic256Sha256/)
  })

  test('its clock is minutes off: it is used, and said to be degraded', async () => {
    const line = linked('line-1', sim.endpointUrl, pki, {}, { clock: { now: () => Date.now() + 120_000 } })
    await until(line, () => line.isOnline())
    expect(line.view().link).toMatchObject({
      state: 'degraded',
      reason: expect.stringMatching(/clock is 1[12]\d s behind/),
    })
  })

  test('traffic is swallowed while the socket stays open: noticed, and a stop does not hang', async () => {
    const wire = await forwarder(sim.endpointUrl)
    cleanUps.push(() => wire.close())
    const profile = { ...standardProfile, silenceMs: 1_000 }
    const line = linked('line-1', wire.endpointUrl, pki, {}, { profile })
    await until(line, () => line.isOnline())
    wire.swallow(true)
    await until(line, () => line.view().link.state === 'connecting')
    wire.swallow(false)
    await until(line, () => line.isOnline())
    wire.swallow(true)
    const before = Date.now()
    await line.stop()
    expect(Date.now() - before).toBeLessThan(6_000)
  })

  test('cut again and again: the line never runs out of sessions', async () => {
    const wire = await forwarder(sim.endpointUrl)
    cleanUps.push(() => wire.close())
    const line = linked('line-1', wire.endpointUrl, pki)
    for (let round = 0; round < 5; round++) {
      await until(line, () => line.isOnline())
      const lost = until(line, () => !line.isOnline())
      wire.cut()
      await lost
    }
    await until(line, () => line.isOnline())
    expect(line.view().link.state).toBe('online')
  })
})
