import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

const opcUaClient = [
  'mes-bridge/src/line.ts',
  'mes-bridge/src/line/',
  'mes-bridge/src/jobOrder.ts',
  'mes-bridge/src/lineProfiles.ts',
  '@lot-one/rules',
  'zod',
  'node',
  'node-opcua',
]

/**
 * Who may import whom. Left: files (longest prefix wins); right: what they may import besides files of the same row's folder
 * list. A missing arrow is a forbidden one. `node` = node: modules, `.` = files below the same key.
 */
const allowed: Record<string, readonly string[]> = {
  'rules/src': ['rules/src', 'zod', 'yaml', '@marcbachmann/cel-js'],
  'rules/src/dialogue.ts': ['rules/src', 'xstate'],
  'rules/src/lifecycle.ts': ['rules/src', 'xstate'],
  'rules/src/files.ts': ['rules/src', 'node'],
  'rules/src/lock.ts': ['rules/src', 'zod', 'node'],
  'rules/src/inWorker.ts': ['rules/src', 'node'],
  'rules/src/compileWorker.ts': ['rules/src', 'node'],
  'rules/src/cli': ['rules/src', 'node', 'yaml', 'zod'],
  'mes-bridge/src': ['mes-bridge/src', '@lot-one/rules', 'zod', 'node', 'pino'],
  'mes-bridge/src/config.ts': ['mes-bridge/src', '@lot-one/rules', 'zod', 'node', 'yaml'],
  'mes-bridge/src/http': [
    'mes-bridge/src',
    '@lot-one/rules',
    'zod',
    'node',
    'pino',
    'express',
    'express-rate-limit',
    'helmet',
    'prom-client',
  ],
  // who speaks OPC UA; the line desk and board beside them do not
  'mes-bridge/src/line.ts': opcUaClient,
  'mes-bridge/src/line/': opcUaClient,
  'mes-bridge/src/journal': [
    'mes-bridge/src/journal',
    'mes-bridge/src/jobOrder.ts',
    '@lot-one/rules',
    'node',
    'kysely',
    'libsql',
    'pg',
  ],
  'plc-sim/src': ['plc-sim/src', 'plc-sim/stations.json', 'node', 'node-opcua'],
  'configurator/src': ['configurator/src', '@lot-one/rules', 'react', 'react-dom'],
  'configurator/src/scene': ['configurator/src/scene', 'three'],
  'configurator/src/session': [
    'configurator/src/session',
    'configurator/src/bridge.ts',
    '@lot-one/rules',
    'xstate',
    'zod',
  ],
  'configurator/src/texts': ['configurator/src/texts'],
  'configurator/src/bridge.ts': ['@lot-one/rules', 'zod'],
  'configurator/src/ui': [
    'configurator/src/ui',
    'configurator/src/session.ts',
    'configurator/src/sessionLater.ts',
    'configurator/src/texts',
    'configurator/src/scene',
    '@lot-one/rules',
    'react',
  ],
  'configurator/src/lines': [
    'configurator/src/lines',
    'configurator/src/ui',
    'configurator/src/bridge.ts',
    'configurator/src/texts',
    '@lot-one/rules',
    'react',
    'zod',
  ],
  'configurator/src/ui/keeping/qr.ts': ['uqr'],
  // one file of its own for the browser's background; the page knows only its words
  'configurator/src/offline': [],
  'configurator/src/ui/UpdateOffer.tsx': [
    'configurator/src/ui',
    'configurator/src/offline/worker.ts',
    'react',
  ],
  'configurator/src/texts/letters': [
    '@fontsource-variable/noto-sans-sc/wght.css?url',
    '@fontsource-variable/noto-sans-arabic/wght.css?url',
  ],
}

function sources(dir: string): string[] {
  return readdirSync(join(root, dir), { withFileTypes: true }).flatMap((entry) => {
    const path = `${dir}/${entry.name}`
    return entry.isDirectory() ? sources(path) : /\.tsx?$/.test(path) ? [path] : []
  })
}

function target(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return relative(root, resolve(root, dirname(file), specifier))
  if (specifier.startsWith('node:')) return 'node'
  return specifier
}

function violations(file: string, code: string): string[] {
  const row = Object.keys(allowed)
    .filter((key) => file === key || file.startsWith(key))
    .sort((a, b) => b.length - a.length)[0]
  if (row === undefined) return [`${file}: no row in the table`]
  const specifiers = [
    ...code.matchAll(
      /(?:^|[\s;])(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|(?<!['"])import\s*\(?\s*['"]([^'"]+)['"]/g,
    ),
  ].map((m) => m[1] ?? m[2] ?? '')
  return specifiers
    .map((specifier) => target(file, specifier))
    .filter((to) => !to.endsWith('.css') && !to.startsWith('@fontsource'))
    .filter(
      (to) =>
        !(allowed[row] ?? []).some(
          (prefix) =>
            to === prefix ||
            to.startsWith(prefix.endsWith('src') || prefix.includes('/src/') ? prefix : `${prefix}/`),
        ),
    )
    .map((to) => `${file} must not import ${to}`)
}

test('imports follow the arrows of ARCHITECTURE.md', () => {
  const found = ['rules/src', 'mes-bridge/src', 'plc-sim/src', 'configurator/src']
    .flatMap(sources)
    .flatMap((file) => violations(file, readFileSync(join(root, file), 'utf8')))
  expect(found).toEqual([])
})

test('the check sees a forbidden arrow, whatever form the import has', () => {
  expect(violations('rules/src/compile.ts', `import { readFile } from 'node:fs/promises'`)).toHaveLength(1)
  expect(
    violations('rules/src/compile.ts', `import type { X } from '../../mes-bridge/src/line.ts'`),
  ).toHaveLength(1)
  expect(violations('plc-sim/src/server.ts', `export { Product } from '@lot-one/rules'`)).toHaveLength(1)
  expect(violations('configurator/src/scene/fridge.ts', `const react = await import('react')`)).toHaveLength(
    1,
  )
  expect(violations('mes-bridge/src/dispatch.ts', `import 'node-opcua'`)).toHaveLength(1)
  expect(violations('mes-bridge/src/dispatch.ts', `import { createLine } from './line.ts'`)).toHaveLength(0)
})
