/** Eager float32 tensors: a shape, memory in the backend's heap, and a place on the tape. */

import { checkBoolean, checkInteger, checkOptions } from "../checks.js";
import { show } from "../show.js";
import { ShapeError, StateError } from "../errors.js";
import type { Backend } from "../kernels/backend.js";
import { currentBackend } from "../kernels/current.js";
import { formatShape, sameShape, sizeOf, type Shape } from "../shapes.js";
import { installedBackward, installedOperations } from "./operations.js";
import { keep, trackTensor } from "./scope.js";
import { Storage } from "./storage.js";
import { tensorJson, type TensorJson } from "./tensor-json.js";

/** A tape node seen from the tensor it made. */
export interface GraphNode {
  readonly name: string;
  /** This tensor is gone: the node gives back what it saved when nothing else can ask it for a gradient. */
  drop(): void;
}

export class Tensor {
  /** The counted memory. Views share it. */
  readonly storage: Storage;
  /** Where this tensor starts in its storage, in elements. */
  readonly offset: number;
  /** The tape node that made it, or null: a leaf, or not differentiable. */
  node: GraphNode | null = null;
  /** Which of the node's outputs it is. */
  outputIndex = 0;
  readonly #shape: Shape;
  #requiresGrad = false;
  #grad: Tensor | null = null;
  #view: Float32Array | null = null;
  #disposed = false;

  /**
   * Takes over one reference of the storage and the shape. Use `tensor()`, or the factories below.
   *
   * @throws TypeError if there is no storage
   */
  constructor(storage: Storage, shape: Shape, offset = 0) {
    if (!(storage instanceof Storage)) {
      throw new TypeError(
        `Tensor: the storage is ${show(storage)}; expected memory of a backend. Make tensors with tensor(data, shape).`,
      );
    }
    this.storage = storage;
    // Kernels trust it: a shape that grew would reach into the memory of others.
    this.#shape = Object.freeze(shape);
    this.offset = offset;
    trackTensor(this);
  }

  /** Whether value is a tensor itself: an object that only inherits from one, or a Proxy of one, is not. */
  static isTensor(value: unknown): value is Tensor {
    return typeof value === "object" && value !== null && #disposed in value;
  }

  /** Content is not initialised. @throws OutOfMemoryError */
  static empty(shape: Shape, backend: Backend = currentBackend()): Tensor {
    return new Tensor(Storage.float32(backend, sizeOf(shape)), [...shape]);
  }

  /** @throws OutOfMemoryError */
  static full(shape: Shape, value: number, backend: Backend = currentBackend()): Tensor {
    if (typeof value !== "number")
      throw new TypeError(`Tensor.full: the value is ${show(value)}; expected a number.`);
    const made = Tensor.empty(shape, backend);
    backend.kernels.fill(made.data, value, made.size);
    return made;
  }

  get shape(): Shape {
    return this.#shape;
  }

  get backend(): Backend {
    return this.storage.backend;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  get rank(): number {
    return this.shape.length;
  }

  /**
   * The elements, as a view into the backend's heap, for kernels. It is valid until the tensor is disposed of.
   *
   * @throws StateError after dispose()
   */
  get data(): Float32Array {
    this.checkAlive();
    const { array } = this.storage;
    this.#view ??= array.subarray(this.offset, this.offset + this.size);
    return this.#view;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** @throws StateError after dispose() */
  checkAlive(): void {
    if (!this.#disposed) return;
    throw new StateError(
      `this tensor of shape ${formatShape(this.shape)} was disposed of (by dispose() or the end of a scope); ` +
        `return it from the scope to use it outside.`,
    );
  }

  /** True for a leaf that collects its gradient, and for everything computed from one. */
  get requiresGrad(): boolean {
    return this.#requiresGrad || this.node !== null;
  }

  /** @throws TypeError unless true or false; StateError on a tensor that was computed: use detach() */
  set requiresGrad(value: boolean) {
    checkBoolean("requiresGrad", value);
    if (this.node !== null && !value) {
      throw new StateError("requiresGrad of a computed tensor cannot be turned off; use detach().");
    }
    this.#requiresGrad = value;
  }

  /** A leaf has no history: its gradient is kept in `grad`. */
  get isLeaf(): boolean {
    return this.node === null;
  }

  /** dL/dthis after backward(), on leaves that require it; otherwise null. */
  get grad(): Tensor | null {
    return this.#grad;
  }

  /** The tensor given is owned by this one from now on. @throws TypeError, ShapeError, StateError */
  set grad(value: Tensor | null) {
    if (value === this.#grad) return;
    if (value !== null) keep(checkGradient("grad", value, this));
    this.#grad?.dispose();
    this.#grad = value;
  }

  /** A second handle to the same elements, without history. */
  alias(shape: Shape = this.shape, offset = 0): Tensor {
    this.checkAlive();
    return new Tensor(this.storage.retain(), shape, this.offset + offset);
  }

  /** A copy of the elements, row-major. */
  toArray(): Float32Array {
    return Float32Array.from(this.data);
  }

  /** The only element. @throws ShapeError if there is more or less than one */
  item(): number {
    if (this.size !== 1) {
      throw new ShapeError(
        `item: the tensor has shape ${formatShape(this.shape)}; expected exactly one element. Use toArray().`,
      );
    }
    return this.data[0];
  }

  /**
   * What JSON.stringify writes: the shape and the elements, row-major; tensor(data, shape) makes it again.
   *
   * @throws RangeError for an element that is not finite, or more than 2^24 of them; StateError after dispose()
   */
  toJSON(): TensorJson {
    return tensorJson(this.shape, this.data);
  }

  /** Frees this handle; the memory goes when nothing else (a view, the tape) needs it. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#view = null;
    this.#grad?.dispose();
    this.#grad = null;
    this.node?.drop();
    this.storage.release();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  toString(): string {
    const state = this.#disposed ? ", disposed" : this.requiresGrad ? ", requiresGrad" : "";
    if (this.#disposed || this.size > 8) return `Tensor(${formatShape(this.shape)}${state})`;
    return `Tensor(${formatShape(this.shape)}, [${Array.from(this.data).join(", ")}]${state})`;
  }

  /** @throws TypeError in x + y or x > y, which JavaScript would answer with a string, NaN or false */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new TypeError(
      `a Tensor of shape ${formatShape(this.shape)} stands where a number or a string is needed; ` +
        `expected a method, such as x.add(y), x.mul(2) or x.item().`,
    );
  }

  // ---- operations: made in ops/, beside their gradients; see operations.ts ------------------------------

  /** Elementwise sum, broadcast. @throws ShapeError */
  add(other: Tensor | number): Tensor {
    return installedOperations<Tensor>().add(this, other);
  }

  /** Elementwise difference, broadcast. @throws ShapeError */
  sub(other: Tensor | number): Tensor {
    return installedOperations<Tensor>().sub(this, other);
  }

  /** Elementwise product, broadcast. @throws ShapeError */
  mul(other: Tensor | number): Tensor {
    return installedOperations<Tensor>().mul(this, other);
  }

  /** Elementwise quotient, broadcast. @throws ShapeError */
  div(other: Tensor | number): Tensor {
    return installedOperations<Tensor>().div(this, other);
  }

  neg(): Tensor {
    return installedOperations<Tensor>().neg(this);
  }

  exp(): Tensor {
    return installedOperations<Tensor>().exp(this);
  }

  log(): Tensor {
    return installedOperations<Tensor>().log(this);
  }

  sqrt(): Tensor {
    return installedOperations<Tensor>().sqrt(this);
  }

  sigmoid(): Tensor {
    return installedOperations<Tensor>().sigmoid(this);
  }

  relu(): Tensor {
    return installedOperations<Tensor>().relu(this);
  }

  /** Matrix product of [m, k] and [k, n]. @throws ShapeError */
  matmul(other: Tensor): Tensor {
    return installedOperations<Tensor>().matmul(this, other);
  }

  /** Sum over one axis, or over all (a tensor of shape []). @throws RangeError if there is no such axis */
  sum(axis?: number): Tensor {
    return installedOperations<Tensor>().sum(this, axis);
  }

  /** Mean over one axis, or over all (a tensor of shape []). @throws RangeError if there is no such axis */
  mean(axis?: number): Tensor {
    return installedOperations<Tensor>().mean(this, axis);
  }

  /** The same elements in another shape; one dimension may be -1. @throws ShapeError */
  reshape(shape: Shape): Tensor {
    return installedOperations<Tensor>().reshape(this, shape);
  }

  /** Axes in another order, copied. @throws RangeError unless axes is a permutation */
  permute(axes: readonly number[]): Tensor {
    return installedOperations<Tensor>().permute(this, axes);
  }

  /** Slice i along axis 0. @throws RangeError if there is no such slice */
  at(i: number): Tensor {
    return installedOperations<Tensor>().at(this, i);
  }

  /** The same elements without history. Shares memory. */
  detach(): Tensor {
    return this.alias();
  }

  /** Index of the largest element along an axis (default: the last), row-major; the first on a tie. @throws RangeError */
  argmax(axis?: number): Int32Array {
    return installedOperations<Tensor>().argmax(this, axis);
  }

  /**
   * Adds dL/dleaf to `grad` of every leaf this was computed from, L being this tensor, or sum(grad * this).
   * The graph is freed.
   *
   * @throws ShapeError without grad unless there is exactly one element; StateError if the graph was freed
   */
  backward(grad?: Tensor): void {
    installedBackward<Tensor>()(this, grad);
  }
}

export interface TensorOptions {
  requiresGrad?: boolean;
}

/** A gradient of `like`, given by the caller. @throws TypeError, ShapeError, StateError unless it fits */
export function checkGradient(where: string, gradient: unknown, like: Tensor): Tensor {
  if (!Tensor.isTensor(gradient)) {
    throw new TypeError(
      `${where}: the gradient is ${show(gradient)}; expected a Tensor. Make one with tensor(data, shape).`,
    );
  }
  if (!sameShape(gradient.shape, like.shape)) {
    throw new ShapeError(
      `${where}: the gradient has shape ${formatShape(gradient.shape)}; expected ${formatShape(like.shape)}.`,
    );
  }
  if (gradient.backend !== like.backend) {
    throw new StateError(
      `${where}: the gradient lives in the ${gradient.backend.name} backend and the tensor in the ` +
        `${like.backend.name} backend; expected one backend. Make both after the same init().`,
    );
  }
  return gradient;
}

/**
 * A tensor from numbers, row-major.
 *
 * @throws TypeError for anything but numbers in one flat array; ShapeError if there are not as many as the shape
 *   says; StateError before init()
 */
export function tensor(
  data: ArrayLike<number>,
  shape: Shape = [data?.length ?? 0],
  options: TensorOptions = {},
): Tensor {
  checkNumbers(data);
  checkOptions("tensor", options, tensorOptionNames);
  const size = sizeOf(shape);
  if (data.length !== size) {
    throw new ShapeError(
      `tensor: ${data.length} numbers for the shape ${formatShape(shape)}; expected ${size}. Give one number per element.`,
    );
  }
  const made = Tensor.empty(shape);
  made.data.set(data);
  made.requiresGrad = options.requiresGrad ?? false;
  return made;
}

export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
  return filled("zeros", shape, 0, options);
}

export function ones(shape: Shape, options: TensorOptions = {}): Tensor {
  return filled("ones", shape, 1, options);
}

const tensorOptionNames = ["requiresGrad"] as const;

function filled(where: string, shape: Shape, value: number, options: TensorOptions): Tensor {
  sizeOf(shape);
  checkOptions(where, options, tensorOptionNames);
  const made = Tensor.full(shape, value);
  made.requiresGrad = options.requiresGrad ?? false;
  return made;
}

function checkNumbers(data: unknown): void {
  if (typeof data !== "object" || data === null || !("length" in data)) {
    throw new TypeError(
      `tensor: data is ${show(data)}; expected an array of numbers. A single number is tensor([x], []).`,
    );
  }
  if (data instanceof Float32Array) return;
  const numbers = data as ArrayLike<unknown>;
  checkInteger("tensor: the length of data", numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    if (typeof numbers[i] === "number") continue;
    throw new TypeError(
      `tensor: element ${i} is ${Array.isArray(numbers[i]) ? "an array" : show(numbers[i])}; expected a number. ` +
        `Give all numbers in one flat array, row-major, and the shape as the second argument.`,
    );
  }
}
