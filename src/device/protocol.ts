/** What parent and GPU process say to each other: one request at a time, one response to each. */
import type { FailureKind, Pass, Program } from '../kernel/index.ts';
import type {
  Completion,
  DeviceInfo,
  LatencySamples,
  Outputs,
  Remarks,
  StretchPart,
  TimeOptions,
} from '../measure/index.ts';

/**
 * What the GPU process needs of a program; source lines stay with the parent, which maps diagnostics, and so does where the
 * bytes of a buffer come from: those come in notices of their own.
 */
export interface WireProgram extends Omit<Program, 'passes'> {
  readonly passes: readonly WirePass[];
}

export type WirePass = Omit<Pass, 'lines' | 'printed' | 'workgroupSize' | 'identity'>;

/** A failure as the GPU process sees it. `at` is a 1-based position in the final WGSL of a pass, by its index. */
export interface WireFailure {
  readonly kind: FailureKind;
  readonly message: string;
  readonly at: { readonly pass: number; readonly line: number; readonly column: number } | null;
}

export type WireOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: WireFailure };

/** The adapter that was opened, or why none was. */
export type OpenResult =
  | { readonly ok: true; readonly info: DeviceInfo }
  | {
      readonly ok: false;
      readonly problem: 'no-dawn' | 'no-adapter' | 'adapter-not-found' | 'no-device';
      readonly message: string;
      /** Names of the adapters that were there. */
      readonly adapters: readonly string[];
      /** What to do, if it is more than what the problem always calls for. */
      readonly nextStep?: string | null;
    };

/** What a check of indices says. */
export interface BoundsNotes {
  readonly notes: Uint8Array;
  /** Whether results depend on what is read beyond buffers; false where nothing is. */
  readonly shows: boolean;
}

/** Every request with its response. Requests about variants carry the program: a restarted process knows none. */
export interface Exchanges {
  /**
   * Opens the adapter whose name contains `adapterName`, or the best one, with those of `features` that it has, beside
   * those that every run asks for.
   */
  open: {
    request: { readonly adapterName: string | null; readonly features: readonly string[] };
    response: OpenResult;
  };
  prepare: { request: { readonly program: WireProgram }; response: WireOutcome<null> };
  /** Launches the check of a program's indices. */
  bounds: { request: { readonly program: WireProgram }; response: WireOutcome<BoundsNotes> };
  verify: {
    request: { readonly program: WireProgram; readonly reference: WireProgram };
    response: WireOutcome<Remarks>;
  };
  /** What a launch writes that follows others; null where that is too much to send. */
  outputs: {
    request: { readonly program: WireProgram; readonly launches: number };
    response: WireOutcome<Outputs | null>;
  };
  time: {
    request: { readonly program: WireProgram; readonly options: TimeOptions };
    response: WireOutcome<LatencySamples>;
  };
  /** Milliseconds of each pass; null where there are no timestamps. */
  passes: {
    request: { readonly program: WireProgram; readonly maxMs: number };
    response: WireOutcome<readonly number[] | null>;
  };
  run: {
    request: { readonly program: WireProgram; readonly durationMs: number; readonly part: StretchPart };
    response: WireOutcome<readonly Completion[]>;
  };
  /** The process destroys its device and exits. */
  close: { request: Record<never, never>; response: null };
}

export type RequestKind = keyof Exchanges;

export type WorkerRequest = {
  [Kind in RequestKind]: { readonly kind: Kind } & Exchanges[Kind]['request'];
}[RequestKind];

/** Parent to GPU process. */
export interface RequestEnvelope {
  readonly id: number;
  readonly request: WorkerRequest;
}

/** Parent to GPU process, at any time: this program will be wanted soon. Answered with `ExpectedNotice`, however it went. */
export interface ExpectNotice {
  readonly expect: WireProgram;
}

/** Parent to GPU process, before a request that needs them: bytes of buffers by their fill's name, and whether to forget others. */
export interface ContentsNotice {
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly forget: boolean;
}

/** GPU process to parent: a program that was expected has been compiled, or could not be. */
export interface ExpectedNotice {
  readonly expected: string;
}

/** GPU process to parent: first that it has taken a request up, then the response. */
export type ResponseEnvelope =
  | { readonly id: number; readonly begun: true }
  | { readonly id: number; readonly response: unknown };
