// A small test runner: tests are sentences, run one after the other, each with a time limit.

const tests = [];
const patience = 60_000;

export function test(sentence, body) {
  tests.push({sentence, body});
}

/// Runs those whose sentence contains one of `wanted` (all, when there are none). Gives how many
/// failed.
export async function run_all(wanted) {
  let [passed, failed] = [0, 0];
  for (const {sentence, body} of tests) {
    if (wanted.length > 0 && !wanted.some((each) => sentence.includes(each))) {
      continue;
    }
    const started = performance.now();
    try {
      await within(patience, body());
      passed += 1;
      console.log(`ok    ${sentence} (${Math.round(performance.now() - started)} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL  ${sentence}\n${String(error?.stack ?? error).replace(/^/gm, '      ')}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return passed === 0 && failed === 0 ? 1 : failed;
}

async function within(milliseconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took more than ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/// Waits until `question()` gives something true, and gives it; else fails with the last answer.
export async function eventually(what, question, milliseconds = 8000) {
  const until = Date.now() + milliseconds;
  for (;;) {
    const answer = await question();
    if (answer) {
      return answer;
    }
    if (Date.now() > until) {
      throw new Error(`${what}: not within ${milliseconds} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
