/** Bits of an element, by its type. */
export const elementBits = {
  f32: 32,
  u8: 8,
  i8: 8,
  u16: 16,
  i16: 16,
  i32: 32,
  i64: 64,
  string: 64,
  bool: 8,
  f16: 16,
  f64: 64,
  u32: 32,
  u64: 64,
  bf16: 16,
  f8: 8,
  u4: 4,
  i4: 4,
  other: 32,
} as const;

export type ElementType = keyof typeof elementBits;

/** An array that stands in the file. */
export interface Constant {
  readonly element: ElementType;
  readonly shape: readonly number[];
  /** Its elements where there are few; they may be sizes. */
  readonly values: readonly number[] | null;
}

/** A size that is a number, has a name (`batch`), or is not known (null). */
export type Dimension = number | string | null;

/** What a file says of an array that is there only when the network runs. */
export interface Declared {
  readonly name: string;
  readonly element: ElementType;
  /** null: not even how many axes it has. */
  readonly shape: readonly Dimension[] | null;
}

export interface Attribute {
  readonly ints?: readonly number[];
  readonly floats?: readonly number[];
  readonly text?: string;
  readonly tensor?: Constant;
  readonly graph?: Graph;
}

/** One operator of a network. */
export interface GraphNode {
  /** Its name, or one made of its operator and place. */
  readonly name: string;
  readonly operator: string;
  /** Names of arrays; empty: an optional input that is not given. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** A network as its file describes it. */
export interface Graph {
  /** In the order in which they run. */
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, Constant>;
  readonly inputs: readonly Declared[];
  readonly outputs: readonly Declared[];
  /** What the file says of arrays in between. */
  readonly declared: ReadonlyMap<string, Declared>;
}

/** How many elements a shape has. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
