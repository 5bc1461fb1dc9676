/** Colours text for terminals, or leaves it alone. */
export interface Paint {
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  bold(text: string): string;
  dim(text: string): string;
}

function style(open: number, close: number): (text: string) => string {
  return (text) => `\u001b[${open}m${text}\u001b[${close}m`;
}

const coloured: Paint = {
  red: style(31, 39),
  green: style(32, 39),
  yellow: style(33, 39),
  bold: style(1, 22),
  dim: style(2, 22),
};

const plain: Paint = {
  red: (text) => text,
  green: (text) => text,
  yellow: (text) => text,
  bold: (text) => text,
  dim: (text) => text,
};

export function createPaint(colour: boolean): Paint {
  return colour ? coloured : plain;
}
