/** What a picture file says about itself: told from its bytes, never from its name or from what the sender calls it. Pure. */

export type PictureType = 'image/jpeg' | 'image/png'

export interface PictureShape {
  readonly type: PictureType
  /** Pixels. */
  readonly width: number
  readonly height: number
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Gives type and size of a JPEG or PNG; `undefined` when the bytes are neither, or end before they say how large they are. */
export function pictureShape(bytes: Buffer): PictureShape | undefined {
  if (bytes.length >= 33 && bytes.subarray(0, 8).equals(pngSignature)) return pngShape(bytes)
  // a JPEG begins and ends with a marker of its own (ITU-T T.81, B.1.1.3)
  if (
    bytes.length >= 4 &&
    bytes.readUInt16BE(0) === 0xffd8 &&
    bytes.readUInt16BE(bytes.length - 2) === 0xffd9
  )
    return jpegShape(bytes)
  return undefined
}

/** The first chunk of a PNG is IHDR (PNG, 11.2.2). */
function pngShape(bytes: Buffer): PictureShape | undefined {
  if (bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined
  return { type: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

/** Start-of-frame markers; among their numbers are three that mean something else (ITU-T T.81, table B.1). */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

function jpegShape(bytes: Buffer): PictureShape | undefined {
  let at = 2
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!
    // a marker may be preceded by any number of fill bytes
    if (marker === 0xff) at += 1
    else if (isFrame(marker))
      return { type: 'image/jpeg', height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    else at += 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}
