/// RedisLive answered, with a sentence that says what is wrong.
export class Refusal extends Error {
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

/// Nothing came back that RedisLive can have sent.
export class CutOff extends Error {}

const patience = 10_000;

/// Asks `api/<path>` and gives the parsed answer. Fails with a Refusal or a CutOff; with an AbortError
/// when `signal` says so. Gives up after ten seconds.
export async function ask(path, parameters, signal) {
  const query = new URLSearchParams(parameters).toString();
  const giving_up = new AbortController();
  const stop = () => giving_up.abort();
  const timer = setTimeout(stop, patience);
  signal?.addEventListener('abort', stop);
  try {
    const response = await fetch(`api/${path}${query ? `?${query}` : ''}`, {
      signal: giving_up.signal, cache: 'no-store',
      headers: {Accept: 'application/json'},
    });
    return await read(response);
  } catch (error) {
    if (error instanceof Refusal || error instanceof CutOff) {
      throw error;
    }
    signal?.throwIfAborted();
    throw new CutOff('RedisLive does not answer');
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

async function read(response) {
  // A proxy in between says so when there is nobody behind it.
  if (response.status === 502 || response.status === 504) {
    throw new CutOff('RedisLive does not answer');
  }
  let answer;
  try {
    answer = await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new CutOff('What answers is not RedisLive');
    }
    throw error;
  }
  if (!response.ok) {
    throw new Refusal(answer?.error ?? `RedisLive answered ${response.status}`, response.status);
  }
  return answer;
}
