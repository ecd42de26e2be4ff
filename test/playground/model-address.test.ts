/** A model by its address: fetched from where it is said, refused in a sentence. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchModel, modelAddress } from "../../playground/model-address.js";

const server = createServer((request, response) => {
  if (request.url === "/models/my%20net.safetensors") response.end("weights");
  else response.writeHead(404).end();
});
let base = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/page/index.html`;
});

afterAll(() => void server.close());

describe("the model of an address", () => {
  it.each([
    ["", null],
    ["?model=", null],
    ["?other=a", null],
    ["?model=a%20b.safetensors&x=1", "a b.safetensors"],
    ["?model=https%3A%2F%2Fh%2Fm.nir", "https://h/m.nir"],
  ])("of %j is %j", (search, expected) => expect(modelAddress(search)).toBe(expected));

  it("is fetched as a file of its name, relative to the page or whole", async () => {
    for (const given of [
      "../models/my net.safetensors",
      new URL("/models/my%20net.safetensors", base).href,
    ]) {
      const file = await fetchModel(given, base);
      expect([file.name, await file.text()]).toEqual(["my net.safetensors", "weights"]);
    }
  });

  it.each([
    ["none.safetensors", "the server says 404."],
    [
      "javascript:alert(1)",
      "The model of the address is javascript:alert(1); expected the address of a file",
    ],
    ["file:///etc/passwd", "expected the address of a file"],
    ["http://127.0.0.1:1/m", "Its server has to allow other pages to read it (CORS)"],
  ])("%s is refused in a sentence", async (given, sentence) => {
    await expect(fetchModel(given, base)).rejects.toThrow(sentence);
  });
});
