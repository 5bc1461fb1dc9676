/** Text whose lines are no commands to the runner whose log they may end up in. */
function withoutCommands(text: string): string {
  return text.replace(/^(?=[^\S\n]*::)/gm, '\u200b').replaceAll('##[', '##\u200b[');
}

/**
 * Text that may have come out of a file or a driver, fit for a terminal and for the log of a job: nothing in it moves the
 * cursor, turns the direction of writing, or is a command to the runner. Lines stay lines.
 */
export function printable(text: string): string {
  return withoutCommands(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the point
    text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' '),
  );
}

/** The same of text with colours of our own, which stay. */
export function printableInColour(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
  const pieces = text.split(/(\u001b\[[\d;]*m)/);
  return pieces.map((piece, i) => (i % 2 === 0 ? printable(piece) : piece)).join('');
}
