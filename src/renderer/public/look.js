// Theme and language before the first paint, so that nothing flashes. A file of its own: the hosts' policy forbids inline scripts.
{
  const { dataset, style } = document.documentElement
  const theme = localStorage.getItem('attention-lab.theme') ?? 'system'
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  dataset.theme = dark ? 'dark' : 'light'
  dataset.projector = localStorage.getItem('attention-lab.projector') ?? 'false'
  style.colorScheme = dataset.theme
}
