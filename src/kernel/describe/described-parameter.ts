import type { ScalarType } from '../../manifest/index.ts';

/** A value that the manifest can give the program: an `override`, or a constant or condition of WESL. */
export interface DescribedParameter {
  readonly name: string;
  /** `constant`: of WESL's `constants`, a `const` that may be replaced, or one that the host declares. `condition`: only in `@if`. */
  readonly kind: 'override' | 'constant' | 'condition';
  readonly scalar: ScalarType | 'bool' | null;
  /** Its declared default, where that is constant; of a switch in `@if`, what lets the program link; else null. */
  readonly value: number | boolean | null;
  /** Whether the program states a default, be it one whose value is not known. */
  readonly hasDefault: boolean;
  /** The values that the program tells apart in `@if`; null where it does not say. */
  readonly values: readonly (number | string)[] | null;
}
