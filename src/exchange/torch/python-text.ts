/** Words of Python: numbers, strings, arguments, names. */

/** As float literals: 1.0, 1e-05; they read back as the same float64. */
export function pythonNumber(value: number): string {
  const digits = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(digits) ? digits : `${digits}.0`;
}

export function pythonString(text: string): string {
  return JSON.stringify(text);
}

/** Positional ones, then those that are named and not null. */
export function argumentsOf(
  values: readonly (string | number)[],
  named: Readonly<Record<string, string | null>>,
): string {
  const given = Object.entries(named).flatMap(([name, value]) =>
    value === null ? [] : [`${name}=${value}`],
  );
  return [...values.map(String), ...given].join(", ");
}

const KEYWORDS =
  "False None True and as assert async await break class continue def del elif else except finally for from global if " +
  "import in is lambda nonlocal not or pass raise return try while with yield match case type";

/** What nn.Module and the class of the network have, so that no layer may be reached by it. */
const OF_MODULES =
  "add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr float " +
  "forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia named_buffers " +
  "named_children named_modules named_parameters parameters register_backward_hook register_buffer register_forward_hook " +
  "register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook " +
  "register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook " +
  "register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict to to_empty train training " +
  "type xpu zero_grad";
const OF_THE_NETWORK = "timesteps reset guard step steps logits_per_step sequence prepare stateful";
const OF_MODULE_DICTS = "clear items keys pop update values";

const reserved = new Set(`${KEYWORDS} ${OF_MODULES} ${OF_THE_NETWORK} ${OF_MODULE_DICTS}`.split(" "));

/** Whether a module may be `self.NAME`, or a key of nn.ModuleDict. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_]*$/.test(name) && !reserved.has(name);
}

/** Whether it may stand behind a dot. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(name) && !reserved.has(name);
}
