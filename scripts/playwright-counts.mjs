#!/usr/bin/env node
// Prints how many tests passed and failed, from the file that Playwright's json reporter wrote.
import { readFileSync } from "node:fs";

const { stats } = JSON.parse(readFileSync(process.argv[2], "utf8"));
// A flaky test passed in the end.
console.log(stats.expected + stats.flaky, stats.unexpected);
