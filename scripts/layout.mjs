#!/usr/bin/env node
// Where the build puts things, asked of cargo: its target directory, and the one configuration of
// the site, `[[workspace.metadata.leptos]]` in Cargo.toml.
// Run, it prints the target directory and the site's root, for shell scripts to read.
import { execFileSync } from "node:child_process";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const metadata = JSON.parse(
  execFileSync("cargo", ["metadata", "--no-deps", "--format-version", "1"], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
    stdio: ["ignore", "pipe", "inherit"],
  }),
);

export const root = metadata.workspace_root;
export const target = metadata.target_directory;
export const project = metadata.metadata.leptos[0];

/// The site is build output: with another target directory it is in there, too.
const fromTarget = relative("target", project["site-root"]);
export const site = fromTarget.startsWith("..")
  ? resolve(root, project["site-root"])
  : join(target, fromTarget);

/// The name cargo gives the files of the WebAssembly crate.
export const library = metadata.packages
  .find((crate) => crate.name === project["lib-package"])
  .targets.find((built) => built.kind.includes("cdylib"))
  .name.replaceAll("-", "_");

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(`${target}\n${site}`);
