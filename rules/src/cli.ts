/** The engineers' tool: `npm run rules -- COMMAND FILE`. */
import { run } from './cli/run.ts'
import { writeLock } from './lock.ts'

process.exitCode = run(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  saveLock: writeLock,
  // Over the same line again and again: only for somebody who watches.
  ...(process.stderr.isTTY && {
    progress: (text: string) => void process.stderr.write(text ? `\r\u001B[K${text} …` : '\r\u001B[K'),
  }),
})
