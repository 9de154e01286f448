/**
 * The bridge's own certificate and its list of trusted lines, in `<data>/pki` (OPC 10000-12 folder layout). A line's
 * certificate is never trusted silently: unknown ones lie in `rejected/` until somebody moves them or says so by fingerprint.
 */
import { createHash, randomUUID, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { OPCUACertificateManager as Manager } from 'node-opcua'
import type { LineView } from '@lot-one/rules'
import { OPCUACertificateManager } from './opcua.ts'

export interface Pki {
  readonly folder: string
  readonly manager: Manager
  /** Names this installation; stands in the own certificate, so it is made once and kept. */
  readonly applicationUri: string
  /** `untrusted`: a person must decide. `bad`: no decision helps (expired, wrong key use, …). */
  judge(
    certificate: Buffer,
  ): Promise<
    | { readonly verdict: 'trusted' }
    | { readonly verdict: 'untrusted'; readonly file: string }
    | { readonly verdict: 'bad'; readonly status: string }
  >
  /** Says whether the certificate lies in the trust folder; unlike `judge` it changes nothing, so it may be asked often. */
  isInTrustFolder(certificate: Buffer): Promise<boolean>
  trust(certificate: Buffer): Promise<void>
  /** The bridge's own certificate, for the trust lists of lines. */
  readonly own: {
    readonly certificateFile: string
    readonly privateKeyFile: string
    readonly fingerprint: string
  }
  /** Fingerprint trusted for this line at first use, if any. */
  firstUse(lineId: string): Promise<string | undefined>
  rememberFirstUse(lineId: string, fingerprint: string): Promise<void>
  release(): Promise<void>
}

/** SHA-1 thumbprint as OPC UA tools show it: 40 lower-case hex digits. */
export function fingerprintOf(certificate: Buffer): string {
  return createHash('sha1').update(certificate).digest('hex')
}

/** What a person compares before she trusts a certificate. */
export function describeCertificate(
  certificate: Buffer,
): Omit<NonNullable<LineView['certificate']>, 'trust' | 'replaces'> {
  const { subject, issuer, validFrom, validTo } = new X509Certificate(certificate)
  return {
    sha256: createHash('sha256').update(certificate).digest('hex'),
    thumbprint: fingerprintOf(certificate),
    subject: oneLine(subject),
    issuer: oneLine(issuer),
    validFrom: new Date(validFrom).toISOString(),
    validTo: new Date(validTo).toISOString(),
  }
}

/** Node gives one attribute a line. */
const oneLine = (name: string | undefined): string => (name ?? '').split('\n').filter(Boolean).join(', ')

const open = new Map<string, { readonly pki: Promise<Pki>; users: number }>()

/** Opens the certificate folder, making it (mode 700) and what belongs into it. Lines of one folder share one opening. */
export async function openPki(folder: string): Promise<Pki> {
  let entry = open.get(folder)
  if (!entry) {
    entry = { pki: prepare(folder), users: 0 }
    open.set(folder, entry)
  }
  entry.users++
  return entry.pki
}

async function prepare(folder: string): Promise<Pki> {
  await mkdir(join(folder, 'first-use'), { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const applicationUri = await once(join(folder, 'application-uri'), `urn:lot-one:mes-bridge:${randomUUID()}`)
  const manager = new OPCUACertificateManager({
    rootFolder: folder,
    automaticallyAcceptUnknownCertificate: false,
  })
  await manager.initialize()
  const own = await ownCertificate(folder, manager, applicationUri)
  const trusted = join(folder, 'trusted', 'certs')
  async function isInTrustFolder(certificate: Buffer): Promise<boolean> {
    for (const name of await readdir(trusted)) {
      try {
        if (new X509Certificate(await readFile(join(trusted, name))).raw.equals(certificate)) return true
      } catch {
        // A file that is no certificate trusts nobody.
      }
    }
    return false
  }
  return {
    folder,
    manager,
    applicationUri,
    own,
    async judge(certificate) {
      let status = await manager.checkCertificate(certificate)
      if (status.name === 'BadCertificateUntrusted' && (await isInTrustFolder(certificate))) {
        // The library's own watch of the folder comes late; who put it there has decided, from that moment on.
        await manager.trustCertificate(certificate)
        status = await manager.checkCertificate(certificate)
      }
      if (status.isGood()) return { verdict: 'trusted' }
      if (status.name !== 'BadCertificateUntrusted') return { verdict: 'bad', status: status.name }
      const fingerprint = fingerprintOf(certificate)
      const files = await readdir(join(folder, 'rejected')).catch(() => [])
      const file = files.find((name) => name.toLowerCase().includes(fingerprint)) ?? `*${fingerprint}*`
      return { verdict: 'untrusted', file: join(folder, 'rejected', file) }
    },
    isInTrustFolder,
    async trust(certificate) {
      await manager.trustCertificate(certificate)
    },
    async firstUse(lineId) {
      return readFile(join(folder, 'first-use', encodeURIComponent(lineId)), 'utf8').catch(() => undefined)
    },
    async rememberFirstUse(lineId, fingerprint) {
      await writeFile(join(folder, 'first-use', encodeURIComponent(lineId)), fingerprint, { mode: 0o600 })
    },
    async release() {
      const entry = open.get(folder)
      if (!entry || --entry.users > 0) return
      open.delete(folder)
      await manager.dispose()
    },
  }
}

async function ownCertificate(folder: string, manager: Manager, applicationUri: string): Promise<Pki['own']> {
  const certificateFile = join(folder, 'own/certs/lot-one-bridge.pem')
  if (!existsSync(certificateFile)) {
    await manager.createSelfSignedCertificate({
      applicationUri,
      subject: '/CN=Lot One bridge/O=Lot One',
      dns: [hostname()],
      startDate: new Date(),
      validity: 3650,
      outputFile: certificateFile,
    })
  }
  return {
    certificateFile,
    privateKeyFile: manager.privateKey,
    fingerprint: fingerprintOf(new X509Certificate(await readFile(certificateFile)).raw),
  }
}

/**
 * Makes the bridge's certificate if there is none yet and gives its PEM file, so that a line can be told to trust it before
 * the first connect.
 */
export async function prepareOwnCertificate(
  pkiFolder: string,
): Promise<{ readonly certificateFile: string; readonly fingerprint: string }> {
  const pki = await openPki(pkiFolder)
  await pki.release()
  return pki.own
}

async function once(file: string, value: string): Promise<string> {
  const before = await readFile(file, 'utf8').catch(() => undefined)
  if (before) return before
  await writeFile(file, value, { mode: 0o600 })
  return value
}
