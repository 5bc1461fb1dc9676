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

/** What kind of thing went wrong; decides the exit status. */
export type ErrorKind = 'bad-input' | 'could-not-measure' | 'interrupted';

export interface ErrorDetails {
  /** A stable, greppable name of this fault, kebab-case. */
  readonly code: string;
  /** What the user should do next, one sentence. */
  readonly nextStep?: string;
  readonly cause?: unknown;
}

const exitCodes: Record<ErrorKind, ExitCode> = {
  'bad-input': ExitCode.badInput,
  'could-not-measure': ExitCode.couldNotMeasure,
  interrupted: ExitCode.interrupted,
};

/** An error whose text is meant for the user: what happened and what to do next. Anything else is internal. */
export class JoulegateError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly nextStep: string | null;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails) {
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
