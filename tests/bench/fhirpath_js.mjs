// The same expressions by fhirpath.js, CPU time of one core. Needs the npm package; fhirpath_js.sh
// fetches it. Two arguments: the folder with node_modules, and the folder of the R4 examples.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { rate, expressions } from './npm/rate.mjs';

const [packages, examples] = process.argv.slice(2);
const require = createRequire(`${packages}/package.json`);
const fhirpath = require('fhirpath');
const r4 = require('fhirpath/fhir-context/r4');

let compiled = 0;
let whole = 0;
let count = 0;
for (const [file, expression] of expressions()) {
  const resource = JSON.parse(readFileSync(`${examples}/${file}.json`, 'utf8'));
  const run = fhirpath.compile(expression, r4, { async: false });
  const each = rate(() => run(resource));
  const both = rate(() => fhirpath.compile(expression, r4, { async: false })(resource));
  console.log(`${expression.padEnd(80)} ${each.toFixed(0).padStart(9)}/s ${both.toFixed(0).padStart(9)}/s compiled anew`);
  compiled += Math.log(each);
  whole += Math.log(both);
  ++count;
}
const mean = sum => Math.exp(sum / count).toFixed(0);
console.log(`fhirpath.js, geometric mean of ${count}: ${mean(compiled)}/s, ${mean(whole)}/s compiled anew`);
