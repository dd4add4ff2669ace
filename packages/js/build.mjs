// Compiles the sources twice: as ES modules, and as CommonJS for tools that still use `require`.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const tsc = resolve("node_modules/typescript/bin/tsc");
const compile = (project, outDir) =>
  execFileSync(process.execPath, [tsc, "-p", project, "--outDir", resolve(outDir)], { stdio: "inherit" });

rmSync("dist", { recursive: true, force: true });
compile("tsconfig.json", "dist/esm");
chmodSync("dist/esm/bin.js", 0o755);

// The nearest package.json decides what a file is, so CommonJS is compiled from a copy that has another one.
const copy = mkdtempSync(join(tmpdir(), "flashback-mock-"));
try {
  cpSync("src", join(copy, "src"), { recursive: true });
  cpSync("tsconfig.json", join(copy, "tsconfig.json"));
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"), "junction");
  for (const name of ["bin.ts", "vitest.ts", "vitest-world.ts"]) rmSync(join(copy, "src", name)); // Vitest itself has only ES modules
  writeFileSync(join(copy, "package.json"), JSON.stringify({ type: "commonjs" }));
  compile(join(copy, "tsconfig.json"), "dist/cjs");
} finally {
  rmSync(copy, { recursive: true, force: true });
}
mkdirSync("dist/cjs", { recursive: true });
writeFileSync("dist/cjs/package.json", JSON.stringify({ type: "commonjs" }));
