import { defineConfig } from 'vitest/config'

const ours = { extends: true as const }
// Four kinds of test, cheapest first. `integration` and `e2e` own processes and sockets: two files at a time.
export default defineConfig({
  test: {
    // campaigns of many thousand cases (RULES_CAMPAIGN) take as long as they take
    testTimeout: process.env.RULES_CAMPAIGN === undefined ? 60_000 : 3_600_000,
    hookTimeout: 120_000,
    projects: [
      {
        ...ours,
        test: {
          name: 'unit',
          include: ['{rules,configurator,plc-sim,mes-bridge}/test/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
          pool: 'threads',
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...ours,
        test: {
          name: 'integration',
          include: ['{plc-sim,mes-bridge,rules}/test/**/*.integration.test.ts'],
          globalSetup: ['test/buildServers.setup.ts'],
          pool: 'forks',
          maxWorkers: 2,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...ours,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.ts'],
          globalSetup: ['test/buildServers.setup.ts'],
          pool: 'forks',
          maxWorkers: 2,
          isolate: false,
          testTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
