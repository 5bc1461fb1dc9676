import type { SourceText, TextRange } from './source-text.ts';
import type { ManifestProblem } from './types.ts';

export interface ProblemDetails {
  readonly message: string;
  readonly nextStep?: string | null;
  readonly severity?: ManifestProblem['severity'];
  /** True for what is missing: damage elsewhere in the file may be why, so it is not reported next to damage. */
  readonly absence?: boolean;
  /** True for damage itself, which is always reported. */
  readonly damage?: boolean;
}

interface Entry {
  readonly range: TextRange;
  readonly details: ProblemDetails;
  readonly problem: ManifestProblem;
}

/** Nobody reads more, and a hostile file could have millions. */
const maxProblems = 500;

/** Messages quote the file, and some of its texts are long. */
const maxMessage = 300;

function shorten(text: string): string {
  return text.length <= maxMessage ? text : `${text.slice(0, maxMessage)}…`;
}

/** Collects the faults of one file. */
export class ProblemList {
  readonly #source: SourceText;
  readonly #entries = new Map<string, Entry>();

  constructor(source: SourceText) {
    this.#source = source;
  }

  /** Notes a fault; the same text at the same place counts once. */
  add(range: TextRange, details: ProblemDetails): void {
    if (this.#entries.size >= maxProblems) return;
    const { line, column } = this.#source.position(range.start);
    const sourceLine = this.#source.line(line);
    const room = Math.max(1, sourceLine.length - column + 1);
    const problem: ManifestProblem = {
      file: this.#source.file,
      line,
      column,
      severity: details.severity ?? 'error',
      message: shorten(details.message),
      nextStep: details.nextStep ?? null,
      length: Math.max(1, Math.min(range.end - range.start, room)),
      sourceLine,
    };
    const key = `${range.start} ${details.message}`;
    if (!this.#entries.has(key)) this.#entries.set(key, { range, details, problem });
  }

  get hasErrors(): boolean {
    return [...this.#entries.values()].some(({ problem }) => problem.severity === 'error');
  }

  /** Whether a fault begins in a stretch of the file. */
  hasErrorsIn({ start, end }: TextRange): boolean {
    return [...this.#entries.values()].some(
      ({ range, problem }) => problem.severity === 'error' && range.start >= start && range.start < end,
    );
  }

  /**
   * All faults in the order of the file.
   * @param damagedFrom offset from which the text could not be read as YAML: what lies on that line and behind it
   *   was perhaps not understood as it was meant, so only faults before it are given
   */
  inOrder(damagedFrom = Number.POSITIVE_INFINITY): ManifestProblem[] {
    const damagedLine =
      damagedFrom === Number.POSITIVE_INFINITY ? damagedFrom : this.#source.position(damagedFrom).line;
    return [...this.#entries.values()]
      .filter(
        ({ details, problem }) =>
          damagedLine === Number.POSITIVE_INFINITY ||
          details.damage === true ||
          (details.absence !== true && problem.line < damagedLine),
      )
      .map(({ problem }) => problem)
      .sort((a, b) => a.line - b.line || a.column - b.column);
  }
}
