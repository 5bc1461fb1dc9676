import type { BufferBinding } from '../types.ts';
import type { DeclIdent, FnElem, FunctionCallExpression } from '../wesl.ts';
import type { Tally } from './tally.ts';

/** A number, a truth value, or a vector of them. */
export type Value = number | boolean | readonly (number | boolean)[];

/**
 * For whom an expression is evaluated.
 *
 * - `lane`: 0 the first invocation of the first workgroup, 1 its neighbour, `sampled` the one that the run's sample is of, null
 *   whoever: what differs between invocations is unknown.
 * - `initial`: variables that change count with their first value; else they are unknown.
 */
export interface Viewpoint {
  readonly lane: 0 | 1 | 'sampled' | null;
  readonly initial: boolean;
  /** Where an activation remembers what is seen from here. */
  readonly index: number;
}

/** What is the same for all invocations. */
export const everyone: Viewpoint = { lane: null, initial: false, index: 0 };
/** The first invocation, which stands for all where they differ in how often they loop. */
export const firstInvocation: Viewpoint = { lane: 0, initial: false, index: 1 };
const firstArrival: Viewpoint = { lane: 0, initial: true, index: 2 };
const neighbourArrival: Viewpoint = { lane: 1, initial: true, index: 3 };
/** The first invocation and its neighbour on first arrival: their addresses tell the stride. */
export const arrivals: readonly [Viewpoint, Viewpoint] = [firstArrival, neighbourArrival];

/** Any invocation, in any turn of the loops around: which, the run's sample says. */
export const sampledPlace: Viewpoint = { lane: 'sampled', initial: false, index: 5 };

/**
 * Places that a declaration takes in what an activation remembers: one per viewpoint, whether it reads its lane, and the sample
 * that the last one is of.
 */
export const placesEach = 7;
const laneFlag = 4;
const sampleNumber = 6;

/** What is remembered of a declaration as a viewpoint sees it; undefined if nothing is. */
export function recall(
  run: Run,
  memory: Frame['memory'],
  place: number,
  view: Viewpoint,
): Value | null | undefined {
  const value = memory[place + view.index];
  if (view === sampledPlace) return memory[place + sampleNumber] === run.sample.number ? value : undefined;
  if (value !== undefined && memory[place + laneFlag] === true) run.laneReads++;
  return value;
}

/** Remembers that a value is being worked out: what depends on itself is unknown. */
export function begin(run: Run, memory: Frame['memory'], place: number, view: Viewpoint): void {
  memory[place + view.index] = null;
  if (view === sampledPlace) memory[place + sampleNumber] = run.sample.number;
}

/** Remembers a value, for the neighbour too if no lane was read for it. */
export function keep(
  run: Run,
  memory: Frame['memory'],
  place: number,
  view: Viewpoint,
  ...[value, readsBefore]: [value: Value | null, readsBefore: number]
): void {
  memory[place + view.index] = value;
  if (view === sampledPlace) memory[place + sampleNumber] = run.sample.number;
  if (view !== firstArrival) return;
  if (run.laneReads === readsBefore) memory[place + neighbourArrival.index] = value;
  else memory[place + laneFlag] = true;
}

/** What is known of a pass's launch. */
export interface Launch {
  /** Where the pass has them. */
  readonly buffers: readonly BufferBinding[];
  /** NaN if unknown. */
  readonly dispatch: readonly [number, number, number];
  readonly workgroupSize: readonly [number, number, number] | null;
}

/** Invocations that run in step on most GPUs: what a program is taken to get that asks for no number of its own. */
export const usualSubgroup = 32;

/** A launch of which nothing is known. */
export const unknownLaunch: Launch = {
  buffers: [],
  dispatch: [Number.NaN, Number.NaN, Number.NaN],
  workgroupSize: null,
};

/** One configuration, seen by code that holds for all of the same structure. */
export interface Run {
  /** The constants that the configuration and workload put in. */
  readonly numbers: Readonly<Record<string, number | boolean | string>>;
  readonly launch: Launch;
  /** Invocations that run in step. */
  readonly subgroupSize: number;
  /** Values of module-scope constants, by slot; undefined until they are asked for. */
  readonly constants: (Value | null | undefined)[];
  /** Code that counts the bodies of functions. */
  readonly body: (fn: FnElem) => CountCode | null | 'unfinished';
  /** Calls left to be followed, so that a program of calls within calls cannot take forever. */
  callsLeft: number;
  /** Share of the turns of the innermost loop around in which the code is come to that is being counted. */
  share: number;
  /** How often something was read that differs between invocations. */
  laneReads: number;
  /** null where nothing is followed. */
  readonly follower: Follower | null;
  readonly sample: Sample;
}

/** A place of a launch, as some invocation comes to it in some turn of the loops around. */
export interface Sample {
  /** Another for each, so that nothing is remembered beyond it. */
  number: number;
  workgroup: readonly [number, number, number];
  /** In its workgroup. */
  invocation: number;
  /** Loops around what is counted, from the outermost on. */
  readonly loops: OpenLoop[];
  /** Which turn each of them is in. */
  turns: readonly number[];
  /** What it was asked for. */
  readonly reads: Set<'workgroup' | 'invocation' | DeclIdent>;
}

/** A loop that is being counted. */
export interface OpenLoop {
  readonly variable: DeclIdent;
  readonly frame: Frame;
  readonly trips: number;
  /** What the variable holds in a turn; null if that is unknown. */
  readonly valueIn: (run: Run, frame: Frame, turn: number) => Value | null;
}

/** Goes through a program as its first invocation does, to see how often loops run of which nothing simpler can tell. */
export interface Follower {
  /**
   * How often the body of a loop runs, on the mean; NaN if that is unknown. Where a share of the turns around is counted only, when it
   * is come to in this activation, else in each of those turns.
   */
  trips(run: Run, frame: Frame, loop: object): number;
  /** What a call gives that is met on the way, of which all else is seen to as well. */
  call(fn: FnElem, passed: Passed, caller: Frame): Value | null;
}

/** Calls followed in one program at most. */
const maxCalls = 10_000;

/**
 * A run with nothing known yet, or with the constants of another run with the same numbers: nothing of them depends on a
 * launch.
 */
export function startRun(
  launch: Launch,
  numbers: Run['numbers'],
  ...[body, known = {}]: [
    body: Run['body'],
    known?: Partial<Pick<Run, 'constants' | 'subgroupSize' | 'follower'>>,
  ]
): Run {
  const sample = { number: 0, workgroup: [0, 0, 0] as const, invocation: 0, loops: [] };
  const fresh = {
    ...{ constants: places(64), subgroupSize: usualSubgroup, follower: null },
    sample: { ...sample, turns: [], reads: new Set() } satisfies Sample,
  };
  return { numbers, launch, body, ...fresh, ...known, callsLeft: maxCalls, share: 1, laneReads: 0 };
}

/** The value of an expression as a viewpoint sees it; null if it cannot be known without running the program. */
export type ValueCode = (run: Run, frame: Frame, view: Viewpoint) => Value | null;
/** Bytes from the start of a variable; NaN if unknown to a viewpoint. */
export type AddressCode = (run: Run, frame: Frame, view: Viewpoint) => number;
/** A number that depends on nothing but the configuration. */
export type NumberCode = (run: Run) => number;

/** A part of counting that depends on the configuration; NaN times if it is unknown how often it runs. */
export type CountStep = (run: Run, frame: Frame, tally: Tally, times: number) => void;

/** Counts something for a configuration: what is the same every time, and what is not. */
export interface CountCode {
  /** Counter indexes and amounts in turn, each counter once. */
  readonly fixed: readonly number[];
  readonly steps: readonly CountStep[];
}

/** What a parameter stands for: code that may replace itself by faster code. */
export interface Argument {
  value: ValueCode;
  /** Where it points, if it is a pointer. */
  pointedAt: AddressCode;
}

/** What a call gives to a function: what its parameters stand for, and room for its declarations. */
export interface Passed {
  readonly call: FunctionCallExpression;
  readonly arguments: readonly Argument[];
  readonly room: { readonly used: number };
}

/** What variables hold at a point of a program, as far as it has been followed. */
export interface Held {
  values: Map<DeclIdent, HeldValue>;
  /** Whether calls are followed, too. */
  readonly follows: boolean;
}

/** null: unknown. `differs`: between invocations. */
export interface HeldValue {
  readonly value: Value | null;
  readonly differs: boolean;
}

/** One activation of a function. */
export interface Frame {
  /** null for the entry point, whose parameters are builtin values. */
  readonly arguments: readonly Argument[] | null;
  readonly caller: Frame | null;
  /** null for the entry point. */
  readonly call: FunctionCallExpression | null;
  readonly depth: number;
  /** Values of local declarations by slot and viewpoint, where nothing is held. */
  readonly memory: (Value | null | undefined)[];
  /** null: variables are what they are on first arrival, or unknown. */
  readonly held: Held | null;
}

/** The activation of an entry point. */
export function entryFrame(held: Held | null = null): Frame {
  return { arguments: null, caller: null, call: null, depth: 0, memory: places(0), held };
}

/** The activation of a function by a call. */
export function callFrame(passed: Passed, caller: Frame, held: Held | null = null): Frame {
  const { call, room } = passed;
  const memory = places(placesEach * room.used);
  return { arguments: passed.arguments, caller, call, depth: caller.depth + 1, memory, held };
}

/** Room for values; reading and writing beyond the end of an array is slow. */
function places(count: number): (Value | null | undefined)[] {
  return new Array<Value | null | undefined>(count).fill(undefined);
}
