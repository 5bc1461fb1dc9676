import type { BufferBinding } from '../types.ts';
import type { DeclIdent, FnElem } from '../wesl.ts';
import type { Tally } from './tally.ts';

/** A number, a truth value, or a vector of them. */
export type Value = number | boolean | readonly (number | boolean)[];

/**
 * For whom an expression is evaluated.
 *
 * - `lane`: 0 the first invocation of the first workgroup, 1 its neighbour, null whoever: what differs between
 *   invocations is unknown.
 * - `initial`: variables that change count with their first value; else they are unknown.
 */
export interface Viewpoint {
  readonly lane: 0 | 1 | null;
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

/** Places that a declaration takes in what an activation remembers: one per viewpoint, and whether it reads its lane. */
export const placesEach = 5;
const laneFlag = 4;

/** What is remembered of a declaration as a viewpoint sees it; undefined if nothing is. */
export function recall(
  run: Run,
  memory: Frame['memory'],
  place: number,
  view: Viewpoint,
): Value | null | undefined {
  const value = memory[place + view.index];
  if (value !== undefined && memory[place + laneFlag] === true) run.laneReads++;
  return value;
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
  /** Values of module-scope constants, by slot; undefined until they are asked for. */
  readonly constants: (Value | null | undefined)[];
  /** Code that counts the bodies of functions. */
  readonly body: (fn: FnElem) => CountCode | null | 'unfinished';
  /** Calls left to be followed, so that a program of calls within calls cannot take forever. */
  callsLeft: number;
  /** How often something was read that differs between invocations. */
  laneReads: number;
  /** A variable that counts as having a value, whatever else is known of it. */
  assumed: { readonly variable: DeclIdent; readonly value: Value } | null;
}

/** Calls followed in one program at most. */
const maxCalls = 10_000;

/**
 * A run with nothing known yet.
 *
 * @param constants what is known of another run with the same numbers: nothing of it depends on a launch.
 */
export function startRun(
  launch: Launch,
  numbers: Run['numbers'],
  ...[body, constants = places(64)]: [body: Run['body'], constants?: Run['constants']]
): Run {
  return { numbers, launch, body, constants, callsLeft: maxCalls, laneReads: 0, assumed: null };
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

/** One activation of a function. */
export interface Frame {
  /** null for the entry point, whose parameters are builtin values. */
  readonly arguments: readonly Argument[] | null;
  readonly caller: Frame | null;
  readonly depth: number;
  /** Values of local declarations by slot and viewpoint. */
  readonly memory: (Value | null | undefined)[];
}

/** The activation of an entry point. */
export function entryFrame(): Frame {
  return { arguments: null, caller: null, depth: 0, memory: places(0) };
}

/**
 * The activation of a function by a call.
 *
 * @param declarations of the function that have slots so far.
 */
export function callFrame(passed: readonly Argument[], caller: Frame, declarations: number): Frame {
  return { arguments: passed, caller, depth: caller.depth + 1, memory: places(placesEach * declarations) };
}

/** Room for values; reading and writing beyond the end of an array is slow. */
function places(count: number): (Value | null | undefined)[] {
  return new Array<Value | null | undefined>(count).fill(undefined);
}
