import { useEffect, useState } from 'react'
import type { Stage } from '../../scene/stage.ts'
import { Icon } from '../icons.tsx'
import type { Picture } from '../Viewport.tsx'
import { useLaterWords } from '../words.ts'
import { pictureOf, usePrintedPicture } from './shownPicture.ts'
import { TakeAway } from './TakeAway.tsx'

/** The buttons beside the 3D picture. They come with it, so the first choice does not wait for them. */
export default function ViewTools({
  stage,
  picture: { appliance, isOpen, shop, onOwnPicture },
  isTurning,
  onTurning,
}: {
  readonly stage: Stage
  readonly picture: Picture
  readonly isTurning: boolean
  readonly onTurning: (on: boolean) => void
}) {
  const { t, length } = useLaterWords()
  // what the shopper opened herself stays until her choosing asks for the opposite
  const [doors, setDoors] = useState<{ asked: boolean; open: boolean }>()
  const [isApart, setApart] = useState(false)
  const [isInKitchen, setInKitchen] = useState(false)
  const [hasSizes, setSizes] = useState(false)
  const [isTaking, setTaking] = useState(false)
  const printed = pictureOf(appliance.choices)
  usePrintedPicture(stage, shop, printed)
  const isWide = doors?.asked === isOpen ? doors.open : isOpen
  useEffect(() => stage.open(isWide && !isApart ? 1 : 0), [stage, isWide, isApart])
  useEffect(() => stage.explode(isApart ? 1 : 0), [stage, isApart])
  useEffect(() => stage.kitchen(isInKitchen), [stage, isInKitchen])
  useEffect(() => stage.dimensions(hasSizes, length), [stage, hasSizes, length])
  const tool = (
    name: Parameters<typeof Icon>[0]['name'],
    label: string,
    on: boolean,
    act: () => void,
    more = '',
  ) => (
    <button type="button" className={`icon-button${more}`} aria-pressed={on} title={label} onClick={act}>
      <Icon name={name} />
      <span className="sr-only">{label}</span>
    </button>
  )
  return (
    <>
      <div className="tools">
        {tool('turn', t.turnOn, isTurning, () => onTurning(!isTurning), ' touch-only')}
        {tool('doors', t.openDoors, isWide && !isApart, () => {
          setApart(false)
          setDoors({ asked: isOpen, open: isApart || !isWide })
        })}
        {tool('apart', t.takeApart, isApart, () => setApart(!isApart))}
        {tool('kitchen', t.inKitchen, isInKitchen, () => setInKitchen(!isInKitchen))}
        {tool('size', t.showSize, hasSizes, () => setSizes(!hasSizes))}
        {onOwnPicture && tool('image', t.ownPicture, printed !== undefined, onOwnPicture)}
        <button
          type="button"
          className="icon-button"
          aria-haspopup="dialog"
          title={t.takeAway}
          onClick={() => setTaking(true)}
        >
          <Icon name="take" />
          <span className="sr-only">{t.takeAway}</span>
        </button>
      </div>
      <TakeAway
        stage={stage}
        name={`lot-one-${appliance.family}`}
        isOpen={isTaking}
        onClose={() => setTaking(false)}
      />
    </>
  )
}
