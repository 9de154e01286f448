import { useId, useState } from 'react'
import type { Desk, DeskView } from './desk.ts'
import { useDeskWords } from './words.ts'

/** Asks for the staff token. */
export function Locked({ desk, view }: { readonly desk: Desk; readonly view: DeskView }) {
  const { t } = useDeskWords()
  const id = useId()
  const [token, setToken] = useState('')
  const [isMissing, setMissing] = useState(false)
  const problem = isMissing
    ? t.tokenMissing
    : view.refused === 'wrong'
      ? t.tokenWrong
      : view.refused && t.tokenUnanswered
  const isOpening = view.phase === 'opening'
  return (
    <form
      className="desk-lock"
      data-testid="lock"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const given = token.trim()
        setMissing(given === '')
        if (given !== '' && !isOpening) void desk.unlock(given)
      }}
    >
      <h1>{t.lockTitle}</h1>
      <p className="lead">{t.lockLead}</p>
      <div className="field">
        <label htmlFor={id}>{t.token}</label>
        <input
          id={id}
          name="token"
          type="password"
          value={token}
          onChange={(event) => setToken(event.target.value)}
          autoComplete="current-password"
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={problem ? true : undefined}
          aria-describedby={`${id}-hint ${id}-error`}
        />
        <p className="field-error" id={`${id}-error`} role="alert">
          {problem}
        </p>
        <p className="hint" id={`${id}-hint`}>
          {t.tokenHint}
        </p>
      </div>
      <button type="submit" className="button primary" aria-disabled={isOpening}>
        {isOpening ? t.unlocking : t.unlock}
      </button>
    </form>
  )
}
