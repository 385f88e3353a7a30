// Reads a feed with feedsmith, writes it anew, reads that, and tells all three as JSON.
import { readFileSync } from "node:fs";
import { generateRssFeed, parseRssFeed } from "feedsmith";

const told = parseRssFeed(readFileSync(process.argv[2], "utf-8"));
const written = generateRssFeed(told);
console.log(JSON.stringify({ told, written, again: parseRssFeed(written) }));
