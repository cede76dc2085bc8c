/**
 * The examples for Prometheus and Grafana name metrics and labels that there are; and each metric of ours is used in
 * one of them, so that none is collected for nobody.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { openMetrics } from '../../../src/runtime/metrics.ts';
import type { Metrics } from '../../../src/runtime/metrics.ts';

/** Made by Prometheus itself. */
const NOT_OURS = ['up'];
const SERIES = /_(?:bucket|sum|count)$/;
/** Words of PromQL that stand where a metric could. */
const METRIC = /\b(?:bounced|process|nodejs)_[a-z0-9_]+\b|\bup\b/g;
const NO_STATE = () => Promise.reject(new Error('not asked'));

let expressions: string[];
let texts: string;
let metrics: Metrics;

beforeAll(async () => {
  const read = (name: string) => readFile(new URL(`../../../docs/examples/${name}`, import.meta.url), 'utf8');
  const alerts = await read('prometheus-alerts.yml');
  const board = await read('grafana-dashboard.json');
  const { panels } = JSON.parse(board) as { panels: { targets: { expr: string }[] }[] };
  const rules = [...alerts.matchAll(/^ +expr: (.+)$/gm)].map(match => match[1] ?? '');
  expressions = [...rules, ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))];
  texts = alerts + board;
  metrics = openMetrics('1.2.3', NO_STATE);
});

function metricsOf(expression: string): string[] {
  return (expression.replace(/"[^"]*"/g, '""').match(METRIC) ?? []).filter(name => !NOT_OURS.includes(name));
}

function known(name: string): string | undefined {
  return [name, name.replace(SERIES, '')].find(one => metrics.names().includes(one));
}

describe('the examples', () => {
  test('name only metrics that there are', () => {
    expect(expressions.length).toBeGreaterThan(20);
    const unknown = expressions.flatMap(metricsOf).filter(name => known(name) === undefined);
    expect(unknown).toEqual([]);
  });

  test('use every metric of ours', () => {
    const used = new Set(expressions.flatMap(metricsOf).map(known));
    expect(metrics.names().filter(name => name.startsWith('bounced_') && !used.has(name))).toEqual([]);
  });

  test('choose and group by labels that the metric has', () => {
    const wrong: string[] = [];
    for (const expression of expressions) {
      const labels = new Set(metricsOf(expression).flatMap(name => metrics.labels(known(name) ?? '')));
      const chosen = [...expression.matchAll(/\b(\w+)\{([^}]*)\}/g)].flatMap(([, name = '', inside = '']) =>
        NOT_OURS.includes(name)
          ? []
          : [...inside.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].flatMap(([, label = '']) =>
              metrics.labels(known(name) ?? '').includes(label) ? [] : [`${name}{${label}}`],
            ),
      );
      const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, inside = '']) => inside.split(/,\s*/));
      wrong.push(...chosen, ...grouped.filter(label => label !== 'le' && !labels.has(label)));
    }
    expect(wrong).toEqual([]);
  });

  test('show labels that there are', () => {
    const all = new Set(metrics.names().flatMap(name => metrics.labels(name)));
    const shown = [...texts.matchAll(/\$labels\.(\w+)|\{\{(\w+)\}\}/g)].map(([, one, other]) => one ?? other ?? '');
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.filter(label => label !== 'instance' && !all.has(label))).toEqual([]);
  });
});

test('each alert has its chapter in the manual for operators', async () => {
  const manual = await readFile(new URL('../../../docs/OPERATIONS.md', import.meta.url), 'utf8');
  for (const [, name = ''] of texts.matchAll(/- alert: (\w+)/g)) expect(manual).toContain(`\`${name}\``);
});
