/** Each kind of neuron in the words of Python: a class with its equations, and what makes one; a row per kind. */

import type { AdaptiveThresholdNode } from "../../neurons/adaptive-threshold-node.js";
import type { BaseNode } from "../../neurons/base-node.js";
import type { NeuronEquations, OwnNeuronKind } from "../neuron-equations.js";
import { argumentsOf, pythonNumber } from "./python-text.js";

interface NeuronSource {
  /** Kinds whose classes it extends. */
  readonly needs: readonly OwnNeuronKind[];
  readonly source: string;
  /** What makes one like this. @param alpha of its surrogate */
  make(neuron: BaseNode, equations: NeuronEquations, alpha: number): string;
}

const FIXED_ALPHA = 4;

function makeAdaptive(name: string): NeuronSource["make"] {
  return (neuron, _equations, alpha) => {
    const { minimum } = (neuron as AdaptiveThresholdNode).getCoeffs();
    const named = {
      alpha: alpha === 1 ? null : pythonNumber(shortest(alpha)),
      detach_reset: neuron.detachReset ? "True" : null,
      channels: thresholdsIn(neuron) === 1 ? null : String(thresholdsIn(neuron)),
      minimum: minimum === null ? null : pythonNumber(shortest(minimum)),
    };
    return `${name}(${argumentsOf([], named)})`;
  };
}

function makeFixed(
  name: string,
  more: (equations: NeuronEquations) => Record<string, string | null>,
): NeuronSource["make"] {
  return (neuron, equations, alpha) => {
    const { threshold, reset } = equations;
    const named = {
      ...more(equations),
      v_threshold: threshold.value === 1 ? null : pythonNumber(shortest(threshold.value)),
      v_reset: reset === null ? "None" : reset === 0 ? null : pythonNumber(shortest(reset)),
      alpha: alpha === FIXED_ALPHA ? null : pythonNumber(shortest(alpha)),
      detach_reset: neuron.detachReset ? "True" : null,
    };
    return `${name}(${argumentsOf([], named)})`;
  };
}

/** The shortest number that float32 rounds to this one: 0.001 for 0.0010000000474974513. */
function shortest(value: number): number {
  for (let digits = 1; digits < 10; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** The same for a time constant, of which 1 - 1 / tau is rounded once, from float64. */
function shortTau(tau: number): number {
  const short = shortest(tau);
  return Math.fround(1 - 1 / short) === Math.fround(1 - 1 / tau) ? short : tau;
}

const adaptive = (kind: string, array: string, doc: string, output: string): string => `
class ${kind}(Neuron):
    """
${doc}
    """

    def __init__(self, alpha=1.0, detach_reset=False, minimum=None):
        super().__init__()
        self.${array} = nn.Parameter(torch.ones(1))  # theta
        self.alpha = alpha
        self.detach_reset = detach_reset
        self.minimum = minimum

    def update(self, x, v):
        theta = self.${array}
        u = v + x
        q = u - theta
        z = Spike.apply(q, self.alpha)
        fired = z.detach() if self.detach_reset else z
        return ${output}, (1 - fired) * u + fired * q

    @torch.no_grad()
    def guard(self):
        """After an optimizer's step: a threshold of 0 or less would be no step of a quantizer."""
        if self.minimum is not None:
            self.${array}.clamp_(min=self.minimum)
`;

const rows: { readonly [K in OwnNeuronKind]: NeuronSource } = {
  ATIF: {
    needs: [],
    source: adaptive(
      "ATIF",
      "v_threshold",
      `    Integrate and fire at an adaptive threshold theta, which is learned: one number for the layer.

        u[t] = v[t-1] + x[t]                             charge
        z[t] = 1 if u[t] - theta >= 0 else 0             fire; a tie fires
        v[t] = (1 - z[t]) u[t] + z[t] (u[t] - theta)     soft reset: what exceeds theta remains
        y[t] = theta z[t]                                output

    Of an x that stands still for T steps, the mean output is theta clip(floor(T x / theta), 0, T) / T: the layer is a
    quantizer of T + 1 levels, and theta / T is its step. Learning theta is learning that step. Gradients pass through z,
    in the output and in the reset, and through theta wherever it stands; so theta.grad is a sum over all neurons.`,
      "theta * z",
    ),
    make: makeAdaptive("ATIF"),
  },
  IFSRL: {
    needs: [],
    source: adaptive(
      "IFSRL",
      "vp_th",
      `    As ATIF, with spikes of height 1: integrate and fire at a threshold theta that is learned, one for the layer.

        u[t] = v[t-1] + x[t]                             charge
        z[t] = 1 if u[t] - theta >= 0 else 0             fire; a tie fires
        v[t] = (1 - z[t]) u[t] + z[t] (u[t] - theta)     soft reset: what exceeds theta remains
        y[t] = z[t]                                      output`,
      "z",
    ),
    make: makeAdaptive("IFSRL"),
  },
  IFNode: {
    needs: [],
    source: `
class IFNode(Neuron):
    """
    Integrate and fire at a fixed threshold.

        u[t] = v[t-1] + x[t]                             charge
        z[t] = 1 if u[t] - v_threshold >= 0 else 0       fire; a tie fires
        v[t] = (1 - z[t]) u[t] + z[t] v_reset            hard reset; v begins at v_reset, too
        v[t] = u[t] - z[t] v_threshold                   soft reset: v_reset is None, and v begins at 0
        y[t] = z[t]                                      output
    """

    def __init__(self, v_threshold=1.0, v_reset=0.0, alpha=4.0, detach_reset=False):
        super().__init__(rest=0.0 if v_reset is None else v_reset)
        self.v_threshold = v_threshold
        self.v_reset = v_reset
        self.alpha = alpha
        self.detach_reset = detach_reset

    def charge(self, x, v):
        return v + x

    def update(self, x, v):
        u = self.charge(x, v)
        z = Spike.apply(u - self.v_threshold, self.alpha)
        fired = z.detach() if self.detach_reset else z
        if self.v_reset is None:
            return z, u - fired * self.v_threshold
        return z, (1 - fired) * u + fired * self.v_reset
`,
    make: makeFixed("IFNode", () => ({})),
  },
  LIFNode: {
    needs: ["IFNode"],
    source: `
class LIFNode(IFNode):
    """
    As IFNode, and the potential leaks towards r (v_reset, or 0 with a soft reset) with a time constant of tau steps.

        u = v + (x - (v - r)) / tau                      decay_input: the input leaks as well
        u = v - (v - r) / tau + x                        otherwise
    """

    def __init__(self, tau=2.0, decay_input=True, **options):
        super().__init__(**options)
        self.tau = tau
        self.decay_input = decay_input

    def charge(self, x, v):
        above = v - self.rest
        if self.decay_input:
            return v + (x - above) / self.tau
        if self.rest == 0:
            return v * (1 - 1 / self.tau) + x
        return v - above / self.tau + x
`,
    make: makeFixed("LIFNode", ({ leak, decaysInput }) => {
      const tau = leak !== null && "tau" in leak ? shortTau(leak.tau) : 2;
      return { tau: tau === 2 ? null : pythonNumber(tau), decay_input: decaysInput ? null : "False" };
    }),
  },
  ParametricLIFNode: {
    needs: ["IFNode"],
    source: `
class ParametricLIFNode(IFNode):
    """
    As IFNode, and the potential leaks towards r (v_reset, or 0 with a soft reset) at a rate k = sigmoid(w) that is learned.

        u = v + (x - (v - r)) k                          decay_input: the input leaks as well
        u = v - (v - r) k + x                            otherwise
    """

    def __init__(self, decay_input=True, **options):
        super().__init__(**options)
        self.w = nn.Parameter(torch.zeros(()))
        self.decay_input = decay_input

    def charge(self, x, v):
        k = self.w.sigmoid()
        above = v - self.rest
        if self.decay_input:
            return v + (x - above) * k
        if self.rest == 0:
            return v * (1 - k) + x
        return v - above * k + x
`,
    make: makeFixed("ParametricLIFNode", ({ decaysInput }) => ({
      decay_input: decaysInput ? null : "False",
    })),
  },
};

/** How many thresholds a neuron learns: one, or one a channel. */
export function thresholdsIn({ learnedThreshold }: BaseNode): number {
  return learnedThreshold?.size ?? 1;
}

/** As the classes have it for one threshold, and for one a channel, which is the axis behind the batch. */
const PER_CHANNEL: readonly (readonly [string, string])[] = [
  ["one number for the layer", "one number for the layer, or one a channel"],
  ["one for the layer", "one for the layer, or one a channel"],
  ["minimum=None):", "channels=1, minimum=None):"],
  ["torch.ones(1)", "torch.ones(channels)"],
];

function perChannel(source: string): string {
  const known = PER_CHANNEL.reduce((text, [one, several]) => text.replace(one, several), source);
  return known.replace(/theta = self\.(\w+)\n/, "theta = self.$1.reshape(-1, *[1] * (x.dim() - 2))\n");
}

/**
 * The classes of these kinds, and of those that they extend, each once and in an order that Python takes.
 *
 * @param hasChannels whether channels have thresholds of their own
 */
export function neuronClasses(kinds: ReadonlySet<OwnNeuronKind>, hasChannels: boolean): string {
  const needed = new Set([...kinds].flatMap((kind) => [...rows[kind].needs, kind]));
  const inOrder = (Object.keys(rows) as OwnNeuronKind[]).filter((kind) => needed.has(kind));
  const sources = inOrder.map((kind) => rows[kind].source);
  return (hasChannels ? sources.map(perChannel) : sources).join("\n");
}

/** What makes a neuron like this; its threshold and rate come with the weights. */
export function neuronMade(kind: OwnNeuronKind, neuron: BaseNode, equations: NeuronEquations): string {
  return rows[kind].make(neuron, equations, neuron.alpha ?? FIXED_ALPHA);
}
