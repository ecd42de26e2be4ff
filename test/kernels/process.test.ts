/** What a pool of threads does to the process it lives in. On the built entry point: the process is a plain Node. */

import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const entry = new URL("../../dist/index.js", import.meta.url).href;

/** Runs a module that has the library as `atif`, and gives what it printed. */
function run(script: string, ...options: string[]): string {
  const source = `import * as atif from ${JSON.stringify(entry)};\n${script}`;
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [...options, "--input-type=module", "--eval", source],
    { encoding: "utf8", timeout: 25_000, env: { ...process.env, NODE_OPTIONS: "" } },
  );
  if (error !== undefined) throw error;
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

const work = `
  const work = () => atif.scope(() => atif.ones([1 << 20]).exp().sum().item());
`;

describe("a process with a pool", () => {
  it("ends by itself, at once after init and after work", () => {
    expect(run("await atif.init({ threads: 3 }); console.log(atif.threads());")).toBe("3\n");
    expect(
      run(`${work} await atif.init({ threads: 8 }); work(); await atif.init({ threads: 2 }); work();
           console.log(atif.threads());`),
    ).toBe("2\n");
  });

  it("ends at once when it is told to, while others work", () => {
    expect(
      run(`${work} await atif.init({ threads: 3 }); work(); console.log("done"); process.exit(); work();`),
    ).toBe("done\n");
  });

  it("uses all cores unless it is told otherwise", () => {
    const counts = run(`
      import { availableParallelism } from "node:os";
      await atif.init();
      console.log(atif.threads() - availableParallelism());
    `);
    expect(counts).toBe("0\n");
  });

  it("soon burns no CPU while nothing is computed", () => {
    // A thread that never slept would take a core, or its share of one, all the time.
    const share = run(`${work}
      await atif.init({ threads: 4 });
      work();
      const share = async () => {
        const [before, start] = [process.cpuUsage(), performance.now()];
        await new Promise((resolve) => setTimeout(resolve, 300));
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1000 / (performance.now() - start);
      };
      let last = await share();
      for (let more = 0; more < 20 && last >= 0.1; more++) last = await share();
      console.log(last);
    `);
    expect(Number(share)).toBeLessThan(0.1);
  });

  it("stays on one thread where it may not start others", () => {
    const permission = process.allowedNodeEnvironmentFlags.has("--permission")
      ? "--permission"
      : "--experimental-permission";
    const script = `await atif.init({ threads: 4 }); console.log(atif.threads(), atif.ones([100000]).sum().item());`;
    expect(run(script, permission, "--allow-fs-read=*", "--no-warnings")).toBe("1 100000\n");
  });

  it("is not held up by loaders and preloaded modules of the process", () => {
    const preload = "data:text/javascript,globalThis.preloaded = true";
    expect(
      run(
        "await atif.init({ threads: 2 }); console.log(atif.threads(), globalThis.preloaded);",
        "--import",
        preload,
      ),
    ).toBe("2 true\n");
  });
});
