// How often a second of one core's time a piece of work is done; and the list of expressions to do it with.
import { readFileSync } from 'node:fs';

const cpu = () => process.cpuUsage().user + process.cpuUsage().system;

export function rate(work) {
  let times = 0;
  for (const start = cpu(); cpu() - start < 50000; ) work();
  const start = cpu();
  while (cpu() - start < 300000) {
    for (let i = 0; i < 50; ++i) work();
    times += 50;
  }
  return times / ((cpu() - start) / 1e6);
}

// [example, expression] of fhirpath_expressions.txt.
export function expressions() {
  const list = readFileSync(new URL('../fhirpath_expressions.txt', import.meta.url), 'utf8');
  return list.split('\n')
    .filter(line => !line.startsWith('#') && line.includes(': '))
    .map(line => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]);
}
