/** A QR code (ISO/IEC 18004) as the path of one SVG. */
import { encode } from 'uqr'

/** The quiet zone the standard asks for, in modules. */
const quiet = 4

export interface QrPicture {
  /** Modules along one side, quiet zone included: the width and height of the view box. */
  readonly size: number
  /** Every dark module as part of one path. */
  readonly path: string
}

/**
 * Draws a text as a QR code. Error correction M (15 %) is enough for a clean screen; a higher one that costs no more modules is
 * taken as well.
 */
export function qrOf(text: string): QrPicture {
  const { data, size } = encode(text, { ecc: 'M', boostEcc: true, border: quiet })
  const path = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return { size, path }
}
