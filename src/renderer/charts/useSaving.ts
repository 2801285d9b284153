/** The menu entries that copy and save a chart: its numbers as CSV, its drawing as SVG and PNG. */
import { useClipboard } from '@vueuse/core'
import { download } from '../api/files'
import { saveSvgAsPng } from './save'
import { useTheme } from './theme'

export interface ChartAction {
  /** Key under `views`. */
  readonly label: string
  readonly perform: () => void
}

/** Of numbers alone. `file` is the name without its ending. */
export function useSavingNumbers(file: () => string, csv: () => string): readonly ChartAction[] {
  const { copy } = useClipboard({ legacy: true })
  return [
    { label: 'copyCsv', perform: () => void copy(csv()) },
    { label: 'saveCsv', perform: () => download(`${file()}.csv`, csv(), 'text/csv') },
  ]
}

/** `file` is the name without its ending. */
export function useSaving(file: () => string, svg: () => string, csv?: () => string): readonly ChartAction[] {
  const theme = useTheme()
  return [
    ...(csv ? useSavingNumbers(file, csv) : []),
    { label: 'saveSvg', perform: () => download(`${file()}.svg`, svg(), 'image/svg+xml') },
    { label: 'savePng', perform: () => void saveSvgAsPng(`${file()}.png`, svg(), theme.value.colours.bg) },
  ]
}
