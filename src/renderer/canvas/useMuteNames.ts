/** Names of muted values, e.g. “head 1 of Attention”. */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useBlockNames } from '../locales/blockNames'
import { isOfNeurons } from '@core/blocks/neurons'
import { formatCount } from '../charts/format'
import { useLab } from '../stores/lab'

/** Neurons of a block that are named one by one. */
const mostNeurons = 3

export function useMuteNames() {
  const { t } = useI18n()
  const lab = useLab()
  const { title } = useBlockNames()

  return computed(() =>
    Object.entries(lab.mutes).flatMap(([gate, multipliers]) => {
      const at = gate.lastIndexOf('/')
      const [block, name] = [title(gate.slice(0, at)), gate.slice(at + 1)]
      const muted = multipliers.flatMap((value, index) => (value === 0 ? [index + 1] : []))
      if (multipliers.length === 1) return [t(`mutes.gates.${name === 'heads' ? 'output' : name}`, { block, number: 1 })]
      if (muted.length === multipliers.length) return [t(`mutes.all.${name}`, { block })]
      if (isOfNeurons(gate) && muted.length > mostNeurons)
        return [t('mutes.neurons', { block, count: formatCount(muted.length) })]
      return muted.map((number) => t(`mutes.gates.${name}`, { block, number }))
    }),
  )
}
