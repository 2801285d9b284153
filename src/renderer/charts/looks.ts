/** The look that all ECharts of the lab share. */
import type { Theme } from './theme'

export const labelLook = ({ colours, mono }: Theme) => ({
  ...{ color: colours['ink-2'], fontFamily: mono, fontSize: 10, hideOverlap: true },
})

/** Without lines and ticks; the name is in the middle. */
export const axisLook = (theme: Theme) => ({
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: labelLook(theme),
  splitLine: { lineStyle: { color: theme.colours.line } },
  nameLocation: 'middle' as const,
  nameTextStyle: { color: theme.colours['ink-2'], fontSize: 11 },
})

export const tooltipLook = ({ colours, sans }: Theme) => ({
  confine: true,
  transitionDuration: 0,
  backgroundColor: colours.raised,
  borderColor: colours.line,
  padding: [6, 10],
  textStyle: { color: colours.ink, fontSize: 11, fontFamily: sans },
})

/** For values along an axis: a line where the pointer is. */
export const axisTooltipLook = (theme: Theme) => ({
  ...tooltipLook(theme),
  trigger: 'axis' as const,
  axisPointer: { lineStyle: { color: theme.colours['line-strong'] }, label: { show: false } },
})
