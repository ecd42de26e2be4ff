/**
 * Laws of ARCHITECTURE.md that imports alone do not show:
 *
 * 1. Nobody outside src/neurons asks what class a neuron is. What layers, inspection and the page need to know about a
 *    neuron it says itself, so that one of a user's own is treated as it is, not as what it is not.
 * 2. Only src/platform and src/cli ask the host, Node or browser, for modules or for `process`.
 * 3. The command line writes through src/cli/terminal.ts and src/cli/progress.ts, which make every text printable: a file's
 *    words must not steer the terminal.
 *
 * ESLint takes the options of a rule from the last entry that fits a file: each file gets all its laws from one entry.
 */

const neuronClasses = [
  "ATIF",
  "MultiStepATIF",
  "IFSRL",
  "IFNode",
  "LIFNode",
  "ParametricLIFNode",
  "AdaptiveThresholdNode",
];

/** Temporary: files that broke law 1 when it was written. None may be added. */
const askForNeuronClasses = [];

const neuronLaw = [
  {
    selector: `BinaryExpression[operator='instanceof'][right.name=/^(${neuronClasses.join("|")})$/]`,
    message: "Ask the neuron for what you need to know of it, not for its class: others behave like it.",
  },
];

const inPlatform = "Only src/platform and src/cli ask the host: use what src/platform exports, or add to it.";
const globalObject = ":matches(Identifier[name='globalThis'], TSAsExpression[expression.name='globalThis'])";
const hostLaw = [
  "MemberExpression[property.name='getBuiltinModule']",
  "ObjectPattern > Property[key.name='getBuiltinModule']",
  `MemberExpression[property.name='process'] > ${globalObject}.object`,
  `VariableDeclarator:has(> ${globalObject}.init) > ObjectPattern > Property[key.name='process']`,
  // types of Node's modules are no code
  ":matches(ImportDeclaration[importKind!='type'], ImportExpression)[source.value=/^node:/]",
  ":matches(ExportNamedDeclaration, ExportAllDeclaration)[exportKind!='type'][source.value=/^node:/]",
].map((selector) => ({ selector, message: inPlatform }));
const processLaw = { "no-restricted-globals": ["error", { name: "process", message: inPlatform }] };

const writeLaw = [
  "CallExpression[callee.property.name='write']",
  "CallExpression[callee.object.name='console']",
].map((selector) => ({
  selector,
  message: "Print through Terminal or Progress: they keep a file's words from steering the terminal.",
}));
const mayWrite = ["src/cli/terminal.ts", "src/cli/progress.ts"];

const mayAskForClasses = ["src/neurons/**", ...askForNeuronClasses];
const mayAskTheHost = ["src/platform/**", "src/cli/**"];

export const architectureLaws = [
  {
    files: ["src/**"],
    ignores: [...mayAskForClasses, ...mayAskTheHost],
    rules: { "no-restricted-syntax": ["error", ...neuronLaw, ...hostLaw], ...processLaw },
  },
  {
    files: ["src/cli/**"],
    ignores: mayWrite,
    rules: { "no-restricted-syntax": ["error", ...neuronLaw, ...writeLaw] },
  },
  {
    files: ["src/platform/**", ...mayWrite, "playground/**", "elements/**", "standalone/**"],
    rules: { "no-restricted-syntax": ["error", ...neuronLaw] },
  },
  { files: mayAskForClasses, rules: { "no-restricted-syntax": ["error", ...hostLaw], ...processLaw } },
];
