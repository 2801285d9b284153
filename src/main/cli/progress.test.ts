import { describe, expect, it } from 'vitest'
import type { RunPart } from '@core/contract/runs'
import { textsIn } from '../texts'
import type { Output } from './output'
import { createProgress, duration } from './progress'
import { table, width } from './table'

function screen(columns: number | null) {
  const written: string[] = []
  const output: Output = {
    columns,
    line: () => undefined,
    json: () => undefined,
    say: (text) => written.push(text),
    draw: (text) => written.push(text),
  }
  return { written, output }
}
const telemetry = (firstStep: number, losses: number[], stepsPerSecond = 50): RunPart => ({
  series: { loss: { steps: Int32Array.from(losses, (_, index) => firstStep + index), values: Float32Array.from(losses) } },
  stepsPerSecond,
})

describe('progress', () => {
  it('is one line on a terminal, redrawn and ended once', () => {
    const { written, output } = screen(100)
    const progress = createProgress(200, output, textsIn('en'))
    progress.show(telemetry(99, [2, 1.5]))
    progress.end()
    progress.end()
    expect(written).toEqual(['\r██████████░░░░░░░░░░ step 100/200  loss 1.500  50 steps/s  0:02 left\u001b[K', '\n'])
  })

  it.each(['en', 'zh'] as const)('never wraps on a narrow terminal (%s)', (language) => {
    const { written, output } = screen(30)
    createProgress(200, output, textsIn(language)).show(telemetry(1, [2]))
    const drawn = written[0]!.replace('\r', '').replace('\u001b[K', '')
    expect(width(drawn)).toBeLessThanOrEqual(29)
  })

  it('is a line every two seconds without a terminal', () => {
    const { written, output } = screen(null)
    let now = 0
    const progress = createProgress(1000, output, textsIn('en'), () => now)
    for (let step = 1; step <= 500; step++) {
      now += 10
      progress.show(telemetry(step, [1 / step], 100))
    }
    progress.end()
    expect(written).toEqual([
      'step 1/1000  loss 1.000  100 steps/s  0:10 left',
      'step 201/1000  loss 0.004975  100 steps/s  0:08 left',
      'step 401/1000  loss 0.002494  100 steps/s  0:06 left',
    ])
  })

  it('shows nothing before the first loss, and no remaining time before the speed is known', () => {
    const { written, output } = screen(null)
    const progress = createProgress(10, output, textsIn('en'))
    progress.show(telemetry(1, []))
    progress.show(telemetry(1, [1], 0))
    expect(written).toEqual(['step 1/10  loss 1.000  0.0 steps/s  – left'])
  })
})

it.each([
  [0, '0:00'],
  [9.4, '0:09'],
  [59.6, '1:00'],
  [750, '12:30'],
  [3723, '1:02:03'],
  [-1, '0:00'],
])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text))

it('tables align their columns, with Chinese characters two columns wide', () => {
  expect(
    table(
      ['id', '标题', 'n'],
      [
        ['reverse', '反转', '1'],
        ['x', 'y', '10'],
      ],
    ),
  ).toEqual(['id       标题  n', 'reverse  反转  1', 'x        y     10'])
})
