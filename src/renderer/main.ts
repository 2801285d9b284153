/** Entry point of the page: host connection, application and styles. */
import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import '@fontsource-variable/noto-sans-sc'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { socketPath } from '@core/contract/handover'
import './ui/tokens.css'
import './ui/shared.css'
import App from './App.vue'
import { analyserKey, createAnalyser, startWorker } from './analysis/analyser'
import { createHost, hostKey } from './api/host'
import { memoryKey, openMemory } from './api/memory'
import { receivePort } from './api/message-port'
import { openSocket } from './api/socket-port'
import { isDoor, openThroughDoor } from './door/door'
import { keepCompositionApart } from './keyboard/composition'
import { i18n } from './locales'
import { PageRuns } from './training/page-runs'
import { withPageRuns } from './training/placed-host'
import { startPageWorker } from './training/start-worker'
import { pageRunsKey } from './training/use-page-runs'

/** A page loaded over HTTP talks to the web server's host; otherwise the host is the desktop application. */
const isWeb = location.protocol.startsWith('http')

function socketAddress(): URL {
  const address = new URL(socketPath, location.href)
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
  return address
}

keepCompositionApart(window)
const open = isWeb ? () => openSocket(socketAddress()) : receivePort
const remote = createHost(isDoor() ? openThroughDoor() : open)
const pageRuns = new PageRuns(remote, startPageWorker)
const host = withPageRuns(remote, pageRuns)
const memory = await openMemory(host)
createApp(App)
  .provide(hostKey, host)
  .provide(pageRunsKey, pageRuns)
  .provide(memoryKey, memory)
  .provide(analyserKey, createAnalyser(startWorker))
  .use(createPinia())
  .use(i18n)
  .mount('#app')
