// Two lists of figures, ours first: lines of a name and rates, "…  123/s  45/s compiled anew". What both have
// is compared by the geometric mean of its ratios. Arguments: the two files, who the other is, what is wanted.
import { readFileSync } from 'node:fs';

const [ours, theirs, who, wanted] = process.argv.slice(2);
const figures = file => new Map(readFileSync(file, 'utf8').split('\n')
  .map(line => /^(.*?) +(\d+)\/s +(\d+)\/s compiled anew$/.exec(line))
  .filter(found => found)
  .map(([, name, each, anew]) => [name, [Number(each), Number(anew)]]));

const others = figures(theirs);
const pairs = [...figures(ours)].filter(([name]) => others.has(name)).map(([name, own]) => [own, others.get(name)]);
const mean = at => Math.exp(pairs.reduce((sum, [own, other]) => sum + Math.log(own[at] / other[at]), 0) / pairs.length);
if (pairs.length === 0) console.log(`nothing to compare with ${who}`);
else
  console.log(`against ${who}, ${pairs.length} expressions: ${mean(0).toFixed(1)} times as fast, ` +
    `${mean(1).toFixed(1)} times compiled anew (wanted: ${wanted})`);
