/** Who computes a quantized network, what is compared with what, and how many integers were the same. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { IntegerModel, loadModel, noGrad, tensor } from "../../dist/index.js";
import { colours } from "../../dist/drawing/colours.js";
import { picture } from "../../dist/drawing/picture.js";
import { escaped } from "../../dist/drawing/xml-text.js";

const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const boards = [
  { title: "Cortex-M3, in QEMU", target: "cortex-m", rule: "test-m3" },
  { title: "Cortex-M4, in QEMU", target: "cortex-m", rule: "test-m4" },
  { title: "RISC-V 32, in QEMU", target: "riscv", rule: "test-riscv" },
];
const [WIDTH, HEIGHT, ROW, BOX, TOP] = [760, 300, 60, 44, 52];

function run(command, args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? ""}\n${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}

/** What the layers of a quantized network give in evaluation, times 2^q, beside IntegerModel. */
function compareFloat(model, test) {
  const integer = new IntegerModel(model.eval());
  const { layers } = integer.program;
  const modules = new Map(model.namedModules());
  const seen = new Map();
  for (const { layer } of layers) {
    const own = modules.get(layer);
    const forward = own.forward.bind(own);
    own.forward = (...inputs) => {
      const y = forward(...inputs);
      seen.set(layer, y.toArray());
      return y;
    };
  }
  const T = model.timesteps;
  let integers = 0;
  let differences = 0;
  for (let i = 0; i < test.length; i++) {
    const { x } = test.batch([i]);
    noGrad(() => model.run(tensor(x, [1, ...model.inputShape])));
    const input = integer.quantizeInput(x);
    integer.reset();
    for (let t = 0; t < T; t++) {
      integer.step(input);
      for (const { name, layer, q } of layers) {
        const [map, values] = [integer.maps[name], seen.get(layer)];
        // What no neuron stands before was computed once for all time steps.
        const from = values.length === map.length ? 0 : t * map.length;
        map.forEach((value, k) => (differences += values[from + k] * 2 ** q === value ? 0 : 1));
        integers += map.length;
      }
    }
  }
  return { samples: test.length, integers, differences };
}

function exported(quantized, target, folder) {
  run(process.execPath, [
    cli,
    "export",
    quantized,
    "--to",
    "c",
    "--target",
    target,
    "--out",
    folder,
    "--force",
  ]);
}

function compareHere(quantized, folder) {
  exported(quantized, "c99", folder);
  const { samples, integers, differences } = JSON.parse(
    run(process.execPath, [cli, "verify", quantized, folder, "--json"]),
  );
  return { samples, integers, differences };
}

function compareOnBoard(quantized, { target, rule }, folder) {
  exported(quantized, target, folder);
  const [, samples, integers, differences] = /^PASS: (\d+) samples, .* (\d+) integers, (\d+) differences$/m
    .exec(run("make", ["-s", "-C", folder, rule]))
    .map(Number);
  return { samples, integers, differences };
}

const whole = (number) => number.toLocaleString("en-US");

export async function proofPicture(quantized, test) {
  const folder = mkdtempSync(join(tmpdir(), "atif-proof-"));
  try {
    const float = compareFloat(await loadModel(join(quantized, "model.safetensors")), test);
    const here = { title: "this machine, gcc", ...compareHere(quantized, folder) };
    const there = boards.map((board) => ({
      title: board.title,
      ...compareOnBoard(quantized, board, folder),
    }));
    const wrong = [float, here, ...there].find(({ differences }) => differences !== 0);
    if (wrong !== undefined) throw new Error(`Integers differ: ${JSON.stringify(wrong)}`);
    return drawn(float, [here, ...there]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const said = ({ samples, integers, differences }) => [
  `${samples} samples`,
  `${whole(integers)} integers`,
  `${differences} differences`,
];

function drawn(float, compiled) {
  const middle = TOP + (ROW * (compiled.length - 1)) / 2;
  const box = (x, y, width, colour, lines) => [
    `<rect x="${x}" y="${y}" width="${width}" height="${BOX}" rx="4" fill="${colour}" fill-opacity="0.2" stroke="${colour}"/>`,
    ...lines.map(
      (line, i) =>
        `<text x="${x + width / 2}" y="${y + 19 + 16 * i}" text-anchor="middle">${escaped(line)}</text>`,
    ),
  ];
  const line = (x1, y1, x2, y2) =>
    `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colours.green}" stroke-width="2"/>`;
  const at = (i) => TOP + ROW * i;
  const words = [
    `The quantized network in float32, times 2^q, and IntegerModel: ${said(float).join(", ")}.`,
    ...compiled.map((each) => `IntegerModel and the exported C on ${each.title}: ${said(each).join(", ")}.`),
  ];
  return picture({
    id: "proof",
    title: "What is compared with what",
    description: words.join(" "),
    width: WIDTH,
    height: HEIGHT,
    body: [
      `<text class="head" x="8" y="20">Every layer, time step and sample of the digits network, and who computes it</text>`,
      ...box(8, middle, 140, colours.blue, ["quantized network", "float32, times 2^q"]),
      line(148, middle + BOX / 2, 292, middle + BOX / 2),
      ...said(float).map(
        (text, i) => `<text x="220" y="${middle + [-8, 10, 42][i]}" text-anchor="middle">${text}</text>`,
      ),
      ...box(292, middle, 116, colours.blue, ["IntegerModel", "whole numbers"]),
      ...compiled.flatMap((each, i) => [
        line(408, middle + BOX / 2, 432, at(i) + BOX / 2),
        line(432, at(i) + BOX / 2, 588, at(i) + BOX / 2),
        `<text x="510" y="${at(i) + 15}" text-anchor="middle">${whole(each.integers)} integers</text>`,
        `<text x="510" y="${at(i) + 37}" text-anchor="middle">${each.samples} samples, ${each.differences} differ</text>`,
        ...box(588, at(i), 164, colours.orange, ["exported C", each.title]),
      ]),
    ],
  });
}
