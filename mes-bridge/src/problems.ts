/**
 * Every problem the bridge answers with (RFC 9457). `type` is the path of a short page on this very bridge, so it is stable,
 * resolves without the internet and needs no registered domain; its last part is the token a program compares.
 */

interface Kind {
  readonly status: number
  readonly title: string
  /** One paragraph for the page behind `type`: when it happens and what to do. */
  readonly help: string
}

/** All kinds by token. A published token is never renamed. */
export const kinds = {
  malformed: {
    status: 400,
    title: 'The request is not as described in /openapi.json',
    help: '`errors` names every field with its path, the value received and what is expected there. Correct them and send the request again.',
  },
  unauthorized: {
    status: 401,
    title: 'A staff token is needed',
    help: 'Send the header "Authorization: Bearer STAFF_TOKEN". The token was printed at the first start and lies in the file staff-token of the data folder; LOT_ONE_STAFF_TOKEN sets another.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing here',
    help: 'The address is unknown, or the order does not exist, or the tracking token is not the one of this order. The three are answered alike so that nobody can find out which orders exist.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This address does not take that method',
    help: 'The header Allow names the methods it takes.',
  },
  frozen: {
    status: 409,
    title: 'A station has already consumed what this would change',
    help: '`station` has worked on the order since `since`. What it consumed cannot be changed any more; `options` names what is locked.',
  },
  finished: {
    status: 409,
    title: 'The order is finished',
    help: '`state` says how it ended. A finished order can neither be changed nor cancelled.',
  },
  'order-id-reused': {
    status: 409,
    title: 'This order id already stands for another order',
    help: 'An order id is made by the sender once per order (a UUID). The same id with the same body is the same order; with another body it is refused. Make a new id for a new order.',
  },
  'price-changed': {
    status: 409,
    title: 'The price is another one',
    help: '`priceCents` is what this design costs now, `expectedPriceCents` what the request said. Show the shopper the new price and send the order again with it if she agrees.',
  },
  'rules-changed': {
    status: 409,
    title: 'The product rules have changed',
    help: '`rulesHash` is the one in force. Load the product again, let the shopper look at the design under the new rules, and send it with the new hash.',
  },
  'certificate-changed': {
    status: 409,
    title: 'The line shows another certificate',
    help: 'Nothing was trusted. `certificate` is the one it shows now, if it shows one. Compare its fingerprint with the line, then decide about that one.',
  },
  'not-in-doubt': {
    status: 409,
    title: 'Nobody asks about this job order any more',
    help: 'The line has answered meanwhile, or somebody else has. Look at the line again; nothing was changed.',
  },
  'too-large': {
    status: 413,
    title: 'The request body is too large',
    help: 'A JSON body may have 64 KiB, a picture 2 MiB. Make it smaller and send it again.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request did not arrive in time',
    help: 'Headers must be there within 15 seconds and the whole request within 30. Send it again.',
  },
  'headers-too-large': {
    status: 431,
    title: 'Request line and headers are too large',
    help: 'Together they may have 16 KiB.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'This address does not take a body of this type',
    help: 'Send the header "Content-Type: application/json" and a JSON object in UTF-8; to /api/pictures a picture as "image/jpeg" or "image/png".',
  },
  'not-buildable': {
    status: 422,
    title: 'These choices cannot be built together',
    help: '`conflicts` names the rules and choices that clash, `repairs` the smallest changes that make the design buildable and what they cost.',
  },
  incomplete: {
    status: 422,
    title: 'The design is not complete',
    help: '`open` names every option that still has more than one possible value. Choose one for each.',
  },
  'picture-refused': {
    status: 422,
    title: 'This picture cannot be taken',
    help: 'A picture is a whole JPEG or PNG of at most 2 MiB and 6000 pixels along its longer edge, sent with its own content type to /api/pictures/ and the SHA-256 of its bytes. `detail` says which of these does not hold.',
  },
  'picture-missing': {
    status: 422,
    title: 'The order names a picture that is not here',
    help: '`sha256` names it. Send the picture with PUT /api/pictures/SHA256, then the same order again: nothing was accepted. A picture without an order is kept for a day.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests from this address',
    help: 'Wait for the seconds named in the header Retry-After.',
  },
  internal: {
    status: 500,
    title: 'The bridge has a bug',
    help: 'The request met an error that should not exist. It is logged under `requestId`. An order is accepted only when the answer says so; sending the same body again is safe.',
  },
  unavailable: {
    status: 503,
    title: 'Orders cannot be stored at the moment',
    help: 'The storage is full, away or busy. Nothing was accepted. Send the same body again after the seconds named in the header Retry-After: the same order id can never make two orders.',
  },
} as const satisfies Record<string, Kind>

export type ProblemToken = keyof typeof kinds

/** What is wrong with one field: `path` as in `customer.email`, `value` what was received, cut to 100 characters. */
export interface FieldError {
  readonly path: string
  readonly message: string
  readonly value?: string
}

/** A problem ready to send: members of RFC 9457 first, then what helps with this one. */
export interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly [member: string]: unknown
}

/**
 * Makes a problem.
 * @param detail one sentence about this very occurrence: the thing, the value, the next step.
 */
export function problem(
  token: ProblemToken,
  detail: string,
  members: Readonly<Record<string, unknown>> = {},
): ProblemBody {
  const { status, title } = kinds[token]
  return { type: `/problems/${token}`, title, status, detail, ...members }
}

/** Makes the `malformed` problem of a list of field errors. */
export function malformed(errors: readonly FieldError[]): ProblemBody {
  const detail = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')
  return problem('malformed', detail, { errors })
}

/** Gives the page behind a problem's `type`, as plain text. */
export function helpPage(token: ProblemToken): string {
  const { title, status, help } = kinds[token]
  return `${title}\n\ntype /problems/${token} · HTTP status ${status}\n\n${help}\n`
}

/** Shows a received value in an error: JSON, cut short. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : source(value)
  return text.length > 100 ? `${text.slice(0, 99)}…` : text
}

/** 64 KiB of brackets nest deeper than the stack: JSON.parse reads them, JSON.stringify cannot write them. */
function source(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value
  } catch (error) {
    if (error instanceof RangeError) return 'a value nested too deeply to show'
    throw error
  }
}
