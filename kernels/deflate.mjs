/**
 * Deflate (RFC 1951) for what is built once and loaded often: zlib's own level 9 takes the next match that looks good, this
 * looks for the way through all matches that costs the fewest bits, by turns with the codes that such a way makes best.
 * A twentieth smaller than zlib's, in seconds.
 */

const WINDOW = 32768;
const [SHORTEST, LONGEST] = [3, 258];
const END = 256;
/** Where blocks may be cut, in bytes of input. */
const GRAIN = 2048;
/** Turns of cutting into blocks, and in each of finding a way and its codes. */
const [CUTS, TURNS] = [3, 8];

const baseOf = (codes, extraOf, first) => {
  const bases = [first];
  for (let code = 1; code < codes; code++) bases.push(bases[code - 1] + 2 ** extraOf(code - 1));
  return bases;
};
const lengthExtra = (code) => (code < 8 || code === 28 ? 0 : (code >> 2) - 1);
const distanceExtra = (code) => (code < 4 ? 0 : (code >> 1) - 1);
const lengthBases = [...baseOf(28, lengthExtra, SHORTEST), LONGEST];
const distanceBases = baseOf(30, distanceExtra, 1);

/** value -> code: the last base that is not above it. */
const codesFor = (bases, most) => {
  const codes = new Uint8Array(most + 1);
  for (let value = bases[0], code = 0; value <= most; value++) {
    while (code + 1 < bases.length && bases[code + 1] <= value) code++;
    codes[value] = code;
  }
  return codes;
};
const lengthCodes = codesFor(lengthBases, LONGEST);
const distanceCodes = codesFor(distanceBases, WINDOW);

/** Per position, [length, distance, …]: longer and longer matches, each the nearest of its length. */
function findMatches(bytes) {
  const previous = new Int32Array(bytes.length).fill(-1);
  const last = new Map();
  return Array.from(bytes, (_, at) => {
    const most = Math.min(LONGEST, bytes.length - at);
    if (most < SHORTEST) return [];
    const key = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
    previous[at] = last.get(key) ?? -1;
    last.set(key, at);
    const found = [];
    let best = SHORTEST - 1;
    for (let from = previous[at]; from >= 0 && at - from <= WINDOW && best < most; from = previous[from]) {
      if (bytes[from + best] !== bytes[at + best]) continue;
      let length = SHORTEST;
      while (length < most && bytes[from + length] === bytes[at + length]) length++;
      if (length > best) found.push((best = length), at - from);
    }
    return found;
  });
}

/** The cheapest way from begin to end, as [length, distance, …]; distance 0 is a literal. */
function cheapestWay(bytes, matches, begin, end, cost) {
  const bits = new Float64Array(end - begin + 1).fill(Infinity);
  const [lengths, distances] = [new Uint16Array(end - begin + 1), new Uint16Array(end - begin + 1)];
  bits[0] = 0;
  const step = (to, price, length, distance) => {
    if (price >= bits[to]) return;
    bits[to] = price;
    lengths[to] = length;
    distances[to] = distance;
  };
  for (let i = 0; i < end - begin; i++) {
    step(i + 1, bits[i] + cost.literals[bytes[begin + i]], 1, 0);
    const found = matches[begin + i];
    for (let m = 0, length = SHORTEST; m < found.length; m += 2) {
      const code = distanceCodes[found[m + 1]];
      const price = bits[i] + cost.distances[code] + distanceExtra(code);
      const most = Math.min(found[m], end - begin - i);
      for (; length <= most; length++) {
        const of = lengthCodes[length];
        step(i + length, price + cost.literals[END + 1 + of] + lengthExtra(of), length, found[m + 1]);
      }
    }
  }
  const way = [];
  for (let i = end - begin; i > 0; i -= lengths[i]) way.push(distances[i], lengths[i]);
  return way.reverse();
}

/** How often a way takes each code. */
function countCodes(bytes, begin, way) {
  const [literals, distances] = [new Array(286).fill(0), new Array(30).fill(0)];
  let at = begin;
  for (let i = 0; i < way.length; i += 2) {
    if (way[i + 1] === 0) literals[bytes[at]]++;
    else {
      literals[END + 1 + lengthCodes[way[i]]]++;
      distances[distanceCodes[way[i + 1]]]++;
    }
    at += way[i];
  }
  literals[END] = 1;
  return { literals, distances };
}

/** Lengths of a prefix code of at most `limit` bits, by package-merge. */
function codeLengths(counts, limit) {
  const leaves = counts.flatMap((weight, symbol) => (weight > 0 ? [{ weight, symbols: [symbol] }] : []));
  const lengths = new Array(counts.length).fill(0);
  if (leaves.length < 2) {
    // A decoder wants two codes or, of distances, one.
    for (const { symbols } of leaves) lengths[symbols[0]] = 1;
    return lengths;
  }
  leaves.sort((a, b) => a.weight - b.weight);
  let row = leaves;
  for (let bit = 1; bit < limit; bit++) {
    const pairs = [];
    for (let i = 0; i + 1 < row.length; i += 2) {
      const [a, b] = [row[i], row[i + 1]];
      pairs.push({ weight: a.weight + b.weight, symbols: [...a.symbols, ...b.symbols] });
    }
    row = [...leaves, ...pairs].sort((a, b) => a.weight - b.weight);
  }
  for (const { symbols } of row.slice(0, 2 * leaves.length - 2))
    for (const symbol of symbols) lengths[symbol]++;
  return lengths;
}

/** The order in which a block's header names the lengths of its header's own code. */
const HEADER_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The code lengths of a block in turn, runs of them shortened: [code, extra bits, their value]. */
function shorten(lengths) {
  const codes = [];
  for (let i = 0; i < lengths.length;) {
    let run = 1;
    while (i + run < lengths.length && lengths[i + run] === lengths[i]) run++;
    i += run;
    const value = lengths[i - 1];
    if (value !== 0) {
      codes.push([value, 0, 0]);
      run--;
    }
    while (run > 0) {
      const most = value === 0 ? 138 : 6;
      const taken = Math.min(run, most);
      if (taken < 3) codes.push(...new Array(taken).fill([value, 0, 0]));
      else if (value !== 0) codes.push([16, 2, taken - 3]);
      else codes.push(taken <= 10 ? [17, 3, taken - 3] : [18, 7, taken - 11]);
      run -= taken;
    }
  }
  return codes;
}

const trimmed = (lengths, least) => {
  let count = lengths.length;
  while (count > least && lengths[count - 1] === 0) count--;
  return lengths.slice(0, count);
};

/** A block's codes, the header that tells them, and the bits that header and body take. */
function planBlock(counts) {
  const literals = trimmed(codeLengths(counts.literals, 15), 257);
  const distances = trimmed(codeLengths(counts.distances, 15), 1);
  const header = shorten([...literals, ...distances]);
  const headerCounts = new Array(19).fill(0);
  for (const [code] of header) headerCounts[code]++;
  const headerLengths = codeLengths(headerCounts, 7);
  let named = 19;
  while (named > 4 && headerLengths[HEADER_ORDER[named - 1]] === 0) named--;
  let bits = 3 + 14 + 3 * named;
  for (const [code, extra] of header) bits += headerLengths[code] + extra;
  literals.forEach((length, code) => {
    bits += counts.literals[code] * (length + (code > END ? lengthExtra(code - END - 1) : 0));
  });
  distances.forEach((length, code) => (bits += counts.distances[code] * (length + distanceExtra(code))));
  return { literals, distances, header, headerLengths, named, bits };
}

/** What codes would cost if they could be of any length; those not taken yet, as much as the rarest. */
function costOf({ literals, distances }) {
  const bitsOf = (counts) => {
    const all = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count) => Math.log2(Math.max(all, 2)) - Math.log2(Math.max(count, 0.5)));
  };
  return { literals: bitsOf(literals), distances: bitsOf(distances) };
}

const FIRST_COST = {
  literals: new Array(286).fill(8).fill(7, END + 1),
  distances: new Array(30).fill(5),
};

/** The best way found for a block, its counts and its plan. */
function bestBlock(bytes, matches, begin, end, cost) {
  let best = null;
  for (let turn = 0; turn < TURNS; turn++) {
    const way = cheapestWay(bytes, matches, begin, end, cost);
    const counts = countCodes(bytes, begin, way);
    const plan = planBlock(counts);
    if (best === null || plan.bits < best.plan.bits) best = { begin, end, way, counts, plan };
    cost = costOf(counts);
  }
  return best;
}

/** Nearly what planBlock finds, in a hundredth of the time: codes of any length, and four bits in the header for each. */
function roughBits({ literals, distances }) {
  let bits = 80;
  for (const [counts, first, extraOf] of [
    [literals, END + 1, lengthExtra],
    [distances, 0, distanceExtra],
  ]) {
    let all = 0;
    for (const count of counts) all += count;
    for (let code = 0; code < counts.length; code++) {
      if (counts[code] === 0) continue;
      bits += 4 + counts[code] * (Math.log2(all / counts[code]) + (code < first ? 0 : extraOf(code - first)));
    }
  }
  return bits;
}

/** Cuts between matches so that the blocks take the fewest bits. */
function cutPoints(bytes, blocks) {
  // Codes counted from the start to each place where a cut may be.
  const marks = [{ at: 0, literals: new Array(286).fill(0), distances: new Array(30).fill(0) }];
  const sum = { literals: new Array(286).fill(0), distances: new Array(30).fill(0) };
  for (const { begin, end, way } of blocks) {
    let at = begin;
    for (let i = 0; i < way.length; i += 2) {
      if (way[i + 1] === 0) sum.literals[bytes[at]]++;
      else {
        sum.literals[END + 1 + lengthCodes[way[i]]]++;
        sum.distances[distanceCodes[way[i + 1]]]++;
      }
      at += way[i];
      if (at - marks[marks.length - 1].at >= GRAIN || (at === end && end === bytes.length))
        marks.push({ at, literals: [...sum.literals], distances: [...sum.distances] });
    }
  }
  const best = [{ bits: 0, from: 0 }];
  for (let j = 1; j < marks.length; j++) {
    best.push({ bits: Infinity, from: 0 });
    for (let i = 0; i < j; i++) {
      const minus = (key) => marks[j][key].map((count, code) => count - marks[i][key][code]);
      const literals = minus("literals");
      literals[END] = 1;
      const bits = best[i].bits + roughBits({ literals, distances: minus("distances") });
      if (bits < best[j].bits) best[j] = { bits, from: i };
    }
  }
  const cuts = [];
  for (let j = marks.length - 1; j > 0; j = best[j].from) cuts.push(marks[j].at);
  return [0, ...cuts.reverse()];
}

/** Codes of a prefix code, their bits in the order in which they are written. */
function codesOf(lengths) {
  const codes = new Array(lengths.length).fill(0);
  let next = 0;
  for (let bits = 1; bits <= 15; bits++) {
    next <<= 1;
    lengths.forEach((length, symbol) => {
      if (length !== bits) return;
      let reversed = 0;
      for (let bit = 0; bit < bits; bit++) reversed |= ((next >> bit) & 1) << (bits - 1 - bit);
      codes[symbol] = reversed;
      next++;
    });
  }
  return codes;
}

function writeBlocks(bytes, blocks) {
  const out = [];
  let [held, count] = [0, 0];
  const put = (value, bits) => {
    held |= value << count;
    for (count += bits; count >= 8; count -= 8, held >>>= 8) out.push(held & 255);
  };
  blocks.forEach(({ begin, way, plan }, i) => {
    const { literals, distances, header, headerLengths, named } = plan;
    put(i === blocks.length - 1 ? 1 : 0, 1);
    put(2, 2);
    put(literals.length - 257, 5);
    put(distances.length - 1, 5);
    put(named - 4, 4);
    for (const code of HEADER_ORDER.slice(0, named)) put(headerLengths[code], 3);
    const headerCodes = codesOf(headerLengths);
    for (const [code, extra, value] of header) {
      put(headerCodes[code], headerLengths[code]);
      put(value, extra);
    }
    const [literalCodes, wayCodes] = [codesOf(literals), codesOf(distances)];
    let at = begin;
    for (let k = 0; k < way.length; k += 2) {
      const [length, distance] = [way[k], way[k + 1]];
      if (distance === 0) put(literalCodes[bytes[at]], literals[bytes[at]]);
      else {
        const of = lengthCodes[length];
        put(literalCodes[END + 1 + of], literals[END + 1 + of]);
        put(length - lengthBases[of], lengthExtra(of));
        const far = distanceCodes[distance];
        put(wayCodes[far], distances[far]);
        put(distance - distanceBases[far], distanceExtra(far));
      }
      at += length;
    }
    put(literalCodes[END], literals[END]);
  });
  if (count > 0) out.push(held & 255);
  return Uint8Array.from(out);
}

/** @param bytes at least one */
export function deflateBest(bytes) {
  const matches = findMatches(bytes);
  let blocks = [bestBlock(bytes, matches, 0, bytes.length, FIRST_COST)];
  let best = blocks;
  const total = (list) => list.reduce((sum, { plan }) => sum + plan.bits, 0);
  for (let cut = 0; cut < CUTS; cut++) {
    const cuts = cutPoints(bytes, blocks);
    const whole = blocks;
    blocks = cuts.slice(1).map((end, i) => {
      const at = whole.find((block) => block.end > cuts[i]) ?? whole[0];
      return bestBlock(bytes, matches, cuts[i], end, costOf(at.counts));
    });
    if (total(blocks) < total(best)) best = blocks;
  }
  return writeBlocks(bytes, best);
}
