import { setDebugLogger, setErrorLogger, setWarningLogger } from './opcua.ts'

/**
 * Sends what the OPC UA library would print on stdout to `sink` instead, for the whole process.
 * @param sink one call per message; default: nowhere.
 */
export function quietLibrary(
  sink: (level: 'error' | 'warning' | 'debug', text: string) => void = () => {},
): void {
  const to =
    (level: 'error' | 'warning' | 'debug') =>
    (_context?: unknown, ...parts: unknown[]): void =>
      sink(level, parts.map(String).join(' '))
  setErrorLogger(to('error'))
  setWarningLogger(to('warning'))
  setDebugLogger(to('debug'))
}
