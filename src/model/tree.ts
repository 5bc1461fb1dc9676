/** A regression tree as parallel arrays; node 0 is the root. */
export interface Tree {
  /** Column a node asks about; -1 for a leaf. */
  readonly feature: Int16Array;
  /** Values at most this go left. */
  readonly threshold: Float64Array;
  /** 1 where a missing value goes left. */
  readonly missingLeft: Uint8Array;
  readonly left: Uint16Array;
  readonly right: Uint16Array;
  /** What a leaf adds to the prediction. */
  readonly value: Float64Array;
}

/** Value of the leaf that a row ends in. `offset` is where the row starts in `features`. */
export function treeValue(tree: Tree, features: ArrayLike<number>, offset: number): number {
  let node = 0;
  for (;;) {
    const feature = tree.feature[node] as number;
    if (feature < 0) return tree.value[node] as number;
    const value = features[offset + feature] as number;
    const goesLeft = Number.isNaN(value)
      ? tree.missingLeft[node] === 1
      : value <= (tree.threshold[node] as number);
    node = (goesLeft ? tree.left[node] : tree.right[node]) as number;
  }
}
