/** The cases of neuron.json and integers.json as arrays of C, so that a C program needs no reader of JSON. */

const flat = (rows) => rows.flat();

/** Every float32 has a hexadecimal form that C reads exactly; what has none is a macro. */
function literal(value) {
  if (value === "NaN") return "CONFORMANCE_NAN";
  if (value === "Infinity") return "CONFORMANCE_INFINITY";
  if (value === "-Infinity") return "-CONFORMANCE_INFINITY";
  if (value === "-0") return "-0.0f";
  const text = String(value);
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}

export function cHeader({ version, cases: neurons }, { cases: integers }) {
  const lines = [
    `/* The cases of neuron.json and integers.json, version ${version}. Made by scripts/make-conformance.mjs. */`,
    "#ifndef CONFORMANCE_VECTORS_H",
    "#define CONFORMANCE_VECTORS_H",
    "#include <stdint.h>",
    "#include <math.h>",
    "#define CONFORMANCE_NAN NAN",
    "#define CONFORMANCE_INFINITY INFINITY",
    "",
    "struct neuron_case { const char *name; int unit_output, steps, neurons; const float *threshold, *v0, *x, *outputs, *potentials; };",
    "struct integer_case { const char *name; int width, input_q, potential_q, threshold, spike, hard, reset, leaky, leak, decays_input; char rounding;",
    "                      int steps; int32_t v0; const int32_t *x, *outputs, *potentials; };",
    "",
  ];
  const array = (type, name, values) =>
    lines.push(`static const ${type} ${name}[] = {${values.join(", ")}};`);
  for (const { name, threshold, v0, x, expected } of neurons) {
    array(
      "float",
      `${name}_threshold`,
      x.map((_, t) => literal(Array.isArray(threshold) ? threshold[t] : threshold)),
    );
    array("float", `${name}_v0`, v0.map(literal));
    array("float", `${name}_x`, flat(x).map(literal));
    array("float", `${name}_outputs`, flat(expected.outputs).map(literal));
    array("float", `${name}_potentials`, flat(expected.potentials).map(literal));
  }
  lines.push("", "static const struct neuron_case neuron_cases[] = {");
  for (const { name, output, x } of neurons) {
    const arrays = ["threshold", "v0", "x", "outputs", "potentials"].map((part) => `${name}_${part}`);
    lines.push(
      `  {"${name}", ${output === "one" ? 1 : 0}, ${x.length}, ${x[0].length}, ${arrays.join(", ")}},`,
    );
  }
  lines.push("};", "");
  for (const { name, x, expected } of integers) {
    array("int32_t", `integer_${name}_x`, x);
    array("int32_t", `integer_${name}_outputs`, expected.outputs);
    array("int32_t", `integer_${name}_potentials`, expected.potentials);
  }
  lines.push("", "static const struct integer_case integer_cases[] = {");
  for (const given of integers) {
    const {
      name,
      width,
      input_q,
      potential_q,
      threshold,
      spike,
      reset,
      leak,
      decays_input,
      rounding,
      x,
      v0,
    } = given;
    const numbers = [width, input_q, potential_q, threshold, spike, Number(reset !== null), reset ?? 0];
    numbers.push(Number(leak !== null), leak ?? 0, Number(decays_input));
    const arrays = ["x", "outputs", "potentials"].map((part) => `integer_${name}_${part}`);
    lines.push(
      `  {"${name}", ${numbers.join(", ")}, '${rounding[0]}', ${x.length}, ${v0}, ${arrays.join(", ")}},`,
    );
  }
  lines.push("};", "", "#endif", "");
  return lines.join("\n");
}
