/** Progress of training: one redrawn line on a terminal, otherwise a line every few seconds. */
import type { RunPart } from '@core/contract/runs'
import type { Texts } from '../texts'
import type { Output } from './output'
import { width } from './table'

const EVERY = 2000 // milliseconds between lines without a terminal
const BAR = 20 // width in characters

export interface Progress {
  /** Does nothing if the part has no loss. */
  show(part: RunPart): void
  /** Ends the line, so that later output starts on a new one. */
  end(): void
}

/** `steps` is the total number. `now` is a clock in milliseconds. */
export function createProgress(steps: number, output: Output, texts: Texts, now: () => number = Date.now): Progress {
  let last = -Infinity
  let drawn = false
  return {
    show({ series, stepsPerSecond = 0 }) {
      const step = series?.loss?.steps.at(-1)
      const loss = series?.loss?.values.at(-1)
      if (step === undefined || loss === undefined) return
      const params = {
        step,
        steps,
        loss: loss.toPrecision(4),
        rate: stepsPerSecond < 10 ? stepsPerSecond.toFixed(1) : Math.round(stepsPerSecond),
        left: stepsPerSecond > 0 ? duration((steps - step) / stepsPerSecond) : '–',
      }
      if (output.columns !== null) {
        const line = texts.cli('progress', { ...params, bar: bar(step / steps) })
        output.draw(`\r${fit(line, output.columns - 1)}\u001b[K`)
        drawn = true
      } else if (now() - last >= EVERY) {
        last = now()
        output.say(texts.cli('progressLine', params))
      }
    },
    end() {
      if (drawn) output.draw('\n')
      drawn = false
    },
  }
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR)
  return '█'.repeat(full) + '░'.repeat(BAR - full)
}

/** As 0:09, 12:30 or 1:02:03. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (value: number): string => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** Truncates to the terminal's width: a line that wraps cannot be redrawn. */
function fit(line: string, columns: number): string {
  let fitted = ''
  let used = 0
  for (const character of line) {
    used += width(character)
    if (used > columns) break
    fitted += character
  }
  return fitted
}
