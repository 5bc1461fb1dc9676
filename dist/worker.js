import { createRequire as joulegateCreateRequire } from 'node:module';
const require = joulegateCreateRequire(import.meta.url);

// src/worker.ts
import { fileURLToPath } from "node:url";

// src/runtime/family.ts
var noise = /* @__PURE__ */ new Set(["r", "tm", "c", "corporation", "inc", "graphics", "gpu", "adapter", "series"]);
var driverWords = /* @__PURE__ */ new Set([
  "radv",
  "llvm",
  "drm",
  "mesa",
  "aco",
  "device",
  "subzero",
  "dg2",
  "anv",
  "pcie"
]);
function deviceFamily(adapter) {
  const words = (text) => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const named = words(adapter.device);
  const end = named.findIndex((word, index) => index > 0 && driverWords.has(word));
  const kept = (end < 0 ? named : named.slice(0, end)).filter((word) => !noise.has(word));
  const device = kept.length > 0 ? kept : words(adapter.architecture);
  const vendor = words(adapter.vendor).filter((word) => !noise.has(word));
  const repeated = vendor.length > 0 && vendor.every((word, index) => device[index] === word);
  const family = (repeated ? device : [...vendor, ...device]).join("-").slice(0, 60).replace(/-+$/, "");
  return family === "" ? "unknown" : family;
}

// src/kernel/between-launches.ts
function isReset({ betweenLaunches }) {
  return betweenLaunches === "reset";
}

// src/kernel/failure.ts
function printable(message) {
  return message.replace(/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\uFFFD");
}
function failed(kind, message, place = {}) {
  return {
    ok: false,
    failure: {
      kind,
      message: printable(message),
      ...place.file === void 0 ? {} : { file: place.file },
      ...place.line === void 0 ? {} : { line: place.line },
      ...place.column === void 0 ? {} : { column: place.column }
    }
  };
}
function succeeded(value) {
  return { ok: true, value };
}

// src/kernel/data-shape.ts
var bytesPerElement = { f32: 4, f16: 2, i32: 4, u32: 4 };
var scalarTypes = Object.keys(bytesPerElement);

// src/stats/sorted-samples.ts
function sortSamples(values) {
  const copy = Float64Array.from(values);
  if (copy.length === 0) throw new RangeError("sortSamples: no samples");
  if (!copy.every(Number.isFinite)) throw new RangeError("sortSamples: a sample is not a finite number");
  return copy.sort();
}

// src/stats/quantile.ts
function quantile(samples, probability) {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`quantile: probability ${probability} is outside [0, 1]`);
  }
  const position = (samples.length - 1) * probability;
  const below = Math.floor(position);
  const low = samples[below];
  const high = samples[Math.min(below + 1, samples.length - 1)];
  return low + (position - below) * (high - low);
}
function median(values) {
  return quantile(sortSamples(values), 0.5);
}

// src/stats/random.ts
function hashText(text) {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 16777619);
  }
  return hash >>> 0;
}
function splitMix32(seed) {
  let state = seed >>> 0;
  return () => {
    state = state + 2654435769 >>> 0;
    let z = state;
    z = Math.imul(z ^ z >>> 16, 569420461);
    z = Math.imul(z ^ z >>> 15, 1935289751);
    return (z ^ z >>> 15) >>> 0;
  };
}
var Sfc32 = class _Sfc32 {
  #seed;
  #a;
  #b;
  #c;
  #counter = 1;
  #spareNormal = null;
  constructor(seed) {
    this.#seed = seed >>> 0;
    const spread = splitMix32(this.#seed);
    this.#a = spread();
    this.#b = spread();
    this.#c = spread();
    for (let i = 0; i < 12; i++) this.#next32();
  }
  #next32() {
    const t = (this.#a + this.#b | 0) + this.#counter | 0;
    this.#counter = this.#counter + 1 | 0;
    this.#a = this.#b ^ this.#b >>> 9;
    this.#b = this.#c + (this.#c << 3) | 0;
    this.#c = (this.#c << 21 | this.#c >>> 11) + t | 0;
    return t >>> 0;
  }
  next() {
    const high = this.#next32() >>> 5;
    const low = this.#next32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }
  integer(bound) {
    return Math.floor(this.next() * bound);
  }
  normal() {
    if (this.#spareNormal !== null) {
      const spare = this.#spareNormal;
      this.#spareNormal = null;
      return spare;
    }
    for (; ; ) {
      const u = 2 * this.next() - 1;
      const v = 2 * this.next() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const scale = Math.sqrt(-2 * Math.log(s) / s);
        this.#spareNormal = v * scale;
        return u * scale;
      }
    }
  }
  fork(label) {
    return new _Sfc32((this.#seed ^ hashText(label)) >>> 0);
  }
};
function createRandom(seed) {
  return new Sfc32(seed);
}

// src/errors/errors.ts
var ExitCode = {
  passed: 0,
  gateFailed: 1,
  badInput: 2,
  couldNotMeasure: 3,
  internal: 4,
  interrupted: 130
};
var exitCodes = {
  "bad-input": ExitCode.badInput,
  "could-not-measure": ExitCode.couldNotMeasure,
  interrupted: ExitCode.interrupted
};
var JoulegateError = class extends Error {
  kind;
  code;
  nextStep;
  constructor(...[kind, message, details]) {
    super(message, details.cause === void 0 ? void 0 : { cause: details.cause });
    this.name = "JoulegateError";
    this.kind = kind;
    this.code = details.code;
    this.nextStep = details.nextStep ?? null;
  }
  get exitCode() {
    return exitCodes[this.kind];
  }
};

// src/kernel/blocks.ts
function writeWords(view, offset, count, random) {
  for (let i = 0; i < count; i++) view.setUint32(offset + 4 * i, random.integer(2 ** 32), true);
}
function writeScale(view, offset, exponent, random) {
  view.setUint16(offset, exponent + 15 << 10 | random.integer(1024), true);
}
function scales(type, exponent) {
  if (type === "f16")
    return { bytes: 2, write: (view, offset, random) => writeScale(view, offset, exponent, random) };
  return {
    bytes: 4,
    write: (view, offset, random) => view.setFloat32(offset, 2 ** exponent * (1 + random.integer(1024) / 1024), true)
  };
}
var formats = {
  // 32 values: f16 scale, 32 nibbles (value i and i + 16 in one byte), less 8 (ggml-common.h: block_q4_0).
  q4_0: {
    bytes: 18,
    write(view, offset, random) {
      writeScale(view, offset, -6, random);
      writeWords(view, offset + 2, 4, random);
    }
  },
  // 32 values: f16 scale, 32 i8 of which -128 is none (block_q8_0).
  q8_0: {
    bytes: 34,
    write(view, offset, random) {
      writeScale(view, offset, -10, random);
      for (let i = 0; i < 32; i++) view.setInt8(offset + 2 + i, random.integer(255) - 127);
    }
  },
  // 256 values: f16 scales of the scales and of the minima, 8 of each in 6 bits, nibbles (block_q4_K).
  q4_k: {
    bytes: 144,
    write(view, offset, random) {
      writeScale(view, offset, -12, random);
      writeScale(view, offset + 2, -9, random);
      writeWords(view, offset + 4, 35, random);
    }
  },
  // Eight nibbles a word, less 8 (MatMulNBits of ONNX Runtime); all are values.
  "ort-q4-32": {
    apart: -6,
    bytes: 4,
    write: (view, offset, random) => writeWords(view, offset, 1, random)
  },
  // Four bytes a word, less 128 (the same with 8 bits).
  "ort-q8-32": {
    apart: -10,
    bytes: 4,
    write: (view, offset, random) => writeWords(view, offset, 1, random)
  },
  // Eight nibbles a word, less 7: 15 is none (q4f16_1 of MLC).
  "mlc-q4f16": {
    apart: -6,
    bytes: 4,
    write(view, offset, random) {
      for (let i = 0; i < 4; i++) view.setUint8(offset + i, random.integer(15) | random.integer(15) << 4);
    }
  }
};
function blockOf(format, type) {
  const { apart, ...block } = formats[format];
  return apart !== void 0 && (type === "f32" || type === "f16") ? scales(type, apart) : block;
}

// src/kernel/half.ts
var floatBits = new Float32Array(1);
var integerBits = new Uint32Array(floatBits.buffer);
function toHalf(value) {
  floatBits[0] = value;
  const bits = integerBits[0];
  const sign = bits >>> 16 & 32768;
  const exponent = bits >>> 23 & 255;
  const fraction = bits & 8388607;
  if (exponent === 255) return sign | 31744 | (fraction === 0 ? 0 : 512);
  if (exponent < 102) return sign;
  if (exponent < 113) {
    const significand = fraction | 8388608;
    return sign | roundedShift(significand, 126 - exponent);
  }
  const rounded = (exponent - 112 << 10) + roundedShift(fraction, 13);
  return sign | Math.min(rounded, 31744);
}
function roundedShift(value, shift) {
  const kept = value >>> shift;
  const rest = value & (1 << shift) - 1;
  const half = 1 << shift - 1;
  return rest > half || rest === half && (kept & 1) === 1 ? kept + 1 : kept;
}
var numbers = null;
function fromHalf(bits) {
  numbers ??= Float32Array.from({ length: 65536 }, (_, pattern) => decode(pattern));
  return numbers[bits];
}
function decode(bits) {
  const sign = bits & 32768 ? -1 : 1;
  const exponent = bits >> 10 & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

// src/kernel/non-finite.ts
function noneYet() {
  return { nan: { count: 0, first: -1 }, infinite: { count: 0, first: -1 } };
}
function add(tally, index) {
  if (tally.count === 0) tally.first = index;
  tally.count++;
}
function note({ nan, infinite }, value, index) {
  if (Number.isFinite(value)) return;
  add(Number.isNaN(value) ? nan : infinite, index);
}
function placeOf({ count, first }, length) {
  return `${count} of ${length} elements, first at index ${first}`;
}
function facts(what, sides) {
  const { own, other, length } = sides;
  if (own.count > 0 && own.count === other.count && own.first === other.first)
    return [`${what} in ${placeOf(own, length)}, as in the reference`];
  return [
    ...own.count > 0 ? [`${what} in ${placeOf(own, length)}`] : [],
    ...other.count > 0 ? [`${what} in ${placeOf(other, length)} of the reference`] : []
  ];
}
function unusableReference(found, reference, length) {
  return [
    `the reference itself yields NaN in ${placeOf(reference.nan, length)}, which no result can be compared with (if NaN is right there: check: { nan: equal })`,
    ...found.nan.count === 0 ? [] : [`the variant does in ${placeOf(found.nan, length)}`],
    ...facts("infinity", { own: found.infinite, other: reference.infinite, length })
  ];
}

// src/kernel/blind-check.ts
var mostUnwritten = 0.25;
function blindSpots({ length, check }, ...[value, isWritten]) {
  const { relative, absolute } = check ?? { relative: 0, absolute: 0 };
  const unwritten = { count: 0, first: -1 };
  let first;
  let isUniform = true;
  let zerosPass = true;
  for (let i = 0; i < length; i++) {
    if (!isWritten(i)) {
      add(unwritten, i);
      continue;
    }
    const number = value(i);
    first ??= number;
    if (number !== first) isUniform = false;
    if (!Number.isFinite(number) || Math.abs(number) > absolute + relative * Math.abs(number))
      zerosPass = false;
  }
  const spots = [];
  if (first === void 0) return spots;
  if (isUniform && first === 0)
    spots.push("all elements are 0, which a program that computes nothing may yield as well");
  else if (zerosPass) spots.push("no element is larger than the tolerance, so zeros would pass as well");
  else if (isUniform && length - unwritten.count > 1)
    spots.push(`all elements are ${first}, so one in another's place would pass as well`);
  if (unwritten.count > mostUnwritten * length) spots.push(`nothing writes ${placeOf(unwritten, length)}`);
  return spots;
}

// src/kernel/compare-unordered.ts
function read({ length, value, isWritten }) {
  const found = noneYet();
  const numbers2 = new Float64Array(length);
  let count = 0;
  let unwritten = 0;
  for (let i = 0; i < length; i++) {
    if (!isWritten(i)) {
      unwritten++;
      continue;
    }
    const number = value(i);
    note(found, number, i);
    if (!Number.isNaN(number)) numbers2[count++] = number;
  }
  return { found, unwritten, numbers: numbers2.subarray(0, count) };
}
function compareUnordered({ name, check, length }, actual, expected) {
  const mine = read(actual);
  const right = read(expected);
  const counted = check.as === "sorted" || check.as === "multiset";
  const say = (what, text) => facts(text, { own: mine.found[what], other: right.found[what], length });
  const remarks = [...say("nan", "NaN"), ...say("infinite", "infinity")];
  const fail = (kind, text) => failed(kind, `\`${name}\`: ${[text, ...remarks].join("; ")}`);
  const [nans, expectedNans] = [mine.found.nan.count, right.found.nan.count];
  if (expectedNans > 0 && check.nan !== "equal")
    return failed(
      "not-a-number",
      `\`${name}\`: ${unusableReference(mine.found, right.found, length).join("; ")}`
    );
  if (mine.unwritten === length) return fail("unwritten", "the variant wrote no element");
  if (counted && mine.unwritten !== right.unwritten) {
    const text = `${mine.unwritten} of ${length} elements were not written, of the reference's ${right.unwritten}`;
    return fail(mine.unwritten > right.unwritten ? "unwritten" : "wrong-result", text);
  }
  if (counted ? nans > expectedNans : nans > 0 && expectedNans === 0)
    return fail("not-a-number", `${nans} of ${length} elements are not a number`);
  if (counted ? nans < expectedNans : nans === 0 && expectedNans > 0)
    return fail("wrong-result", "elements are a number that are none in the reference");
  const fault = faultOf(check, mine.numbers, right.numbers);
  if (fault !== null) return fail("wrong-result", fault);
  return succeeded(remarks.length === 0 ? {} : { remarks: remarks.map((text) => `\`${name}\`: ${text}`) });
}
function faultOf(check, actual, expected) {
  if (check.as === "sum") {
    const [sum, right] = [sumOf(actual), sumOf(expected)];
    return isClose(check, sum, right) ? null : `the sum is ${sum}, expected ${right}`;
  }
  actual.sort();
  expected.sort();
  return check.as === "set" ? setFault(check, actual, expected) : listFault(check, actual, expected);
}
function listFault(check, actual, expected) {
  let wrong = 0;
  let first = -1;
  for (const [i, right] of expected.entries()) {
    if (isClose(check, actual[i] ?? Number.NaN, right)) continue;
    if (wrong++ === 0) first = i;
  }
  if (wrong === 0) return null;
  const place = `first at number ${first + 1} in order of size: ${actual[first]}, expected ${expected[first]}`;
  return `sorted, ${wrong} of ${expected.length} elements are wrong; ${place}`;
}
function setFault(check, actual, expected) {
  const strange = actual.filter(
    (value) => !neighbours(expected, value).some((e) => isClose(check, value, e))
  );
  const missing = expected.filter(
    (value) => !neighbours(actual, value).some((a) => isClose(check, a, value))
  );
  const texts2 = [
    ...strange.length === 0 ? [] : [`not among the reference's: ${strange.length}, such as ${strange[0]}`],
    ...missing.length === 0 ? [] : [`missing of the reference's: ${missing.length}, such as ${missing[0]}`]
  ];
  return texts2.length === 0 ? null : texts2.join("; ");
}
function neighbours(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = low + high >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return [...sorted.subarray(Math.max(0, low - 1), low + 1)];
}
function isClose({ relative, absolute }, actual, expected) {
  return actual === expected || Math.abs(actual - expected) <= absolute + relative * Math.abs(expected);
}
function sumOf(values) {
  return values.reduce((sum, value) => sum + value, 0);
}

// src/kernel/contents.ts
var indexPeriod = {
  f32: 2 ** 24,
  f16: 2 ** 11,
  i32: 2 ** 31,
  u32: 2 ** 32
};
var randomPeriod = 1048573;
var blockPeriod = 65521;
var poisonBits = {
  f32: 2145755565,
  f16: 32429,
  i32: 2774195885,
  u32: 2774195885
};
var nothing = /* @__PURE__ */ new Map();
function bufferContents(binding, known = nothing) {
  const bytes = new Uint8Array(binding.byteLength);
  const { fill, values } = binding;
  if (values !== null) writeValues(binding, values, bytes);
  else if (typeof fill === "string")
    writeElements(binding, bytes, generator(fill, binding), fill !== "index");
  else if ("integers" in fill) {
    const [from, below] = fill.integers;
    const random = randomOf(binding);
    writeElements(binding, bytes, () => from + random.integer(below - from));
  } else if ("permutation" in fill) {
    writeElements(binding, bytes, permutation(fill.permutation, binding), false);
  } else if ("cumulative" in fill) {
    writeElements(binding, bytes, rowStarts(fill.cumulative, binding), false);
  } else if ("blocks" in fill) writeBlocks(fill.blocks, binding, bytes);
  else bytes.set(knownBytes("file" in fill ? fill.file : fill.generate, binding, known));
  return bytes;
}
function knownBytes(name, { name: buffer }, known) {
  const bytes = known.get(name);
  if (bytes === void 0) throw new Error(`the contents of buffer ${buffer} are not there`);
  return bytes;
}
function writeElements(binding, bytes, next, repeats = true) {
  if (next === null) return;
  const elements = elementsOf(binding, bytes);
  const drawn = repeats ? Math.min(elements.length, randomPeriod) : elements.length;
  if (binding.type === "f16") {
    for (let i = 0; i < drawn; i++) elements[i] = toHalf(next(i));
  } else {
    for (let i = 0; i < drawn; i++) elements[i] = next(i);
  }
  repeat(elements, drawn);
}
function repeat(elements, drawn) {
  for (let filled = drawn; filled < elements.length; filled *= 2) elements.copyWithin(filled, 0, filled);
}
function permutation(count, binding) {
  const random = randomOf(binding);
  const numbers2 = Float64Array.from({ length: count }, (_, i) => i);
  return (index) => {
    const place = index % count;
    const other = place + random.integer(count - place);
    const taken = numbers2[other];
    numbers2[other] = numbers2[place];
    numbers2[place] = taken;
    return taken;
  };
}
function rowStarts([from, below], binding) {
  const random = randomOf(binding);
  let start = 0;
  return (index) => {
    if (index > 0) start += from + random.integer(below - from);
    return start;
  };
}
function writeBlocks(format, binding, bytes) {
  const block = blockOf(format, binding.type);
  const random = randomOf(binding);
  const view = new DataView(bytes.buffer);
  const count = Math.floor(bytesOf(binding) / block.bytes);
  const drawn = Math.min(count, blockPeriod);
  for (let i = 0; i < drawn; i++) block.write(view, i * block.bytes, random);
  repeat(bytes.subarray(0, count * block.bytes), drawn * block.bytes);
}
function bytesOf({ type, length }) {
  return length * bytesPerElement[type];
}
function writeValues({ type, slots }, values, bytes) {
  const view = new DataView(bytes.buffer);
  const step = bytesPerElement[type];
  for (const [index, value] of values.entries()) {
    const slot = slots?.[index] ?? { type, offsetBytes: index * step };
    if (slot.type === "f32") view.setFloat32(slot.offsetBytes, value, true);
    else if (slot.type === "f16") view.setUint16(slot.offsetBytes, toHalf(value), true);
    else view.setUint32(slot.offsetBytes, value, true);
  }
}
function poison(binding) {
  if (binding.readsInitial) return bufferContents(binding);
  const bytes = new Uint8Array(binding.byteLength);
  poisonView(binding, bytes).fill(poisonBits[binding.type]);
  return bytes;
}
function poisonView(binding, bytes) {
  return bytesPerElement[binding.type] === 2 ? new Uint16Array(bytes.buffer, bytes.byteOffset, binding.length) : new Uint32Array(bytes.buffer, bytes.byteOffset, binding.length);
}
function poisonPattern(type) {
  return poisonBits[type];
}
function elementsOf(binding, bytes) {
  switch (binding.type) {
    case "f32":
      return new Float32Array(bytes.buffer, bytes.byteOffset, binding.length);
    case "f16":
      return new Uint16Array(bytes.buffer, bytes.byteOffset, binding.length);
    case "i32":
      return new Int32Array(bytes.buffer, bytes.byteOffset, binding.length);
    case "u32":
      return new Uint32Array(bytes.buffer, bytes.byteOffset, binding.length);
  }
}
function randomOf({ seed, group, binding }) {
  return createRandom(seed).fork(`${group}/${binding}`);
}
function generator(fill, binding) {
  const { type } = binding;
  const random = randomOf(binding);
  switch (fill) {
    case "zeros":
      return null;
    case "ones":
      return () => 1;
    case "index": {
      const period = indexPeriod[type];
      return (index) => index % period;
    }
    case "uniform":
      return type === "i32" || type === "u32" ? () => random.integer(2 ** 32) : () => random.next();
    case "normal":
      if (type === "i32") return () => Math.round(16 * random.normal());
      if (type === "u32") return () => Math.abs(Math.round(16 * random.normal()));
      return () => random.normal();
  }
}

// src/kernel/compare.ts
function compareOutput(binding, actual, expected) {
  const { relative, absolute, nan: nanEquals } = binding.check ?? { relative: 0, absolute: 0 };
  const decode2 = binding.type === "f16" ? fromHalf : (value) => value;
  const actualElements = elementsOf(binding, aligned(actual));
  const expectedElements = elementsOf(binding, aligned(expected));
  const actualBits = poisonView(binding, aligned(actual));
  const expectedBits = poisonView(binding, aligned(expected));
  const pattern = binding.readsInitial ? Number.NaN : poisonPattern(binding.type);
  const scale = relative > 0 ? absolute / relative : absolute;
  if (expectedBits.every((bits) => bits === pattern)) {
    const who = actualBits.every((bits) => bits === pattern) ? "neither the variant nor the reference wrote any element" : "the reference wrote no element";
    return failed("unwritten", `\`${binding.name}\`: ${who}`);
  }
  const { check } = binding;
  if (check?.as !== void 0) {
    const side = (elements, bits) => ({
      length: binding.length,
      value: (i) => decode2(elements[i]),
      isWritten: (i) => bits[i] !== pattern
    });
    const compared = compareUnordered(
      { ...binding, check },
      side(actualElements, actualBits),
      side(expectedElements, expectedBits)
    );
    return compared.ok ? succeeded({ maxRelativeError: 0, ...compared.value }) : compared;
  }
  const unwritten = { count: 0, first: -1 };
  const notANumber = { count: 0, first: -1 };
  const wrong = { count: 0, first: -1 };
  const found = noneYet();
  const reference = noneYet();
  let maxRelativeError = 0;
  for (let i = 0; i < binding.length; i++) {
    const bits = actualBits[i];
    const a = decode2(actualElements[i]);
    const e = decode2(expectedElements[i]);
    if (bits !== pattern) note(found, a, i);
    if (expectedBits[i] !== pattern) note(reference, e, i);
    if (bits === expectedBits[i]) continue;
    if (bits === pattern) {
      add(unwritten, i);
      continue;
    }
    if (a === e || Number.isNaN(a) && Number.isNaN(e) && expectedBits[i] !== pattern) continue;
    if (Number.isNaN(a)) {
      add(notANumber, i);
      continue;
    }
    const difference = Math.abs(a - e);
    if (!Number.isFinite(difference) || difference > absolute + relative * Math.abs(e)) add(wrong, i);
    maxRelativeError = Math.max(maxRelativeError, difference / Math.max(Math.abs(e), scale));
  }
  const share = ({ count }) => `${count} of ${binding.length} elements`;
  const { length } = binding;
  const infinities = facts("infinity", { own: found.infinite, other: reference.infinite, length });
  const nans = facts("NaN", { own: found.nan, other: reference.nan, length });
  const fail = (kind, texts2) => failed(kind, `\`${binding.name}\`: ${texts2.join("; ")}`);
  if (reference.nan.count > 0 && nanEquals !== "equal") {
    return fail("not-a-number", unusableReference(found, reference, length));
  }
  const report = (kind, tally, what) => {
    const a = kind === "unwritten" ? "nothing was written" : decode2(actualElements[tally.first]);
    const e = decode2(expectedElements[tally.first]);
    const first = `${share(tally)} ${what}; first at index ${tally.first}: ${a}, expected ${e}`;
    return fail(kind, [first, ...kind === "not-a-number" ? [] : nans, ...infinities]);
  };
  if (unwritten.count > 0) return report("unwritten", unwritten, "were not written");
  if (notANumber.count > 0) return report("not-a-number", notANumber, "are not a number");
  if (wrong.count > 0) return report("wrong-result", wrong, "are wrong");
  const blind = blindSpots(
    binding,
    (i) => decode2(expectedElements[i]),
    (i) => expectedBits[i] !== pattern
  );
  const remarks = [...nans, ...infinities, ...blind].map((text) => `\`${binding.name}\`: ${text}`);
  return succeeded({ maxRelativeError, ...remarks.length === 0 ? {} : { remarks } });
}
function aligned(bytes) {
  return bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
}

// src/kernel/single-pass.ts
function singlePass(program) {
  const { buffers, requiredFeatures, identity, ...launch } = program;
  const bindings = buffers.map(({ group, binding, kind }, buffer) => ({ buffer, group, binding, kind }));
  return {
    passes: [{ name: launch.entryPoint, ...launch, bindings, identity }],
    buffers,
    requiredFeatures,
    identity
  };
}

// src/device/command/remove-folder.ts
import { chmodSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
var tries = 5;
var waitMs = 100;
function foldersIn(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  } catch {
    return [];
  }
}
function makeWritable(folder) {
  try {
    chmodSync(folder, 448);
  } catch {
    return;
  }
  for (const { name } of foldersIn(folder)) makeWritable(join(folder, name));
}
function removeFolder(folder) {
  for (const last of [false, true]) {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: tries, retryDelay: waitMs });
      return true;
    } catch {
      if (!last) makeWritable(folder);
    }
  }
  return false;
}

// src/system/neutral-folder.ts
import { parse } from "node:path";
var neutralFolder = parse(process.execPath).root;
function inNeutralFolder(work) {
  let before;
  try {
    before = process.cwd();
  } catch {
    before = null;
  }
  process.chdir(neutralFolder);
  try {
    return work();
  } finally {
    if (before !== null) process.chdir(before);
  }
}

// src/device/command/reaper.ts
var reaperArgument = "end-programs";
function killGroup(group, signal = "SIGKILL") {
  try {
    process.kill(-group, signal);
  } catch (error) {
    const { code } = error;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}
async function reapPrograms() {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => void 0);
  const left = /* @__PURE__ */ new Set();
  let text = "";
  for await (const chunk of process.stdin) {
    const lines = (text + String(chunk)).split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("+")) left.add(line.slice(1));
      else left.delete(line.slice(1));
    }
  }
  const things = [...left].map((line) => JSON.parse(line));
  for (const group of things) {
    if (Number.isSafeInteger(group) && group > 1) killGroup(group);
  }
  for (const folder of things) if (typeof folder === "string") removeFolder(folder);
}

// src/native/pins.json
var pins_default = {
  packages: {
    webgpu: "0.6.2",
    koffi: "3.3.4"
  },
  platforms: {
    "darwin-arm64": {
      "LICENSE-koffi.txt": {
        package: "koffi",
        bytes: 1117,
        sha256: "22bcbbbacd739b026a8dc484f62a31484ce4c4e31f3408b60b29b4e41d62b290"
      },
      "LICENSE-webgpu.md": {
        package: "webgpu",
        bytes: 1488,
        sha256: "12b5a762d9f74ebc820c9ff13a79fd5108525c1fda37c5ab4fd924f89484aba2"
      },
      "dawn.node": {
        package: "webgpu",
        bytes: 21881112,
        sha256: "f5b278f3dc65276bf1f8a667f91650d32585431d5b2d148ca729f67924c574a3"
      },
      "koffi.node": {
        package: "koffi",
        bytes: 1226216,
        sha256: "b9aecb03e160adb199ea66128a6986cbd5550056bd7fb19f4d35f366cf861c61"
      },
      "webgpu.mjs": {
        package: "webgpu",
        bytes: 2790,
        sha256: "50756f5187e9d3b37f1601a5d56562efce77587e0238f0eb884b9f6d4ce0358b"
      }
    },
    "darwin-x64": {
      "LICENSE-koffi.txt": {
        package: "koffi",
        bytes: 1117,
        sha256: "22bcbbbacd739b026a8dc484f62a31484ce4c4e31f3408b60b29b4e41d62b290"
      },
      "LICENSE-webgpu.md": {
        package: "webgpu",
        bytes: 1488,
        sha256: "12b5a762d9f74ebc820c9ff13a79fd5108525c1fda37c5ab4fd924f89484aba2"
      },
      "dawn.node": {
        package: "webgpu",
        bytes: 21881112,
        sha256: "f5b278f3dc65276bf1f8a667f91650d32585431d5b2d148ca729f67924c574a3"
      },
      "koffi.node": {
        package: "koffi",
        bytes: 1593704,
        sha256: "5dad9e07f28a7ffec3d3a96bb045fe498f6877b6c0694ac4e3ae4ae39f22ef36"
      },
      "webgpu.mjs": {
        package: "webgpu",
        bytes: 2790,
        sha256: "50756f5187e9d3b37f1601a5d56562efce77587e0238f0eb884b9f6d4ce0358b"
      }
    },
    "linux-arm64": {
      "LICENSE-koffi.txt": {
        package: "koffi",
        bytes: 1117,
        sha256: "22bcbbbacd739b026a8dc484f62a31484ce4c4e31f3408b60b29b4e41d62b290"
      },
      "LICENSE-webgpu.md": {
        package: "webgpu",
        bytes: 1488,
        sha256: "12b5a762d9f74ebc820c9ff13a79fd5108525c1fda37c5ab4fd924f89484aba2"
      },
      "dawn.node": {
        package: "webgpu",
        bytes: 19643120,
        sha256: "474a272ac9be570b04fa3791576d32e56f574818e60190c6788a83be90233980"
      },
      "koffi.node": {
        package: "koffi",
        bytes: 1164416,
        sha256: "7086182b845ae3a0e22113513c9a4e4f2b7838814b079c9a91270887eab1adf1"
      },
      "webgpu.mjs": {
        package: "webgpu",
        bytes: 2790,
        sha256: "50756f5187e9d3b37f1601a5d56562efce77587e0238f0eb884b9f6d4ce0358b"
      }
    },
    "linux-x64": {
      "LICENSE-koffi.txt": {
        package: "koffi",
        bytes: 1117,
        sha256: "22bcbbbacd739b026a8dc484f62a31484ce4c4e31f3408b60b29b4e41d62b290"
      },
      "LICENSE-webgpu.md": {
        package: "webgpu",
        bytes: 1488,
        sha256: "12b5a762d9f74ebc820c9ff13a79fd5108525c1fda37c5ab4fd924f89484aba2"
      },
      "dawn.node": {
        package: "webgpu",
        bytes: 21526416,
        sha256: "ab18a659f8325e874ea45c80347b64336d7f748601102753d2bc669fdecfd710"
      },
      "koffi.node": {
        package: "koffi",
        bytes: 1142176,
        sha256: "bee3ebc173f47178269e8441fbfd90899c8fe6bc3c948f481c79670f924b1725"
      },
      "webgpu.mjs": {
        package: "webgpu",
        bytes: 2790,
        sha256: "50756f5187e9d3b37f1601a5d56562efce77587e0238f0eb884b9f6d4ce0358b"
      }
    },
    "win32-arm64": {
      "LICENSE-koffi.txt": {
        package: "koffi",
        bytes: 1117,
        sha256: "22bcbbbacd739b026a8dc484f62a31484ce4c4e31f3408b60b29b4e41d62b290"
      },
      "LICENSE-webgpu.md": {
        package: "webgpu",
        bytes: 1488,
        sha256: "12b5a762d9f74ebc820c9ff13a79fd5108525c1fda37c5ab4fd924f89484aba2"
      },
      "d3dcompiler_47.dll": {
        package: "webgpu",
        bytes: 8140752,
        sha256: "3cdd009ee909bb2e5123990f7d4ea690a1e968202c3adba861eda69f5e672752"
      },
      "dawn.node": {
        package: "webgpu",
        bytes: 13224960,
        sha256: "d0ef6fe1551cd08fb0fee2a8281d38008434697e5d9a6f3bfdcbb9ab00755672"
      },
      "dxcompiler-LICENSE.TXT": {
        package: "webgpu",
        bytes: 29842,
        sha256: "05f32c081b3c75cd2cc2a0655b571ba94ebcfc64e9ccca6e5a9e36d6cb67e540"
      },
      "dxcompiler-ThirdPartyNotices.txt": {
        package: "webgpu",
        bytes: 11504,
        sha256: "87539fdc00b6350520942dbb0683c56acba5e38f5ddbcded046a6958a1386188"
      },
      "dxcompiler.dll": {
        package: "webgpu",
        bytes: 18763776,
        sha256: "ed294f011f57eb8cfef061c2d91e56c1c192ca1a6ddaa315ccab7c2900029e6e"
      },
      "koffi.node": {
        package: "koffi",
        bytes: 1334784,
        sha256: "39fe96e2a2da1ed2ab26d4b2cad01de85d42f7197048e471c65ba5afa3ce7050"
      },
      "webgpu.mjs": {
        package: "webgpu",
        bytes: 2790,
        sha256: "50756f5187e9d3b37f1601a5d56562efce77587e0238f0eb884b9f6d4ce0358b"
      }
    },
    "win32-x64": {
      "LICENSE-koffi.txt": {
        package: "koffi",
        bytes: 1117,
        sha256: "22bcbbbacd739b026a8dc484f62a31484ce4c4e31f3408b60b29b4e41d62b290"
      },
      "LICENSE-webgpu.md": {
        package: "webgpu",
        bytes: 1488,
        sha256: "12b5a762d9f74ebc820c9ff13a79fd5108525c1fda37c5ab4fd924f89484aba2"
      },
      "d3dcompiler_47.dll": {
        package: "webgpu",
        bytes: 4916728,
        sha256: "289767b49dc8525bce262ea06fee4ef9fced2e131a55b25654ce871c1f0498b2"
      },
      "dawn.node": {
        package: "webgpu",
        bytes: 12177408,
        sha256: "75fff5db8a7541ad7a2d22c468e6f8bc3614b87c3b649c8ce712f7f5148ef338"
      },
      "dxcompiler-LICENSE.TXT": {
        package: "webgpu",
        bytes: 29842,
        sha256: "05f32c081b3c75cd2cc2a0655b571ba94ebcfc64e9ccca6e5a9e36d6cb67e540"
      },
      "dxcompiler-ThirdPartyNotices.txt": {
        package: "webgpu",
        bytes: 11504,
        sha256: "87539fdc00b6350520942dbb0683c56acba5e38f5ddbcded046a6958a1386188"
      },
      "dxcompiler.dll": {
        package: "webgpu",
        bytes: 17099776,
        sha256: "04cf618004bf19f789f54e8931c7f7106223bccd354b093c4ff725c748512602"
      },
      "koffi.node": {
        package: "koffi",
        bytes: 1051648,
        sha256: "a77b6bb6f60cdd360a41cc4e9f8a0e2a4c5b8e6dd83f43e756af285c59a7c4c2"
      },
      "webgpu.mjs": {
        package: "webgpu",
        bytes: 2790,
        sha256: "50756f5187e9d3b37f1601a5d56562efce77587e0238f0eb884b9f6d4ce0358b"
      }
    }
  }
};

// src/native/pins.ts
var builtPins = pins_default;
function platformName(host) {
  return `${host.platform}-${host.arch}`;
}
function pinnedFiles(pins, host, of) {
  const files = Object.entries(pins.platforms[platformName(host)] ?? {});
  return Object.fromEntries(files.filter(([, file]) => of === void 0 || file.package === of));
}

// src/native/verify.ts
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join as join2 } from "node:path";
function alteredError(what, cause) {
  return new JoulegateError("could-not-measure", `${what}; it was not loaded.`, {
    code: "native-part-altered",
    nextStep: "Find out who changed it, or delete its folder if it is left over from another version.",
    cause
  });
}
function verifyContents(where, contents, pin) {
  const actual = createHash("sha256").update(contents).digest("hex");
  if (actual === pin.sha256) return;
  throw alteredError(
    `${where} has sha256 ${actual}, but this version of Joulegate was made with ${pin.sha256}`
  );
}
function verifyFolder(folder, pinned) {
  const names = Object.keys(pinned);
  if (names.length === 0) return "nothing is pinned for this platform";
  if (!existsSync(folder)) return "it is not there";
  for (const name of names) {
    let contents;
    try {
      contents = readFileSync(join2(folder, name));
    } catch (error) {
      const { code, message } = error;
      return code === "ENOENT" || code === "ENOTDIR" ? `it has no ${name}` : message;
    }
    verifyContents(join2(folder, name), contents, pinned[name]);
  }
  return null;
}

// src/native/find.ts
import { dirname as dirname2, join as join4 } from "node:path";

// src/native/host.ts
var oldestGlibc = [2, 34];
function readNativeHost() {
  const { platform, arch, report } = process;
  if (platform !== "linux") return { platform, arch, glibc: null };
  Object.assign(report, { excludeNetwork: true });
  const { header } = report.getReport();
  return { platform, arch, glibc: header.glibcVersionRuntime ?? null };
}
function isOlder(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < oldestGlibc[0] || major === oldestGlibc[0] && minor < oldestGlibc[1];
}
function unfit(message, nextStep) {
  return new JoulegateError("could-not-measure", message, { code: "unsupported-platform", nextStep });
}
function hostProblem(host, pins) {
  const needed = `glibc ${oldestGlibc.join(".")} or newer`;
  if (host.platform === "linux" && host.glibc === null) {
    return unfit(
      `WebGPU needs ${needed}; this Linux has another C library (musl, as in Alpine).`,
      "Use a runner or container image with glibc: Ubuntu 22.04, Debian 12, RHEL 9 or later."
    );
  }
  if (host.platform === "linux" && host.glibc !== null && isOlder(host.glibc)) {
    return unfit(
      `WebGPU needs ${needed}; this Linux has glibc ${host.glibc}.`,
      "Use Ubuntu 22.04, Debian 12, RHEL 9 or later."
    );
  }
  const known = Object.keys(pins.platforms);
  if (known.length > 0 && !known.includes(platformName(host))) {
    return unfit(
      `WebGPU is not available for ${platformName(host)}.`,
      `Use one of ${known.join(", ")}, or replay a recording.`
    );
  }
  return null;
}

// src/native/installed.ts
import { existsSync as existsSync2 } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join as join3 } from "node:path";
import { pathToFileURL } from "node:url";
function resolveFrom(file, name) {
  try {
    return createRequire(pathToFileURL(file)).resolve(name);
  } catch (error) {
    const { code } = error;
    if (code === "MODULE_NOT_FOUND" || code === "ERR_PACKAGE_PATH_NOT_EXPORTED") return null;
    throw error;
  }
}
function hasBinary(name, entry, host) {
  const { platform, arch } = host;
  if (name === "webgpu") {
    const folder = `${platform}-${platform === "darwin" ? "universal" : arch}`;
    return existsSync2(join3(dirname(entry), "dist", folder, "dawn.node"));
  }
  const built = existsSync2(join3(dirname(entry), "build", "koffi"));
  return built || resolveFrom(entry, `@koromix/koffi-${platform}-${arch}`) !== null;
}
function findInstalled(name, bundlePath, host) {
  const entry = resolveFrom(bundlePath, name);
  if (entry === null) return { ok: false, reason: `the npm package ${name} is not installed` };
  if (!hasBinary(name, entry, host)) {
    return {
      ok: false,
      reason: `the npm package ${name} in ${dirname(entry)} has no binary for ${host.platform}-${host.arch}`
    };
  }
  return { ok: true, entry };
}

// src/native/find.ts
function nativeContext(search2, options = {}) {
  const pins = options.pins ?? builtPins;
  const host = options.host ?? readNativeHost();
  const problem = hostProblem(host, pins);
  if (problem !== null) throw problem;
  return { search: search2, pins, host };
}
function bundledFolder({ search: search2, host }) {
  return join4(dirname2(search2.bundlePath), "native", platformName(host));
}
function* nativePlaces(name, context) {
  const { search: search2, pins, host } = context;
  const pinned = pinnedFiles(pins, host, name);
  const inFolder = (folder) => {
    const missing = verifyFolder(folder, pinned);
    return missing === null ? { kind: "folder", folder } : { where: folder, reason: missing };
  };
  yield inFolder(bundledFolder(context));
  const installed = findInstalled(name, search2.bundlePath, host);
  yield installed.ok ? { kind: "package", entry: installed.entry } : { where: `node_modules from ${dirname2(search2.bundlePath)} upwards`, reason: installed.reason };
  if (search2.suppliedFolder !== null) yield inFolder(search2.suppliedFolder);
}
function notFoundError(name, { pins, host }, misses) {
  const packages = Object.entries(pins.packages).map(([of, version]) => `${of}@${version}`);
  const tried = misses.map(({ where, reason }) => `${where}: ${reason}`).join("; ");
  return new JoulegateError(
    "could-not-measure",
    `The native part of ${name} for ${platformName(host)} could not be loaded. Tried ${tried}.`,
    {
      code: "no-native-part",
      nextStep: `Run \`npm install ${packages.join(" ")}\` in Joulegate's folder or one above it.`
    }
  );
}

// src/native/search.ts
import { resolve } from "node:path";
var nativeFolderVariable = "JOULEGATE_NATIVE";
function nativeSearch(bundlePath, environment) {
  const supplied = environment[nativeFolderVariable] ?? "";
  return { bundlePath, suppliedFolder: supplied === "" ? null : resolve(supplied) };
}

// src/native/load.ts
import { createRequire as createRequire2 } from "node:module";
import { join as join5 } from "node:path";
import { pathToFileURL as pathToFileURL2 } from "node:url";
async function loadFirst(name, context, open) {
  const misses = [];
  for (const place of nativePlaces(name, context)) {
    if ("reason" in place) {
      misses.push(place);
      continue;
    }
    try {
      return await open(place);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      misses.push({ where: place.kind === "folder" ? place.folder : place.entry, reason: firstLine(reason) });
    }
  }
  throw notFoundError(name, context, misses);
}
function firstLine(text) {
  return text.split("\n", 1)[0].trim();
}
async function loadWebgpu(search2, options) {
  return loadFirst("webgpu", nativeContext(search2, options), async (place) => {
    const entry = place.kind === "folder" ? join5(place.folder, "webgpu.mjs") : place.entry;
    return await import(pathToFileURL2(entry).href);
  });
}
async function loadKoffi(search2, options) {
  return loadFirst("koffi", nativeContext(search2, options), async (place) => {
    const entry = place.kind === "folder" ? join5(place.folder, "koffi.node") : place.entry;
    return createRequire2(pathToFileURL2(search2.bundlePath))(entry);
  });
}

// src/meter/nvml/declarations.ts
var constants = {
  NVML_SUCCESS: 0,
  NVML_ERROR_NOT_SUPPORTED: 3,
  NVML_ERROR_NO_PERMISSION: 4,
  NVML_ERROR_INSUFFICIENT_SIZE: 7,
  NVML_ERROR_FUNCTION_NOT_FOUND: 13,
  NVML_CLOCK_SM: 1,
  NVML_CLOCK_MEM: 2,
  NVML_TEMPERATURE_GPU: 0,
  NVML_DEVICE_ARCH_PASCAL: 4,
  NVML_DEVICE_ARCH_VOLTA: 5,
  NVML_DEVICE_ARCH_TURING: 6,
  NVML_DEVICE_ARCH_AMPERE: 7,
  NVML_DEVICE_ARCH_ADA: 8,
  NVML_DEVICE_ARCH_HOPPER: 9,
  NVML_DEVICE_MIG_ENABLE: 1,
  NVML_GPU_VIRTUALIZATION_MODE_VGPU: 2,
  NVML_VALUE_TYPE_DOUBLE: 0,
  NVML_VALUE_TYPE_UNSIGNED_INT: 1,
  NVML_VALUE_TYPE_SIGNED_LONG_LONG: 4,
  NVML_VALUE_TYPE_SIGNED_INT: 5,
  nvmlClocksEventReasonSwPowerCap: 4,
  nvmlClocksThrottleReasonHwSlowdown: 8,
  nvmlClocksEventReasonSwThermalSlowdown: 32,
  nvmlClocksThrottleReasonHwThermalSlowdown: 64,
  nvmlClocksThrottleReasonHwPowerBrakeSlowdown: 128,
  NVML_FI_DEV_POWER_INSTANT: 186,
  NVML_POWER_SCOPE_GPU: 0,
  NVML_POWER_SCOPE_MODULE: 1,
  // Nanoseconds since the driver was loaded; in headers from CUDA 12.8 on.
  NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN: 251,
  NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN: 252,
  NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN: 253
};
var functions = {
  nvmlInit_v2: [],
  nvmlShutdown: [],
  nvmlSystemGetDriverVersion: ["void *", "uint32_t"],
  nvmlDeviceGetCount_v2: ["void *"],
  nvmlDeviceGetHandleByIndex_v2: ["uint32_t", "void *"],
  nvmlDeviceGetName: ["uintptr_t", "void *", "uint32_t"],
  nvmlDeviceGetUUID: ["uintptr_t", "void *", "uint32_t"],
  nvmlDeviceGetPciInfo_v3: ["uintptr_t", "void *"],
  nvmlDeviceGetArchitecture: ["uintptr_t", "void *"],
  nvmlDeviceGetMigMode: ["uintptr_t", "void *", "void *"],
  nvmlDeviceGetVirtualizationMode: ["uintptr_t", "void *"],
  nvmlDeviceGetTotalEnergyConsumption: ["uintptr_t", "void *"],
  nvmlDeviceGetPowerUsage: ["uintptr_t", "void *"],
  nvmlDeviceGetEnforcedPowerLimit: ["uintptr_t", "void *"],
  nvmlDeviceGetFieldValues: ["uintptr_t", "int", "void *"],
  nvmlDeviceGetClockInfo: ["uintptr_t", "int", "void *"],
  nvmlDeviceGetUtilizationRates: ["uintptr_t", "void *"],
  nvmlDeviceGetTemperature: ["uintptr_t", "int", "void *"],
  nvmlDeviceGetCurrentClocksEventReasons: ["uintptr_t", "void *"],
  nvmlDeviceGetCurrentClocksThrottleReasons: ["uintptr_t", "void *"],
  nvmlDeviceGetHandleByUUID: ["void *", "void *"],
  nvmlDeviceGetSupportedMemoryClocks: ["uintptr_t", "void *", "void *"],
  nvmlDeviceGetSupportedGraphicsClocks: ["uintptr_t", "uint32_t", "void *", "void *"],
  nvmlDeviceSetGpuLockedClocks: ["uintptr_t", "uint32_t", "uint32_t"],
  nvmlDeviceResetGpuLockedClocks: ["uintptr_t"],
  nvmlDeviceGetComputeRunningProcesses: ["uintptr_t", "void *", "void *"],
  nvmlDeviceGetComputeRunningProcesses_v2: ["uintptr_t", "void *", "void *"],
  nvmlDeviceGetGraphicsRunningProcesses: ["uintptr_t", "void *", "void *"],
  nvmlDeviceGetGraphicsRunningProcesses_v2: ["uintptr_t", "void *", "void *"]
};

// src/meter/nvml/codes.ts
var success = constants.NVML_SUCCESS;
var insufficientSize = constants.NVML_ERROR_INSUFFICIENT_SIZE;
var texts = {
  1: "NVML is not initialised",
  2: "NVML takes an argument for invalid",
  3: "not supported by this GPU",
  4: "no permission",
  6: "not found",
  9: "the NVIDIA driver is not loaded",
  10: "the driver did not answer in time",
  12: "the library was not found",
  13: "not in this version of the driver",
  15: "the GPU has fallen off the bus",
  16: "the GPU must be reset",
  17: "the operating system blocks the GPU",
  18: "library and driver are of different versions; a reboot may be due",
  20: "out of memory",
  21: "no data",
  999: "an error inside the driver"
};
function codeText(code) {
  return `${texts[code] ?? "NVML failed"} (NVML ${code})`;
}

// src/meter/nvml/koffi.ts
async function loadLibrary(path, search2) {
  const koffi = await loadKoffi(search2);
  const library = inNeutralFolder(() => koffi.load(path));
  return {
    find(name, types) {
      try {
        library.symbol(name);
      } catch {
        return null;
      }
      const { async: call } = library.func(name, "int", [...types]);
      return (...values) => new Promise((resolve2, reject) => {
        call(...values, (error, code) => error ? reject(error) : resolve2(code));
      });
    }
  };
}
function nativeMemory(bytes) {
  return Buffer.from(new ArrayBuffer(bytes));
}

// src/meter/nvml/library.ts
var Nvml = class {
  #library;
  #found = /* @__PURE__ */ new Map();
  constructor(library) {
    this.#library = library;
  }
  /** Whether this version of the driver has a function. */
  has(name) {
    return this.#find(name) !== null;
  }
  /** @returns NVML's return code; that of a missing function if this version of the driver does not have the function. */
  async call(name, ...values) {
    const found = this.#find(name);
    return found === null ? constants.NVML_ERROR_FUNCTION_NOT_FOUND : found(...values);
  }
  /** Calls a function whose last argument is memory of `bytes`, which `decode` then reads. */
  async read(name, values, bytes, decode2) {
    const memory = nativeMemory(bytes);
    const code = await this.call(name, ...values, memory);
    return code === success ? { ok: true, value: decode2(memory) } : { ok: false, why: codeText(code) };
  }
  /** Calls a function that writes a text of at most 95 bytes into its second to last argument. */
  async readText(name, values) {
    const memory = nativeMemory(96);
    const code = await this.call(name, ...values, memory, memory.length);
    return code === success ? { ok: true, value: terminated(memory) } : { ok: false, why: codeText(code) };
  }
  async close() {
    await this.call("nvmlShutdown");
  }
  #find(name) {
    let found = this.#found.get(name);
    if (found === void 0) {
      found = this.#library.find(name, functions[name]);
      this.#found.set(name, found);
    }
    return found;
  }
};
function terminated(memory) {
  const end = memory.indexOf(0);
  return memory.toString("utf8", 0, end < 0 ? memory.length : end);
}
async function openNvml(path, search2) {
  let library;
  try {
    library = await loadLibrary(path, search2);
  } catch (error) {
    if (error instanceof JoulegateError && error.code === "native-part-altered") throw error;
    return { ok: false, why: `${path} cannot be loaded: ${error instanceof Error ? error.message : error}` };
  }
  const nvml = new Nvml(library);
  if (!nvml.has("nvmlInit_v2")) return { ok: false, why: `${path} is no NVML` };
  const code = await nvml.call("nvmlInit_v2");
  return code === success ? { ok: true, value: nvml } : { ok: false, why: `NVML does not start: ${codeText(code)}` };
}

// src/meter/nvml/clocks.ts
var clockSm = constants.NVML_CLOCK_SM;
async function unlockByUuid(options, search2) {
  const opened = await openNvml(options.libraryPath, search2);
  if (!opened.ok) return opened;
  const library = opened.value;
  try {
    const uuid = nativeMemory(Buffer.byteLength(options.uuid) + 1);
    uuid.write(options.uuid);
    const handle = await library.read(
      "nvmlDeviceGetHandleByUUID",
      [uuid],
      8,
      (memory) => memory.readBigUInt64LE()
    );
    if (!handle.ok) return handle;
    const code = await library.call("nvmlDeviceResetGpuLockedClocks", handle.value);
    return code === success ? { ok: true, value: null } : { ok: false, why: codeText(code) };
  } finally {
    await library.close();
  }
}

// src/meter/clocks/mark.ts
import { closeSync as closeSync2, constants as constants3, mkdirSync, openSync as openSync2, rmSync as rmSync2, writeSync } from "node:fs";

// src/meter/sensor/small-file.ts
import { closeSync, constants as constants2, fstatSync, openSync, readSync } from "node:fs";
var maxBytes = 4096;
function readSmallFile(path) {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants2;
  let file;
  try {
    file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    return error.code === "ENOENT" ? "gone" : null;
  }
  try {
    if (!fstatSync(file).isFile()) return null;
    const bytes = Buffer.alloc(maxBytes);
    return bytes.toString("utf8", 0, readSync(file, bytes, 0, maxBytes, 0));
  } finally {
    closeSync(file);
  }
}

// src/meter/clocks/mark.ts
function readMark(path) {
  const text = readSmallFile(path);
  return text === "gone" ? null : text;
}
function removeMark(path) {
  rmSync2(path, { force: true });
}

// src/meter/clocks/watchdog.ts
var clockWatchdogArgument = "restore-clocks";
var longestRestoreMs = 3e4;
async function watchClocks(search2) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => void 0);
  let text = "";
  for await (const chunk of process.stdin) text += String(chunk);
  const [first, last] = text.split("\n");
  if (first === void 0 || first === "" || last === "restored") return;
  setTimeout(() => process.exit(1), longestRestoreMs).unref();
  const { markPath, token, ...board } = JSON.parse(first);
  if (markPath !== null && readMark(markPath) !== token) return;
  const restored = await unlockByUuid(board, search2);
  if (restored.ok && markPath !== null && readMark(markPath) === token) removeMark(markPath);
}

// src/device/worker/ring.ts
var mostSlots = 64;
function ringPlaces(options) {
  const { bindings, bytesOf: bytesOf3, maxBytes: maxBytes2 } = options;
  const { minStorageBufferOffsetAlignment: alignment, maxBufferSize } = options.limits;
  const strides = bindings.filter(isReset).map((binding) => [binding, Math.ceil(bytesOf3(binding) / alignment) * alignment]);
  if (strides.length === 0) return null;
  const all = strides.reduce((sum, [, stride]) => sum + stride, 0);
  const largest = Math.max(...strides.map(([, stride]) => stride));
  const fitting = Math.floor(Math.min(maxBytes2 / (2 * all), maxBufferSize / largest));
  const slots = Math.min(mostSlots, Math.max(1, fitting));
  return new Map(strides.map(([binding, strideBytes]) => [binding, { strideBytes, slots }]));
}
function createRing(places) {
  const byIndex = new Map(places.map((place) => [place.index, place]));
  return {
    slots: places[0]?.slots ?? 1,
    place(index, slot) {
      const places2 = byIndex.get(index);
      if (places2 === void 0) return null;
      return { buffer: places2.buffer, offset: slot * places2.strideBytes, size: places2.bytes };
    },
    refill(encoder, launches2) {
      for (const { buffer, pristine, strideBytes } of places) {
        if (pristine === null) encoder.clearBuffer(buffer, 0, launches2 * strideBytes);
        else encoder.copyBufferToBuffer(pristine, 0, buffer, 0, launches2 * strideBytes);
      }
    }
  };
}

// src/device/worker/buffers.ts
function paddedBytes(binding) {
  return Math.max(4, Math.ceil(binding.byteLength / 4) * 4);
}
function isChanging(binding) {
  return binding.kind === "storage" || isReset(binding);
}
function contentsKey(binding) {
  const { kind, group, binding: slot, type, length, fill, seed, values, slots } = binding;
  const role = kind === "uniform" ? "uniform" : "storage";
  const listed = values === null ? "" : JSON.stringify([values, slots]);
  return [role, group, slot, type, length, JSON.stringify(fill), seed, paddedBytes(binding), listed].join(
    " "
  );
}
function isZeros({ fill, values }) {
  return fill === "zeros" && values === null;
}
function workKey(binding) {
  return `work ${binding.group} ${binding.binding} ${paddedBytes(binding)}`;
}
function ringKey(key, slots) {
  return `${key} x ${slots}`;
}
var BufferPool = class {
  #device;
  #maxBytes;
  #maxRingBytes;
  #contents;
  /** In order of last use. */
  #pool = /* @__PURE__ */ new Map();
  #bytes = 0;
  constructor(device, maxBytes2, contents) {
    this.#device = device;
    this.#maxBytes = maxBytes2.pool;
    this.#maxRingBytes = maxBytes2.ring;
    this.#contents = contents;
  }
  /** Bytes that the buffers take together, initial contents of what is written included; rings, which take what is left, are not. */
  bytesOf(bindings) {
    const sizes = new Map(bindings.flatMap((binding) => this.#needs(binding, null)));
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }
  /** Bytes by which the pool would be too large if `bindings` were acquired and all unused buffers given up. */
  excess(bindings) {
    let bytes = 0;
    const counted = /* @__PURE__ */ new Set();
    const places = this.#places(bindings);
    for (const [key, size] of bindings.flatMap((binding) => this.#needs(binding, places))) {
      if (counted.has(key)) continue;
      counted.add(key);
      bytes += size;
    }
    for (const [key, pooled] of this.#pool) if (pooled.users > 0 && !counted.has(key)) bytes += pooled.bytes;
    return Math.max(0, bytes - this.#maxBytes);
  }
  /** Creates and fills what is not there yet. Out of memory shows in the caller's error scope. */
  acquire(bindings) {
    const held = [];
    const hold = (key, bytes, create) => {
      const pooled = this.#take(key, bytes, create);
      held.push(pooled);
      return pooled.buffer;
    };
    const resets = [];
    const places = this.#places(bindings);
    const ringBuffers = [];
    const buffers = bindings.map((binding, index) => {
      const bytes = paddedBytes(binding);
      if (!isChanging(binding)) return hold(contentsKey(binding), bytes, () => this.#filled(binding));
      const work = hold(workKey(binding), bytes, () => this.#create(bytes, workUsage()));
      const initial = isZeros(binding) ? null : hold(contentsKey(binding), bytes, () => this.#filled(binding));
      resets.push((encoder) => {
        if (initial === null) encoder.clearBuffer(work);
        else encoder.copyBufferToBuffer(initial, 0, work, 0, bytes);
      });
      const place = places?.get(binding);
      if (place?.slots === 1)
        ringBuffers.push({ ...place, index, buffer: work, bytes, pristine: initial, strideBytes: bytes });
      else if (place !== void 0) {
        const { slots, strideBytes } = place;
        const all = slots * strideBytes;
        const buffer = hold(ringKey(workKey(binding), slots), all, () => this.#create(all, workUsage()));
        const pristine = initial === null ? null : hold(ringKey(contentsKey(binding), slots), all, () => this.#repeated(initial, place));
        ringBuffers.push({ ...place, index, buffer, bytes, pristine });
      }
      return work;
    });
    let released = false;
    return {
      buffers,
      ...ringBuffers.length === 0 ? {} : { ring: createRing(ringBuffers) },
      reset: (encoder) => {
        for (const reset of resets) reset(encoder);
      },
      release: () => {
        if (released) return;
        released = true;
        for (const pooled of held) pooled.users--;
      }
    };
  }
  /** Gives up every buffer nobody uses, e.g. after one could not be allocated. */
  clear() {
    this.#shrink(0);
  }
  #places(bindings) {
    return ringPlaces({
      limits: this.#device.limits,
      bindings,
      bytesOf: paddedBytes,
      maxBytes: this.#maxRingBytes
    });
  }
  #needs(binding, places) {
    const bytes = paddedBytes(binding);
    if (!isChanging(binding)) return [[contentsKey(binding), bytes]];
    const keys = isZeros(binding) ? [workKey(binding)] : [workKey(binding), contentsKey(binding)];
    const { slots, strideBytes } = places?.get(binding) ?? { slots: 1, strideBytes: 0 };
    const ring = slots === 1 ? [] : keys.map((key) => [ringKey(key, slots), slots * strideBytes]);
    return [...keys.map((key) => [key, bytes]), ...ring].map(([key, size]) => [key, size]);
  }
  #take(key, bytes, create) {
    const found = this.#pool.get(key);
    if (found !== void 0) {
      found.users++;
      this.#pool.delete(key);
      this.#pool.set(key, found);
      return found;
    }
    this.#shrink(this.#maxBytes - bytes);
    const pooled = { buffer: create(), bytes, users: 1 };
    this.#pool.set(key, pooled);
    this.#bytes += bytes;
    return pooled;
  }
  #shrink(targetBytes) {
    for (const [key, pooled] of this.#pool) {
      if (this.#bytes <= targetBytes) return;
      if (pooled.users > 0) continue;
      pooled.buffer.destroy();
      this.#pool.delete(key);
      this.#bytes -= pooled.bytes;
    }
  }
  #create(size, usage) {
    return this.#device.createBuffer({ size, usage });
  }
  /** A buffer with the contents of another one in every place. */
  #repeated(from, { slots, strideBytes }) {
    const buffer = this.#create(slots * strideBytes, GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC);
    const encoder = this.#device.createCommandEncoder();
    for (let slot = 0; slot < slots; slot++) {
      encoder.copyBufferToBuffer(from, 0, buffer, slot * strideBytes, from.size);
    }
    this.#device.queue.submit([encoder.finish()]);
    return buffer;
  }
  #filled(binding) {
    const size = paddedBytes(binding);
    const copied = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const buffer = this.#create(size, binding.kind === "uniform" ? copied : workUsage());
    writeAll(this.#device, buffer, bufferContents(binding, this.#contents));
    return buffer;
  }
};
function workUsage() {
  const { STORAGE, INDIRECT, COPY_DST, COPY_SRC } = GPUBufferUsage;
  return STORAGE | INDIRECT | COPY_DST | COPY_SRC;
}
function writeAll(device, buffer, contents) {
  const whole = contents.byteLength - contents.byteLength % 4;
  if (whole > 0) device.queue.writeBuffer(buffer, 0, contents, 0, whole);
  if (whole < contents.byteLength) {
    const rest = new Uint8Array(4);
    rest.set(contents.subarray(whole));
    device.queue.writeBuffer(buffer, whole, rest);
  }
}

// src/device/worker/encode.ts
function markEnd(encoder, querySet, index) {
  encoder.beginComputePass({ timestampWrites: { querySet, endOfPassWriteIndex: index } }).end();
}
function writesOf({ querySet, from, to }) {
  return { querySet, ...from === null ? {} : { beginningOfPassWriteIndex: from }, endOfPassWriteIndex: to };
}
function encodeLaunches(encoder, { passes, rounds }, options) {
  const { launches: launches2, stamps = null } = options;
  const isSplit = passes.some(({ clears }) => clears.length > 0);
  if (isSplit && stamps !== null && stamps.from !== null) markEnd(encoder, stamps.querySet, stamps.from);
  let open = null;
  let current = null;
  for (let launch = 0; launch < launches2; launch++) {
    for (const pass of rounds?.passes(launch) ?? passes) {
      if (pass.clears.length > 0) {
        open?.end();
        open = null;
        for (const { buffer, offset, size } of pass.clears) encoder.clearBuffer(buffer, offset, size);
      }
      if (open === null) {
        open = encoder.beginComputePass(
          isSplit || stamps === null ? {} : { timestampWrites: writesOf(stamps) }
        );
        current = null;
      }
      if (current?.pipeline !== pass.pipeline) open.setPipeline(pass.pipeline);
      if (current !== pass) {
        for (const [group, bindGroup] of pass.bindGroups.entries()) open.setBindGroup(group, bindGroup);
        current = pass;
      }
      pass.launch(open);
    }
  }
  open?.end();
  if (isSplit && stamps !== null) markEnd(encoder, stamps.querySet, stamps.to);
}

// src/device/worker/rounds.ts
var mostRounds = 64;
var stampsPerRound = 3;
var mostStamps = stampsOf(mostRounds);
function stampsOf(rounds) {
  return 1 + rounds * stampsPerRound;
}
var maxLaunches = 16384;
function mostTimed({ rounds }) {
  return rounds === void 0 ? maxLaunches : Math.min(maxLaunches, mostRounds * rounds.slots);
}
function countRounds({ rounds }, launches2) {
  return rounds === void 0 ? 1 : Math.ceil(launches2 / rounds.slots);
}
function roundSizes({ slots }, launches2) {
  const sizes = [];
  for (let left = launches2; left > 0; left -= slots) sizes.push(Math.min(slots, left));
  return sizes;
}
function encodeTimedRounds(options) {
  const { encoder, reader, rounds, sizes, encode } = options;
  const { querySet } = reader;
  markEnd(encoder, querySet, 0);
  for (const [i, launches2] of sizes.entries()) {
    const first = 1 + i * stampsPerRound;
    rounds.refill(encoder, launches2);
    markEnd(encoder, querySet, first);
    encode(launches2, { querySet, from: first + 1, to: first + 2 });
  }
  reader.resolve(encoder, stampsOf(sizes.length));
}
function roundTimes(stamps, rounds) {
  let launchesMs = 0;
  let resetsMs = 0;
  for (let i = 0; i < rounds; i++) {
    const [before = 0, reset = 0, begin = 0, end = 0] = stamps.slice(i * stampsPerRound);
    launchesMs += end - Math.max(reset, begin);
    resetsMs += reset - before;
  }
  return { launchesMs, resetsMs };
}

// src/device/worker/timestamps.ts
function createTimestampReader(device, most) {
  const querySet = device.createQuerySet({ type: "timestamp", count: most });
  const size = 8 * most;
  const resolved = device.createBuffer({
    size,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC
  });
  const readable = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  return {
    querySet,
    resolve(encoder, count) {
      encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, readable, 0, 8 * count);
    },
    async readMs(count) {
      await readable.mapAsync(GPUMapMode.READ);
      const [...stamps] = new BigUint64Array(readable.getMappedRange().slice(0, 8 * count));
      readable.unmap();
      return stamps.map((stamp) => Number(stamp - (stamps[0] ?? 0n)) / 1e6);
    }
  };
}

// src/device/worker/launcher.ts
var timestampTickMs = 1e-4;
var mostPart = 1.05;
var noticedWithinMs = 1;
var eagerTickMs = 0.01;
var noTimeMs = 10;
function plausibleMs(gpuMs, wallMs) {
  const isPossible = gpuMs >= 0 && gpuMs <= mostPart * wallMs + noticedWithinMs;
  return isPossible && (gpuMs > 0 || wallMs < noTimeMs) ? gpuMs : Number.NaN;
}
var mostPasses = 32;
function createLauncher(options) {
  const { device, clock: clock2, polling, timestamps, quiet } = options;
  const reader = timestamps ? createTimestampReader(device, 2) : null;
  let apartReader = null;
  let roundsReader = null;
  const wallTickMs = quiet ? polling.periodMs : eagerTickMs;
  async function timeCommands(encode, ...[stamped = null, count = 0]) {
    const encoder = device.createCommandEncoder();
    encode(encoder);
    const commands = encoder.finish();
    const start = clock2.nowMs();
    device.queue.submit([commands]);
    const reading = stamped?.readMs(count);
    await device.queue.onSubmittedWorkDone();
    const wallMs = clock2.nowMs() - start;
    return { wallMs, stampsMs: await reading ?? [] };
  }
  async function timeBatch(compiled, launches2) {
    const stamps = reader && { querySet: reader.querySet, from: 0, to: 1 };
    const { wallMs, stampsMs } = await timeCommands(
      (encoder) => {
        encodeLaunches(encoder, compiled, { launches: launches2, stamps });
        reader?.resolve(encoder, 2);
      },
      reader,
      2
    );
    return reader === null ? wallMs : plausibleMs(stampsMs[1] ?? 0, wallMs);
  }
  async function wallTimes(compiled, rounds, sizes) {
    const times = { launchesMs: 0, resetsMs: 0 };
    for (const launches2 of sizes) {
      times.resetsMs += (await timeCommands((encoder) => rounds.refill(encoder, launches2))).wallMs;
      const launched = await timeCommands((encoder) => encodeLaunches(encoder, compiled, { launches: launches2 }));
      times.launchesMs += launched.wallMs;
    }
    return times;
  }
  async function stampedTimes(compiled, rounds, sizes) {
    roundsReader ??= createTimestampReader(device, mostStamps);
    const stamped = roundsReader;
    const { wallMs, stampsMs } = await timeCommands(
      (encoder) => encodeTimedRounds({
        encoder,
        reader: stamped,
        rounds,
        sizes,
        encode: (launches2, stamps) => encodeLaunches(encoder, compiled, { launches: launches2, stamps })
      }),
      stamped,
      stampsOf(sizes.length)
    );
    const times = roundTimes(stampsMs, sizes.length);
    const isPossible = !Number.isNaN(plausibleMs(times.launchesMs + times.resetsMs, wallMs));
    return isPossible && times.launchesMs >= 0 ? times : null;
  }
  async function timeRounds(compiled, rounds, launches2) {
    const sizes = roundSizes(rounds, launches2);
    const times = await (timestamps ? stampedTimes : wallTimes)(compiled, rounds, sizes);
    if (times === null) return Number.NaN;
    rounds.resetMs = Math.max(0, times.resetsMs) / launches2;
    return times.launchesMs;
  }
  async function timeApart({ passes, bound }) {
    apartReader ??= createTimestampReader(device, 1 + mostPasses);
    const stamped = apartReader;
    const { querySet } = stamped;
    const { wallMs, stampsMs } = await timeCommands(
      (encoder) => {
        bound.reset(encoder);
        markEnd(encoder, querySet, 0);
        for (const [index, pass] of passes.entries()) {
          const stamps = { querySet, from: null, to: index + 1 };
          encodeLaunches(encoder, { passes: [pass] }, { launches: 1, stamps });
        }
        stamped.resolve(encoder, 1 + passes.length);
      },
      stamped,
      1 + passes.length
    );
    return passes.map((_, i) => plausibleMs((stampsMs[i + 1] ?? 0) - (stampsMs[i] ?? 0), wallMs));
  }
  const inPeace = (work) => quiet ? work() : polling.eagerly(work);
  return {
    device,
    timestamps,
    resolutionMs: timestamps ? timestampTickMs : wallTickMs,
    submit(compiled, launches2, { reset = false, part = "launches" } = {}) {
      const { rounds } = compiled;
      const encoder = device.createCommandEncoder();
      if (reset) compiled.bound.reset(encoder);
      for (const size of rounds === void 0 ? [launches2] : roundSizes(rounds, launches2)) {
        rounds?.refill(encoder, size);
        if (part === "launches") encodeLaunches(encoder, compiled, { launches: size });
      }
      device.queue.submit([encoder.finish()]);
    },
    timed(compiled, launches2) {
      const { rounds } = compiled;
      return inPeace(
        () => rounds === void 0 ? timeBatch(compiled, launches2) : timeRounds(compiled, rounds, launches2)
      );
    },
    timedApart: async (compiled) => timestamps ? inPeace(() => timeApart(compiled)) : null
  };
}

// src/device/worker/warm-up.ts
var enoughMs = 2;
var maxBatch = 1024;
var budgetMs = 400;
var settledWithin = 0.2;
async function warmUp(launcher, compiled, clock2) {
  launcher.submit(compiled, 1, { reset: true });
  await launcher.device.queue.onSubmittedWorkDone();
  const most = Math.min(maxBatch, mostTimed(compiled));
  let batch = 1;
  let previousMs = Number.POSITIVE_INFINITY;
  let spentMs = 0;
  for (; ; ) {
    const startMs = clock2.nowMs();
    const batchMs2 = await launcher.timed(compiled, batch);
    spentMs += clock2.nowMs() - startMs;
    const launchMs = batchMs2 / batch;
    if (launchMs > 0) compiled.launchMs = launchMs;
    const longEnough = batchMs2 >= enoughMs || batch >= most;
    if (longEnough && Math.abs(previousMs - launchMs) <= settledWithin * launchMs) return;
    if (spentMs >= budgetMs) return;
    previousMs = launchMs;
    if (!longEnough) batch = Math.min(most, batch * 4);
  }
}

// src/device/worker/run.ts
var batchMs = 20;
var batchesInFlight = 2;
var maxLaunches2 = 4096;
var maxResets = 64 * maxLaunches2;
async function runStretch(options) {
  const { launcher, clock: clock2, compiled, durationMs, part = "launches", cpuSeconds } = options;
  const { queue } = launcher.device;
  if (compiled.launchMs === null) await warmUp(launcher, compiled, clock2);
  launcher.submit(compiled, 1, { reset: true });
  await queue.onSubmittedWorkDone();
  const completions = [];
  let done = 0;
  const note2 = () => completions.push({ timeMs: clock2.nowMs(), launches: done, cpuSeconds: cpuSeconds() });
  const { rounds } = compiled;
  const resetMs = rounds?.resetMs ?? 0;
  const knownMs = (compiled.launchMs ?? batchMs) + resetMs;
  const launchMs = part === "resets" && resetMs > 0 ? resetMs : knownMs;
  const most = part === "resets" ? maxResets : maxLaunches2;
  const batchOf = (oneMs) => Math.min(most, Math.max(1, Math.floor(batchMs / oneMs)));
  let batch = batchOf(launchMs);
  const queueBatch = async () => {
    const launches2 = batch;
    launcher.submit(compiled, launches2, { part });
    await queue.onSubmittedWorkDone();
    done += launches2;
    note2();
    batch = Math.max(batch, Math.min(2 * launches2, batchOf((clock2.nowMs() - start) / done)));
  };
  note2();
  const start = clock2.nowMs();
  const lane = async () => {
    while (clock2.nowMs() - start < durationMs) await queueBatch();
  };
  await Promise.all(Array.from({ length: batchesInFlight }, lane));
  const last = completions.at(-1);
  if (rounds === void 0) compiled.launchMs = (last.timeMs - start) / last.launches;
  return completions;
}

// src/device/worker/parent-watch.ts
import { Worker } from "node:worker_threads";
var watch = `
  const { workerData } = require('node:worker_threads');
  setInterval(() => {
    if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
  }, 500);
`;
function watchParent(parentPid) {
  const thread = new Worker(watch, {
    eval: true,
    workerData: parentPid,
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 }
  });
  thread.unref();
}

// src/device/worker/polling.ts
var quietPeriodMs = 1;
function installPolling() {
  const immediately = globalThis.setImmediate;
  let eager = 0;
  const paced = (callback, ...parameters) => eager > 0 ? immediately(callback, ...parameters) : globalThis.setTimeout(callback, quietPeriodMs, ...parameters);
  Object.defineProperty(globalThis, "setImmediate", { value: paced, configurable: true, writable: true });
  return {
    periodMs: quietPeriodMs,
    async eagerly(work) {
      eager++;
      try {
        return await work();
      } finally {
        eager--;
      }
    }
  };
}

// src/device/worker/faults.ts
var VariantFault = class extends Error {
  failure;
  constructor(kind, message, at = null) {
    super(message);
    this.name = "VariantFault";
    this.failure = { kind, message, at };
  }
};
function firstLines(message) {
  const end = message.search(/\n\s*- While /);
  return (end < 0 ? message : message.slice(0, end)).trim();
}
async function scoped(device, work) {
  const filters = ["internal", "out-of-memory", "validation"];
  for (const filter of filters) device.pushErrorScope(filter);
  let result;
  try {
    result = { value: await work() };
  } catch (error) {
    result = { thrown: error };
  }
  const [validation, memory, internal] = await Promise.all(filters.map(() => device.popErrorScope()));
  if ("thrown" in result && result.thrown instanceof VariantFault) {
    return { ok: false, failure: result.thrown.failure };
  }
  if (memory) return { ok: false, failure: failure("out-of-memory", memory) };
  if (validation) return { ok: false, failure: failure("validation", validation) };
  if (internal) return { ok: false, failure: failure("compile", internal) };
  if ("thrown" in result) throw result.thrown;
  return { ok: true, value: result.value };
}
function failure(kind, error) {
  return { kind, message: firstLines(error.message), at: null };
}
function pipelineFault(error) {
  if (!(error instanceof Error)) return error;
  const reason = error.reason;
  if (reason === void 0) return error;
  return new VariantFault(reason === "validation" ? "validation" : "compile", firstLines(error.message));
}

// src/device/worker/adapter.ts
var AdapterFault = class extends Error {
  problem;
  adapters;
  /** What to do, if it is more than what the problem always calls for. */
  nextStep;
  constructor(problem, message, details = {}) {
    super(message);
    this.name = "AdapterFault";
    this.problem = problem;
    this.adapters = details.adapters ?? [];
    this.nextStep = details.nextStep ?? null;
  }
};
var toggles = [
  "enable-dawn-features=allow_unsafe_apis",
  "disable-dawn-features=timestamp_quantization"
];
var softwareNames = /llvmpipe|lavapipe|swiftshader|software rasterizer|basic render/i;
var usefulFeatures = ["timestamp-query", "shader-f16", "subgroups"];
async function loadDawn(search2) {
  try {
    const { create, globals } = await loadWebgpu(search2);
    Object.assign(globalThis, globals);
    return { create };
  } catch (error) {
    if (!(error instanceof JoulegateError)) throw error;
    throw new AdapterFault("no-dawn", error.message.replace(/\.$/, ""), { nextStep: error.nextStep });
  }
}
function isSoftware(info) {
  return softwareNames.test(`${info.device} ${info.description} ${info.architecture}`);
}
async function adapterNames(dawn) {
  try {
    await dawn.create(["adapter="]).requestAdapter();
    return [];
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return [...text.matchAll(/name: '(.*)'$/gm)].map((match) => match[1]);
  }
}
async function requestAdapter(dawn, name) {
  const gpu = dawn.create([...toggles, ...name === null ? [] : [`adapter=${name}`]]);
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  return adapter === null ? null : { gpu, adapter };
}
async function chooseAdapter(dawn, wanted, names) {
  if (wanted !== null) {
    const name = names.find((candidate) => candidate.toLowerCase().includes(wanted.toLowerCase()));
    const chosen = name === void 0 ? null : await requestAdapter(dawn, name);
    if (chosen === null) {
      throw new AdapterFault("adapter-not-found", `no adapter's name contains '${wanted}'`, {
        adapters: names
      });
    }
    return chosen;
  }
  const best = await requestAdapter(dawn, null);
  if (best === null) throw new AdapterFault("no-adapter", "there is no Vulkan, Metal or Direct3D adapter");
  if (!isSoftware(best.adapter.info)) return best;
  const hardware = names.find((candidate) => !softwareNames.test(candidate));
  return (hardware === void 0 ? null : await requestAdapter(dawn, hardware)) ?? best;
}
function spelledName(info, names) {
  const plain = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/-$/, "");
  return names.find((name) => plain(name) === plain(info.device)) ?? info.device;
}
async function openAdapter(dawn, { adapterName, features }) {
  const names = await adapterNames(dawn);
  const { gpu, adapter } = await chooseAdapter(dawn, adapterName, names);
  const requiredLimits = {};
  for (const limit in adapter.limits) {
    const value = adapter.limits[limit];
    if (typeof value === "number") requiredLimits[limit] = value;
  }
  const wanted = /* @__PURE__ */ new Set([...usefulFeatures, ...features]);
  const requiredFeatures = [...wanted].filter((feature) => adapter.features.has(feature));
  try {
    const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
    return { gpu, adapter, device, name: spelledName(adapter.info, names) };
  } catch (error) {
    throw new AdapterFault("no-device", error instanceof Error ? error.message : String(error));
  }
}
function requireFeatures(device, features) {
  const missing = features.filter((feature) => !device.features.has(feature));
  if (missing.length > 0) {
    throw new VariantFault("unsupported", `this adapter has no ${missing.join(", ")}`);
  }
}

// src/device/worker/readback.ts
async function readBack(device, buffer, byteLength) {
  const readable = device.createBuffer({
    size: buffer.size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST
  });
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, readable, 0, buffer.size);
    device.queue.submit([encoder.finish()]);
    await readable.mapAsync(GPUMapMode.READ);
    return new Uint8Array(readable.getMappedRange().slice(0, byteLength));
  } finally {
    readable.destroy();
  }
}

// src/device/worker/indirect.ts
async function checkIndirect(device, { program, bound }) {
  const limit = device.limits.maxComputeWorkgroupsPerDimension;
  const remarks = [];
  for (const { name, dispatch } of program.passes) {
    if (!("indirect" in dispatch)) continue;
    const { indirect, offsetBytes } = dispatch;
    const end = offsetBytes + 3 * Uint32Array.BYTES_PER_ELEMENT;
    const bytes = await readBack(device, bound.buffers[indirect], end);
    const counts = [...new Uint32Array(bytes.slice(offsetBytes).buffer)];
    if (counts.some((count) => count > limit)) {
      throw new VariantFault(
        "validation",
        `pass \`${name}\` is to be launched with ${counts.join(" x ")} workgroups, the device allows ${limit} along each axis, so nothing of it ran`
      );
    }
    if (counts.includes(0))
      remarks.push(`pass \`${name}\` had nothing to do: ${counts.join(" x ")} workgroups`);
  }
  return remarks;
}

// src/device/worker/verify.ts
function outputsOf(program) {
  return program.buffers.map((binding, index) => ({ binding, index })).filter(({ binding }) => binding.check !== null && binding.kind === "storage");
}
function isPoisoned({ check, kind, scratch, clear, readsInitial }) {
  if (kind !== "storage" || readsInitial === true) return false;
  return check !== null || scratch === true && clear === void 0;
}
async function runOnce(launcher, compiled) {
  const { device } = launcher;
  const { program, bound } = compiled;
  const encoder = device.createCommandEncoder();
  bound.reset(encoder);
  device.queue.submit([encoder.finish()]);
  for (const [index, binding] of program.buffers.entries()) {
    if (isPoisoned(binding)) writeAll(device, bound.buffers[index], poison(binding));
  }
  const { rounds: _, ...alone } = compiled;
  launcher.submit(alone, 1);
  const outputs = /* @__PURE__ */ new Map();
  for (const { binding, index } of outputsOf(program)) {
    outputs.set(binding.name, await readBack(device, bound.buffers[index], binding.byteLength));
  }
  return outputs;
}
var maxSentBytes = 256 * 1024 ** 2;
async function outputsAfter(launcher, compiled, launches2) {
  const bytes = outputsOf(compiled.program).reduce((sum, { binding }) => sum + binding.byteLength, 0);
  if (bytes > maxSentBytes) return null;
  if (launches2 > 0) launcher.submit(compiled, launches2);
  return runOnce(launcher, compiled);
}
async function checkAgainst(launcher, compiled, reference) {
  const actual = await runOnce(launcher, compiled);
  const remarks = [...await checkIndirect(launcher.device, compiled)];
  for (const { binding } of outputsOf(compiled.program)) {
    const expected = reference.get(binding.name);
    const found = actual.get(binding.name);
    if (expected === void 0 || expected.byteLength !== found.byteLength) {
      const theirs = expected === void 0 ? "no such output" : `${expected.byteLength} bytes`;
      throw new VariantFault(
        "wrong-result",
        `output \`${binding.name}\` has ${found.byteLength} bytes, the reference has ${theirs}`
      );
    }
    const outcome = compareOutput(binding, found, expected);
    if (!outcome.ok) throw new VariantFault(outcome.failure.kind, outcome.failure.message);
    remarks.push(...outcome.value.remarks ?? []);
  }
  return remarks.length === 0 ? null : remarks;
}

// src/device/worker/bounds.ts
var eighths = [7, 3, 5, 6];
async function takeNotes(launcher, compiled) {
  const { device } = launcher;
  const { program, bound } = compiled;
  const [binding] = program.buffers.slice(-2);
  const [buffer, mode] = bound.buffers.slice(-2);
  if (binding === void 0 || buffer === void 0 || mode === void 0)
    throw new Error("there are no buffers for notes");
  const launch = (...words) => {
    device.queue.writeBuffer(mode, 0, Uint32Array.from(words));
    return runOnce(launcher, compiled);
  };
  try {
    await launch(0, 0);
    const notes = await readBack(device, buffer, binding.byteLength);
    const counts = new Uint32Array(notes.buffer).filter((_, i) => i % 2 === 0);
    if (counts.every((count) => count === 0)) return { notes, shows: false };
    const first = await launch(1, 0);
    if (first.size === 0) return { notes, shows: true };
    for (const eighth of eighths) {
      const other = await launch(1, eighth);
      if (isEqual(first, other)) continue;
      if (isEqual(first, await launch(1, 0)) || !isNear(program, other, first)) return { notes, shows: true };
    }
    return { notes, shows: false };
  } finally {
    device.queue.writeBuffer(mode, 0, Uint32Array.of(0, 0));
  }
}
function isNear({ buffers }, outputs, others) {
  return buffers.every((output) => {
    const [one, other] = [outputs, others].map((all) => all.get(output.name));
    return one === void 0 || other === void 0 || compareOutput(output, one, other).ok;
  });
}
function isEqual(one, other) {
  return [...one].every(([name, bytes]) => Buffer.from(bytes).equals(other.get(name) ?? new Uint8Array()));
}

// src/device/worker/info.ts
function deviceLimits(device, info) {
  const { limits } = device;
  const subgroups = device.features.has("subgroups");
  return {
    max_workgroup_storage: limits.maxComputeWorkgroupStorageSize,
    max_invocations: limits.maxComputeInvocationsPerWorkgroup,
    max_workgroup_size_x: limits.maxComputeWorkgroupSizeX,
    max_workgroup_size_y: limits.maxComputeWorkgroupSizeY,
    max_workgroup_size_z: limits.maxComputeWorkgroupSizeZ,
    max_workgroups: limits.maxComputeWorkgroupsPerDimension,
    max_buffer_bytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
    has_f16: device.features.has("shader-f16"),
    has_subgroups: subgroups,
    // Without subgroups an invocation is on its own.
    subgroup_min: subgroups ? info.subgroupMinSize ?? 1 : 1,
    subgroup_max: subgroups ? info.subgroupMaxSize ?? 1 : 1
  };
}
function describeDevice(opened, timestamps) {
  const { device, name } = opened;
  const { info } = opened.adapter;
  return {
    backend: "webgpu",
    family: deviceFamily(info),
    vendor: info.vendor,
    architecture: info.architecture,
    device: info.device.replace(/-+$/, ""),
    description: name,
    // Mesa puts the driver's name before its version: `llvmpipe: Mesa 25.0.7 (LLVM 15.0.6)`.
    driver: info.description.replace(/^[^:]*: /, ""),
    software: isSoftware(info),
    features: [...device.features].map(String).sort(),
    limits: deviceLimits(device, info),
    timestamps
  };
}

// src/device/worker/loss.ts
var Loss = class {
  #waiting = /* @__PURE__ */ new Set();
  #reason = null;
  /** @param lost resolves with Dawn's reason when the device is gone */
  constructor(lost) {
    void lost.then((reason) => {
      this.#reason = reason;
      for (const tell of this.#waiting) tell(reason);
    });
  }
  /** What `work` comes to, or `answer` to the reason of a loss that was before it or comes first. */
  race(work, answer) {
    return new Promise((resolve2, reject) => {
      const tell = (reason) => resolve2(answer(reason));
      if (this.#reason !== null) tell(this.#reason);
      this.#waiting.add(tell);
      work.then(resolve2, reject).finally(() => this.#waiting.delete(tell));
    });
  }
};

// src/device/worker/pass-times.ts
var launches = 15;
var leastLaunches = 3;
async function timePasses(options) {
  const { launcher, clock: clock2, compiled, maxMs } = options;
  if (compiled.launchMs === null) await warmUp(launcher, compiled, clock2);
  const start = clock2.nowMs();
  const times = [];
  for (let launch = 0; launch < launches; launch++) {
    const one = await launcher.timedApart(compiled);
    if (one === null) return null;
    if (one.every((ms) => Number.isFinite(ms))) times.push(one);
    if (launch + 1 >= leastLaunches && clock2.nowMs() - start >= maxMs) break;
  }
  if (times.length < leastLaunches) return null;
  return compiled.passes.map((_, index) => median(times.map((one) => one[index] ?? Number.NaN)));
}

// src/device/worker/programs.ts
var layoutTypes = {
  storage: "storage",
  "read-only-storage": "read-only-storage",
  uniform: "uniform"
};
var maxPrograms = 128;
var maxGarbage = 32;
var maxAhead = 4;
var Programs = class {
  #device;
  #maxProgramBytes;
  #pool;
  #compiled = /* @__PURE__ */ new Map();
  /** By identity, oldest first; null: it does not compile, and says so to whoever asks for it. */
  #ahead = /* @__PURE__ */ new Map();
  /** Programs given up since garbage was collected. */
  #garbage = 0;
  /** `program`: what one may have at all. */
  constructor(device, maxBytes2, contents = /* @__PURE__ */ new Map()) {
    this.#device = device;
    this.#maxProgramBytes = maxBytes2.program;
    this.#pool = new BufferPool(device, maxBytes2, contents);
  }
  /**
   * Compiles `program` or finds it compiled. Call inside error scopes and `drop` it if they caught something.
   * @throws VariantFault
   */
  async get(program) {
    const known = this.#compiled.get(program.identity);
    if (known !== void 0) {
      this.#compiled.delete(program.identity);
      this.#compiled.set(program.identity, known);
      return known;
    }
    requireFeatures(this.#device, program.requiredFeatures);
    this.#requireRoom(program);
    const layouts = program.passes.map((pass) => this.#layouts(pass));
    const pipelines = await this.#takeAhead(program) ?? await this.#pipelines(program, layouts);
    for (const [identity] of this.#compiled) {
      if (this.#compiled.size < maxPrograms && this.#pool.excess(program.buffers) === 0) break;
      this.drop(identity);
    }
    const bound = this.#pool.acquire(program.buffers);
    const passesAt = (slot) => {
      const places = bound.buffers.map(
        (buffer, index) => (slot === null ? null : bound.ring?.place(index, slot)) ?? wholeOf(buffer)
      );
      return program.passes.map(
        (pass, index) => ({
          pipeline: pipelines[index],
          bindGroups: this.#bindGroups(pass, layouts[index] ?? [], places),
          launch: launchOf(pass, places),
          clears: clearsBefore(program, index).map((buffer) => places[buffer])
        })
      );
    };
    const rounds = roundsOf(bound, passesAt);
    const compiled = {
      program,
      passes: passesAt(null),
      bound,
      ...rounds === null ? {} : { rounds },
      launchMs: null
    };
    this.#compiled.set(program.identity, compiled);
    return compiled;
  }
  /**
   * Compiles a program on Dawn's own threads while others run: its bind groups come later. What goes wrong is kept away from
   * the error scopes of the request that is being served, and comes up again when the program is asked for.
   */
  async expect(program) {
    const { identity } = program;
    if (this.#compiled.has(identity) || this.#ahead.has(identity)) return;
    for (const oldest of this.#ahead.keys()) {
      if (this.#ahead.size < maxAhead) break;
      this.#ahead.delete(oldest);
    }
    const pipelines = this.#compileApart(program).catch(() => null);
    this.#ahead.set(identity, pipelines);
    await pipelines;
  }
  /** On a software adapter it is the machine's own memory that would run out, and take the job with it. */
  #requireRoom({ buffers }) {
    const bytes = this.#pool.bytesOf(buffers);
    if (bytes <= this.#maxProgramBytes) return;
    throw new VariantFault(
      "unsupported",
      `the buffers take ${bytes} bytes together, this device allows ${this.#maxProgramBytes}`
    );
  }
  async #takeAhead({ identity }) {
    const pipelines = this.#ahead.get(identity);
    this.#ahead.delete(identity);
    return await pipelines ?? null;
  }
  async #compileApart(program) {
    requireFeatures(this.#device, program.requiredFeatures);
    this.#device.pushErrorScope("validation");
    const modules = this.#modules(program);
    const descriptors = program.passes.map((pass) => {
      const layout = this.#device.createPipelineLayout({ bindGroupLayouts: this.#layouts(pass) });
      const compute = { module: modules.get(pass.wgsl), entryPoint: pass.entryPoint };
      return { layout, compute };
    });
    if (await this.#device.popErrorScope() !== null) return null;
    return Promise.all(descriptors.map((one) => this.#device.createComputePipelineAsync(one)));
  }
  /** One module for each text: passes of one file share it. */
  #modules({ passes }) {
    const texts2 = new Set(passes.map(({ wgsl }) => wgsl));
    return new Map([...texts2].map((code) => [code, this.#device.createShaderModule({ code })]));
  }
  /** Forgets a program; its buffers become free for others. */
  drop(identity) {
    this.#compiled.get(identity)?.bound.release();
    if (!this.#compiled.delete(identity) || ++this.#garbage < maxGarbage) return;
    this.#garbage = 0;
    globalThis.gc?.();
  }
  /** Frees all memory that no compiled program needs. */
  releaseMemory() {
    this.#pool.clear();
  }
  /** Explicit, so that what a pass is bound to is what its entry point uses. */
  #layouts({ bindings }) {
    const groups = Math.max(-1, ...bindings.map(({ group }) => group)) + 1;
    return Array.from(
      { length: groups },
      (_, group) => this.#device.createBindGroupLayout({
        entries: bindings.filter((binding) => binding.group === group).map(({ binding, kind }) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: layoutTypes[kind] }
        }))
      })
    );
  }
  #bindGroups({ bindings }, layouts, places) {
    return layouts.map(
      (layout, group) => this.#device.createBindGroup({
        layout,
        entries: bindings.filter((binding) => binding.group === group).map(({ binding, buffer }) => ({ binding, resource: places[buffer] }))
      })
    );
  }
  async #pipelines(program, layouts) {
    const modules = this.#modules(program);
    for (const [text, module] of modules) {
      const { messages } = await module.getCompilationInfo();
      const error = messages.find((message) => message.type === "error");
      if (error === void 0) continue;
      const pass = program.passes.findIndex(({ wgsl }) => wgsl === text);
      const at = error.lineNum > 0 ? { pass, line: error.lineNum, column: Math.max(1, error.linePos) } : null;
      throw new VariantFault("compile", error.message, at);
    }
    const pipelines = [];
    for (const [index, pass] of program.passes.entries()) {
      try {
        const pipeline = await this.#device.createComputePipelineAsync({
          layout: this.#device.createPipelineLayout({ bindGroupLayouts: layouts[index] ?? [] }),
          compute: { module: modules.get(pass.wgsl), entryPoint: pass.entryPoint }
        });
        pipelines.push(pipeline);
      } catch (error) {
        throw pipelineFault(error);
      }
    }
    return pipelines;
  }
};
function launchOf({ dispatch }, places) {
  if ("indirect" in dispatch) {
    const { buffer, offset } = places[dispatch.indirect];
    return (encoder) => encoder.dispatchWorkgroupsIndirect(buffer, offset + dispatch.offsetBytes);
  }
  const [x, y, z] = dispatch;
  return (encoder) => encoder.dispatchWorkgroups(x, y, z);
}
function clearsBefore({ passes, buffers }, index) {
  const bound = new Set(passes[index]?.bindings.map(({ buffer }) => buffer));
  return buffers.flatMap(({ clear }, buffer) => {
    const isCleared = clear === "launch" ? index === 0 : clear === "pass" && bound.has(buffer);
    return isCleared ? [buffer] : [];
  });
}
function wholeOf(buffer) {
  return { buffer, offset: 0, size: buffer.size };
}
function roundsOf({ ring }, create) {
  if (ring === void 0) return null;
  const made = [];
  return {
    slots: ring.slots,
    passes(slot) {
      made[slot] ??= create(slot);
      return made[slot];
    },
    refill: (encoder, launches2) => ring.refill(encoder, launches2),
    resetMs: null
  };
}

// src/device/worker/references.ts
function bytesOf2(outputs) {
  let bytes = 0;
  for (const output of outputs.values()) bytes += output.byteLength;
  return bytes;
}
var References = class {
  #maxBytes;
  #outputs = /* @__PURE__ */ new Map();
  #bytes = 0;
  constructor(maxBytes2) {
    this.#maxBytes = maxBytes2;
  }
  get(identity) {
    return this.#outputs.get(identity);
  }
  set(identity, outputs) {
    this.#outputs.set(identity, outputs);
    this.#bytes += bytesOf2(outputs);
    for (const [oldest, held] of this.#outputs) {
      if (this.#bytes <= this.#maxBytes || oldest === identity) return;
      this.#outputs.delete(oldest);
      this.#bytes -= bytesOf2(held);
    }
  }
};

// src/device/worker/time.ts
var leastSamples = 3;
var mostUnusable = 5;
var mostGrowth = 16;
async function takeSamples(options) {
  const { launcher, clock: clock2, compiled, time } = options;
  if (compiled.launchMs === null) await warmUp(launcher, compiled, clock2);
  else {
    launcher.submit(compiled, 1, { reset: true });
    await launcher.device.queue.onSubmittedWorkDone();
  }
  const launchesFor = (sampleMs, launchMs) => Math.min(mostTimed(compiled), Math.max(1, Math.ceil(sampleMs / Math.max(launchMs, 1e-6))));
  const start = clock2.nowMs();
  let launchesPerSample = launchesFor(time.minSampleMs, compiled.launchMs ?? 1);
  const samplesMs = [];
  let unusable = 0;
  while (samplesMs.length < time.samples && unusable < mostUnusable) {
    const sampleMs = await launcher.timed(compiled, launchesPerSample);
    if (Number.isNaN(sampleMs)) {
      unusable++;
      continue;
    }
    if (samplesMs.length === 0 && launchesFor(time.minSampleMs, sampleMs / launchesPerSample) > 1.5 * launchesPerSample) {
      const againMs = await launcher.timed(compiled, launchesPerSample);
      const needed = launchesFor(time.minSampleMs, Math.max(sampleMs, againMs || 0) / launchesPerSample);
      if (needed > 1.5 * launchesPerSample) {
        launchesPerSample = Math.min(needed, mostGrowth * launchesPerSample);
        continue;
      }
    }
    samplesMs.push(sampleMs / launchesPerSample);
    if (samplesMs.length >= leastSamples && clock2.nowMs() - start >= time.maxMs) break;
  }
  if (unusable >= mostUnusable) samplesMs.length = 0;
  if (samplesMs.length > 0) compiled.launchMs = median(samplesMs) || compiled.launchMs;
  const hiddenMs = launcher.resolutionMs * Math.sqrt(countRounds(compiled, launchesPerSample));
  const resetMs = compiled.rounds?.resetMs ?? null;
  return {
    samplesMs,
    launchesPerSample,
    resolutionMs: hiddenMs / launchesPerSample,
    ...resetMs === null ? {} : { resetMs }
  };
}

// src/device/worker/timestamp-check.ts
var probe = `
@group(0) @binding(0) var<storage, read_write> sums: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = f32(id.x);
  for (var i = 0u; i < 512u; i++) { sum = fma(sum, 1.0001, 0.5); }
  sums[id.x] = sum;
}`;
var workgroups = 32;
var enoughMs2 = 4;
var patienceMs = 100;
var maxLaunches3 = 4096;
var tries2 = 5;
var plausibleFactor = 3;
async function timestampsArePlausible(options) {
  const { device, clock: clock2 } = options;
  if (!device.features.has("timestamp-query")) return false;
  const programs = new Programs(device, {
    pool: Number.POSITIVE_INFINITY,
    ring: 0,
    program: Number.POSITIVE_INFINITY
  });
  const program = singlePass({
    identity: "timestamp-check",
    wgsl: probe,
    entryPoint: "main",
    dispatch: [workgroups, 1, 1],
    workgroupSize: null,
    lines: [],
    requiredFeatures: [],
    buffers: [
      {
        name: "sums",
        group: 0,
        binding: 0,
        kind: "storage",
        type: "f32",
        length: workgroups * 64,
        byteLength: workgroups * 64 * 4,
        fill: "zeros",
        seed: 0,
        values: null,
        check: null
      }
    ]
  });
  const compiled = await programs.get(program);
  const launcher = createLauncher({ ...options, timestamps: true });
  const measure = async (launches2) => {
    const start = clock2.nowMs();
    const gpuMs = await launcher.timed(compiled, launches2);
    return { gpuMs, wallMs: clock2.nowMs() - start };
  };
  try {
    await measure(1);
    let launches2 = 1;
    let seen = await measure(launches2);
    while (seen.gpuMs < enoughMs2 && seen.wallMs < patienceMs && launches2 < maxLaunches3) {
      launches2 *= 4;
      seen = await measure(launches2);
    }
    for (let attempt = 0; attempt < tries2; attempt++) {
      const factor = seen.gpuMs / seen.wallMs;
      if (factor > 1 / plausibleFactor && factor < plausibleFactor) return true;
      seen = await measure(launches2);
    }
    return false;
  } finally {
    programs.drop("timestamp-check");
    programs.releaseMemory();
  }
}

// src/device/worker/session.ts
var softwareBytes = { pool: 1024 ** 3, ring: 64 * 1024 ** 2, program: 2 * 1024 ** 3 };
var hardwareBytes = { pool: 4 * 1024 ** 3, ring: 512 * 1024 ** 2, program: 32 * 1024 ** 3 };
var referenceBytes = 512 * 1024 ** 2;
var Session = class _Session {
  info;
  loss;
  /** Kept whole: Dawn's device must not outlive its adapter and instance. */
  #opened;
  #clock;
  #launcher;
  #programs;
  #references = new References(referenceBytes);
  constructor(options) {
    const { opened, info, clock: clock2, launcher, contents } = options;
    this.#opened = opened;
    this.info = info;
    this.#clock = clock2;
    this.#launcher = launcher;
    const maxBytes2 = info.software ? softwareBytes : hardwareBytes;
    this.#programs = new Programs(launcher.device, maxBytes2, contents);
    this.loss = new Loss(
      opened.device.lost.then(({ reason, message }) => `${message || "no message"} (${reason})`)
    );
  }
  /** @throws AdapterFault */
  static async open(wanted, context) {
    const { clock: clock2, polling, search: search2, contents } = context;
    const opened = await openAdapter(await loadDawn(search2), wanted);
    const { adapter, device } = opened;
    device.addEventListener("uncapturederror", (event) => {
      process.stderr.write(`Dawn: ${event.error.message}
`);
    });
    const quiet = isSoftware(adapter.info);
    const timestamps = await timestampsArePlausible({ device, clock: clock2, polling, quiet });
    const launcher = createLauncher({ device, clock: clock2, polling, timestamps, quiet });
    const info = describeDevice(opened, timestamps);
    return new _Session({ opened, info, clock: clock2, launcher, contents });
  }
  async handle(request) {
    switch (request.kind) {
      case "prepare":
        return this.#with(request.program, async (compiled) => {
          if (compiled.launchMs === null) await warmUp(this.#launcher, compiled, this.#clock);
          return null;
        });
      case "bounds": {
        const { program } = request;
        const notes = await this.#with(program, (compiled) => takeNotes(this.#launcher, compiled));
        this.#programs.drop(program.identity);
        return notes;
      }
      case "verify":
        return this.#verify(request.program, request.reference);
      case "outputs": {
        const { program, launches: launches2 } = request;
        return this.#with(
          program,
          (compiled) => outputsAfter(this.#launcher, { ...compiled, program }, launches2)
        );
      }
      case "time":
        return this.#with(
          request.program,
          (compiled) => takeSamples({ launcher: this.#launcher, clock: this.#clock, compiled, time: request.options })
        );
      case "passes":
        return this.#with(
          request.program,
          (compiled) => timePasses({ launcher: this.#launcher, clock: this.#clock, compiled, maxMs: request.maxMs })
        );
      case "run":
        return this.#with(
          request.program,
          (compiled) => runStretch({
            launcher: this.#launcher,
            clock: this.#clock,
            compiled,
            durationMs: request.durationMs,
            part: request.part,
            cpuSeconds: () => this.#cpuSeconds()
          })
        );
    }
  }
  /** Begins to compile what will be wanted soon. Resolves when that is done, however it went. */
  expect(program) {
    return this.#programs.expect(program);
  }
  close() {
    this.#opened.device.destroy();
  }
  /** On a software adapter this process does the device's work; elsewhere its CPU time means nothing. */
  #cpuSeconds() {
    if (!this.info.software) return null;
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }
  /** Runs `work` on a compiled program inside error scopes; a program that failed is forgotten. */
  async #with(program, work) {
    const outcome = await scoped(this.#opened.device, async () => work(await this.#programs.get(program)));
    if (!outcome.ok) {
      this.#programs.drop(program.identity);
      if (outcome.failure.kind === "out-of-memory") this.#programs.releaseMemory();
    }
    return outcome;
  }
  async #verify(program, referenceProgram) {
    const reference = await this.#reference(referenceProgram);
    if (!reference.ok) return { ok: false, failure: blameReference(reference.failure) };
    return this.#with(
      program,
      (compiled) => (
        // Programs that are equal may be checked in different ways.
        checkAgainst(this.#launcher, { ...compiled, program }, reference.value)
      )
    );
  }
  async #reference(program) {
    const checked = program.buffers.map(({ name, check }) => check === null ? null : name);
    const key = JSON.stringify([program.identity, checked]);
    const known = this.#references.get(key);
    if (known !== void 0) return { ok: true, value: known };
    const outcome = await this.#with(
      program,
      (compiled) => runOnce(this.#launcher, { ...compiled, program })
    );
    if (outcome.ok) this.#references.set(key, outcome.value);
    return outcome;
  }
};
function blameReference(failure2) {
  const where = failure2.at === null ? "" : ` (line ${failure2.at.line} of its WGSL)`;
  return { kind: failure2.kind, message: `the reference failed: ${failure2.message}${where}`, at: null };
}
async function openSession(wanted, context) {
  try {
    const session = await Session.open(wanted, context);
    return { session, result: { ok: true, info: session.info } };
  } catch (error) {
    if (!(error instanceof AdapterFault)) throw error;
    const { problem, message, adapters, nextStep } = error;
    return { session: null, result: { ok: false, problem, message, adapters, nextStep } };
  }
}

// src/device/worker/serve.ts
var clock = { nowMs: () => Number(process.hrtime.bigint()) / 1e6 };
var deviceLostStatus = 70;
var lossNoticeMs = 200;
function send(envelope) {
  return new Promise((resolve2, reject) => {
    process.send?.(envelope, void 0, void 0, (error) => error ? reject(error) : resolve2());
  });
}
function isEnvelope(message) {
  return typeof message === "object" && message !== null && "id" in message && "request" in message;
}
function isExpectNotice(message) {
  return typeof message === "object" && message !== null && "expect" in message;
}
function isContentsNotice(message) {
  return typeof message === "object" && message !== null && "contents" in message;
}
function serveWorker(search2) {
  const parentPid = Number(process.argv[2]);
  if (process.send === void 0 || !Number.isInteger(parentPid)) {
    process.stderr.write("This file is the GPU process of joulegate; joulegate starts it.\n");
    process.exitCode = 2;
    return;
  }
  watchParent(parentPid);
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.on("SIGINT", () => void 0);
  const polling = installPolling();
  let session = null;
  const contents = /* @__PURE__ */ new Map();
  async function respond(request) {
    if (request.kind === "close") {
      session?.close();
      return null;
    }
    if (request.kind === "open") {
      const opened = await openSession(request, { clock, polling, search: search2, contents });
      session = opened.session;
      return opened.result;
    }
    if (session === null) throw new Error(`'${request.kind}' before 'open'`);
    const handled = session.handle(request).catch(async (error) => {
      await new Promise((resolve2) => setTimeout(resolve2, lossNoticeMs));
      throw error;
    });
    return session.loss.race(handled, (reason) => {
      const message = `the device was lost: ${reason}`;
      const failure2 = { kind: "device-lost", message, at: null };
      return { ok: false, failure: failure2 };
    });
  }
  async function serve({ id, request }) {
    await send({ id, begun: true });
    const response = await respond(request);
    await send({ id, response });
    if (request.kind === "close") process.exit(0);
    if (isLost(response)) process.exit(deviceLostStatus);
  }
  async function compileAhead({ expect }) {
    await session?.expect(expect);
    await send({ expected: expect.identity });
  }
  process.on("message", (message) => {
    if (isEnvelope(message)) void serve(message);
    else if (isExpectNotice(message)) void compileAhead(message);
    else if (isContentsNotice(message)) {
      if (message.forget) contents.clear();
      for (const [name, bytes] of message.contents) contents.set(name, bytes);
    }
  });
}
function isLost(response) {
  return typeof response === "object" && response !== null && "failure" in response && response.failure.kind === "device-lost";
}

// src/worker.ts
var search = nativeSearch(fileURLToPath(import.meta.url), process.env);
if (process.argv[2] === clockWatchdogArgument) await watchClocks(search);
else if (process.argv[2] === reaperArgument) await reapPrograms();
else serveWorker(search);
