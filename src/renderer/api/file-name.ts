/** File names of what is saved, valid on every file system. */

/** File systems allow 255 bytes; hosts that write a temporary file next to it need some of them. */
const mostBytes = 200
/** Device names reserved by Windows, with any extension. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d|com[¹²³]|lpt[¹²³])$/i

const endings = {
  lab: '.lab.json',
  experiment: '.experiment.json',
  sweep: '.sweep.json',
  kit: '.labkit',
  teacher: '.teacher.labkit',
  work: '.labwork',
  report: '.html',
} as const

export function fileName(title: string, kind: keyof typeof endings = 'lab'): string {
  return namedFile(title, kind, endings[kind])
}

/** Of an exported model: `Title.onnx`, `Title-pytorch.zip`. */
export const exportName = (title: string, to: string, extension: string): string =>
  namedFile(title, 'model', extension === to ? `.${extension}` : `-${to}.${extension}`)

/** `kind` names what has no title. */
function namedFile(title: string, kind: string, ending: string): string {
  const words = title
    .replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ')
    .trim()
    .replace(/\s+/g, '-')
    .replace(/^\.+/, '')
  const stem = shortened(words.normalize(), mostBytes - ending.length) || kind
  return (reserved.test(stem.replace(/\..*/, '')) ? `${kind}-${stem}` : stem) + ending
}

/** The longest prefix of whole characters that fits in this many bytes of UTF-8. */
function shortened(text: string, bytes: number): string {
  let fitting = ''
  for (const { segment } of new Intl.Segmenter().segment(text.replace(/\p{Cs}/gu, '\ufffd'))) {
    if (new TextEncoder().encode(fitting + segment).length > bytes) break
    fitting += segment
  }
  return fitting
}
