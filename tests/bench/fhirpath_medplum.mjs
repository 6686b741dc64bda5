// The same expressions by @medplum/core, those of them that it can do; CPU time of one core. It keeps what it
// has parsed, so that the first figure is of compiled ones. Two arguments: the folder with node_modules, and the
// folder of the R4 examples.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { rate, expressions } from './npm/rate.mjs';

globalThis.WebSocket ??= class {};  // the package asks for it when it loads; Node 20 has none
const [packages, examples] = process.argv.slice(2);
const { evalFhirPath, parseFhirPath } = createRequire(`${packages}/package.json`)('@medplum/core');

for (const [file, expression] of expressions()) {
  const resource = JSON.parse(readFileSync(`${examples}/${file}.json`, 'utf8'));
  try {
    evalFhirPath(expression, resource);
  } catch (error) {
    console.log(`${expression}: not done (${error.message})`);
    continue;
  }
  const each = rate(() => evalFhirPath(expression, resource));
  const both = rate(() => (parseFhirPath(expression), evalFhirPath(expression, resource)));
  console.log(`${expression.padEnd(80)} ${each.toFixed(0).padStart(9)}/s ${both.toFixed(0).padStart(9)}/s compiled anew`);
}
