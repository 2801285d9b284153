// Applies theme and projector mode before the first paint, to avoid a flash. A separate file because the hosts' CSP forbids inline scripts.
{
  const { dataset, style } = document.documentElement
  const theme = localStorage.getItem('attention-lab.theme') ?? 'system'
  const dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  dataset.theme = dark ? 'dark' : 'light'
  dataset.projector = localStorage.getItem('attention-lab.projector') ?? 'false'
  style.colorScheme = dataset.theme
}
