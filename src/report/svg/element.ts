/** Attributes of an element; null: left out. */
export type Attributes = Readonly<Record<string, string | number | null>>;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is safe between tags and inside quoted attributes of HTML and SVG. */
export function escapeMarkup(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] as string);
}

/** Coordinates to a tenth of a unit: figures are looked at, not measured. */
export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function attributeText(value: string | number): string {
  return typeof value === 'number' ? coordinate(value) : escapeMarkup(value);
}

/** An element of HTML or SVG. `children` are markup; text has to come through `escapeMarkup`. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === null ? [] : [` ${key}="${attributeText(value)}"`],
  );
  return `<${name}${written.join('')}>${children.join('')}</${name}>`;
}
