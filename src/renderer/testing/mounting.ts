/** Mounts components for tests in the application of a fake host. */
import { mount, type ComponentMountingOptions } from '@vue/test-utils'
import { getActivePinia } from 'pinia'
import { ConfigProvider, TooltipProvider } from 'reka-ui'
import { defineComponent, h, inject, type Component } from 'vue'
import { analyserKey } from '../analysis/analyser'
import { hostKey } from '../api/host'
import { memoryKey } from '../api/memory'
import { i18n } from '../locales'
import { pageRunsKey } from '../training/use-page-runs'
import type { FakeHost } from './fake-host'

/** happy-dom implements no font loading. */
if (typeof document !== 'undefined' && !('fonts' in document)) Object.assign(document, { fonts: new EventTarget() })

export function mountIn(host: FakeHost, component: Component, props: ComponentMountingOptions<Component>['props'] = {}) {
  const provide = host.app.runWithContext(() => ({
    [hostKey as symbol]: inject(hostKey),
    [memoryKey as symbol]: inject(memoryKey),
    [analyserKey as symbol]: inject(analyserKey),
    [pageRunsKey as symbol]: inject(pageRunsKey),
  }))
  const around = defineComponent(() => () => h(ConfigProvider, () => h(TooltipProvider, () => h(component, props))))
  return mount(around, { attachTo: document.body, global: { plugins: [i18n, getActivePinia()!], provide } })
}
