import { boundsCheck, type Outcome, type Variant, type VariantFailure } from '../kernel/index.ts';
import type { Remarks } from '../measure/index.ts';
import type { BoundsNotes } from './protocol.ts';

/** Programs of which it is remembered whether their indices are within their buffers. */
const maxChecked = 1024;

/** Failures after which there is no knowing what a program would have done. */
const losses: ReadonlySet<VariantFailure['kind']> = new Set(['crash', 'timeout', 'device-lost']);

/** Whether indices are within their buffers, looked at once for each program. */
export class BoundsChecks {
  readonly #launch: (variant: Variant) => Promise<Outcome<BoundsNotes>>;
  readonly #checked = new Map<string, Outcome<Remarks>>();

  /** @param launch launches a program that notes its indices */
  constructor(launch: (variant: Variant) => Promise<Outcome<BoundsNotes>>) {
    this.#launch = launch;
  }

  /** What is wrong with the indices of a reference, or of a variant; else what is to be said of the variant's. */
  async of(variant: Variant, reference: Variant): Promise<Outcome<Remarks>> {
    const own = await this.#inBounds(variant);
    if (!own.ok || reference.program?.identity === variant.program?.identity) return own;
    const expected = await this.#inBounds(reference);
    if (expected.ok) return own;
    const { kind, message } = expected.failure;
    return { ok: false, failure: { kind, message: `the reference failed: ${message}` } };
  }

  async #inBounds(variant: Variant): Promise<Outcome<Remarks>> {
    const identity = variant.program?.identity ?? '';
    const known = this.#checked.get(identity);
    if (known !== undefined) return known;
    const outcome = await this.#check(variant);
    // What cost a process its life may have been another's doing.
    if (!outcome.ok && losses.has(outcome.failure.kind)) return outcome;
    this.#checked.set(identity, outcome);
    for (const oldest of this.#checked.keys()) {
      if (this.#checked.size <= maxChecked) break;
      this.#checked.delete(oldest);
    }
    return outcome;
  }

  async #check(variant: Variant): Promise<Outcome<Remarks>> {
    const check = variant.program === null ? null : boundsCheck(variant.program);
    if (check === null) return { ok: true, value: null };
    const launched = await this.#launch({ ...variant, program: check.program });
    if (launched.ok) {
      const failure = check.failure(launched.value.notes, launched.value.shows);
      return failure === null ? { ok: true, value: null } : { ok: false, failure };
    }
    if (losses.has(launched.failure.kind)) return launched;
    // What is wrong with the program itself shows when it is compared.
    const { message } = launched.failure;
    return { ok: true, value: [`reads out of range were not looked for: ${message}`] };
  }
}
