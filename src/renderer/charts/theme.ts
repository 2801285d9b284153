/** Design tokens resolved to colours for canvas drawing, updated with the theme. */
import { shallowRef, type ShallowRef } from 'vue'
import { diverging, luminance, type ColourTable, type Rgb } from './colourMaps'

const NAMES = [
  'bg',
  'panel',
  'raised',
  'line',
  'line-strong',
  'ink',
  'ink-2',
  'ink-3',
  'accent',
  'attention',
  'feed-forward',
  'input',
  'norm',
  'output',
  'position',
  'recurrent',
  'shape',
  'good',
  'bad',
] as const
type Name = (typeof NAMES)[number]

export interface Theme {
  readonly colours: Readonly<Record<Name, string>>
  readonly diverging: ColourTable
  readonly isDark: boolean
  /** Font families in CSS syntax. */
  readonly sans: string
  readonly mono: string
}

/** Resolves a CSS colour through the browser. */
function rgbOf(colour: string): Rgb {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 1
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) return [255, 255, 255]
  context.fillStyle = colour || '#fff'
  context.fillRect(0, 0, 1, 1)
  const [red = 255, green = 255, blue = 255] = context.getImageData(0, 0, 1, 1).data
  return [red, green, blue]
}

function readTheme(element: Element = document.documentElement): Theme {
  const style = getComputedStyle(element)
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const colours = Object.fromEntries(NAMES.map((name) => [name, token(name) || '#808080'])) as Record<Name, string>
  return {
    colours,
    diverging: diverging(rgbOf(colours.bg)),
    isDark: luminance(rgbOf(colours.bg)) < 0.5,
    sans: token('font') || 'sans-serif',
    mono: token('mono') || 'monospace',
  }
}

let current: ShallowRef<Theme> | null = null

/** One theme shared by all canvases; updated when the root element's attributes change or fonts have loaded. */
export function useTheme(): ShallowRef<Theme> {
  if (current) return current
  const theme = shallowRef(readTheme())
  const read = () => (theme.value = readTheme())
  new MutationObserver(read).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme', 'class', 'data-projector', 'style'],
  })
  document.fonts.addEventListener('loadingdone', read)
  current = theme
  return theme
}

/** For paper: the light theme on white. */
export function printTheme(): Theme {
  const light = document.createElement('span')
  light.dataset['theme'] = 'light'
  document.body.append(light)
  const theme = readTheme(light)
  light.remove()
  return { ...theme, colours: { ...theme.colours, bg: '#ffffff', panel: '#ffffff', raised: '#ffffff' } }
}
