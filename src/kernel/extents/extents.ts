import { follow, workgroupSize } from './follow.ts';
import { asksForWorkgroups } from './inputs.ts';
import {
  add,
  ceilDivide,
  coefficientOf,
  constant,
  largest,
  multiply,
  numberOf,
  type Polynomial,
  substitute,
  symbol,
  symbolsOf,
} from './polynomial.ts';
import { type Findings, type FollowedProgram, symbols, type Use } from './program.ts';

/** How far a program reaches, of the parameters that it is given and of `symbols` of what nothing in it says. */
export interface Extents {
  /** Invocations of a workgroup per axis. */
  readonly workgroup: readonly [Polynomial, Polynomial, Polynomial];
  /** Workgroups per axis. */
  readonly dispatch: readonly [Polynomial, Polynomial, Polynomial];
  /** Whether loops step by what is launched along an axis, so that any number of workgroups does. */
  readonly takesTurns: readonly [boolean, boolean, boolean];
  /** Elements of the runtime-sized array of a buffer; null where an index is worked out from what is not known. */
  readonly elements: ReadonlyMap<string, Polynomial | null>;
  /** Whether the program looks at its position along an axis. */
  readonly positions: readonly [boolean, boolean, boolean];
  /** What the contents of buffers and members are used for; what is not listed is not used. */
  readonly uses: ReadonlyMap<string, Use>;
  /** Buffers whose numbers are row starts: they begin at 0 and never fall. */
  readonly rowStarts: ReadonlySet<string>;
  /** Members of listed buffers that are read, as `symbols.member`; the path of a part stands for all below it. */
  readonly read: ReadonlySet<string>;
}

const axes = [0, 1, 2] as const;
const one = constant(1);

/** Follows a program and says how far it reaches; null if it is too much to follow. */
export function programExtents(given: Omit<FollowedProgram, 'workgroup'>): Extents | null {
  const workgroup = workgroupSize(given);
  const program = { ...given, workgroup };
  const findings = follow(program);
  if (findings === null) return null;
  const byGroups = asksForWorkgroups(program);
  const launch = axes.map((axis) => (byGroups ? symbols.groups(axis) : symbols.threads(axis)));
  const solved = solve(findings, launch, byGroups ? workgroup[0] : one);
  const counts = (value: Polynomial) => substitute(value, (name) => solved.get(name) ?? null);
  const elements = rowsCounted(resolveCounts(elementsOf(findings, counts), findings), findings);
  const resolve = (value: Polynomial) => substitute(counts(value), (name) => countOf(name, elements));
  const dispatch = axes.map((axis) => {
    const name = launch[axis] ?? '';
    const extent = resolve(symbol(name));
    return byGroups ? extent : ceilDivide(extent, workgroup[axis]);
  });
  const isLookedAt = (axis: 0 | 1 | 2) => findings.positions.has(launch[axis] ?? '');
  const takesTurns = (axis: 0 | 1 | 2) => findings.turns.has(launch[axis] ?? '');
  return {
    workgroup,
    dispatch: [dispatch[0] ?? one, dispatch[1] ?? one, dispatch[2] ?? one],
    takesTurns: [takesTurns(0), takesTurns(1), takesTurns(2)],
    positions: [isLookedAt(0), isLookedAt(1), isLookedAt(2)],
    elements,
    uses: findings.uses,
    rowStarts: findings.rowStarts,
    read: findings.read,
  };
}

/** The extents of a launch that its guards bound, by their symbols. */
function solve(
  { guards, indices }: Findings,
  launch: readonly string[],
  perX: Polynomial,
): ReadonlyMap<string, Polynomial> {
  const solved = new Map<string, Polynomial>();
  const open = (value: Polynomial) =>
    launch.filter((name) => !solved.has(name) && symbolsOf(value).has(name));
  const known = (value: Polynomial) => substitute(value, (name) => solved.get(name) ?? null);
  for (const { reach, below } of guards) {
    let left = known(reach);
    let [first, ...others] = open(left);
    if (first === undefined) continue;
    const own = coefficientOf(first, left);
    if (own !== null && open(own).length > 0) {
      // One index over all axes: a launch along the first is as good as any.
      for (const other of open(own)) solved.set(other, one);
      left = known(left);
      [first, ...others] = open(left);
    } else if (others.length > 0) {
      const width = widthOf(left, first, others, perX);
      if (width === null) continue;
      solved.set(first, width);
      left = known(left);
      [first] = open(left);
    }
    const per = first === undefined ? null : coefficientOf(first, left);
    if (first !== undefined && per !== null && open(per).length === 0)
      solved.set(first, ceilDivide(below, per));
  }
  // An index `y * width + x` says how long a row is, even if nothing keeps x below it.
  for (const index of [...indices.values()].flatMap((found) => [...found.values()])) {
    const left = index === null ? null : known(index);
    const [first, ...others] = left === null ? [] : open(left);
    if (left === null || first !== launch[0] || first === undefined || others.length === 0) continue;
    const width = widthOf(left, first, others, perX);
    if (width !== null) solved.set(first, width);
  }
  return solved;
}

/** In an index over rows, `y * width + x`, the extent along x; null for all else. */
function widthOf(
  index: Polynomial,
  x: string,
  others: readonly string[],
  perX: Polynomial,
): Polynomial | null {
  if (coefficientOf(x, index)?.key !== perX.key) return null;
  for (const other of others) {
    const width = coefficientOf(other, index);
    if (width === null || /(?:threads|groups) /.test(width.key)) continue;
    if (numberOf(width) === null) return ceilDivide(width, perX);
  }
  return null;
}

function elementsOf(
  { indices }: Findings,
  counts: (value: Polynomial) => Polynomial,
): Map<string, Polynomial | null> {
  const elements = new Map<string, Polynomial | null>();
  for (const [buffer, found] of indices) {
    const lengths = [...found.values()].map((index) => (index === null ? null : add(counts(index), one)));
    const isKnown = (length: Polynomial | null): length is Polynomial => length !== null;
    elements.set(buffer, lengths.every(isKnown) ? lengths.reduce(largest) : null);
  }
  return elements;
}

/** Puts lengths in where a program asks for them, unless they depend on themselves. */
function resolveCounts(
  elements: Map<string, Polynomial | null>,
  { guards }: Findings,
): ReadonlyMap<string, Polynomial | null> {
  for (const [buffer, length] of elements) {
    const own = symbols.count(buffer);
    const isAsked = guards.some(({ below }) => symbolsOf(below).has(own));
    if (length === null ? isAsked : symbolsOf(length).has(own)) elements.set(buffer, symbol(own));
  }
  const asked = new Set(guards.flatMap(({ below }) => [...symbolsOf(below)]));
  for (const name of asked) {
    const buffer = name.startsWith('count ') ? name.slice('count '.length) : null;
    if (buffer !== null && !elements.has(buffer)) elements.set(buffer, symbol(name));
  }
  for (const [buffer, length] of elements) {
    if (length !== null)
      elements.set(
        buffer,
        substitute(length, (name) => countOf(name, elements)),
      );
  }
  return elements;
}

/** Puts in what row starts are below: as many rows as there are, each shorter than the longest and one. */
function rowsCounted(
  elements: ReadonlyMap<string, Polynomial | null>,
  { rowStarts }: Findings,
): ReadonlyMap<string, Polynomial | null> {
  const belows = new Map(
    [...rowStarts].flatMap((buffer) => {
      const rows = elements.get(buffer);
      if (rows === undefined || rows === null || symbolsOf(rows).has(symbols.below(buffer))) return [];
      return [[symbols.below(buffer), multiply(symbol(symbols.longest(buffer)), rows)] as const];
    }),
  );
  const replaced = ([buffer, length]: [string, Polynomial | null]) =>
    [buffer, length && substitute(length, (name) => belows.get(name) ?? null)] as const;
  return belows.size === 0 ? elements : new Map([...elements].map(replaced));
}

function countOf(name: string, elements: ReadonlyMap<string, Polynomial | null>): Polynomial | null {
  return name.startsWith('count ') ? (elements.get(name.slice('count '.length)) ?? null) : null;
}
