import { attributeNumber } from '../reflect.ts';
import type { BufferBinding, PassBinding } from '../types.ts';
import type { WgslModule } from '../wesl.ts';

/** The buffers of a pass by the names of its program's variables; the manifest may call them otherwise. */
export function boundBuffers(
  module: WgslModule,
  bindings: readonly PassBinding[],
  buffers: readonly BufferBinding[],
): ReadonlyMap<string, BufferBinding> {
  const found = new Map<string, BufferBinding>();
  for (const item of module.declarations) {
    if (item.kind !== 'gvar') continue;
    const group = attributeNumber(item.attributes, 'group', module);
    const binding = attributeNumber(item.attributes, 'binding', module);
    const place = bindings.find((one) => one.group === group && one.binding === binding);
    const buffer = place && buffers[place.buffer];
    if (buffer !== undefined) found.set(item.name.decl.ident.originalName, buffer);
  }
  return found;
}
