/** What comes when the page is idle and belongs together: dialogs over the design, and the pages of saved and compared designs. */
export { ComparePage } from './choosing/ComparePage.tsx'
export { Dialogs } from './choosing/Dialogs.tsx'
export type { DialogKind } from './choosing/Dialogs.tsx'
export { SettingsPanel } from './choosing/SettingsPanel.tsx'
export { SavedPage } from './keeping/SavedPage.tsx'
export { LostPicture } from './picture/LostPicture.tsx'
export { PictureField } from './picture/PictureField.tsx'
