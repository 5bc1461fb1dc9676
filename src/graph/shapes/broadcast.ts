import { elements } from '../graph.ts';

/** The shape that arrays have together, after NumPy's rule; sizes that do not fit give the larger. */
export function broadcast(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return sizes.includes(0) ? 0 : Math.max(...sizes);
  });
}

/** The element of an array that stands at a place of a larger one. */
export function elementAt(
  values: readonly number[],
  shape: readonly number[],
  place: number,
  whole: readonly number[],
): number {
  let rest = place;
  let index = 0;
  let stride = 1;
  for (let axis = whole.length - 1; axis >= 0; axis--) {
    const coordinate = rest % whole[axis]!;
    rest = Math.floor(rest / whole[axis]!);
    const size = shape[axis - whole.length + shape.length] ?? 1;
    if (size > 1) index += (coordinate % size) * stride;
    stride *= size;
  }
  return values[Math.min(index, elements(shape) - 1)] ?? Number.NaN;
}
