import {range_words} from './ranges.js';

// What the page says about the state of things. Sentences only; nothing here touches the page.

/// A collector writes every second; when it has not for so long, it is gone.
const collector_silent = 15;

function silent(status) {
  return status.collector === 'none' ||
    (Number.isFinite(status.updated_at) && status.now - status.updated_at > collector_silent);
}

/// Whether what the tiles show may no longer be true.
export function out_of_date(status) {
  return status.state === 'lost' || status.state === 'refused';
}

/// Whether the record and the range have anything to do with each other.
export function in_record(status, window) {
  return status.first !== null && status.first !== undefined &&
    window.to >= status.first && window.from <= status.last;
}

/// Why a chart or a list of a range is empty.
export function why_nothing(what, status, window, range, clock) {
  const known = status.first !== null && status.first !== undefined;
  if (!known) {
    if (status.state === 'lost' || status.state === 'refused') {
      return 'Nothing collected yet: this server has not let RedisLive in.';
    }
    if (status.collector === 'none') {
      return 'Nothing collected yet, and nothing collects: start redis-monitor.';
    }
    return 'Nothing collected yet. The first second is on its way.';
  }
  if (window.to < status.first) {
    return `The record begins on ${clock.date(status.first)}, ${clock.time(status.first)}. ` +
      'Nothing is known of the time before.';
  }
  const when = range_words(range, window, clock);
  return what === 'memory' ? `Memory was not measured ${when}.` : `Nothing was measured ${when}.`;
}

/// What the bar under the top says: {kind, sentence, reason, retry_at}, or null when all is well.
/// `kind` is 'cut', 'lost', 'refused' or 'note'.
export function what_is_wrong({cut_off_since, failure, status, server, notice, clock}) {
  if (cut_off_since !== null) {
    return {
      kind: 'cut',
      sentence: `RedisLive does not answer since ${clock.moment(cut_off_since)}.`,
      detail: 'What is below is from then. This page comes back by itself.',
    };
  }
  if (failure) {
    return {kind: 'lost', sentence: `RedisLive has no answer: ${failure}`};
  }
  if (status?.state === 'lost' || status?.state === 'refused') {
    const verb = status.state === 'lost' ? 'does not answer' : 'refuses RedisLive';
    return {
      kind: status.state,
      sentence: `${server} ${verb} since ${clock.moment(status.since)}.`,
      reason: status.reason ?? null,
      retry_at: status.retry_at ?? null,
    };
  }
  if (status && silent(status) && status.first !== null) {
    const since = status.last ?? status.updated_at;
    return {
      kind: 'lost',
      sentence: `Nothing is collected from ${server} since ${clock.moment(since)}.`,
      detail: 'Start redis-monitor, or redis-live without --collect=no.',
    };
  }
  return notice ? {kind: 'note', sentence: notice} : null;
}

/// The state of a server in one or two words, for the picker.
export function state_word(status) {
  if (!status) {
    return '';
  }
  if (status.state === 'ok' && silent(status)) {
    return 'not collected';
  }
  return {ok: 'answers', waiting: 'connecting', lost: 'does not answer', refused: 'refuses RedisLive'}[
    status.state] ?? '';
}
