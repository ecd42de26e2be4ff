/** The page docs/scaling.md. */

import { apart, BACKWARD, efficiency, interconnects, overlapped, reductions } from "./model.mjs";

const RANKS = [2, 4, 16, 64, 256, 1024];
const MIB = 2 ** 20;

/** What the time of a step is for, if nobody says another one: milliseconds. */
export const STEP = { bench: 22.4, resnet18: 310 };
export const RESNET18 = 11_700_000;
const BATCH = 64;

const milliseconds = (seconds) => (1000 * seconds).toFixed(1);
const percent = (part) => `${(100 * part).toFixed(0)} %`;
const row = (cells) => `| ${cells.join(" | ")} |`;

function table(titles, rows) {
  return [row(titles), row(titles.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(row)].join("\n");
}

/** Milliseconds of a reduction, by interconnect and number of ranks. */
export function reductionTable(bytes, ranks = RANKS) {
  const rows = interconnects.flatMap((network) =>
    ranks.map((count) => [
      `${network.name}: ${network.told}`,
      String(count),
      ...["ring", "rabenseifner", "tree", "exact"].map((name) =>
        milliseconds(reductions[name](bytes, count, network)),
      ),
    ]),
  );
  return table(["latency, bandwidth", "ranks", "ring", "Rabenseifner", "tree", "exact"], rows);
}

/** @param step milliseconds */
function efficiencyTable(bytes, step) {
  const seconds = step / 1000;
  const columns = [
    [reductions.exact, apart],
    [reductions.exact, overlapped],
    [reductions.rabenseifner, apart],
    [reductions.rabenseifner, overlapped],
  ];
  const rows = interconnects.flatMap((network) =>
    RANKS.map((count) => [
      network.name,
      String(count),
      milliseconds(reductions.exact(bytes, count, network)),
      ...columns.map(([reduce, longer]) =>
        percent(efficiency(seconds, longer(reduce, bytes, count, network, seconds))),
      ),
    ]),
  );
  const titles = [
    "interconnect",
    "ranks",
    "exact, ms",
    "exact",
    "exact, overlapped",
    "fast",
    "fast, overlapped",
  ];
  return table(titles, rows);
}

const thousands = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

function network(title, parameters, step, told) {
  return `## ${title}

${thousands(parameters)} weights, ${((4 * parameters) / MIB).toFixed(1)} MiB of gradients; a step of ${BATCH} images takes a rank ${step} ms.
${told}
${efficiencyTable(4 * parameters, step)}
`;
}

/** @param parameters of the network of the bench. @param step milliseconds of each network */
export function page(parameters, step = STEP) {
  return `# Scaling, on paper

What data-parallel training over many machines would cost, by a model: nothing on this page was measured, but for the time of one
step on one machine. \`npm run scaling-model\` writes it; \`-- --step 40\` takes another time of a step, in milliseconds, and
\`-- --step-resnet 500\` one of the larger network. [Sweeps over machines](sweeps-on-clusters.md) need none of this: their runs do not
wait for each other.

## What is assumed

* One rank on each machine, with all its cores, and its network to itself: what several ranks of one machine send is added up there first.
* Each rank computes a batch of ${BATCH} images, however many ranks there are. Efficiency is the part of the time in which it computes: at
  100 % P ranks do P times as many images a second. With a batch that is shared out instead, a step gets shorter and the
  reduction does not, so that efficiency falls faster.
* All ranks take equally long. In truth the slowest of them sets the pace, and with hundreds of them this will outweigh what stands here.
* The time of a reduction of n bytes over P ranks, with a latency a and a bandwidth B: ring 2 (P - 1) a + 2n (P - 1) / (P B);
  Rabenseifner 2 log2(P) a + 2n (P - 1) / (P B); tree (P - 1 + log2(P)) a + 2n (P - 1) / (P B); \`reduce = "exact"\` is Rabenseifner with
  twice the bytes, \`"fast"\` with n. Summing itself, and rounding for the exact sum, take no time.
* a and B of the interconnects are assumptions: ${interconnects.map(({ name, told }) => `${name} ${told}`).join("; ")}. The switches between
  machines carry what all of them send at once.
* Overlapped: gradients go in two buckets of half the bytes. The first is reduced during the second half of the backward pass, which
  is ${BACKWARD.toFixed(2)} of a step; the second one behind it. Computing is not slowed down by it. Computed, as all here: what \`overlap = true\` was measured to
  gain over one link stands in [Many machines](clusters.md#what-is-exact-and-why).
* The bandwidth term has been compared with two to four ranks over one shaped link, where it held within 15 %; the latency term, and
  anything above six ranks, with nothing.

${network(
  "The network of the bench",
  parameters,
  step.bench,
  `Convolutions of 32 and 64 filters and a layer of 128, T = 4: what \`npm run bench -- c\` measures ([Speed and memory](performance.md)), with
two threads of native kernels. It is small, so that a step is short: machines with more cores make it shorter still, and
the reduction weighs more.\n`,
)}
${network(
  "A network as large as ResNet-18",
  RESNET18,
  step.resnet18,
  `The time is computed, not measured: 1.8 billion
products an image and time step, four time steps, three times as many with the backward pass, at the rate per core of the network above,
on 64 cores.\n`,
)}
## The reduction of 4 MiB, ms

${reductionTable(4 * MIB)}

## What follows

* With a few MiB of weights a ring is the wrong way past about 64 ranks: it waits for latency. The library of MPI chooses by itself, which
  \`exact\` allows, since its bits do not depend on the way.
* Few buckets: each of them pays the latency again. Two are enough.
* A larger batch for each rank, or more time steps, is what helps most: the reduction stays as long as it is.
`;
}
