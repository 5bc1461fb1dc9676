import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from './contenders.ts';
import { bestPeer, peerRuns } from './peers.ts';
import type { ScoredResult } from './scores.ts';
import type { BenchSpace } from './spaces.ts';

const size = { width: 640, height: 360, left: 48, right: 190, top: 28, bottom: 40 };

/** Drawn from this share of the optimum up, in percent. */
const lowest = 60;

const colours = ['#0b6e4f', '#c8553d', '#6f5aa8', '#8a8a8a', '#b58900', '#2a6fbb'];

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}

/** Mean share of the optimum against evaluations (log scale), as a small SVG. */
function draw(title: string, lines: Readonly<Record<string, readonly number[]>>): string {
  const longest = Math.max(...Object.values(lines).map((line) => line.length));
  const x = (evaluation: number) =>
    size.left + (Math.log(evaluation) / Math.log(longest)) * (size.width - size.left - size.right);
  const y = (percent: number) =>
    size.top + (1 - (percent - lowest) / (100 - lowest)) * (size.height - size.top - size.bottom);
  const text = (at: { x: number; y: number; anchor?: string; fill?: string }, content: string) =>
    `<text x="${at.x.toFixed(1)}" y="${at.y.toFixed(1)}" text-anchor="${at.anchor ?? 'start'}" fill="${at.fill ?? '#333'}">${escapeXml(content)}</text>`;
  const bottom = size.height - size.bottom;
  const parts = [text({ x: size.left, y: 16 }, title)];
  for (let percent = lowest; percent <= 100; percent += 10) {
    parts.push(
      `<line x1="${size.left}" x2="${size.width - size.right}" y1="${y(percent).toFixed(1)}" y2="${y(percent).toFixed(1)}" stroke="#ddd"/>`,
      text({ x: size.left - 6, y: y(percent) + 4, anchor: 'end' }, `${percent} %`),
    );
  }
  for (let evaluation = 1; evaluation <= longest; evaluation *= 4) {
    parts.push(text({ x: x(evaluation), y: bottom + 16, anchor: 'middle' }, String(evaluation)));
  }
  parts.push(text({ x: size.left, y: size.height - 8 }, 'evaluations; mean share of the recorded optimum'));
  Object.entries(lines).forEach(([name, line], index) => {
    const colour = colours[index % colours.length] as string;
    const points = line
      .map((percent, i) => ({ percent, evaluation: i + 1 }))
      // A step of 1 % on the log axis is all that can be seen.
      .filter(({ evaluation }) => Number.isInteger(evaluation / Math.max(1, Math.floor(evaluation / 64))))
      .map(
        ({ percent, evaluation }) => `${x(evaluation).toFixed(1)},${y(Math.max(lowest, percent)).toFixed(1)}`,
      );
    parts.push(
      `<polyline fill="none" stroke="${colour}" stroke-width="${index === 0 ? 2.5 : 1.3}" points="${points.join(' ')}"/>`,
      text({ x: size.width - size.right + 8, y: size.top + 14 + 16 * index, fill: colour }, name),
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="11">\n<rect width="100%" height="100%" fill="#fff"/>\n${parts.join('\n')}\n</svg>\n`;
}

/** Writes `search-NAME.svg`: ours, parts taken out, no model, and the best peer. */
export function writeCurves(
  folder: string,
  dataFolder: string,
  scored: readonly { readonly benchSpace: BenchSpace; readonly result: ScoredResult }[],
): void {
  mkdirSync(folder, { recursive: true });
  for (const { benchSpace, result } of scored) {
    const runs: Record<string, readonly Run[]> = { ...result.runs };
    const peer = bestPeer({ budget: 0, strategies: result.scores.peers });
    const theirs = peer === null ? undefined : peerRuns(dataFolder, benchSpace)?.[peer[0]];
    if (peer !== null && theirs !== undefined) runs[`peer ${peer[0]}`] = theirs;
    const lines = Object.entries(runs).filter(([, own]) => own.length > 0);
    const percents = lines.map(([name, own]) => [name, result.space.meanPercent(own)] as const);
    const file = join(folder, `search-${result.name.replace(':', '-')}.svg`);
    writeFileSync(file, draw(result.name, Object.fromEntries(percents)));
  }
}
