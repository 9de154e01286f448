// `npm start`: checks what everything else needs, then starts. Imports nothing, so that old Node versions get a sentence
// instead of a stack trace.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Lot One needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer one (see .nvmrc) and try again.`,
  )
  process.exit(1)
}
const { existsSync } = await import('node:fs')
if (!existsSync(new URL('../node_modules/vite/package.json', import.meta.url))) {
  console.error('Dependencies are missing. Run: npm ci')
  process.exit(1)
}
const { main } = await import('./startMain.mjs')
await main()
