import { describeFault } from './describe.ts';

/** One place where data does not match its schema. */
export interface SchemaFault {
  /** JSON pointer (RFC 6901) of the offending value; empty for the root. */
  readonly pointer: string;
  /** What is wrong, without the place: `must be at least 1`. */
  readonly message: string;
  /** The keyword's own details, e.g. `{ allowedValues: [...] }`, `{ additionalProperty: 'x' }`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The schema keyword that failed: `type`, `required`, `additionalProperties`, ... */
  readonly keyword: string;
  /** Where in the schema it failed, as a JSON pointer behind `#`. */
  readonly schemaPath: string;
}

/** Either the same data, now typed, or all the faults found (at most 200). */
export type Validation<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly SchemaFault[] };

/** The shape of what ajv's standalone compiler writes. */
export interface CompiledValidator {
  (data: unknown): boolean;
  errors?: readonly CompiledFault[] | null;
}

interface CompiledFault {
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly keyword: string;
  readonly schemaPath: string;
}

/** More faults of one file than this help nobody, and a hostile file could have millions. */
export const maxFaults = 200;

/** Runs a compiled validator and gives its findings a stable shape. */
export function check<T>(validator: CompiledValidator, data: unknown): Validation<T> {
  if (validator(data)) return { ok: true, value: data as T };
  const faults = (validator.errors ?? []).slice(0, maxFaults).map((fault) => ({
    pointer: fault.instancePath,
    message: describeFault(fault.keyword, fault.params),
    params: fault.params,
    keyword: fault.keyword,
    schemaPath: fault.schemaPath,
  }));
  // The validator keeps its last findings; let go of them, they refer to the data.
  validator.errors = null;
  return { ok: false, faults };
}
