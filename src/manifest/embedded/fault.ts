/** Why a program cannot be taken out of a file, with the place there. */
export class EmbeddingFault extends Error {
  /** Offset in the file. */
  readonly offset: number;
  readonly nextStep: string;

  constructor(offset: number, message: string, nextStep: string) {
    super(message);
    this.name = 'EmbeddingFault';
    this.offset = offset;
    this.nextStep = nextStep;
  }
}

/** What helps where a file's own program puts the text together. */
export const printIt = "write it without, or have a program print it: 'generate' (docs/sources.md)";
