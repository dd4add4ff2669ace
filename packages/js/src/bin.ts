#!/usr/bin/env node
/** `flashback-mock COMMAND ...` runs `mockserver COMMAND ...`; `flashback-mock contract-tests ...` runs the test suite. */
import { spawn } from "node:child_process";
import { constants } from "node:os";

import { CannotRun, findCommand, type Program } from "./command.js";

const asked = process.argv.slice(2);
const program: Program = asked[0] === "contract-tests" ? "contract-tests" : "mockserver";
const args = program === "contract-tests" ? asked.slice(1) : asked;

try {
  const extras = args.includes("--tls") || args[0] === "tls" ? ["tls"] : [];
  const command = await findCommand(program, (line) => process.stderr.write(`${line}\n`), extras);
  const child = spawn(command.file, [...command.args, ...args], { stdio: "inherit" });
  // The terminal sends Ctrl-C to both processes; the others are passed on.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  child.once("error", (error) => fail(`${command.file} can't be started: ${error.message}`));
  child.once("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
  });
} catch (error) {
  if (!(error instanceof CannotRun)) throw error;
  fail(error.message);
}

function fail(message: string): void {
  process.stderr.write(`flashback-mock: ${message}\n`);
  process.exitCode = 3;
}
