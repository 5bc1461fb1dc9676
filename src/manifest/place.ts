import { at, type YamlDocument } from './document.ts';
import type { ProblemDetails } from './problem-list.ts';
import type { SourcePosition } from './types.ts';

/** A place in the manifest that faults can be reported at. */
export interface Place {
  /** Reports a fault of the value that stands here. */
  value(details: ProblemDetails): void;
  /** Reports a fault of the key that stands here. */
  key(details: ProblemDetails): void;
  /** Reports a fault inside the text that stands here. */
  text(offset: number, length: number, details: ProblemDetails): void;
  /** A place below this one. */
  at(...steps: (string | number)[]): Place;
  /** Where it is in the file. */
  readonly position: SourcePosition;
  /** Whether anything is written here, sound or not. */
  readonly isWritten: boolean;
  /** Keys of the mapping that is written here, with sound values or not. */
  readonly keys: readonly string[];
}

export function placeIn(document: YamlDocument, pointer: string): Place {
  return {
    value: (details) => document.reportValue(pointer, details),
    key: (details) => document.reportKey(pointer, details),
    text: (offset, length, details) => document.reportInText(pointer, offset, length, details),
    at: (...steps) => placeIn(document, at(pointer, ...steps)),
    get position() {
      return document.positionOf(pointer);
    },
    isWritten: document.has(pointer),
    get keys() {
      return document.keysOf(pointer);
    },
  };
}

/**
 * A place in an operator's own text. What goes wrong there goes wrong because of how the manifest uses the operator, so
 * it is reported where it is used.
 */
export function placeInOperator(
  operator: string,
  document: YamlDocument,
  pointer: string,
  use: Place,
): Place {
  const report = (details: ProblemDetails) =>
    use.key({ ...details, message: `operator '${operator}': ${details.message}` });
  return {
    value: report,
    key: report,
    text: (_offset, _length, details) => report(details),
    at: (...steps) => placeInOperator(operator, document, at(pointer, ...steps), use),
    get position() {
      return use.position;
    },
    isWritten: document.has(pointer),
    get keys() {
      return document.keysOf(pointer);
    },
  };
}
