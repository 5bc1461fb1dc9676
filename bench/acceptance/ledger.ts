import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What one unit of work left behind. */
export interface Entry {
  readonly status: 'done' | 'partial' | 'failed';
  /** When it ended, in UTC. */
  readonly at: string;
  readonly seconds: number;
  /** What ran, as a user could type it. */
  readonly commands: readonly string[];
  /** Why it failed; null if it did not. */
  readonly error: string | null;
  /** What it found; the step that made it knows its shape. */
  readonly data: unknown;
}

/** Everything that was found, by step and unit. */
export interface Ledger {
  readonly schema: 'joulegate-acceptance';
  readonly version: 1;
  readonly tool: string;
  readonly node: string;
  readonly size: 'full' | 'tiny';
  readonly steps: Readonly<Record<string, Readonly<Record<string, Entry>>>>;
}

const fileName = 'acceptance.json';

/** The ledger of a folder: written whole after every unit, so that a run which is cut off loses one unit at most. */
export class LedgerFile {
  readonly #path: string;
  #ledger: Ledger;

  constructor(folder: string, empty: Omit<Ledger, 'schema' | 'version' | 'steps'>) {
    mkdirSync(folder, { recursive: true });
    this.#path = join(folder, fileName);
    this.#ledger = { schema: 'joulegate-acceptance', version: 1, ...empty, steps: {} };
    if (existsSync(this.#path)) {
      const kept: Ledger = JSON.parse(readFileSync(this.#path, 'utf8'));
      if (kept.schema !== 'joulegate-acceptance' || kept.size !== empty.size) {
        throw new Error(`${this.#path} is of another kind of run: give another --out`);
      }
      this.#ledger = kept;
    }
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  entry(step: string, unit: string): Entry | null {
    return this.#ledger.steps[step]?.[unit] ?? null;
  }

  set(step: string, unit: string, entry: Entry): void {
    const { steps } = this.#ledger;
    this.#ledger = { ...this.#ledger, steps: { ...steps, [step]: { ...steps[step], [unit]: entry } } };
    const temporary = `${this.#path}.new`;
    writeFileSync(temporary, `${JSON.stringify(this.#ledger, null, 1)}\n`);
    renameSync(temporary, this.#path);
  }
}
