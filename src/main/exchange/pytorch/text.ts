/** Python as text: literals, calls and names. */

type Literal = number | boolean | string | null | readonly Literal[]

/** A number, text, truth value or tuple. */
export function literal(value: Literal): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  return `(${value.map(literal).join(', ')}${value.length === 1 ? ',' : ''})`
}

/** `name(a, b, key=value)`; arguments without a text are left out. */
export function call(
  name: string,
  args: readonly (string | number)[],
  named: Readonly<Record<string, string | null>> = {},
): string {
  const given = Object.entries(named).flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`]))
  return `${name}(${[...args, ...given].join(', ')})`
}

/** The names that code reads: no attributes, names of arguments, texts and comments. */
export const namesIn = (code: string): Set<string> =>
  new Set(code.replaceAll(/"""[^]*?"""|"[^"\n]*"|#.*/g, '').match(/(?<![.\w])[A-Za-z_]\w*(?!\w|=)/g))

/** Text within a docstring of one line. */
export const inDocstring = (text: string): string => text.replaceAll(/[\\"\p{C}]/gu, ' ').trim()

const keywords =
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda ' +
  'nonlocal not or pass raise return try while with yield'
/** What torch.nn.Module calls its own. */
const ofModules =
  'T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr float forward ' +
  'get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia named_buffers named_children named_modules ' +
  'named_parameters parameters register_backward_hook register_buffer register_forward_hook register_forward_pre_hook ' +
  'register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook ' +
  'register_module register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state ' +
  'set_submodule share_memory state_dict to to_empty train training type xpu zero_grad'
/** What the lines of a model use. */
const ofModels =
  'F Model counted features inputs lab_name len load logits losses mask names nn partial reversed scored self shared smoothing source source_mask ' +
  'super targets tokens torch'
const taken: ReadonlySet<string> = new Set(`${keywords} ${ofModules} ${ofModels}`.split(' '))

/** A name for each id, in order: the id with _ for what names cannot contain, and a suffix where that is taken. `also` are taken too. */
export function attributeNames(ids: readonly string[], also: Iterable<string>): Map<string, string> {
  const used = new Set([...taken, ...also])
  return new Map(
    ids.map((id) => {
      const plain = id.replaceAll(/\W/g, '_')
      const base = /^[A-Za-z]/.test(plain) ? plain : `block_${plain}`
      let name = base
      for (let count = 2; used.has(name); count++) name = `${base}_${count}`
      used.add(name)
      return [id, name]
    }),
  )
}
