/** What a lab's file is called, on any file system. */

const ending = '.lab.json'
/** A name has 255 bytes at most; a host that writes beside it needs some of them. */
const mostBytes = 200
/** Windows keeps these for devices, whatever comes behind a dot. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d|com[¹²³]|lpt[¹²³])$/i

export function fileName(title: string): string {
  const words = title
    .replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ')
    .trim()
    .replace(/\s+/g, '-')
    .replace(/^\.+/, '')
  const stem = shortened(words.normalize(), mostBytes - ending.length) || 'lab'
  return (reserved.test(stem.replace(/\..*/, '')) ? `lab-${stem}` : stem) + ending
}

/** As many whole characters as fit into so many bytes of UTF-8. */
function shortened(text: string, bytes: number): string {
  let fitting = ''
  for (const { segment } of new Intl.Segmenter().segment(text.replace(/\p{Cs}/gu, '\ufffd'))) {
    if (new TextEncoder().encode(fitting + segment).length > bytes) break
    fitting += segment
  }
  return fitting
}
