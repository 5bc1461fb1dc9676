/** What can be written at a place: its keys, and a value as an example. */
export interface PlaceGuide {
  readonly keys: readonly string[];
  readonly example: string | null;
}

/** Guides by place: JSON pointers in which `*` stands for any key or index. */
export type SchemaGuide = Readonly<Record<string, PlaceGuide>>;

/**
 * The guide for a JSON pointer into the data.
 * @returns null where the schema knows no such place
 */
export function guideAt(guide: SchemaGuide, pointer: string): PlaceGuide | null {
  let place = '';
  for (const step of pointer.split('/').slice(1)) {
    if (Object.hasOwn(guide, `${place}/${step}`)) place = `${place}/${step}`;
    else if (Object.hasOwn(guide, `${place}/*`)) place = `${place}/*`;
    else return null;
  }
  return guide[place] ?? null;
}
