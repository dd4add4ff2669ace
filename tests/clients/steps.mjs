// What a flow in JavaScript or TypeScript imports: the address of the mock, and the steps.
import { isDeepStrictEqual } from "node:util";
import { appendFileSync } from "node:fs";

export const URL = process.env.MOCK_URL;
const LIMIT = 30_000;

class Skipped extends Error {}

/** Run the function, record whether it passed, and return its result. */
export async function step(name, run) {
  let timer;
  try {
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not finished after ${LIMIT / 1000} s`)), LIMIT);
    });
    const result = await Promise.race([run(), late]);
    write(name, "passed", "");
    return result;
  } catch (error) {
    if (error instanceof Skipped) write(name, "skipped", error.message);
    else write(name, "failed", reason(error));
    return missing(name);
  } finally {
    clearTimeout(timer);
  }
}

/** Check that two values are equal. */
export function same(actual, expected) {
  if (!isDeepStrictEqual(actual, expected)) {
    throw new Error(`got ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
  }
}

/** The error with which a call is rejected. */
export async function thrown(run) {
  let result;
  try {
    result = await run();
  } catch (error) {
    return error;
  }
  throw new Error(`no error; got ${JSON.stringify(result)?.slice(0, 200)}`);
}

/** The result of a step that failed: whoever uses it is skipped. */
function missing(name) {
  return new Proxy({}, {
    get(_, key) {
      if (key === "then") return undefined;
      throw new Skipped(`because ${name} failed`);
    },
  });
}

function reason(error) {
  const line = error?.stack?.match(/flows?\/.*?:(\d+):|\.m[jt]s:(\d+):/);
  return `${line ? `line ${line[1] ?? line[2]}: ` : ""}${error?.name}: ${String(error?.message).slice(0, 500)}`;
}

function write(name, state, text) {
  appendFileSync(process.env.STEPS, JSON.stringify({ name, state, reason: text }) + "\n");
}
