import type { CertificateView } from '@lot-one/rules'
import { useState } from 'react'
import { useDeskWords } from './words.ts'

/** A certificate that waits for a decision: what to compare, and the one button. */
export function Trust({
  certificate,
  now,
  onTrust,
}: {
  readonly certificate: CertificateView
  readonly now: number
  readonly onTrust: (sha256: string) => Promise<boolean>
}) {
  const { t } = useDeskWords()
  const [isTrusting, setTrusting] = useState(false)
  const trust = async () => {
    if (isTrusting) return
    setTrusting(true)
    // the button goes when the line has connected; after a refusal it is there again
    if (!(await onTrust(certificate.sha256))) setTrusting(false)
  }
  return (
    <div className="line-trust" data-testid="certificate">
      <CertificateFacts certificate={certificate} now={now} />
      {certificate.trust === 'waiting' && (
        <button
          type="button"
          className="button primary"
          data-testid="trust"
          aria-disabled={isTrusting}
          onClick={() => void trust()}
        >
          {isTrusting ? t.trusting : t.trust}
        </button>
      )}
    </div>
  )
}

/** What identifies a certificate. */
export function CertificateFacts({
  certificate,
  now,
}: {
  readonly certificate: CertificateView
  readonly now: number
}) {
  const { t, day } = useDeskWords()
  const { subject, issuer, validFrom, validTo, sha256, thumbprint, replaces } = certificate
  const daysLeft = Math.floor((Date.parse(validTo) - now) / 86_400_000)
  return (
    <dl className="desk-facts">
      <dt>{t.fingerprint}</dt>
      <dd>
        <Fingerprint hex={sha256} />
      </dd>
      {replaces !== undefined && (
        <>
          <dt>{t.replaces}</dt>
          <dd className="old">
            <Fingerprint hex={replaces} />
          </dd>
        </>
      )}
      <dt>{t.thumbprint}</dt>
      <dd>
        <Fingerprint hex={thumbprint} />
      </dd>
      <dt>{t.subject}</dt>
      <dd>{subject}</dd>
      <dt>{t.issuer}</dt>
      <dd>{issuer === subject ? t.selfSigned : issuer}</dd>
      <dt>{t.validity}</dt>
      <dd>
        {t.validFromTo(day(validFrom), day(validTo))}
        {daysLeft < 30 && (
          <strong className="warn"> · {daysLeft < 0 ? t.expired : t.expiresIn(Math.max(1, daysLeft))}</strong>
        )}
      </dd>
    </dl>
  )
}

/** Hex digits in groups of four, as people compare them. */
function Fingerprint({ hex }: { readonly hex: string }) {
  const groups = hex.toUpperCase().match(/.{1,4}/g) ?? []
  return (
    <code className="fingerprint">
      {groups.map((group, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- groups never move
        <span key={index}>{group} </span>
      ))}
    </code>
  )
}
