// Reads WebVTT files with the reference parser and tells errors and cues as JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { WebVTTParser } = createRequire(import.meta.url)("webvtt-parser");
const told = process.argv.slice(2).map((file) => {
  const { cues, errors } = new WebVTTParser().parse(readFileSync(file, "utf-8"), "captions");
  const voices = new Set();
  for (const cue of cues) {
    for (const node of cue.tree.children) if (node.name === "v") voices.add(node.value);
  }
  return { errors, cues: cues.length, voices: [...voices] };
});
console.log(JSON.stringify(told));
