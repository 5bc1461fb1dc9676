import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Rows to learn from and rows to predict. */
export interface Job {
  readonly train: readonly (readonly number[])[];
  readonly targets: readonly number[];
  readonly test: readonly (readonly number[])[];
  readonly repeats: number;
}

/** What a fit came to; times are the shortest of the repeats. */
export interface Fit {
  readonly predictions: ArrayLike<number>;
  readonly fitMs: number;
  readonly predictMs: number;
}

/** `HistGradientBoostingRegressor`'s own names. */
export type ScikitOptions = Readonly<Record<string, number>>;

/** scikit-learn in a process of its own, on one thread, as our trees are. */
export class ScikitLearn {
  readonly version: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcessWithoutNullStreams, lines: AsyncIterator<string>, version: string) {
    this.#child = child;
    this.#lines = lines;
    this.version = version;
  }

  /** Null where no Python here has scikit-learn. @param pythons commands to try, in order. */
  static async open(pythons: readonly string[]): Promise<ScikitLearn | null> {
    const python = pythons.find((command) => spawnSync(command, ['-c', 'import sklearn']).status === 0);
    if (python === undefined) return null;
    const child = spawn(python, ['bench/model/scikit-learn.py'], {
      env: { ...process.env, OMP_NUM_THREADS: '1' },
    });
    child.stderr.pipe(process.stderr);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { version } = JSON.parse((await lines.next()).value ?? '{}') as { version: string };
    return new ScikitLearn(child, lines, version);
  }

  async fit(job: Job, options: ScikitOptions): Promise<Fit> {
    this.#child.stdin.write(`${JSON.stringify({ ...job, options })}\n`);
    const { value } = await this.#lines.next();
    if (value === undefined) throw new Error('scikit-learn ended');
    return JSON.parse(value) as Fit;
  }

  close(): void {
    this.#child.stdin.end();
  }
}
