/**
 * What a training run came to, in few letters: the first 16 hexadecimal digits of a SHA-256 over the weights, and of one
 * over the data that it learned from. Two runs with the same letters have the same bits.
 */

import type { Dataset, SpikingModel } from "atif";
import type { RunResult } from "../state/page-address.js";

/** Of large sets, the first ones. */
const MOST_SAMPLES = 1000;

/** null where the browser computes no hashes: on pages that came by http from another host. */
export async function fingerprint(model: SpikingModel, train: Dataset): Promise<RunResult | null> {
  // Undefined there, whatever its type says.
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  if (subtle === undefined) return null;
  const weights = Object.entries(model.stateDict()).flatMap(([name, { shape, data }]) => [
    texted(`${name} ${shape.join("x")}`),
    bytesOf(data),
  ]);
  const { x, labels } = train.batch(
    Array.from({ length: Math.min(MOST_SAMPLES, train.length) }, (_, i) => i),
  );
  const samples = [texted(`${train.length} ${train.sampleShape.join("x")}`), bytesOf(x), bytesOf(labels)];
  return { weights: await hash(subtle, weights), data: await hash(subtle, samples) };
}

function texted(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\n`);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Of copies: memory that threads share is not hashed. */
async function hash(subtle: SubtleCrypto, parts: readonly Uint8Array[]): Promise<string> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  const digest = new Uint8Array(await subtle.digest("SHA-256", all));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
