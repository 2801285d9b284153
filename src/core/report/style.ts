/** The style sheet of a report: light, readable on screen and on paper, whatever the reader's system prefers. */

/** Colours of runs by place, and the dashes that tell more of them apart: those of the lab's light theme. */
const colours = ['#2457d6', '#d7720d', '#15251d', '#a272f4'] as const
const dashes = ['none', '7 4', '2 4'] as const

export const lineOf = (index: number): { readonly colour: string; readonly dash: string } => ({
  colour: colours[index % colours.length]!,
  dash: dashes[Math.floor(index / colours.length) % dashes.length]!,
})

export const style = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { max-width: 1080px; margin: 0 auto; padding: 24px; background: #fff; color: #1e2127; font: 14px/1.5 Inter, 'Noto Sans SC', system-ui, sans-serif; }
h1 { margin: 0 0 4px; font-size: 26px; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 28px 0 8px; padding-bottom: 4px; border-bottom: 1px solid #cbc7bb; font-size: 17px; break-after: avoid; }
h3 { margin: 14px 0 4px; font-size: 14px; break-after: avoid; }
p { margin: 4px 0; overflow-wrap: anywhere; }
.facts { color: #545a68; font-size: 12.5px; }
.note { padding-left: 10px; border-left: 3px solid #cbc7bb; white-space: pre-wrap; }
.tag { display: inline-block; padding: 0 7px; border: 1px solid #cbc7bb; border-radius: 999px; font-size: 12px; }
.frame { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 12px 3px 0; border-top: 1px solid #e3e0d8; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead td { border-top: 0; }
thead th { border-top: 0; color: #545a68; font-weight: 600; }
tbody th { font-weight: 500; }
.number { text-align: right; white-space: nowrap; }
.differs { background: #e6ecfb; font-weight: 600; }
tr { break-inside: avoid; }
.columns { columns: 2 340px; column-gap: 32px; }
.columns table { width: 100%; }
figure { margin: 8px 0; break-inside: avoid; }
figcaption { color: #545a68; font-size: 12.5px; }
svg { max-width: 100%; height: auto; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 4px 24px; }
.sign { display: inline-flex; gap: 6px; align-items: center; white-space: nowrap; }
.block { display: grid; place-items: center; height: 100%; font-size: 17px; line-height: 1.1; text-align: center; overflow: hidden; overflow-wrap: anywhere; }
footer { margin-top: 32px; padding-top: 8px; border-top: 1px solid #cbc7bb; color: #545a68; font-size: 12.5px; }
@page { margin: 14mm; }
@media print { .plots { grid-template-columns: 1fr 1fr; } body { max-width: none; padding: 0; font-size: 11pt; } .frame { overflow: visible; } }
`
