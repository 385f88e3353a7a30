// Reads a feed with feedsmith and tells what it found as JSON.
import { readFileSync } from "node:fs";
import { parseRssFeed } from "feedsmith";

console.log(JSON.stringify(parseRssFeed(readFileSync(process.argv[2], "utf-8"))));
