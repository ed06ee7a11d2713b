// The part of the world in which agents write their logs.
#include <algorithm>

#include <fmt/format.h>

#include "host/base/time_text.h"
#include "host/event/event_id.h"

#include "tests/simulation/world.h"

namespace kato::simulation {
namespace {

constexpr uint32_t kPlainDestinations = 3;  // the rest is for exports
constexpr size_t kDateLength = 10;
constexpr uint32_t kOrders = 50;  // kinds of messages, as add_orders counts them
constexpr uint32_t kExportOrder = 8;

std::string filler(uint32_t what) {
  static constexpr std::string_view kWords[] = {"tide", "dial", "slate", "ivory", "hour", "moon"};
  std::string text;
  const uint32_t count = what % 97 == 0 ? 700 : what % 11;
  for (uint32_t i = 0; i < count; ++i) {
    text += i % 12 == 11 ? "\n" : " ";
    text += kWords[(what + i) % std::size(kWords)];
  }
  return text;
}

// Of lines, that of the first one that was read, or will be; what comes is not older.
UnixMillis first_known_time(const Conversation& conversation, UnixMillis now) {
  if (conversation.log.kind() != AgentKind::kLines) return conversation.log.started();
  for (const auto& spoken : conversation.spoken) {
    const bool is_known = spoken.in_log || spoken.may_be_read;
    if (is_known && !spoken.is_request) return spoken.said.at;
  }
  return now;
}

}  // namespace

bool World::agent_step(const Step& step) {
  auto& conversation = conversations_[step.who % conversations_.size()];
  const auto& path = conversation.log.path();
  if (conversation.is_in_a_record && step.kind <= StepKind::kTouch) return true;
  if (step.kind < StepKind::kHalf) {
    unpack(conversation);
    write_telling_line(conversation);
  }
  switch (step.kind) {
    case StepKind::kTalk:
      talk(conversation, step.what);
      return true;
    case StepKind::kTear:
      tear(conversation);
      return true;
    case StepKind::kCut:
      cut(conversation, 1 + step.what % 3);
      return true;
    case StepKind::kRewrite:
      if (conversation.file_exists) write_log(conversation, 0, step.what % 2 == 0);
      return true;
    case StepKind::kVanish:
      drop_log(conversation);
      return true;
    case StepKind::kFarewell:
      talk(conversation, step.what - step.what % kOrders + kExportOrder);
      if (!is_working_) work();
      drop_log(conversation);
      return true;
    case StepKind::kHalf:
      write_half(step);
      return true;
    case StepKind::kPack:
      pack(step);
      return true;
    case StepKind::kTouch:
      disk_.touch(path);
      disk_.touch(conversation.log.packed_path());
      return true;
    default:
      return false;
  }
}

// Where session `session` writes its recordings and exports.
std::string World::destination(uint32_t session, uint32_t which) const {
  static constexpr std::string_view kNames[] = {"a.md", "b.jsonl", "c.md", "x.md", "y.jsonl"};
  return fmt::format("{}/notes/s{}-{}", project(session), session,
                     kNames[which % std::size(kNames)]);
}

// The lines of a message that command, and what they mean. A message with an invalid line has none.
std::string World::add_orders(uint32_t session, uint32_t what, std::vector<Order>& orders) const {
  const uint32_t which = what / kOrders % kPlainDestinations;
  const auto path = destination(session, which);
  const auto relative = path.substr(project(session).size() + 1);
  const auto& log = conversations_[session].log;
  const auto fallback =
      fmt::format("{}/recordings/{}-{}-{}.md", state(), log.provider(),
                  short_id(make_session_id(log.provider(), log.provider_session_id())),
                  format_rfc3339(first_known_time(conversations_[session], agents_now_))
                      .substr(0, kDateLength));
  switch (what % kOrders) {
    case 0:
    case 1:
    case 2:
    case 3:
      orders = {{OrderKind::kStart, path}};
      return fmt::format("\n::start {}", relative);
    case 4:
      orders = {{OrderKind::kStart, path}};
      return fmt::format("\n  ::RECORD {}\nand more", path);
    case 5:
      orders = {{OrderKind::kStart, fallback}};
      return "\n::start";
    case 6:
    case 7:
      orders = {{OrderKind::kCapture, path}};
      return fmt::format("\n::capture {}", relative);
    case kExportOrder:
    case 9: {
      const auto once = destination(session, kPlainDestinations + what / kOrders % 2);
      orders = {{OrderKind::kExport, once}};
      return fmt::format("\n::export {}", once);
    }
    case 10:
    case 11:
      orders = {{OrderKind::kStop, {}}};
      return "\n::stop";
    case 12:
      orders = {{OrderKind::kStopOne, path}};
      return fmt::format("\n::stop dest:{}", relative);
    case 13: {
      const auto other = destination(session, (which + 1) % kPlainDestinations);
      orders = {{OrderKind::kStop, {}}, {OrderKind::kStart, path}, {OrderKind::kStart, other}};
      return fmt::format("\n::stop\n::start {}\n::start {}", path, other);
    }
    case 14:
      return "\n::start ../outside.md";
    case 15:
      return fmt::format("\n::start {}\n::start one two three", path);
    case 16:
      return "\n::start ~/.kato/kato.yaml";
    case 17:
      return fmt::format("\n::capture {}/x.md", AgentHome::claude_root(home()));
    case 18:
      return fmt::format("\n```\n::start {}\n```", path);
    case 19:
      return "\n::stop id:zzzz";
    case 20:
      orders = {{OrderKind::kPrivate, {}}};
      return "\n::private";
    case 30:
    case 31:
      orders = {{OrderKind::kStart, shared_destination()}};
      return fmt::format("\n::start {}", shared_destination());
    case 32:
      orders = {{OrderKind::kCapture, shared_destination()}};
      return fmt::format("\n::capture {}", shared_destination());
    case 33:
      orders = {{OrderKind::kStopOne, shared_destination()}};
      return fmt::format("\n::stop dest:{}", shared_destination());
    default:
      return {};
  }
}

void World::talk(Conversation& conversation, uint32_t what) {
  const size_t first_new = conversation.spoken.size();
  say(conversation, true, what);
  const uint32_t answers = what % 7 == 0 ? 3 : 1;
  for (uint32_t i = 0; i < answers; ++i) {
    say(conversation, false, what / 3 + i);
  }
  write_log(conversation, first_new, what % 3 == 0);
}

void World::say(Conversation& conversation, bool by_user, uint32_t what) {
  utter(conversation, think(conversation, by_user, what));
}

Spoken World::think(const Conversation& conversation, bool by_user, uint32_t what) const {
  const auto session = static_cast<uint32_t>(&conversation - conversations_.data());
  Spoken spoken;
  spoken.said.number = static_cast<uint32_t>(conversation.spoken.size()) + 1;
  spoken.said.by_user = by_user;
  spoken.said.begun_at = agents_now_;
  spoken.token = fmt::format("t{}m{}e", session, spoken.said.number);
  spoken.said.text = spoken.token + filler(what);
  if (by_user) spoken.said.text += add_orders(session, what, spoken.orders);
  return spoken;
}

void World::utter(Conversation& conversation, Spoken spoken) {
  spoken.said.at = agents_now_;
  spoken.said_at = moment_;
  if (daemon_ && !is_scanning_first_) spoken.said_in_run = run_;
  arrive(spoken);
  conversation.spoken.push_back(std::move(spoken));
}

void World::write_log(Conversation& conversation, size_t first_new, bool as_new_file) {
  const auto& log = conversation.log;
  if (!conversation.file_exists && daemon_ && conversation.is_known != Answer::kYes) {
    // If the file was there before, the daemon may have seen it then.
    conversation.made_in_run.reset();
    if (conversation.is_known == Answer::kNo) conversation.made_in_run = run_;
    conversation.made_at = agents_now_;
    conversation.made_after = history_.by_polling ? last_poll() : agents_now_;
  }
  if (conversation.file_exists && first_new > 0 && !log.is_document()) {
    std::string bytes;
    for (size_t i = first_new; i < conversation.spoken.size(); ++i) {
      bytes += log.record(conversation.spoken[i].said);
    }
    disk_.put_more(log.path(), bytes);
  } else {
    put_whole_log(conversation, as_new_file);
  }
  conversation.file_exists = true;
}

// It may have been as early as that.
UnixMillis World::last_poll() const {
  constexpr int64_t kPollIntervalMs = 1000;
  const auto looked = is_working_ ? looked_before_ : looked_;
  return {std::min(looked.value, agents_now_.value) - kPollIntervalMs};
}

// All that the daemon does not know yet arrives once more.
void World::put_whole_log(Conversation& conversation, bool as_new_file) {
  for (auto& spoken : conversation.spoken) {
    if (spoken.in_log && !spoken.is_sure) arrive(spoken);
  }
  const auto& log = conversation.log;
  if (as_new_file) {
    disk_.put_by_rename(log.path(), log.whole(conversation.in_log()));
  } else {
    disk_.put(log.path(), log.whole(conversation.in_log()));
  }
  conversation.is_half_written = false;
}

void World::drop_log(Conversation& conversation) {
  disk_.drop(conversation.log.path());
  conversation.file_exists = false;
  conversation.is_half_written = false;
}

void World::arrive(Spoken& spoken) {
  if (!daemon_) return;
  const size_t wall = wall_times_.size() - (is_working_ ? 1 : 0);
  const bool again = !spoken.arrivals.empty() && spoken.arrivals.back().run == run_ &&
                     spoken.arrivals.back().from_wall == wall;
  if (!again) spoken.arrivals.push_back({run_, wall});
}

// A record is written in two pieces, and the daemon looks at the log in between.
void World::tear(Conversation& conversation) {
  const auto& log = conversation.log;
  if (!conversation.file_exists || log.is_document()) return;
  say(conversation, false, 5);
  const auto record = log.record(conversation.spoken.back().said);
  const auto half = record.substr(0, record.size() / 2);
  disk_.put_more(log.path(), half);
  conversation.is_in_a_record = true;
  if (!is_working_) work();
  conversation.is_in_a_record = false;
  disk_.put_more(log.path(), record.substr(half.size()));
}

void World::cut(Conversation& conversation, uint32_t count) {
  if (!conversation.file_exists) return;
  auto& spoken = conversation.spoken;
  const auto now = static_cast<uint32_t>(spoken.size());
  for (size_t i = spoken.size(); i-- > 0 && count > 0;) {
    if (!spoken[i].in_log) continue;
    spoken[i].in_log = false;
    spoken[i].cut_at = now;
    spoken[i].is_lost = !spoken[i].is_sure;
    --count;
  }
  if (conversation.in_log().empty()) {
    conversation.is_begun_anew = true;
    conversation.was_begun_anew = true;
  }
  put_whole_log(conversation, false);
}

}  // namespace kato::simulation
