import { X509Certificate, createHash, timingSafeEqual } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type {
  OPCUACertificateManager as CertificateManager,
  OPCUAServerEndPoint,
  ServerSession,
} from 'node-opcua'
import { OPCUACertificateManager, StatusCodes, WellKnownRoles, makeRoles } from './opcua.ts'

/** Someone who may log in to a line. An Operator may call the receiver's methods, an Observer may only look. */
export interface LineUser {
  readonly name: string
  readonly password: string
  readonly role: 'Operator' | 'Observer'
}

/** Gives the check of user names and passwords; how long it takes tells nothing about either. */
export function userManager(users: readonly LineUser[]) {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  const known = new Map(users.map((user) => [user.name, { role: user.role, password: hash(user.password) }]))
  const nobody = { role: undefined, password: hash('') }
  return {
    isValidUser(this: ServerSession, name: string, password: string): boolean {
      const user = known.get(name) ?? nobody
      return timingSafeEqual(user.password, hash(password)) && user.role !== undefined
    },
    getUserRoles(name: string) {
      const role = known.get(name)?.role
      return role ? makeRoles([WellKnownRoles.AuthenticatedUser, WellKnownRoles[role]]) : makeRoles([])
    },
  }
}

/**
 * Opens the certificate folders of a line: `pki` for applications, `userPki` for users. A client's certificate is
 * trusted when it lies in `pki/trusted/certs`, also when it is put there later; unknown ones land in `pki/rejected`.
 */
export function certificateManagers(
  dir: string,
  trust: readonly string[] = [],
): { server: CertificateManager; user: CertificateManager } {
  const trusted = join(dir, 'pki', 'trusted', 'certs')
  mkdirSync(trusted, { recursive: true, mode: 0o700 })
  for (const file of trust) {
    const certificate = readFileSync(file)
    writeFileSync(join(trusted, `${thumbprint(certificate)}${extname(file) || '.pem'}`), certificate)
  }
  const open = (name: string): CertificateManager => {
    const rootFolder = join(dir, name)
    mkdirSync(rootFolder, { recursive: true, mode: 0o700 })
    chmodSync(rootFolder, 0o700)
    return new OPCUACertificateManager({ rootFolder, automaticallyAcceptUnknownCertificate: false })
  }
  return { server: open('pki'), user: open('userPki') }
}

/**
 * Lets the trust folder have the last word on a certificate the library calls untrusted. Once it has rejected one, the
 * library holds on to that as long as the copy in `rejected` is there, and its own watch of the folder comes late;
 * an operator who puts a certificate into `trusted/certs` has decided, from that moment on.
 */
export function obeyTrustFolder(endpoint: OPCUAServerEndPoint, manager: CertificateManager): void {
  endpoint.onAdjustCertificateStatus = async (status, certificate) => {
    if (!status.equals(StatusCodes.BadCertificateUntrusted)) return status
    if (!isInFolder(manager.trustedFolder, certificate)) return status
    await manager.trustCertificate(certificate)
    return manager.checkCertificate(certificate)
  }
}

function isInFolder(folder: string, certificate: Uint8Array): boolean {
  return readdirSync(folder).some((name) => {
    try {
      return new X509Certificate(readFileSync(join(folder, name))).raw.equals(certificate)
    } catch {
      // A file that is no certificate trusts nobody.
      return false
    }
  })
}

/** Gives the SHA-1 thumbprint of a DER certificate in lower case hex, as trust lists and file names use it. */
export function thumbprint(certificate: Uint8Array): string {
  return createHash('sha1').update(certificate).digest('hex')
}
