import type { FnElem, WgslModule } from '../wesl.ts';
import { type Polynomial, symbolsOf } from './polynomial.ts';

/** A buffer as far as it matters for how far a program reaches. */
export interface ReachedBuffer {
  readonly name: string;
  /** Its scalars are sizes and the like, one by one: a uniform, or small storage that is only read. */
  readonly isListed: boolean;
  readonly written: boolean;
}

/** What is followed. */
export interface FollowedProgram {
  readonly module: WgslModule;
  readonly entry: FnElem;
  /** Invocations of a workgroup per axis. */
  readonly workgroup: readonly [Polynomial, Polynomial, Polynomial];
  /** Constants whose values the manifest gives. */
  readonly given: ReadonlySet<string>;
  readonly buffers: readonly ReachedBuffer[];
}

/** What values are used for; more telling ones last. */
export type Use = 'data' | 'condition' | 'bits' | 'index';

/** The symbol of a scalar of a listed buffer. */
export function memberSymbol(buffer: string, path: string): string {
  return `member ${buffer} ${path.replace(/^\./, '')}`;
}

/** Symbols of what only the launch or the contents of buffers say. */
export const symbols = {
  /** Invocations along an axis, where the program never asks for workgroups. */
  threads: (axis: number) => `threads ${axis}`,
  /** Workgroups along an axis. */
  groups: (axis: number) => `groups ${axis}`,
  /** Elements of a runtime-sized array. */
  count: (buffer: string) => `count ${buffer}`,
  /** What all numbers of a buffer are below. */
  below: (buffer: string) => `below ${buffer}`,
  /** What consecutive numbers of a buffer, row starts, differ by less than. */
  longest: (buffer: string) => `longest ${buffer}`,
  /** A scalar of a listed buffer. */
  member: memberSymbol,
} as const;

/** A condition that bounds how far a launch has to reach. */
export interface Guard {
  /** The largest that the guarded value can be, of symbols of the launch. */
  readonly reach: Polynomial;
  /** It stays below this. */
  readonly below: Polynomial;
}

/** Whether a value depends on how many workgroups are launched. */
export function isOfLaunch(value: Polynomial): boolean {
  return launchSymbols(value).length > 0;
}

export function launchSymbols(value: Polynomial): readonly string[] {
  return [...symbolsOf(value)].filter((name) => /^(?:threads|groups) /.test(name));
}

/** What following a program brings to light. */
export interface Findings {
  readonly guards: Guard[];
  /** The largest indices into each buffer; null for one that is unknown. */
  readonly indices: Map<string, Map<string, Polynomial | null>>;
  /** By source: the most telling use. */
  readonly uses: Map<string, Use>;
  /** Sources of listed buffers that are read at all. */
  readonly read: Set<string>;
  /** Buffers of which a loop goes from one number to another: row starts. */
  readonly rowStarts: Set<string>;
  /** Symbols of the launch that loops step by: their invocations take turns, however many there are. */
  readonly turns: Set<string>;
  /** Symbols of the launch whose positions the program looks at. */
  readonly positions: Set<string>;
}

export function noFindings(): Findings {
  const empty = { guards: [], indices: new Map(), uses: new Map() };
  return { ...empty, read: new Set(), rowStarts: new Set(), turns: new Set(), positions: new Set() };
}
