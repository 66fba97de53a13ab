#!/usr/bin/env node
// Builds what the browser loads into the site's root, as `cargo leptos build --release` would:
//   pkg/<name>.js, pkg/<name>.wasm   the frontend crate, through wasm-bindgen and wasm-opt
//   pkg/<name>.css                   the style sheet, its @imports bundled, minified
//   everything else                  a copy of the public files
// with .br and .gz beside each file that gains from it, so that the server compresses nothing.
// Cargo decides about Rust; each later step is skipped while what goes into it hashes to the same.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync,
  writeFileSync,
} from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { library, project, root, site, target } from "./layout.mjs";

const WASM_TARGET = "wasm32-unknown-unknown";
// What rustc turns on for WASM_TARGET; every browser of the last years has it.
const WASM_FEATURES = [
  "bulk-memory", "multivalue", "mutable-globals", "nontrapping-float-to-int", "reference-types",
  "sign-ext",
];
// The oldest browsers the CSS is written for: they nest, and know light-dark() and :has().
const BROWSERS = { chrome: 123 << 16, firefox: 121 << 16, safari: (17 << 16) | (5 << 8) };
const COMPRESSED = new Set([".css", ".js", ".svg", ".txt", ".wasm", ".webmanifest"]);

const name = project["output-name"];
const pkgDir = project["site-pkg-dir"];
const staging = `${site}.new`;
const stampFile = `${site}.json`;
const stamps = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, "utf8")) : {};
// Another recipe or other tools build everything anew.
const recipe = [fileURLToPath(import.meta.url), join(root, "package-lock.json")];

process.chdir(root);
try {
  const wasm = cargoBuild();
  await step("wasm", [wasm], pkgDir, () => bindAndShrink(wasm));
  await step("css", filesIn(dirname(project["style-file"])), pkgDir, bundleStyle);
  await step("public", filesIn(project["assets-dir"]), "", copyAssets);
} catch (error) {
  // A program that failed has said why.
  if (error.status == null) console.error(`build-site: ${error.message}`);
  process.exit(1);
}

function cargoBuild() {
  const profile = project["lib-profile-release"];
  run("cargo", "build", "--package", project["lib-package"], "--lib", "--target", WASM_TARGET, "--profile", profile);
  return join(target, WASM_TARGET, profile, `${library}.wasm`);
}

function bindAndShrink(wasm) {
  run("wasm-bindgen", "--target", "web", "--no-typescript", "--out-dir", staging, "--out-name", name, wasm);
  const bound = join(staging, `${name}_bg.wasm`);
  // The name the page asks for: see LEPTOS_OUTPUT_NAME in .cargo/config.toml.
  const shrunk = join(staging, `${name}.wasm`);
  run("wasm-opt", "-Oz", ...WASM_FEATURES.map((feature) => `--enable-${feature}`), bound, "--output", shrunk);
  rmSync(bound);
}

async function bundleStyle() {
  const { bundle } = await import("lightningcss");
  const filename = project["style-file"];
  try {
    const { code, warnings } = bundle({ filename, minify: true, targets: BROWSERS });
    for (const { message, loc } of warnings) console.warn(`${loc.filename}:${loc.line}: ${message}`);
    writeFileSync(join(staging, `${name}.css`), code);
  } catch ({ fileName = filename, loc, message }) {
    throw new Error([fileName, loc?.line, loc?.column, ` ${message}`].filter(Boolean).join(":"));
  }
}

function copyAssets() {
  if (existsSync(project["assets-dir"])) cpSync(project["assets-dir"], staging, { recursive: true });
}

/// Unless `inputs` are as they were when all that was written then is still there: lets `build`
/// fill the staging directory, and moves that, compressed, to `place` in the site.
async function step(key, inputs, place, build) {
  const hash = createHash("sha256");
  for (const file of [...recipe, ...inputs]) hash.update(`${relative(root, file)}\0`).update(readFileSync(file));
  const inputHash = hash.digest("hex");
  const last = stamps[key] ?? { written: [] };
  if (last.inputHash === inputHash && last.written.every((file) => existsSync(join(site, file)))) return;

  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  await build();
  for (const file of filesIn(staging)) if (COMPRESSED.has(extname(file))) compress(file);

  // Moved, so that a server that is running finds each file old or new, never half.
  const written = filesIn(staging).map((file) => join(place, relative(staging, file)));
  for (const file of written) {
    mkdirSync(dirname(join(site, file)), { recursive: true });
    renameSync(join(staging, relative(place, file)), join(site, file));
  }
  for (const file of last.written) if (!written.includes(file)) rmSync(join(site, file), { force: true });
  rmSync(staging, { recursive: true, force: true });

  stamps[key] = { inputHash, written };
  writeFileSync(stampFile, JSON.stringify(stamps, null, 1));
  if (place === pkgDir) for (const file of written) report(file);
}

function compress(file) {
  const plain = readFileSync(file);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
  };
  const packed = {
    br: brotliCompressSync(plain, { params }),
    gz: gzipSync(plain, { level: constants.Z_BEST_COMPRESSION }),
  };
  for (const [extension, bytes] of Object.entries(packed)) {
    if (bytes.length < plain.length) writeFileSync(`${file}.${extension}`, bytes);
  }
}

function report(file) {
  const kilobytes = (path) => `${(statSync(join(site, path)).size / 1000).toFixed(1)} kB`;
  if (/\.(br|gz)$/.test(file)) return;
  const packed = existsSync(join(site, `${file}.br`)) ? `, ${kilobytes(`${file}.br`)} as the browser loads it` : "";
  console.log(`    ${file}: ${kilobytes(file)}${packed}`);
}

function filesIn(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function run(program, ...args) {
  execFileSync(program, args, { stdio: "inherit" });
}
