/** <atif-staircase>: the quantizer that a layer of ATIF neurons is, over what it receives, as the page shows it. */

import { histogram, quantizationError, staircaseCorners } from "atif";
import { DrawnElement } from "./drawn-element.js";
import { figure } from "./format.js";
import { givenCount, givenList, givenPositive } from "./given.js";
import { leastTheta } from "./least-theta.js";
import { Slider } from "./slider.js";
import { axisOf, BINS, type Axis } from "./staircase-axis.js";
import { StaircaseChart } from "./staircase-chart.js";

/** Theta was moved. */
export type ThetaEvent = CustomEvent<{ readonly theta: number }>;

/**
 * `theta` and `timesteps` make the staircase; `inputs` are the mean inputs of neurons over their time steps, shown as bars;
 * `learned` is a theta to compare with, `label` the name of the layer. With `movable`, theta can be dragged and moved by keys, and
 * the event `input` tells the new one. All but `inputs` are attributes, too.
 */
export class AtifStaircase extends DrawnElement {
  static readonly observedAttributes: readonly string[] = [
    "theta",
    "timesteps",
    "learned",
    "label",
    "movable",
  ];
  #theta: number | null = null;
  #timesteps: number | null = null;
  #learned: number | null = null;
  #label = "";
  #isMovable = false;
  #inputs: Float32Array = new Float32Array(0);
  /** It does not move with theta. */
  #axis: Axis | null = null;

  get theta(): number | null {
    return this.#theta;
  }

  /** @throws TypeError, RangeError unless it is above 0 */
  set theta(theta: number | null) {
    this.#theta = givenPositive("atif-staircase: theta", theta);
    this.changed();
  }

  get timesteps(): number | null {
    return this.#timesteps;
  }

  set timesteps(timesteps: number | null) {
    this.#timesteps = givenCount("atif-staircase: timesteps", timesteps);
    this.changed();
  }

  get learned(): number | null {
    return this.#learned;
  }

  set learned(learned: number | null) {
    this.#learned = givenPositive("atif-staircase: learned", learned);
    this.changed();
  }

  get label(): string {
    return this.#label;
  }

  set label(label: string | null) {
    this.#label = label ?? "";
    this.changed();
  }

  get movable(): boolean {
    return this.#isMovable;
  }

  /** As an attribute it is there, or not. */
  set movable(movable: boolean | string | null) {
    this.#isMovable = movable === "" || Boolean(movable);
    this.changed();
  }

  get inputs(): ArrayLike<number> {
    return this.#inputs;
  }

  /** @throws TypeError for what is no list of numbers */
  set inputs(inputs: ArrayLike<number> | null) {
    this.#inputs = Float32Array.from(givenList("atif-staircase: inputs", inputs ?? []));
    this.#axis = null;
    this.changed();
  }

  protected override drawing(): unknown {
    const [theta, timesteps] = [this.#theta, this.#timesteps];
    if (theta === null || timesteps === null) return null;
    const learned = this.#learned ?? theta;
    const axis = (this.#axis ??= axisOf(this.#inputs, learned));
    const stairs = { theta, timesteps };
    const move = (moved: number): void => {
      this.theta = moved;
      this.tell("input", { theta: moved });
    };
    return (
      // The events of the slider itself would leave the shadow root beside those of the element.
      <div onInput={(event) => event.stopPropagation()}>
        <StaircaseChart
          measured={{
            ...stairs,
            name: this.#label,
            corners: staircaseCorners(stairs),
            error: quantizationError(this.#inputs, stairs),
            histogram: histogram(this.#inputs, { ...axis, bins: BINS }),
          }}
          learned={learned}
          theta={theta}
          onMove={this.#isMovable ? move : null}
        />
        {this.#isMovable ? (
          <Slider
            label="θ"
            low={leastTheta(axis.high)}
            high={axis.high}
            step={axis.high / 400}
            value={theta}
            shown={figure(theta)}
            onInput={move}
          />
        ) : null}
      </div>
    );
  }
}
