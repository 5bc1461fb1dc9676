import type { ErrorCode, ErrorCodes, ErrorKind } from './codes.ts';

/** Exit statuses a user may rely on. */
export const ExitCode = {
  passed: 0,
  gateFailed: 1,
  badInput: 2,
  couldNotMeasure: 3,
  internal: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

interface ErrorDetails<Kind extends ErrorKind> {
  readonly code: ErrorCodes[Kind];
  /** What the user should do next, one sentence. */
  readonly nextStep?: string;
  readonly cause?: unknown;
}

type ErrorArguments = {
  [Kind in ErrorKind]: [kind: Kind, message: string, details: ErrorDetails<Kind>];
}[ErrorKind];

const exitCodes: Record<ErrorKind, ExitCode> = {
  'bad-input': ExitCode.badInput,
  'could-not-measure': ExitCode.couldNotMeasure,
  interrupted: ExitCode.interrupted,
};

/** An error whose text is meant for the user: what happened and what to do next. Anything else is internal. */
export class JoulegateError extends Error {
  readonly kind: ErrorKind;
  readonly code: ErrorCode;
  readonly nextStep: string | null;

  constructor(...[kind, message, details]: ErrorArguments) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'JoulegateError';
    this.kind = kind;
    this.code = details.code;
    this.nextStep = details.nextStep ?? null;
  }

  get exitCode(): ExitCode {
    return exitCodes[this.kind];
  }
}
