/** atif playground in a process of its own: it serves until it is stopped. */

import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { start, temporaryFolder, type Running } from "./atif.js";
import { atifHere } from "./in-process.js";

const folder = temporaryFolder();
const model = fileURLToPath(new URL("../../playground/generated/digits.safetensors", import.meta.url));

/** What it answers while it runs on. */
function answer({ child }: Running): Promise<{ address: string; model: string | null }> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (part: string) => {
      text += part;
      if (text.endsWith("\n")) resolve(JSON.parse(text) as { address: string; model: string | null });
    });
    child.once("close", () => reject(new Error(`it ended: ${text}`)));
  });
}

describe("atif playground", () => {
  it("serves the built page and a model, and Ctrl-C ends it well", async () => {
    const running = start(["playground", "--model", model, "--port", "0", "--json"], { cwd: folder });
    const told = await answer(running);
    expect(told).toMatchObject({ model, host: "127.0.0.1" });
    expect(told.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?model=model\/digits\.safetensors$/);
    const page = await (await fetch(told.address)).text();
    const [, script] = /src="\.\/(assets\/[^"]+\.js)"/.exec(page) ?? [];
    expect((await fetch(new URL(script, told.address))).status).toBe(200);
    const bytes = await (await fetch(new URL("model/digits.safetensors", told.address))).arrayBuffer();
    expect(Buffer.from(bytes).equals(readFileSync(model))).toBe(true);
    running.child.kill("SIGINT");
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("says what is wrong with a port that is taken, a host that is another machine, a model that is none", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    const results = [
      await atifHere(["playground", "--port", String(port)], { cwd: folder }),
      await atifHere(["playground", "--port", "0", "--host", "192.0.2.1"], { cwd: folder }),
      await atifHere(["playground", "--model", join(folder, "none")], { cwd: folder }),
      await atifHere(["playground", "--model", folder], { cwd: folder }),
      await atifHere(["playground", "--port", "65536"], { cwd: folder }),
    ];
    taken.close();
    expect(results.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
    const sentences = results.map(({ stderr }) => stderr);
    expect(sentences[0]).toContain(
      `--port is ${port}, where another program listens; expected one that is free.`,
    );
    expect(sentences[1]).toContain('--host is "192.0.2.1"; expected an address of this machine');
    expect(sentences[2]).toContain("none");
    expect(sentences[3]).toContain("holds no model.safetensors");
    expect(sentences[4]).toContain('--port is "65536"; expected a whole number from 0 to 65535');
  });
});
