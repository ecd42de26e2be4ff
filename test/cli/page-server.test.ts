/** The server of the page: what it serves, and what it does not, by plain requests. */

import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { servePage, type PageServer } from "../../src/cli/page-server.js";
import { temporaryFolder } from "./atif.js";

const folder = temporaryFolder();
const root = join(folder, "page");
let server: PageServer;

beforeAll(async () => {
  mkdirSync(join(root, "assets"), { recursive: true });
  mkdirSync(join(folder, "page-of-another"));
  writeFileSync(join(root, "index.html"), "<p>the page</p>");
  writeFileSync(join(root, "assets", "a.js"), "1");
  writeFileSync(join(folder, "secret.txt"), "secret");
  writeFileSync(join(folder, "page-of-another", "b.js"), "secret");
  writeFileSync(join(folder, "my model.safetensors"), "weights");
  const files = new Map([["model/my model.safetensors", join(folder, "my model.safetensors")]]);
  server = await servePage({ root, host: "127.0.0.1", port: 0, files });
});

afterAll(() => server.close());

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** @param path as it is sent: URL and fetch would tidy it up */
function ask(path: string, method = "GET", host?: string): Promise<Answer> {
  const { hostname, port } = new URL(server.address);
  return new Promise((resolve, reject) => {
    request(
      { hostname, port, path, method, ...(host === undefined ? {} : { headers: { host } }) },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
      },
    )
      .on("error", reject)
      .end();
  });
}

describe("servePage", () => {
  it.each([
    ["/", "text/html; charset=utf-8", "<p>the page</p>"],
    ["/index.html?model=x#y", "text/html; charset=utf-8", "<p>the page</p>"],
    ["/assets/a.js", "text/javascript; charset=utf-8", "1"],
    ["/model/my%20model.safetensors", "application/octet-stream", "weights"],
  ])("serves %s", async (path, type, body) => {
    const answer = await ask(path);
    expect(answer).toMatchObject({ status: 200, body });
    expect(answer.headers).toMatchObject({
      "content-type": type,
      "content-length": String(body.length),
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "x-content-type-options": "nosniff",
    });
  });

  it.each([
    "/secret.txt",
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/assets/../../secret.txt",
    "/../page-of-another/b.js",
    "/assets",
    "/assets/",
    "/%00",
    "/%zz",
    "/model/",
    "/model/../secret.txt",
    "//etc/passwd",
  ])("has nothing at %s", async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404, body: "no such file\n" });
  });

  it("answers HEAD without a body, and takes nothing", async () => {
    expect(await ask("/", "HEAD")).toMatchObject({ status: 200, body: "" });
    for (const method of ["POST", "PUT", "DELETE"]) expect((await ask("/", method)).status).toBe(405);
  });

  it.each([
    ["localhost:1", 200],
    ["127.0.0.1", 200],
    ["[::1]:5270", 200],
    ["evil.example", 403],
    ["localhost.evil.example:5270", 403],
  ])("under the name %s answers %i: others' names that point here see nothing", async (host, status) => {
    expect((await ask("/", "GET", host)).status).toBe(status);
  });

  it("answers any name where it is served to others", async () => {
    const open = await servePage({ root, host: "0.0.0.0", port: 0, files: new Map() });
    const { port } = new URL(open.address);
    const response = await fetch(`http://127.0.0.1:${port}/assets/a.js`);
    expect(await response.text()).toBe("1");
    await open.close();
  });
});
