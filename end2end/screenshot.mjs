#!/usr/bin/env node
// Takes the README's screenshot of a running shop's home page.
// Usage: end2end/screenshot.mjs [URL [FILE]] (default http://127.0.0.1:8080, docs/screenshot.png)
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "@playwright/test";

const url = process.argv[2] ?? "http://127.0.0.1:8080";
const file = process.argv[3] ?? fileURLToPath(new URL("../docs/screenshot.png", import.meta.url));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
try {
  const page = await browser.newPage({ locale: "ko-KR", viewport: { width: 1280, height: 800 } });
  const response = await page.goto(url, { waitUntil: "networkidle" });
  if (!response?.ok()) throw new Error(`${url} answered ${response?.status()}`);
  mkdirSync(dirname(file), { recursive: true });
  await page.screenshot({ path: file });
} finally {
  await browser.close();
}
