/** Handles the drop of a dragged wire: on a refusing port, on a block, or on the empty canvas, where fitting blocks are offered. */
import type { VueFlowStore } from '@vue-flow/core'
import { useI18n } from 'vue-i18n'
import { useProblem } from '../locales/problems'
import { useNotices } from '../stores/notices'
import type { Port, Refusal } from './connections'
import { useBlockTexts } from './useBlockTexts'
import type { useCanvasMenu } from './useCanvasMenu'
import type { Wiring } from './useWiring'

const readingTime = 6000 // milliseconds

export function useWireEnd(flow: VueFlowStore, wiring: Wiring, menu: Pick<ReturnType<typeof useCanvasMenu>, 'offerBlocks'>) {
  const { t } = useI18n()
  const notices = useNotices()
  const sentence = useProblem()
  const texts = useBlockTexts()

  const refusalText = (refused: Refusal): string =>
    'sameSide' in refused ? t(`canvas.sameSide.${refused.sameSide}`) : sentence(refused)

  function onConnectEnd(event: MouseEvent | TouchEvent | undefined): void {
    const end = wiring.end()
    if (!end || !event) return
    if ('refused' in end) {
      if ('sameSide' in end.refused) notices.tell(`canvas.sameSide.${end.refused.sameSide}`)
      else notices.report(end.refused, readingTime)
      return
    }
    const point = 'changedTouches' in event ? event.changedTouches[0] : event
    const target = point && document.elementFromPoint(point.clientX, point.clientY)
    const block = target?.closest<HTMLElement>('.vue-flow__node-block')?.dataset['id']
    if (block !== undefined && block !== end.loose.node) plug(end.loose, block)
    if (!point || !target?.classList.contains('vue-flow__pane')) return
    menu.offerBlocks(end.loose, flow.screenToFlowCoordinate({ x: point.clientX, y: point.clientY }))
  }
  function plug(wire: Port, node: string): void {
    const plugged = wiring.plug(wire, node)
    if (!plugged || 'wire' in plugged) return
    const block = texts.title(node)
    if ('several' in plugged)
      notices.tell(`canvas.severalFit.${plugged.side}`, { block, ports: plugged.several.join(t('canvas.listComma')) })
    else if (plugged.none && 'code' in plugged.none) notices.report(plugged.none, readingTime)
    else notices.tell(`canvas.noneFits.${plugged.side}`, { block })
  }
  return { refusalText, onConnectEnd }
}
