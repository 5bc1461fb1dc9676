import { attributeNumber } from '../reflect.ts';
import type { BufferBinding } from '../types.ts';
import type { WgslModule } from '../wesl.ts';

/** The buffers of a program by the names of its variables; the manifest may call them otherwise. */
export function boundBuffers(
  module: WgslModule,
  buffers: readonly BufferBinding[],
): ReadonlyMap<string, BufferBinding> {
  const found = new Map<string, BufferBinding>();
  for (const item of module.declarations) {
    if (item.kind !== 'gvar') continue;
    const group = attributeNumber(item.attributes, 'group', module);
    const binding = attributeNumber(item.attributes, 'binding', module);
    const buffer = buffers.find((one) => one.group === group && one.binding === binding);
    if (buffer !== undefined) found.set(item.name.decl.ident.originalName, buffer);
  }
  return found;
}
