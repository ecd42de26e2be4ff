/** Options and the threshold of ATIF, MultiStepATIF and IFSRL. */

import { beforeAll, describe, expect, it } from "vitest";
import { ShapeError } from "../../src/errors.js";
import { init } from "../../src/kernels/select.js";
import { ATIF, MultiStepATIF } from "../../src/neurons/atif.js";
import type { NodeBackend } from "../../src/neurons/base-node.js";
import { IFSRL } from "../../src/neurons/ifsrl.js";
import type { ThresholdOptions } from "../../src/neurons/threshold.js";
import "../../src/ops/install.js";
import { manualSeed } from "../../src/random/generator.js";
import { tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

const nodeBackends: NodeBackend[] = ["fused", "eager"];

describeBackends("ATIF", (backend) => {
  beforeAll(() => init({ backend }));

  describe("options", () => {
    it("has the defaults of the reference", () => {
      const node = new ATIF();
      expect(node.alpha).toBe(1);
      expect(node.vReset).toBeNull();
      expect(node.detachReset).toBe(false);
      expect(node.stepMode).toBe("s");
      expect(node.backend).toBe("fused");
      expect(node.storeVSeq).toBe(false);
      expect(node.vThreshold.shape).toEqual([1]);
      expect(node.vThreshold.requiresGrad).toBe(true);
    });

    it("draws one threshold per layer, uniform from 0.8 to 1", () => {
      manualSeed(1);
      const thetas = Array.from({ length: 2000 }, () => new ATIF().theta);
      expect(Math.min(...thetas)).toBeGreaterThanOrEqual(Math.fround(0.8));
      expect(Math.max(...thetas)).toBeLessThanOrEqual(1);
      // the mean of 2000 draws has a deviation of 0.0013
      expect(Math.abs(thetas.reduce((a, b) => a + b) / 2000 - 0.9)).toBeLessThan(0.006);
      expect(Math.min(...thetas)).toBeLessThan(0.801);
      expect(Math.max(...thetas)).toBeGreaterThan(0.999);
      expect(new Set(thetas).size).toBeGreaterThan(1990);
    });

    it("scales the range with vThreshold, vthInitL and vthInitH, and repeats it for a seed", () => {
      manualSeed(7);
      const first = new IFSRL({ vThreshold: 2, vthInitL: 0.25, vthInitH: 0.5 }).theta;
      expect(first).toBeGreaterThanOrEqual(0.5);
      expect(first).toBeLessThanOrEqual(1);
      manualSeed(7);
      expect(new ATIF({ vThreshold: 2, vthInitL: 0.25, vthInitH: 0.5 }).theta).toBe(first);
      expect(new ATIF({ vThreshold: 3, vthInitL: 1, vthInitH: 1 }).theta).toBe(3);
    });

    it.each<[string, unknown, typeof TypeError | typeof RangeError, string]>([
      ["vThreshold 0", { vThreshold: 0 }, RangeError, "ATIF: vThreshold is 0; expected a number above 0."],
      ["vThreshold -1", { vThreshold: -1 }, RangeError, "ATIF: vThreshold is -1; expected a number above 0."],
      ["vThreshold NaN", { vThreshold: NaN }, RangeError, "ATIF: vThreshold is NaN; expected a finite number."],
      ["vThreshold Infinity", { vThreshold: Infinity }, RangeError, "ATIF: vThreshold is Infinity; expected a finite number."],
      ["vThreshold '1'", { vThreshold: "1" }, TypeError, 'ATIF: vThreshold is "1"; expected a number.'],
      ["vThreshold 1e39", { vThreshold: 1e39 }, RangeError, "ATIF: vThreshold is 1e+39; expected a number that float32 can hold, 1.4e-45 to 3.4e38 in size."],
      ["vThreshold 1e-50", { vThreshold: 1e-50 }, RangeError, "ATIF: vThreshold is 1e-50; expected a number that float32 can hold, 1.4e-45 to 3.4e38 in size."],
      ["vthInitL -0.5", { vthInitL: -0.5 }, RangeError, "ATIF: vthInitL is -0.5; expected a number of at least 0."],
      ["vthInitL > vthInitH", { vthInitL: 1, vthInitH: 0.5 }, RangeError, "ATIF: vthInitL is 1 and vthInitH 0.5; expected vthInitL <= vthInitH."],
      ["vthInitH NaN", { vthInitH: NaN }, RangeError, "ATIF: vthInitH is NaN; expected a finite number."],
      ["vthInitH 1e39", { vthInitH: 1e39 }, RangeError, "ATIF: vthInitH times vThreshold is 1e+39; expected a number that float32 can hold"],
      ["alpha 0", { alpha: 0 }, RangeError, "ATIF: alpha is 0; expected a number above 0."],
      ["alpha 1e-50", { alpha: 1e-50 }, RangeError, "ATIF: alpha is 1e-50; expected a number that float32 can hold"],
      ["device cuda", { device: "cuda" }, RangeError, 'ATIF: device is "cuda"; expected "cpu".'],
      ["minThreshold 0", { minThreshold: 0 }, RangeError, "ATIF: minThreshold is 0; expected a number above 0."],
      ["v_threshold", { v_threshold: 1 }, TypeError, 'ATIF: unknown option "v_threshold"; known options are vThreshold, vthInitL, vthInitH, alpha, device, minThreshold, detachReset, backend, storeVSeq, thresholdShape, channels. Did you mean "vThreshold"?'],
      ["v_reset", { v_reset: null }, TypeError, 'ATIF: unknown option "v_reset"; known options are'],
      ["vReset", { vReset: 0 }, TypeError, 'ATIF: unknown option "vReset"; known options are'],
      ["T", { T: 4 }, TypeError, 'ATIF: unknown option "T"; known options are'],
      ["stepMode", { stepMode: "m" }, TypeError, 'ATIF: unknown option "stepMode"; known options are'],
      ["detachReset 1", { detachReset: 1 }, TypeError, "ATIF: detachReset is 1; expected true or false."],
      ["storeVSeq null", { storeVSeq: null }, TypeError, "ATIF: storeVSeq is null; expected true or false."],
      ["backend torch", { backend: "torch" }, RangeError, 'ATIF: backend is "torch"; expected one of "fused", "eager".'],
      ["surrogateFunction", { surrogateFunction: () => 0 }, TypeError, 'ATIF: unknown option "surrogateFunction"; known options are'],
      ["null", null, TypeError, "ATIF: no options were given; expected an object like { vThreshold: … }."],
      ["a number", 1, TypeError, "ATIF: options are 1; expected an object like { vThreshold: … }."],
      ["an array", [1], TypeError, "ATIF: options are [1]; expected an object like { vThreshold: … }."],
    ])("refuses %s", (_, options, kind, message) => {
      const make = (): ATIF => new ATIF(options as ThresholdOptions);
      expect(make).toThrow(kind);
      expect(make).toThrow(message);
    }); // prettier-ignore

    it("names itself in errors, and MultiStepATIF knows stepMode", () => {
      expect(() => new IFSRL({ alpha: -1 })).toThrow("IFSRL: alpha is -1");
      expect(() => new MultiStepATIF({ alpha: -1 })).toThrow("MultiStepATIF: alpha is -1");
      expect(() => new MultiStepATIF({ T: 4 } as object)).toThrow(
        'MultiStepATIF: unknown option "T"; known options are vThreshold, vthInitL, vthInitH, alpha, device, minThreshold, detachReset, backend, storeVSeq, thresholdShape, channels, stepMode.',
      );
      expect(() => new MultiStepATIF(null as unknown as object)).toThrow(
        "MultiStepATIF: no options were given",
      );
      expect(() => new MultiStepATIF({ stepMode: "x" as "m" })).toThrow(
        'MultiStepATIF: stepMode is "x"; expected one of "s", "m".',
      );
    });

    it("rounds alpha to float32, as the reference does", () => {
      expect(new ATIF({ alpha: 0.1 }).alpha).toBe(Math.fround(0.1));
    });
  });

  describe("threshold", () => {
    it("getCoeffs gives the parameter itself; setCoeffs changes it in place", () => {
      const atif = new ATIF();
      const parameter = atif.vThreshold;
      expect(atif.getCoeffs()).toBe(parameter);
      atif.setCoeffs(0.25);
      expect(atif.vThreshold).toBe(parameter);
      expect(parameter.item()).toBe(0.25);
      atif.setCoeffs(tensor([0.5], [1]));
      expect(parameter.item()).toBe(0.5);
      atif.setCoeffs(tensor([2], []));
      expect(atif.theta).toBe(2);
      const ifsrl = new IFSRL();
      expect(ifsrl.getCoeffs()).toBe(ifsrl.vpTh);
      ifsrl.setCoeffs(tensor([3], [1, 1]));
      expect(ifsrl.vpTh.toArray()).toEqual(Float32Array.of(3));
    });

    it("copies what setCoeffs is given", () => {
      const given = tensor([0.5], [1]);
      const node = new ATIF();
      node.setCoeffs(given);
      given.dispose();
      expect(node.theta).toBe(0.5);
    });

    it.each<[unknown, typeof TypeError | typeof RangeError, string]>([
      [NaN, RangeError, "ATIF.setCoeffs: the threshold is NaN; expected a finite number."],
      [Infinity, RangeError, "ATIF.setCoeffs: the threshold is Infinity; expected a finite number."],
      [1e39, RangeError, "ATIF.setCoeffs: the threshold is 1e+39; expected a number that float32 can hold"],
      [0, RangeError, "ATIF.setCoeffs: the threshold is 0; expected a threshold above 0. Set minimum = null on the parameter to allow it."],
      [-0.5, RangeError, "ATIF.setCoeffs: the threshold is -0.5; expected a threshold above 0."],
      ["1", TypeError, 'ATIF.setCoeffs: the threshold is "1"; expected a number.'],
      [undefined, TypeError, "ATIF.setCoeffs: the threshold is undefined; expected a number."],
    ])("setCoeffs refuses %s and keeps the old value", (value, kind, message) => {
      const node = new ATIF();
      node.setCoeffs(0.75);
      const set = (): void => node.setCoeffs(value as number);
      expect(set).toThrow(kind);
      expect(set).toThrow(message);
      expect(node.theta).toBe(0.75);
    }); // prettier-ignore

    it("setCoeffs refuses a tensor of four: a layer has one threshold", () => {
      const set = (): void => new IFSRL().setCoeffs(tensor([1, 1, 1, 1], [4]));
      expect(set).toThrow(ShapeError);
      expect(set).toThrow(
        "IFSRL.setCoeffs: got a tensor of shape [4]; expected one element: a layer has one threshold.",
      );
    });

    it("is not subject to weight decay, and guarded at 1e-3, unless minThreshold says otherwise", () => {
      const { vThreshold } = new ATIF();
      expect(vThreshold.decays).toBe(false);
      expect(vThreshold.minimum).toBe(Math.fround(1e-3));
      expect(new IFSRL({ minThreshold: 0.25 }).vpTh.minimum).toBe(0.25);
      expect(new IFSRL({ minThreshold: null }).vpTh.minimum).toBeNull();
      // the guard holds from the start
      expect(new ATIF({ minThreshold: 5 }).theta).toBe(5);
    });

    it("may be 0 or negative once the guard is off: by minThreshold null, or by minimum = null later", () => {
      const open = new ATIF({ minThreshold: null });
      open.setCoeffs(-0.5);
      expect(open.theta).toBe(-0.5);
      const opened = new ATIF();
      opened.vThreshold.minimum = null;
      opened.setCoeffs(0);
      expect(opened.theta).toBe(0);
      expect(() => opened.setCoeffs(NaN)).toThrow("expected a finite number");
    });

    it("changed between forward and backward, it is noticed", () => {
      for (const nodeBackend of nodeBackends) {
        const node = new ATIF();
        node.backend = nodeBackend;
        const y = node.forward(tensor([1, 2], [2])).sum();
        node.setCoeffs(0.5);
        expect(() => y.backward()).toThrow(
          "a tensor it needs was changed in place after the forward pass (by an optimizer step, setCoeffs or loadStateDict); call backward() before changing it.",
        );
      }
    });

    it("is in the state dict under the reference's names, alone", () => {
      const [atif, ifsrl] = [new ATIF(), new IFSRL()];
      atif.forward(tensor([1, 2], [2]));
      expect(atif.stateDict()).toEqual({ v_threshold: { shape: [1], data: Float32Array.of(atif.theta) } });
      expect(ifsrl.stateDict()).toEqual({ vp_th: { shape: [1], data: Float32Array.of(ifsrl.theta) } });
      const copy = new MultiStepATIF();
      copy.loadStateDict(atif.stateDict());
      expect(copy.theta).toBe(atif.theta);
      expect(() => ifsrl.loadStateDict(atif.stateDict())).toThrow(
        "loadStateDict: missing vp_th; unexpected v_threshold; expected the names of this model.",
      );
    });

    it.each([
      [NaN, "loadStateDict: v_threshold holds NaN at element 0; expected finite float32 numbers."],
      [1e39, "loadStateDict: v_threshold holds 1e+39 at element 0; expected finite float32 numbers."],
      [0, "loadStateDict: v_threshold is 0; expected a threshold above 0."],
      [-396, "loadStateDict: v_threshold is -396; expected a threshold above 0."],
    ])("loadStateDict refuses %f and keeps the old value", (value, message) => {
      const node = new ATIF();
      const before = node.theta;
      expect(() => node.loadStateDict({ v_threshold: { shape: [1], data: [value] } })).toThrow(message);
      expect(node.theta).toBe(before);
    });
  });
});
