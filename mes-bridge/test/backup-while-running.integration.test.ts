import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openJournal } from '../src/journalOpen.ts'
import { newOrder, temporaryFolder, workerFile } from './journals.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const now = () => new Date()
const warn = (message: string) => {
  throw new Error(message)
}

test('the documented command copies the order log while orders are taken, and the copy opens', async () => {
  const documented = /```sh\n(node -e .*journal\.db.*)\n```/.exec(
    readFileSync(join(project, 'docs/storage.md'), 'utf8'),
  )?.[1]
  const folder = temporaryFolder()
  const data = join(folder.path, 'data')
  const restored = join(folder.path, 'restored')
  mkdirSync(data)
  mkdirSync(restored)
  const open = (at: string) =>
    openJournal({ storage: { engine: 'sqlite', folder: at, workerFile, pid: process.pid }, now, warn })
  const journal = await open(data)
  const before = Array.from({ length: 200 }, () => newOrder())
  await Promise.all(before.map((order) => journal.accept(order)))
  let isDone = false
  const meanwhile = (async () => {
    while (!isDone) expect((await journal.accept(newOrder())).outcome).toBe('accepted')
  })()
  const command = documented!
    .replace('data/journal.db', `${data}/journal.db`)
    .replace('backup.db', `${folder.path}/backup.db`)
  await promisify(execFile)('sh', ['-c', command], { cwd: project })
  isDone = true
  await meanwhile
  await journal.close()

  await rename(join(folder.path, 'backup.db'), join(restored, 'journal.db'))
  const copy = await open(restored)
  for (const order of before)
    expect((await copy.order(order.snapshot.orderId))?.snapshot).toEqual(order.snapshot)
  expect((await copy.accept(newOrder())).outcome).toBe('accepted')
  await copy.close()
  folder.remove()
})
