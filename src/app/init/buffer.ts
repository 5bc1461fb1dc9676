import { type DataSlot, type DescribedBinding, isPadding } from '../../kernel/index.ts';
import type { Blank, DraftBuffer } from './draft.ts';

/** Most members of a uniform that are asked for one by one. */
const mostListed = 256;

const bytesOf: Readonly<Record<string, number>> = { f32: 4, f16: 2, i32: 4, u32: 4 };

/**
 * The buffer for a binding.
 *
 * @param names of the buffers so far; the new one is added.
 * @param parameterOf gives a member of a uniform a workload parameter, or null if it cannot have one.
 */
export function bufferEntry(
  binding: DescribedBinding,
  names: Set<string>,
  parameterOf: (binding: DescribedBinding, slot: DataSlot) => string | null,
): DraftBuffer {
  const name = freeName(binding, names);
  names.add(name);
  const place = { name, group: binding.group, binding: binding.binding };
  return binding.kind === 'uniform'
    ? { ...place, ...uniform(binding, parameterOf) }
    : { ...place, ...storage(binding) };
}

function freeName({ name, group, binding }: DescribedBinding, names: ReadonlySet<string>): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, 48);
  return names.has(plain) || plain.startsWith('__') ? `buffer_${group}_${binding}` : plain;
}

function storage(binding: DescribedBinding): Omit<DraftBuffer, 'name' | 'group' | 'binding'> {
  const { scalar, fixedBytes, elementBytes } = binding.shape;
  // Structures of several types are seen as words: their bits have to come from a fill all the same.
  const type = scalar ?? 'u32';
  const bytes = bytesOf[type] ?? 4;
  const written = binding.kind === 'storage';
  const isFloat = scalar === 'f32' || scalar === 'f16';
  const mixed = scalar === null ? `32-bit words of ${binding.type}` : null;
  return {
    type: { value: type, note: mixed },
    length: storageLength(binding, bytes, { fixedBytes, elementBytes }),
    fill: storageFill({ written, isFloat, read: binding.read }),
    check: !written
      ? null
      : isFloat
        ? `{ relative: ${scalar === 'f16' ? '1.0e-2' : '1.0e-3'} }`
        : '{ absolute: 0 }',
    values: null,
  };
}

function storageLength(
  binding: DescribedBinding,
  bytes: number,
  shape: { readonly fixedBytes: number; readonly elementBytes: number },
): Blank<number> {
  const scalars = (size: number) => Math.ceil(size / bytes);
  const { fixedBytes, elementBytes } = shape;
  if (elementBytes === 0 && Number.isFinite(fixedBytes)) {
    return { value: scalars(fixedBytes), note: binding.type };
  }
  const per = scalars(elementBytes);
  const head = scalars(fixedBytes);
  const count = Number.isNaN(per) || per <= 1 ? '' : `, ${per} in each element`;
  const before = Number.isNaN(head) || head === 0 ? '' : `, and ${head} before them`;
  return { value: null, note: `number of scalars in ${binding.type}${count}${before}` };
}

function storageFill(what: {
  readonly written: boolean;
  readonly isFloat: boolean;
  readonly read: boolean;
}): Blank<string> | null {
  if (!what.read) return null;
  if (what.isFloat) return { value: 'normal', note: null };
  // Whole numbers may be indices, counts or packed data: only the user knows what they may be.
  const note =
    'of indices { integers: [0, COUNT] }; of packed weights { blocks: q4_0 }; else index, zeros, ones, or uniform (all bits random)';
  return what.written ? null : { value: null, note };
}

function uniform(
  binding: DescribedBinding,
  parameterOf: (binding: DescribedBinding, slot: DataSlot) => string | null,
): Omit<DraftBuffer, 'name' | 'group' | 'binding'> {
  const { slots, shape } = binding;
  const rest = { length: null, fill: null, check: null };
  const unknown: Blank<string> = { value: null, note: `the members of ${binding.type}, in order` };
  // A type that all members share says something; those of others are the program's to say.
  const type = shape.scalar === null ? null : { value: shape.scalar, note: null };
  const own = (slots ?? []).filter(({ path }) => !isPadding(path));
  if (own.length === 0 || own.length > mostListed) return { type, values: [unknown], ...rest };
  return { type, values: own.map((slot) => member(binding, slot, parameterOf)), ...rest };
}

function member(
  binding: DescribedBinding,
  slot: DataSlot,
  parameterOf: (binding: DescribedBinding, slot: DataSlot) => string | null,
): Blank<string> {
  const path = slot.path === '' ? binding.name : slot.path;
  const parameter = parameterOf(binding, slot);
  return { value: parameter, note: parameter === null ? `${path} (${slot.scalar})` : null };
}
