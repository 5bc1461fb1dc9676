/** What steers terminals, reorders text or hides in it. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu;

/** Foreign text as one line of a message, without secrets. */
export function plainLine(text: string, secrets: readonly string[] = [], maxLength = 300): string {
  let line = text;
  // Before cutting: half a secret is still one.
  for (const secret of secrets) if (secret !== '') line = line.replaceAll(secret, '***');
  line = line.replace(unprintable, ' ').replace(/\s+/g, ' ').trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1)}…`;
}

/** What an exception says, as one line to be put into a sentence: without a full stop. */
export function errorLine(error: unknown, secrets: readonly string[] = []): string {
  return plainLine(error instanceof Error ? error.message : String(error), secrets).replace(/\.+$/, '');
}
