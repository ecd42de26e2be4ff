/** The network that comes with the page: a server that has it not, says so otherwise, or is not there. */

import { expect, it } from "vitest";
import { fetchModel } from "../../playground/worker/shipped-model.js";

const address = "https://host/folder/assets/digits-abc.safetensors";
const file = Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 123, 125);

async function sentence(answer: () => Promise<Response>): Promise<string> {
  try {
    await fetchModel(address, answer);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was said");
}

it("is the bytes that the server sends", async () => {
  expect(await fetchModel(address, () => Promise.resolve(new Response(file)))).toEqual(file);
});

it.each<[string, () => Promise<Response>, string]>([
  [
    "is missing",
    () =>
      Promise.resolve(new Response("<html>gone</html>", { status: 404, statusText: "Not Found" })),
    "the server answers 404 Not Found; expected the file.",
  ],
  [
    "is not given",
    () => Promise.resolve(new Response(file, { status: 500 })),
    "the server answers 500; expected the file.",
  ],
  [
    "is replaced by the page itself, with status 200",
    () => Promise.resolve(new Response("<!doctype html><html lang=en>")),
    "digits-abc.safetensors is a web page; expected",
  ],
  ["is empty", () => Promise.resolve(new Response("")), "digits-abc.safetensors is empty; expected"],
  [
    "is out of reach",
    () => Promise.reject(new TypeError("Failed to fetch")),
    "the server does not answer (Failed to fetch).",
  ],
])("%s: a sentence says what came, and what to try", async (_, answer, says) => {
  const said = await sentence(answer);
  expect(said).toContain(`could not be loaded from ${address}: ${says}`);
  expect(said).toMatch(/train it, or drop a model\..*npm run build:page/);
  expect(said).not.toMatch(/\d{12}/);
}); // prettier-ignore
