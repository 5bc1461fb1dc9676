import type { DataSlot, DescribedBinding } from '../../kernel/index.ts';
import type { Blank, DraftBuffer } from './draft.ts';

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
  return what.written ? null : { value: null, note: 'zeros, ones, index, or uniform (all bits random)' };
}

function uniform(
  binding: DescribedBinding,
  parameterOf: (binding: DescribedBinding, slot: DataSlot) => string | null,
): Omit<DraftBuffer, 'name' | 'group' | 'binding'> {
  const { slots, shape } = binding;
  const rest = { length: null, fill: null, check: null };
  const unknown: Blank<string> = { value: null, note: `the members of ${binding.type}, in order` };
  if (slots === null || slots.length === 0 || !Number.isFinite(shape.fixedBytes)) {
    return {
      type: { value: shape.scalar, note: shape.scalar === null ? 'f32, f16, i32 or u32' : null },
      values: [unknown],
      ...rest,
    };
  }
  const halves = slots.some(({ scalar }) => scalar === 'f16');
  if (halves && shape.scalar === null) {
    // Halves and words side by side: no list of one type has both.
    return { type: { value: 'u32', note: `32-bit words of ${binding.type}` }, values: [unknown], ...rest };
  }
  const type = shape.scalar ?? 'u32';
  const bytes = bytesOf[type] ?? 4;
  const last = slots.at(-1);
  const values: Blank<string>[] = [];
  for (let offset = 0; last !== undefined && offset <= last.offsetBytes; offset += bytes) {
    const slot = slots.find(({ offsetBytes }) => offsetBytes === offset);
    values.push(
      slot === undefined ? { value: '0', note: 'padding' } : member(binding, slot, type, parameterOf),
    );
  }
  return {
    type: { value: type, note: shape.scalar === null ? `32-bit words of ${binding.type}` : null },
    values,
    ...rest,
  };
}

/** What programs call members that only fill a gap. */
const paddingName = /(?:^|[._])(?:pad|padding|unused|reserved)[_\d]*(?:[.[].*)?$/i;

function member(
  binding: DescribedBinding,
  slot: DataSlot,
  type: string,
  parameterOf: (binding: DescribedBinding, slot: DataSlot) => string | null,
): Blank<string> {
  const path = slot.path === '' ? binding.name : slot.path;
  if (slot.scalar === 'f32' && type !== 'f32') {
    return { value: null, note: `bits of ${path} (f32) as a whole number: 1.0 is 1065353216` };
  }
  if (paddingName.test(path)) return { value: '0', note: path };
  const parameter = parameterOf(binding, slot);
  return { value: parameter, note: parameter === null ? `${path} (${slot.scalar})` : null };
}
