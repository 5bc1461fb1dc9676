import type { FailureKind, Outcome, VariantFailure } from './types.ts';

interface Place {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** Compilers quote the program, and what it holds ends up on terminals and in reports. Lines stay lines. */
function printable(message: string): string {
  return message.replace(/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** A failed outcome; parts of the place that are not known are left out. */
export function failed(
  kind: FailureKind,
  message: string,
  place: Place = {},
): { readonly ok: false; readonly failure: VariantFailure } {
  return {
    ok: false,
    failure: {
      kind,
      message: printable(message),
      ...(place.file === undefined ? {} : { file: place.file }),
      ...(place.line === undefined ? {} : { line: place.line }),
      ...(place.column === undefined ? {} : { column: place.column }),
    },
  };
}

/** A successful outcome. */
export function succeeded<T>(value: T): Outcome<T> {
  return { ok: true, value };
}
