import type { DesignSession } from '../../session.ts'
import { languages } from '../../texts/index.ts'
import { Modal } from '../Modal.tsx'
import { RadioCard } from '../RadioCard.tsx'
import { useStore } from '../store.ts'
import { useWords } from '../words.ts'

/** Where the shop delivers to and which language it speaks. */
export function SettingsPanel({
  design,
  isOpen,
  onClose,
  onSpeak,
}: {
  readonly design: DesignSession | undefined
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly onSpeak: (language: string) => void
}) {
  const { t, language } = useWords()
  return (
    <Modal title={t.settings} isOpen={isOpen} onClose={onClose}>
      {design && <ContextChoice design={design} onDone={onClose} />}
      <fieldset className="option">
        <legend>
          <span className="option-name">{t.language}</span>
        </legend>
        <div className="cards list">
          {languages.map(({ id, name }) => (
            <RadioCard
              key={id}
              name="language"
              label={name}
              value={id}
              lang={id}
              isChosen={id === language}
              onChoose={() => onSpeak(id)}
            />
          ))}
        </div>
      </fieldset>
    </Modal>
  )
}

/** The options the shop knows rather than the shopper chooses: the country. A clash closes the dialog: the way out stands in the page. */
function ContextChoice({ design, onDone }: { readonly design: DesignSession; readonly onDone: () => void }) {
  const words = useWords()
  const { language } = words
  const view = useStore(design)
  const { product } = design
  return product.package.options
    .filter((option) => option.role === 'context')
    .map((option) => (
      <fieldset key={option.id} className="option" data-option={option.id}>
        <legend>
          <span className="option-name">{product.label(option.id, language)}</span>
        </legend>
        <div className="cards list">
          {option.values.map((value) => (
            <RadioCard
              key={String(value)}
              name={option.id}
              label={words.value(product, option.id, value)}
              value={String(value)}
              isChosen={view.design.context[option.id] === value}
              onChoose={() => {
                design.setContext({ [option.id]: value })
                if (design.getSnapshot().conflict) onDone()
              }}
            />
          ))}
        </div>
      </fieldset>
    ))
}
