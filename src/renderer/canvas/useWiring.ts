/** The wire being dragged: which ports refuse it and why, and the result of the drop. */
import type { Connection, OnConnectStartParams, VueFlowStore } from '@vue-flow/core'
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { connectionChecker, type ConnectionChecker } from '@core/graph/connection'
import { useLab } from '../stores/lab'
import { useScope } from '../stores/scope'
import { useTask } from '../stores/task'
import { nodeOf } from './ports'
import {
  opposites,
  plugInto,
  portKey,
  refusal,
  wireBetween,
  type Plugged,
  type Port,
  type Refusal,
  type Side,
} from './connections'

export interface Wiring {
  /** The port at which the wire starts; null while none is dragged. */
  readonly begun: ShallowRef<Port | null>
  /** Ports known to refuse, by key. Computed in slices of a few milliseconds while the wire is dragged. */
  readonly refusing: ShallowRef<ReadonlySet<string>>
  /** Why the port under the pointer refuses. */
  readonly hovered: ComputedRef<Refusal | null>
  accepts(connection: Connection): boolean
  start(params: OnConnectStartParams): void
  connect(connection: Connection): void
  plug(wire: Port, node: string): Plugged | null
  end(): { readonly refused: Refusal } | { readonly loose: Port } | null
}

const slice = 6 // milliseconds: less than half a frame

export function useWiring(flow: VueFlowStore): Wiring {
  const lab = useLab()
  const scope = useScope()
  const task = useTask()
  const group = () => scope.group
  const begun = shallowRef<Port | null>(null)
  const refusing = shallowRef<ReadonlySet<string>>(new Set())
  let check: ConnectionChecker = () => null
  let answers = new Map<string, Refusal | null>()
  let connected = false

  function answer(port: Port): Refusal | null {
    const key = portKey(port.side, port.node, port.port)
    const known = answers.get(key)
    if (known !== undefined) return known
    const found = begun.value && refusal(check, begun.value, port)
    answers.set(key, found)
    return found
  }

  /** Checks ports one after another, yielding to the event loop after each slice. */
  function survey(ports: Port[], wire: Port): void {
    if (begun.value !== wire) return
    const until = performance.now() + slice
    const refused: string[] = []
    while (ports.length > 0 && performance.now() < until) {
      const port = ports.shift()
      if (port && answer(port)) refused.push(portKey(port.side, port.node, port.port))
    }
    if (refused.length > 0) refusing.value = new Set([...refusing.value, ...refused])
    if (ports.length > 0) setTimeout(() => survey(ports, wire))
  }

  const under = computed<Port | null>(() => {
    const handle = flow.connectionEndHandle.value
    if (!handle?.id || (nodeOf(handle.nodeId) === begun.value?.node && handle.id === begun.value.port)) return null
    return { node: nodeOf(handle.nodeId), port: handle.id, side: handle.type === 'target' ? 'in' : 'out' }
  })
  const hovered = computed(() => (begun.value && under.value ? answer(under.value) : null))

  function start({ nodeId, handleId, handleType }: OnConnectStartParams): void {
    if (!nodeId || !handleId || !scope.document) return
    const side: Side = handleType === 'target' ? 'in' : 'out'
    const wire: Port = { node: nodeOf(nodeId), port: handleId, side }
    check = lab.document && task.spec ? connectionChecker(lab.document, task.spec.signature, group()) : () => null
    answers = new Map()
    connected = false
    refusing.value = new Set()
    begun.value = wire
    survey(opposites(scope.document, wire, group()), wire)
  }

  const ends = ({ source, sourceHandle, target, targetHandle }: Connection): { out: Port; in: Port } => ({
    out: { node: nodeOf(source), port: sourceHandle ?? '', side: 'out' },
    in: { node: nodeOf(target), port: targetHandle ?? '', side: 'in' },
  })

  function accepts(connection: Connection): boolean {
    const both = ends(connection)
    return answer(begun.value?.side === 'in' ? both.out : both.in) === null
  }

  function connect(connection: Connection): void {
    const both = ends(connection)
    const wire = wireBetween(both.out, both.in)
    connected = true
    if (wire) scope.edit({ type: 'connect', ...wire })
  }

  /** Drops a wire on a block and connects it if the port is unambiguous. Null if no lab is open. */
  function plug(wire: Port, node: string): Plugged | null {
    if (!scope.document) return null
    const plugged = plugInto(scope.document, check, wire, node)
    if ('wire' in plugged) scope.edit({ type: 'connect', ...plugged.wire })
    return plugged
  }

  /** Result of the drag: refused, loose, or null if it was connected or cancelled. */
  function end(): ReturnType<Wiring['end']> {
    const wire = begun.value
    const refused = hovered.value
    const overPort = under.value !== null
    begun.value = null
    refusing.value = new Set()
    if (!wire || connected) return null
    if (refused) return { refused }
    return overPort ? null : { loose: wire }
  }

  return { begun, refusing, hovered, accepts, start, connect, plug, end }
}
