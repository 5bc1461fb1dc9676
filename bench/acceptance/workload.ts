/** One workload of an operator of the library. */
export interface OperatorWorkload {
  readonly operator: string;
  readonly parameters: Readonly<Record<string, number | string | boolean>>;
  /** Floating-point operations of a launch; null where the operator is bound by memory. */
  readonly flops: number | null;
  /** Bytes that have to be read and written at the least; null where arithmetic bounds it. */
  readonly bytes: number | null;
}
