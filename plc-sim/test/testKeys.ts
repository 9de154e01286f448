// RSA keys for tests: making one costs a second, so all test applications share one.
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const keyFile = fileURLToPath(new URL('../../.cache/test-keys/rsa-2048.pem', import.meta.url))

/** The private key all test lines share; made once per checkout, never used outside tests. */
function testKey(): Buffer {
  if (!existsSync(keyFile)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 })
    const own = `${keyFile}.${process.pid}`
    writeFileSync(own, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    renameSync(own, keyFile)
  }
  return readFileSync(keyFile)
}

/** Puts the shared key where an application with this certificate folder would make its own. */
export function useTestKey(pkiFolder: string): void {
  const folder = join(pkiFolder, 'own', 'private')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'private_key.pem'), testKey(), { mode: 0o600 })
}

/** Puts the shared key into the folder of a line that has never been started. */
export function useTestKeys(lineDir: string): void {
  useTestKey(join(lineDir, 'pki'))
  useTestKey(join(lineDir, 'userPki'))
}
