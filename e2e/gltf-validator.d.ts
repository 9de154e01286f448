/** What the journeys read of the Khronos validator's report. */
declare module 'gltf-validator' {
  interface Report {
    issues: {
      numErrors: number
      messages: { code: string; message: string; severity: number; pointer: string }[]
    }
    info: { drawCallCount: number; totalTriangleCount: number }
  }
  export function validateBytes(bytes: Uint8Array): Promise<Report>
}
