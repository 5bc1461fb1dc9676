import { type Outcome, type Variant, type VariantFailure, variantIdentity } from '../../kernel/index.ts';
import { type Device, repeatFault } from '../../measure/index.ts';
import type { Laboratory } from './laboratory.ts';

/**
 * Whether references repeat themselves, each asked once: see `repeatFault`. The fresh processes that takes are of one device,
 * opened for the first of them.
 */
export class RepeatCheck {
  readonly #laboratory: Pick<Laboratory, 'device' | 'openDevice' | 'clock'>;
  #fresh: Promise<Device> | null = null;
  readonly #known = new Map<string, Promise<Outcome<VariantFailure | null>>>();

  constructor(laboratory: Pick<Laboratory, 'device' | 'openDevice' | 'clock'>) {
    this.#laboratory = laboratory;
  }

  /** @returns what differs; a failure if it does not run at all, as anybody who prepares it is told */
  of(reference: Variant): Promise<Outcome<VariantFailure | null>> {
    const identity = variantIdentity(reference);
    if (identity === null) return Promise.resolve({ ok: true, value: null });
    const known = this.#known.get(identity) ?? this.#ask(reference);
    this.#known.set(identity, known);
    return known;
  }

  async close(): Promise<void> {
    const fresh = this.#fresh;
    this.#fresh = null;
    if (fresh !== null) await (await fresh).close();
  }

  async #ask(reference: Variant): Promise<Outcome<VariantFailure | null>> {
    const { device, openDevice, clock } = this.#laboratory;
    if (device.outputs === undefined) return { ok: true, value: null };
    this.#fresh ??= openDevice();
    return repeatFault({ devices: [device, await this.#fresh], variant: reference, clock });
  }
}
