#include "tests/simulation/conversation.h"

#include <algorithm>

namespace kato::simulation {
namespace {

constexpr int64_t kBirthSlackMs = 2000;

// Whether a command that nobody has looked at is obeyed by a daemon that sees the session for the
// first time in its run `run`.
Answer obeyed_at_first_sight(const Spoken& spoken, const Conversation& conversation, uint32_t run,
                             const SinceBounds& since) {
  // Not an action but a state of the session.
  if (spoken.orders.front().kind == OrderKind::kPrivate) return Answer::kYes;
  const bool is_new = conversation.made_in_run == run;
  const bool may_be_new = is_new || conversation.is_known == Answer::kMaybe;
  if (!conversation.log.has_times()) {
    if (spoken.arrivals.empty() || spoken.arrivals.back().run != run) return Answer::kNo;
    const bool is_plain = spoken.said_in_run == run && spoken.arrivals.size() == 1 &&
                          !since.may_be_seen_late && !conversation.was_half_at_first;
    return is_plain ? Answer::kYes : Answer::kMaybe;
  }
  if (spoken.said.at.value + kBirthSlackMs < conversation.made_at.value) {
    // Older than the source; but only a daemon that saw it come into being knows that, and one that
    // polls knows no more than when it looked before.
    const bool is_surely_older =
        spoken.said.at.value + kBirthSlackMs < conversation.made_after.value;
    return is_new && is_surely_older ? Answer::kNo : Answer::kMaybe;
  }
  if (spoken.said.at >= since.at_most) {
    return may_be_new && since.may_be_seen_late ? Answer::kMaybe : Answer::kYes;
  }
  return spoken.said.at < since.at_least ? Answer::kNo : Answer::kMaybe;
}

// What stands in a packed log is history, but what came to the log that was packed while the daemon
// watched that one.
bool may_be_history(const Spoken& spoken, const Conversation& conversation, uint32_t run,
                    const SinceBounds& since) {
  if (!spoken.was_packed) return false;
  const bool came_watched = conversation.is_known == Answer::kYes && spoken.said_in_run == run &&
                            conversation.unpacked_in_run != run && !since.may_be_seen_late;
  return !came_watched;
}

}  // namespace

bool claims(const Spoken& spoken, const std::string& path) {
  if (spoken.obeyed == Answer::kNo) return false;
  return std::ranges::any_of(spoken.orders, [&path](const Order& order) {
    const bool records = order.kind == OrderKind::kStart || order.kind == OrderKind::kCapture;
    return records && order.path == path;
  });
}

bool claims(const Conversation& conversation, const std::string& path) {
  return std::ranges::any_of(conversation.spoken,
                             [&path](const Spoken& spoken) { return claims(spoken, path); });
}

std::vector<Said> Conversation::in_log() const {
  std::vector<Said> all;
  for (const auto& one : spoken) {
    if (one.in_log) all.push_back(one.said);
  }
  return all;
}

bool Conversation::has_unread() const {
  return std::ranges::any_of(spoken, [](const Spoken& one) { return one.in_log && !one.is_sure; });
}

void decide(Conversation& conversation, uint32_t run, const SinceBounds& since, uint32_t moment) {
  if (!conversation.is_readable()) return;
  ++conversation.settled;
  for (auto& one : conversation.spoken) {
    one.waits_for_document = false;
    if (!one.in_log || one.is_sure) continue;
    one.is_sure = true;
    one.settled = conversation.settled;
    one.decided_at = moment;
    if (one.orders.empty()) continue;
    const auto fresh = obeyed_at_first_sight(one, conversation, run, since);
    switch (conversation.is_known) {
      case Answer::kYes:
        one.obeyed = conversation.is_begun_anew ? Answer::kMaybe : Answer::kYes;
        break;
      case Answer::kNo:
        one.obeyed = conversation.is_begun_anew && fresh == Answer::kYes ? Answer::kMaybe : fresh;
        break;
      case Answer::kMaybe:
        one.obeyed =
            fresh == Answer::kYes && !conversation.is_begun_anew ? Answer::kYes : Answer::kMaybe;
        break;
    }
    if (one.obeyed == Answer::kYes && may_be_history(one, conversation, run, since) &&
        one.orders.front().kind != OrderKind::kPrivate) {
      one.obeyed = Answer::kMaybe;
    }
  }
  conversation.is_known = Answer::kYes;
  conversation.is_begun_anew = conversation.is_begun_anew && conversation.is_packed;
  conversation.was_half_at_first = false;
  conversation.is_elsewhere = false;
}

void tear_unsettled(Conversation& conversation) {
  if (conversation.file_exists) return;
  for (auto& one : conversation.spoken) {
    one.may_be_torn = one.may_be_torn || !one.is_sure;
  }
}

void forget_perhaps(Conversation& conversation) {
  if (conversation.is_known == Answer::kYes) conversation.is_known = Answer::kMaybe;
  // What it knows may be from before.
  conversation.is_begun_anew = conversation.was_begun_anew;
  for (auto& one : conversation.spoken) {
    if (one.obeyed == Answer::kYes) one.obeyed = Answer::kMaybe;
    if (!one.is_request) one.is_sure = false;
    one.may_be_done_twice = one.may_be_done_twice || one.may_be_read;
  }
}

void read_perhaps(Conversation& conversation) {
  if (conversation.is_known == Answer::kNo && conversation.is_readable()) {
    conversation.is_known = Answer::kMaybe;
  }
  for (auto& one : conversation.spoken) {
    one.may_be_read = true;
  }
}

}  // namespace kato::simulation
