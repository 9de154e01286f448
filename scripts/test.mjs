// Every check of the project in two lanes at once: static checks, and vitest (unit, OPC UA integration, real browser).
// Ends with one line "N passed, N failed"; exit code 0 only if nothing failed. With arguments only vitest runs, with them.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (/** @type {string} */ name) => join(root, 'node_modules/.bin', name)

if (!existsSync(bin('vitest'))) {
  console.error('Dependencies are missing. Run: npm ci')
  process.exit(1)
}

/** @type {[name: string, command: string, args: string[]][]} */
const checks = [
  ['types of the rules core (no DOM, no Node)', 'tsc', ['-p', 'tsconfig.rules.json']],
  ['types of servers, scripts and tests', 'tsc', ['-p', 'tsconfig.node.json']],
  ['types of the browser journeys', 'tsc', ['-p', 'tsconfig.e2e.json']],
  ['types of the shop', 'tsc', ['-p', 'tsconfig.web.json']],
  ['lint', 'oxlint', ['--type-aware', '--quiet', '--deny-warnings']],
  ['format', 'oxfmt', ['--check']],
  ['dead code and unused dependencies', 'knip', ['--no-progress']],
]

/**
 * @param {string} command
 * @param {string[]} args
 * @param {boolean} quiet collect the output instead of showing it
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(command, args, quiet) {
  return new Promise((resolve) => {
    const child = spawn(bin(command), args, {
      cwd: root,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
      env: { ...process.env, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }) },
    })
    let output = ''
    child.stdout?.on('data', (data) => (output += data))
    child.stderr?.on('data', (data) => (output += data))
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

const filters = process.argv.slice(2)

async function staticChecks() {
  let passed = 0
  let failed = 0
  for (const [name, command, args] of checks) {
    const { code, output } = await run(command, args, true)
    if (code === 0) passed++
    else {
      failed++
      console.error(`\nFAILED: ${name} (${command} ${args.join(' ')})\n${output}`)
    }
  }
  return { passed, failed, skipped: 0 }
}

async function tests() {
  const dir = mkdtempSync(join(tmpdir(), 'lot-one-test-'))
  const report = join(dir, 'report.json')
  try {
    const { code } = await run(
      'vitest',
      ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters],
      false,
    )
    if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    )
    // A file that cannot even load has no tests to fail: it counts as one.
    const broken = testResults.filter(
      (/** @type {any} */ file) =>
        file.status === 'failed' &&
        file.assertionResults.every((/** @type {any} */ t) => t.status !== 'failed'),
    ).length
    const failed = numFailedTests + broken
    return {
      passed: numPassedTests,
      failed: code !== 0 && failed === 0 ? 1 : failed,
      skipped: numPendingTests + numTodoTests,
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const results = await Promise.all(filters.length > 0 ? [tests()] : [staticChecks(), tests()])
/** @param {'passed' | 'failed' | 'skipped'} key */
const sum = (key) => results.map((r) => Number(r[key])).reduce((a, b) => a + b, 0)
console.log(
  `${sum('passed')} passed, ${sum('failed')} failed${sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''}`,
)
process.exit(sum('failed') > 0 ? 1 : 0)
