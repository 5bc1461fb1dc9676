import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Runs in a page: labels of figures that lie over another one, or reach out of their figure. */
export const labelFaults = `[...document.querySelectorAll('svg.figure')].flatMap((figure) => {
  const frame = figure.getBoundingClientRect();
  const labels = [...figure.querySelectorAll('text')].map((label) => ({ text: label.textContent, box: label.getBoundingClientRect() }));
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const isCut = ({ left, right, bottom }) => left < frame.left || right > frame.right || bottom > frame.bottom;
  return labels.flatMap(({ text, box }, at) => [
    ...(isCut(box) ? [text + ' is cut'] : []),
    ...labels.slice(0, at).filter((other) => meet(other.box, box)).map((other) => other.text + ' | ' + text),
  ]);
})`;

/** What axe finds wrong with a page, which has to let its script run. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.addScriptTag({ path: axe });
  const found = await page.evaluate('axe.run(document)');
  return (found as { violations: { id: string; nodes: { html: string }[] }[] }).violations.map(
    ({ id, nodes }) => `${id}: ${nodes[0]?.html}`,
  );
}
