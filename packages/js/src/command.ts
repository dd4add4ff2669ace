/** Finds a way to run the Python package: uvx, pipx, or a Python that is there. */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import { VERSION } from "./version.js";

/** The programs of the Python package. */
export type Program = "mockserver" | "contract-tests";

/** How to run a program. */
export interface Command {
  file: string;
  args: string[];
}

/** No way to run the Python package was found, or installing it failed. */
export class CannotRun extends Error {
  override readonly name = "CannotRun";
}

const NAME = "flashback-mock";
const OLDEST = [3, 11] as const;
/** How long an installation may take, in milliseconds. */
const INSTALLING = 300_000;
const WINDOWS = process.platform === "win32";

/**
 * The command that runs a program of the Python package.
 *
 * `FLASHBACK_MOCK_BIN` names a folder with the installed programs. Otherwise the first of `uvx`, `pipx` and Python 3.11
 * or newer is used; with Python alone, the package is installed into a virtual environment in the user's cache folder.
 * `extras` are those of the package that it needs. `FLASHBACK_MOCK_PACKAGE` is what to install instead of the release of the same version: a wheel, or a requirement.
 */
export async function findCommand(program: Program, say: (line: string) => void, extras: string[] = []): Promise<Command> {
  const bin = process.env["FLASHBACK_MOCK_BIN"];
  if (bin) {
    const file = join(bin, WINDOWS ? `${program}.exe` : program);
    if (!existsSync(file)) throw new CannotRun(`FLASHBACK_MOCK_BIN: there is no ${file}`);
    return { file, args: [] };
  }
  const what = requirement(program, extras);
  if (works("uvx")) return { file: "uvx", args: ["--from", what, program] };
  if (works("pipx")) return { file: "pipx", args: ["run", "--spec", what, program] };
  const python = findPython();
  if (!python) {
    throw new CannotRun(
      `${NAME} needs uv, pipx, or Python ${OLDEST.join(".")} or newer, and found none of them. ` +
        "Install uv (https://docs.astral.sh/uv/) or Python (https://www.python.org/downloads/) and try again.",
    );
  }
  return { file: join(await environment(python, what, say), WINDOWS ? `${program}.exe` : program), args: [] };
}

function requirement(program: Program, extras: string[]): string {
  const all = [...(program === "contract-tests" ? ["contract-tests"] : []), ...extras];
  const name = all.length ? `${NAME}[${all.join(",")}]` : NAME;
  const given = process.env["FLASHBACK_MOCK_PACKAGE"];
  if (!given) return `${name}==${VERSION}`;
  return isAbsolute(given) ? `${name} @ ${pathToFileURL(given)}` : given;
}

function works(file: string): boolean {
  return spawnSync(file, ["--version"], { stdio: "ignore", shell: false, timeout: 20_000 }).status === 0;
}

function findPython(): string | undefined {
  const code = `import sys, venv, ensurepip; sys.exit(sys.version_info < (${OLDEST.join(", ")}))`;
  const names = WINDOWS ? ["py", "python"] : ["python3", "python", ...[14, 13, 12, 11].map((minor) => `python3.${minor}`)];
  return names.find((name) => spawnSync(name, ["-c", code], { stdio: "ignore", timeout: 20_000 }).status === 0);
}

/** The folder of programs of a virtual environment with the package; made on first use. */
async function environment(python: string, what: string, say: (line: string) => void): Promise<string> {
  const name = createHash("sha256").update(`${python} ${what}`).digest("hex").slice(0, 16);
  const folder = join(cacheFolder(), NAME, name);
  const programs = join(folder, WINDOWS ? "Scripts" : "bin");
  const ready = join(folder, "ready");
  if (existsSync(ready)) return programs;
  mkdirSync(join(cacheFolder(), NAME), { recursive: true });
  const release = await locked(`${folder}.lock`);
  try {
    if (existsSync(ready)) return programs; // another process has made it in the meantime
    rmSync(folder, { recursive: true, force: true });
    say(`Installing ${what} into ${folder} (once, about a minute)`);
    await done(python, ["-m", "venv", folder]);
    await done(join(programs, WINDOWS ? "python.exe" : "python"), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", what]);
    writeFileSync(ready, what);
    return programs;
  } finally {
    release();
  }
}

function cacheFolder(): string {
  if (process.env["XDG_CACHE_HOME"]) return process.env["XDG_CACHE_HOME"];
  if (WINDOWS) return process.env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local");
  return process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache");
}

/** Hold a lock file, as soon as no other living process holds it; returns what releases it. */
async function locked(file: string): Promise<() => void> {
  for (const end = Date.now() + INSTALLING; ; await sleep(200)) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (!alive(file)) rmSync(file, { force: true });
    else if (Date.now() > end) throw new CannotRun(`another process is still installing; if there is none, remove ${file}`);
  }
}

function alive(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, "utf8")) || process.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Run a command to its end; what it printed is part of the error. */
async function done(file: string, args: string[]): Promise<void> {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], timeout: INSTALLING });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (output = (output + part).slice(-4000)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new CannotRun(`${file} ${args.join(" ")} failed:\n${output.trim()}`);
}
