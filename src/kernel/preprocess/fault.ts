/** Why a template cannot be made into a program, with the place in its file. */
export class TemplateFault extends Error {
  readonly file: string;
  /** Offset in the file. */
  readonly offset: number;
  /** Whether it is the template's own wish: `#error`. */
  readonly isRefusal: boolean;

  constructor(
    at: { readonly file: string; readonly offset: number },
    ...[message, isRefusal = false]: [string, boolean?]
  ) {
    super(message);
    this.name = 'TemplateFault';
    this.file = at.file;
    this.offset = at.offset;
    this.isRefusal = isRefusal;
  }
}
