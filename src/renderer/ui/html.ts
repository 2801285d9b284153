/** Text as HTML, where no template does it: in tooltips of charts and in rendered lessons. */
export { escaped } from '@core/markup'
